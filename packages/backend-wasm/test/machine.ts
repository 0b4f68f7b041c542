/**
 * Runs one function twice: in the interpreter and as WebAssembly, on equal memory, and compares.
 *
 * What is undefined in the IR (the interpreter refuses it) may give any value in WebAssembly but
 * must not trap. An index is 32 bits wide in WebAssembly: results beyond are not compared.
 */
import { emitWasm, type EmitOptions } from "@strata/backend-wasm";
import {
  createStore,
  Interpreter,
  MemRefValue,
  type RuntimeValue,
  type ScalarValue,
} from "@strata/interpret";
import {
  dynamic,
  elementTypeOf,
  f16,
  f32,
  f64,
  FloatType,
  i1,
  IndexType,
  IntegerType,
  MemRefType,
  type ModuleOp,
  printOperation,
  type Type,
} from "@strata/ir";
import {
  bf16FromBits,
  bf16ToBits,
  DiagnosticError,
  f16FromBits,
  f16ToBits,
  type Random,
} from "@strata/support";
import { isSameValue, randomScalar, showValue } from "@strata/testing";
import { hostFunctions } from "../src/host-functions.ts";
import { LinearMemory } from "../src/memory.ts";

type Kernel = (...args: readonly (number | bigint)[]) => unknown;

/** An instantiated module with its memory. */
export interface Machine {
  readonly memory: LinearMemory;
  readonly module: ModuleOp;
  readonly binary: Uint8Array;
  readonly kernels: Readonly<Record<string, Kernel>>;
}

/** Emits and instantiates a module. */
export async function machineFor(module: ModuleOp, options?: EmitOptions): Promise<Machine> {
  const { binary } = await emitWasm(module, options);
  const memory = new LinearMemory();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(binary)), {
    env: { memory: memory.memory },
    host: {
      ...hostFunctions,
      alloc: (bytes: number) => {
        const address = memory.tryAllocate(bytes >>> 0);
        if (address === undefined) throw new Error("out of memory");
        return address;
      },
      free: (address: number) => memory.release(address),
    },
  });
  return { memory, module, binary, kernels: instance.exports as Record<string, Kernel> };
}

/** Bytes of an element in the memory of WebAssembly. */
export function bytesOf(t: Type): number {
  if (t instanceof IndexType) return 4;
  if (t instanceof IntegerType) return Math.max(1, t.width / 8);
  return (t as FloatType).width / 8;
}

function writeCell(view: DataView, at: number, t: Type, v: ScalarValue): void {
  const n = Number(v);
  if (t === f64) view.setFloat64(at, n, true);
  else if (t === f32) view.setFloat32(at, n, true);
  else if (t instanceof FloatType) {
    view.setUint16(at, t === f16 ? f16ToBits(n) : bf16ToBits(n), true);
  } else if (typeof v === "bigint") view.setBigInt64(at, v, true);
  else if (bytesOf(t) === 1) view.setInt8(at, n);
  else if (bytesOf(t) === 2) view.setInt16(at, n, true);
  else view.setInt32(at, n, true);
}

function readCell(view: DataView, at: number, t: Type): ScalarValue {
  if (t === f64) return view.getFloat64(at, true);
  if (t === f32) return view.getFloat32(at, true);
  if (t instanceof FloatType) {
    const bits = view.getUint16(at, true);
    return t === f16 ? f16FromBits(bits) : bf16FromBits(bits);
  }
  if (t === i1) return view.getUint8(at);
  if (bytesOf(t) === 1) return view.getInt8(at);
  if (bytesOf(t) === 2) return view.getInt16(at, true);
  return bytesOf(t) === 8 ? view.getBigInt64(at, true) : view.getInt32(at, true);
}

/** A memref with random elements. */
export function randomMemRef(t: MemRefType, shape: readonly number[], random: Random): MemRefValue {
  const n = shape.reduce((a, b) => a * b, 1);
  const store = createStore(t.elementType, n);
  for (let i = 0; i < n; i++) store.set(i, smallScalar(t.elementType, random));
  return new MemRefValue(store, shape, t.elementType);
}

/** A random scalar; an index stays within 32 bits. */
export function smallScalar(t: Type, random: Random): ScalarValue {
  if (!(t instanceof IndexType)) return randomScalar(t, random);
  return random.boolean(0.8) ? random.int(-4, 40) : random.int(-(2 ** 31), 2 ** 31 - 1);
}

const fits = (t: Type, v: RuntimeValue): boolean =>
  !(t instanceof IndexType) || (Number(v) >= -(2 ** 31) && Number(v) < 2 ** 31);

/** Results and memory of a run. */
interface Outcome {
  readonly results: readonly RuntimeValue[];
  readonly memory: readonly (readonly ScalarValue[])[];
}

const elementsOf = (m: MemRefValue): ScalarValue[] =>
  Array.from({ length: m.buffer.length }, (_, i) => m.buffer.get(i) as ScalarValue);

function interpret(
  machine: Machine,
  name: string,
  args: readonly RuntimeValue[],
): Outcome | undefined {
  const copies = args.map((a) =>
    a instanceof MemRefValue ? new MemRefValue(a.buffer.slice(), a.shape, a.elementType) : a,
  );
  try {
    const results = new Interpreter(machine.module, { maxSteps: 1e6 }).run(name, copies);
    return {
      results,
      memory: copies.flatMap((c) => (c instanceof MemRefValue ? [elementsOf(c)] : [])),
    };
  } catch (error) {
    if (error instanceof DiagnosticError && error.diagnostics.every((d) => d.kind === "user")) {
      return undefined;
    }
    throw error;
  }
}

/** The run of a function as WebAssembly; memory around the arguments must stay as it was. */
export function execute(
  machine: Machine,
  name: string,
  types: readonly Type[],
  resultTypes: readonly Type[],
  args: readonly RuntimeValue[],
): Outcome {
  const { memory, kernels } = machine;
  const used = memory.usedBytes;
  const placed: { m: MemRefValue; at: number; bytes: number }[] = [];
  const values = args.flatMap((a, k): (number | bigint)[] => {
    if (!(a instanceof MemRefValue)) return [a as number | bigint];
    const size = bytesOf(a.elementType);
    const bytes = a.buffer.length * size;
    const at = memory.tryAllocate(bytes + 64)!;
    const view = new DataView(memory.memory.buffer);
    for (let i = 0; i < bytes + 64; i++) view.setUint8(at + i, 0xa5);
    elementsOf(a).forEach((v, i) => writeCell(view, at + i * size, a.elementType, v));
    placed.push({ m: a, at, bytes });
    const declared = (types[k] as MemRefType).shape;
    return [at, ...a.shape.filter((_, d) => declared[d] === dynamic)];
  });
  const raw = kernels[name]!(...values);
  const results = raw === undefined ? [] : Array.isArray(raw) ? raw : [raw];
  const view = new DataView(memory.memory.buffer);
  for (const { at, bytes } of placed) {
    for (let i = bytes; i < bytes + 64; i++) {
      if (view.getUint8(at + i) !== 0xa5)
        throw new Error(`byte ${i - bytes} behind a buffer changed`);
    }
  }
  const outcome = {
    results: results.map((r, k) => (resultTypes[k] instanceof FloatType ? Number(r) : r)),
    memory: placed.map(({ m, at }) =>
      Array.from({ length: m.buffer.length }, (_, i) =>
        readCell(view, at + i * bytesOf(m.elementType), m.elementType),
      ),
    ),
  };
  for (const { at } of placed) memory.release(at);
  if (memory.usedBytes !== used) throw new Error(`${memory.usedBytes - used} bytes leaked`);
  return outcome;
}

/** Whether the run was compared; throws an error that shows the difference. */
export function compareRuns(
  machine: Machine,
  name: string,
  types: readonly Type[],
  resultTypes: readonly Type[],
  args: readonly RuntimeValue[],
): boolean {
  const expected = interpret(machine, name, args);
  const found = execute(machine, name, types, resultTypes, args);
  if (expected === undefined) return false;
  const buffers = types.filter((t) => t instanceof MemRefType);
  const same =
    expected.results.every(
      (v, k) => !fits(resultTypes[k]!, v) || isSameValue(v, found.results[k]!),
    ) &&
    expected.memory.every((m, k) =>
      m.every(
        (v, i) => !fits(elementTypeOf(buffers[k]!), v) || isSameValue(v, found.memory[k]![i]!),
      ),
    );
  if (same) return true;
  const show = (a: RuntimeValue): string =>
    a instanceof MemRefValue ? `[${elementsOf(a).map(showValue).join(", ")}]` : showValue(a);
  const out = (o: Outcome): string =>
    `${o.results.map(showValue).join(", ")} | ${o.memory.map((m) => m.map(showValue).join(", ")).join(" | ")}`;
  throw new Error(
    `@${name}(${args.map(show).join("; ")})\n  interpreter: ${out(expected)}\n  wasm:        ${out(found)}\n` +
      printOperation(machine.module),
  );
}
