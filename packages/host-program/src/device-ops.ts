/** Memory of the device and launches, as host code asks for them. */
import * as gpu from "@strata/gpu";
import { createStore, type RuntimeValue } from "@strata/interpret";
import { dynamic, MemRefType, type Operation, type Type, type Value } from "@strata/ir";
import * as memref from "@strata/memref";
import { SelectOp } from "@strata/arith";
import type { HostCompiler } from "./compile.ts";
import { refuse } from "./refuse.ts";
import type { DeviceMemRef } from "./driver.ts";
import { elementBytes, HostCell } from "./host-memory.ts";
import { direct, type Step } from "./steps.ts";

function expectMemRef(op: Operation, type: Type): MemRefType {
  return type instanceof MemRefType ? type : refuse(op, `a \`${type.toString()}\``);
}

/** The bytes of a memref's elements. */
export function byteLength(shape: readonly number[], element: number): number {
  let bytes = element;
  for (const n of shape) bytes *= n;
  return bytes;
}

function compileAlloc<M, K>(cx: HostCompiler<M, K>, op: gpu.Alloc): Step<M, K> {
  const type = expectMemRef(op, op.resultTypes[0]!);
  const element = elementBytes(op, type.elementType);
  const sizes = cx.slots.all(op.operandGroup(1));
  const target = cx.slots.of(op.resultAt(0));
  return direct(({ slots, driver, owned }) => {
    let next = 0;
    const shape = type.shape.map((n) => (n === dynamic ? (slots[sizes[next++]!] as number) : n));
    const memory = driver.alloc(byteLength(shape, element));
    owned.add(memory);
    slots[target] = { memory, shape } satisfies DeviceMemRef<M>;
  });
}

function compileMemcpy<M, K>(cx: HostCompiler<M, K>, op: gpu.Memcpy): Step<M, K> {
  const [to, from] = cx.slots.all([op.operandGroup(1)[0]!, op.operandGroup(2)[0]!]);
  const type = expectMemRef(op, op.operandGroup(1)[0]!.type);
  const element = elementBytes(op, type.elementType);
  if (isHost(op.operandGroup(2)[0]!)) return refuse(op, "a copy from the host");
  if (isHost(op.operandGroup(1)[0]!)) {
    return {
      wait: true,
      *run({ slots }) {
        const { memory } = slots[from!] as DeviceMemRef<M>;
        yield { memory, into: (slots[to!] as HostCell).bytes };
      },
    };
  }
  return direct(({ slots, driver }) => {
    const source = slots[from!] as DeviceMemRef<M>;
    const target = slots[to!] as DeviceMemRef<M>;
    const bytes = byteLength(source.shape, element);
    if (bytes > 0 && source.memory !== target.memory) {
      driver.copy(source.memory, target.memory, bytes);
    }
  });
}

/** Whether a memref is memory of the host. */
function isHost(v: Value): boolean {
  return v.definingOp instanceof memref.Alloca;
}

function compileMemset<M, K>(cx: HostCompiler<M, K>, op: gpu.Memset): Step<M, K> {
  const [to, value] = cx.slots.all([op.operandGroup(1)[0]!, op.operandGroup(2)[0]!]);
  const type = expectMemRef(op, op.operandGroup(1)[0]!.type);
  const element = elementBytes(op, type.elementType);
  return direct(({ slots, driver }) => {
    const { memory, shape } = slots[to!] as DeviceMemRef<M>;
    const cell = new HostCell(createStore(type.elementType, 1));
    cell.store.set(0, slots[value!] as RuntimeValue);
    const bytes = byteLength(shape, element);
    if (bytes > 0) driver.fill(memory, cell.bytes, bytes);
  });
}

function compileLaunch<M, K>(cx: HostCompiler<M, K>, op: gpu.LaunchFunc): Step<M, K> {
  const symbol = op.kernel;
  const inner = symbol.nested.at(-1) ?? symbol.root;
  const kernel = cx.kernels.find(symbol.root, inner);
  if (kernel === undefined) return refuse(op, `the kernel ${symbol.toString()}`);
  if (op.operandGroup(10).length > 0) refuse(op, "memory whose size the launch says");
  if (op.operandGroup(7).length > 0) refuse(op, "a launch of clusters");
  const [gx, gy, gz] = cx.slots.all(op.gridSizes);
  const [bx, by, bz] = cx.slots.all(op.blockSizes);
  const parts = op.operandGroup(11).map((v) => ({
    slot: cx.slots.of(v),
    dims:
      v.type instanceof MemRefType
        ? v.type.shape.flatMap((n, d) => (n === dynamic ? [d] : []))
        : undefined,
  }));
  const count = parts.reduce((n, { dims }) => n + 1 + (dims?.length ?? 0), 0);
  const args = new Array<M | number | bigint>(count);
  const grid: [number, number, number] = [1, 1, 1];
  const block: [number, number, number] = [1, 1, 1];
  return direct(({ slots, driver }) => {
    grid[0] = slots[gx!] as number;
    grid[1] = slots[gy!] as number;
    grid[2] = slots[gz!] as number;
    if (grid[0] <= 0 || grid[1] <= 0 || grid[2] <= 0) return;
    block[0] = slots[bx!] as number;
    block[1] = slots[by!] as number;
    block[2] = slots[bz!] as number;
    let k = 0;
    for (const { slot, dims } of parts) {
      const value = slots[slot];
      if (dims === undefined) args[k++] = value as number | bigint;
      else {
        const { memory, shape } = value as DeviceMemRef<M>;
        args[k++] = memory;
        for (const d of dims) args[k++] = shape[d]!;
      }
    }
    driver.launch(kernel, grid, block, args);
  });
}

/** The same memory with other extents. */
function compileReshape<M, K>(
  cx: HostCompiler<M, K>,
  op: Operation,
  shapeOf: (slots: unknown[], shape: readonly number[]) => readonly number[],
): Step<M, K> {
  const [from, to] = [cx.slots.of(op.operand(0)), cx.slots.of(op.resultAt(0))];
  return direct(({ slots }) => {
    const { memory, shape } = slots[from] as DeviceMemRef<M>;
    slots[to] = { memory, shape: shapeOf(slots, shape) } satisfies DeviceMemRef<M>;
  });
}

function compileDim<M, K>(cx: HostCompiler<M, K>, op: memref.Dim): Step<M, K> {
  const [source, which] = cx.slots.all(op.operands);
  const target = cx.slots.of(op.resultAt(0));
  return direct(({ slots }) => {
    slots[target] = (slots[source!] as DeviceMemRef<M>).shape[slots[which!] as number];
  });
}

function compileExpand<M, K>(cx: HostCompiler<M, K>, op: memref.ExpandShape): Step<M, K> {
  const type = expectMemRef(op, op.resultTypes[0]!);
  const sizes = cx.slots.all(op.operands.slice(1));
  return compileReshape(cx, op, (slots) => {
    let next = 0;
    return type.shape.map((n) => (n === dynamic ? (slots[sizes[next++]!] as number) : n));
  });
}

function compileCollapse<M, K>(cx: HostCompiler<M, K>, op: memref.CollapseShape): Step<M, K> {
  const { groups } = op;
  return compileReshape(cx, op, (_, shape) =>
    groups.map((dims) => dims.reduce((product, d) => product * shape[d]!, 1)),
  );
}

function compileSelect<M, K>(cx: HostCompiler<M, K>, op: SelectOp): Step<M, K> | undefined {
  if (!(op.resultTypes[0] instanceof MemRefType)) return undefined;
  const [condition, a, b] = cx.slots.all(op.operands);
  const target = cx.slots.of(op.resultAt(0));
  return direct(({ slots }) => {
    slots[target] = slots[condition!] === 0 ? slots[b!] : slots[a!];
  });
}

/** Compiles what concerns the device; undefined for other operations. */
export function compileDeviceOp<M, K>(
  cx: HostCompiler<M, K>,
  op: Operation,
): Step<M, K> | undefined {
  if ("asyncToken" in op && op.operandGroup(0).length > 0 && op.name.startsWith("gpu.")) {
    refuse(op, "a token");
  }
  if (op instanceof gpu.Alloc) return compileAlloc(cx, op);
  if (op instanceof gpu.Dealloc) {
    const slot = cx.slots.of(op.operandGroup(1)[0]!);
    return direct(({ slots, driver, owned }) => {
      const { memory } = slots[slot] as DeviceMemRef<M>;
      if (owned.delete(memory)) driver.free(memory);
    });
  }
  if (op instanceof gpu.Memcpy) return compileMemcpy(cx, op);
  if (op instanceof gpu.Memset) return compileMemset(cx, op);
  if (op instanceof gpu.LaunchFunc) return compileLaunch(cx, op);
  if (op instanceof memref.Dim) return compileDim(cx, op);
  if (op instanceof memref.Cast) return compileReshape(cx, op, (_, shape) => shape);
  if (op instanceof memref.ExpandShape) return compileExpand(cx, op);
  if (op instanceof memref.CollapseShape) return compileCollapse(cx, op);
  if (op instanceof SelectOp) return compileSelect(cx, op);
  return undefined;
}
