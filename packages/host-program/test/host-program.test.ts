/** Host code as commands: a driver in memory records what it is asked for. */
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { gpu } from "@strata/gpu";
import { builtin, Context, parseModule } from "@strata/ir";
import { memref } from "@strata/memref";
import { scf } from "@strata/scf";
import { describe, expect, it } from "vitest";
import {
  compileHostProgram,
  type DeviceMemRef,
  type Driver,
  type HostProgram,
  readHost,
  writeHost,
} from "@strata/host-program";

interface Memory {
  readonly bytes: Uint8Array;
}

/** A device whose one kernel adds its last argument to i32 elements. */
class Recorder implements Driver<Memory, string> {
  readonly log: string[] = [];
  live = 0;

  alloc(bytes: number): Memory {
    this.live++;
    this.log.push(`alloc ${bytes}`);
    return { bytes: new Uint8Array(new ArrayBuffer(bytes)) };
  }

  free(): void {
    this.live--;
    this.log.push("free");
  }

  copy(from: Memory, to: Memory, bytes: number): void {
    this.log.push(`copy ${bytes}`);
    to.bytes.set(from.bytes.subarray(0, bytes));
  }

  fill(memory: Memory, pattern: Uint8Array, bytes: number): void {
    this.log.push(`fill ${[...pattern].join()} ${bytes}`);
    for (let k = 0; k < bytes; k++) memory.bytes[k] = pattern[k % pattern.length]!;
  }

  launch(
    kernel: string,
    grid: readonly number[],
    block: readonly number[],
    args: readonly (Memory | number | bigint)[],
  ): void {
    const shown = args.map((a) => (typeof a === "object" ? "m" : String(a)));
    this.log.push(`${kernel} ${grid.join("x")} ${block.join("x")} ${shown.join()}`);
    const numbers = new Int32Array((args[0] as Memory).bytes.buffer);
    numbers.forEach((v, k) => {
      numbers[k] = v + Number(args.at(-1));
    });
  }

  read(memory: Memory, into: Uint8Array): void {
    this.log.push(`read ${into.length}`);
    into.set(memory.bytes.subarray(0, into.length));
  }

  async readLater(memory: Memory, into: Uint8Array): Promise<void> {
    await Promise.resolve();
    this.read(memory, into);
  }
}

function compile(text: string): HostProgram<Memory, string> {
  const functions = readHost(text);
  const kernels = {
    find: (module: string, kernel: string) => (module === "m" ? kernel : undefined),
  };
  return compileHostProgram<Memory, string>(functions.get("main")!, kernels, functions);
}

function numbers(...values: number[]): DeviceMemRef<Memory> {
  const array = Int32Array.from(values);
  return { memory: { bytes: new Uint8Array(array.buffer) }, shape: [values.length] };
}

const contents = (m: DeviceMemRef<Memory>): number[] => [...new Int32Array(m.memory.bytes.buffer)];

describe("host programs", () => {
  it("launch kernels with memrefs flattened", () => {
    const program = compile(`
      func.func @main(%x: memref<?xi32>, %k: i32) {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %c64 = arith.constant 64 : index
        %n = memref.dim %x, %c0 : memref<?xi32>
        %g = arith.ceildivsi %n, %c64 : index
        gpu.launch_func @m::@add blocks in (%g, %c1, %c1) threads in (%c64, %c1, %c1)
          args(%x : memref<?xi32>, %k : i32)
        return
      }`);
    const driver = new Recorder();
    const x = numbers(1, 2, 3);
    expect(program.waits).toBe(false);
    expect(program.run(driver, [x, 10])).toEqual([]);
    expect(contents(x)).toEqual([11, 12, 13]);
    expect(driver.log).toEqual(["add 1x1x1 64x1x1 m,3,10"]);
  });

  it("leave out launches of empty grids", () => {
    const program = compile(`
      func.func @main(%x: memref<?xi32>, %g: index) {
        %c1 = arith.constant 1 : index
        gpu.launch_func @m::@add blocks in (%g, %c1, %c1) threads in (%c1, %c1, %c1)
          args(%x : memref<?xi32>)
        return
      }`);
    const driver = new Recorder();
    program.run(driver, [numbers(1), 0]);
    program.run(driver, [numbers(1), -3]);
    expect(driver.log).toEqual([]);
  });

  const loop = `
    func.func @main(%x: memref<?xi32>, %y: memref<?xi32>, %steps: index) -> i32 {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %one = arith.constant 1 : i32
      %n = memref.dim %x, %c0 : memref<?xi32>
      %spare = gpu.alloc (%n) : memref<?xi32>
      gpu.memcpy %spare, %x : memref<?xi32>, memref<?xi32>
      %r:2 = scf.for %i = %c0 to %steps step %c1 iter_args(%a = %spare, %b = %y)
          -> (memref<?xi32>, memref<?xi32>) {
        gpu.launch_func @m::@add blocks in (%c1, %c1, %c1) threads in (%n, %c1, %c1)
          args(%a : memref<?xi32>, %one : i32)
        gpu.memcpy %b, %a : memref<?xi32>, memref<?xi32>
        scf.yield %b, %a : memref<?xi32>, memref<?xi32>
      }
      %cell = memref.alloca() : memref<i32>
      %first = gpu.alloc () : memref<i32>
      %seven = arith.constant 7 : i32
      gpu.memset %first, %seven : memref<i32>, i32
      gpu.memcpy %cell, %first : memref<i32>, memref<i32>
      %v = memref.load %cell[] : memref<i32>
      %big = arith.cmpi sgt, %v, %one : i32
      %out = scf.if %big -> (i32) {
        %w = arith.muli %v, %v : i32
        scf.yield %w : i32
      } else {
        scf.yield %v : i32
      }
      gpu.dealloc %first : memref<i32>
      return %out : i32
    }`;

  it("run loops over buffers, read scalars and free what is left", async () => {
    const program = compile(loop);
    expect(program.waits).toBe(true);
    for (const mode of ["run", "launch"] as const) {
      const driver = new Recorder();
      const [x, y] = [numbers(5, 6), numbers(0, 0)];
      expect(await program[mode](driver, [x, y, 3])).toEqual([49]);
      expect(contents(y)).toEqual([8, 9]);
      expect(contents(x)).toEqual([5, 6]);
      expect(driver.live).toBe(0);
      expect(driver.log.slice(0, 2)).toEqual(["alloc 8", "copy 8"]);
      expect(driver.log).toContain("fill 7,0,0,0 4");
    }
  });

  it("keep several runs under way apart", async () => {
    const program = compile(loop);
    const driver = new Recorder();
    const ys = [1, 2, 3].map(() => numbers(0));
    const all = ys.map((y, k) => program.launch(driver, [numbers(10 * k), y, 2]));
    expect(await Promise.all(all)).toEqual([[49], [49], [49]]);
    expect(ys.map(contents)).toEqual([[2], [12], [22]]);
    expect(driver.live).toBe(0);
  });

  it("go on until a condition that the device computes holds", () => {
    const program = compile(`
      func.func @main(%x: memref<1xi32>) -> index {
        %c0 = arith.constant 0 : index
        %c1 = arith.constant 1 : index
        %three = arith.constant 3 : i32
        %limit = arith.constant 10 : i32
        %cell = memref.alloca() : memref<i32>
        %flat = memref.collapse_shape %x [] : memref<1xi32> into memref<i32>
        %rounds = scf.while (%i = %c0) : (index) -> index {
          gpu.memcpy %cell, %flat : memref<i32>, memref<i32>
          %v = memref.load %cell[] : memref<i32>
          %more = arith.cmpi slt, %v, %limit : i32
          scf.condition(%more) %i : index
        } do {
        ^bb0(%i: index):
          gpu.launch_func @m::@add blocks in (%c1, %c1, %c1) threads in (%c1, %c1, %c1)
            args(%x : memref<1xi32>, %three : i32)
          %next = arith.addi %i, %c1 : index
          scf.yield %next : index
        }
        return %rounds : index
      }`);
    const x = numbers(0);
    expect(program.run(new Recorder(), [x])).toEqual([4]);
    expect(contents(x)).toEqual([12]);
  });

  it("free memory when a command fails", () => {
    const program = compile(loop);
    const driver = new Recorder();
    driver.launch = () => {
      throw new Error("lost");
    };
    expect(() => program.run(driver, [numbers(1), numbers(1), 1])).toThrow("lost");
    expect(driver.live).toBe(0);
  });

  it("call other functions and choose by switch", () => {
    const program = compile(`
      func.func @twice(%k: i32) -> i32 {
        %r = arith.addi %k, %k : i32
        return %r : i32
      }
      func.func @main(%i: index) -> i32 {
        %r = scf.index_switch %i -> i32
        case 2 {
          %a = arith.constant 20 : i32
          %b = func.call @twice(%a) : (i32) -> i32
          scf.yield %b : i32
        }
        default {
          %c = arith.constant -1 : i32
          scf.yield %c : i32
        }
        return %r : i32
      }`);
    const driver = new Recorder();
    expect(program.run(driver, [2])).toEqual([40]);
    expect(program.run(driver, [5])).toEqual([-1]);
  });

  it("refuse what has no place on the host", () => {
    expect(() =>
      compile(`
        func.func @main(%x: memref<4xf32>) {
          %c0 = arith.constant 0 : index
          scf.parallel (%i) = (%c0) to (%c0) step (%c0) { scf.reduce }
          return
        }`),
    ).toThrow(/has no place in host code/);
    expect(() =>
      compile(`
        func.func @main() {
          %c1 = arith.constant 1 : index
          gpu.launch_func @other::@k blocks in (%c1, %c1, %c1) threads in (%c1, %c1, %c1)
          return
        }`),
    ).toThrow(/@other::@k/);
  });

  it("survive being written and read", () => {
    const context = new Context([builtin, arith, func, gpu, memref, scf]);
    const module = parseModule(context, loop);
    const again = readHost(writeHost(module));
    const program = compileHostProgram<Memory, string>(again.get("main")!, {
      find: (_, kernel) => kernel,
    });
    expect(program.run(new Recorder(), [numbers(1), numbers(0), 2])).toEqual([49]);
  });
});
