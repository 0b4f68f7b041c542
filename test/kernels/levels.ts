/**
 * Runs a kernel case at a level of the compiler: interpreted at the pattern, loop or vector level,
 * or compiled for a device: `wasm`, or `llvm` where LLVM is installed.
 */
import { LLVMDevice } from "@strata/backend-llvm/device";
import { expectLLVM, findLLVM } from "@strata/backend-llvm/native";
import { WasmDevice } from "@strata/backend-wasm";
import { lowerTo, wasmTarget, type Level } from "@strata/compiler";
import { analyzeKernel, emitKernel, parseKernelFile, type ArgumentType } from "@strata/frontend";
import { createStore, Interpreter, MemRefValue, storeOver, TensorValue } from "@strata/interpret";
import type { RuntimeValue, StoreArray } from "@strata/interpret";
import { expectVerified, MemRefType, RankedTensorType, type ModuleOp, type Type } from "@strata/ir";
import { bindArguments, type Device } from "@strata/runtime";
import {
  dtypeInfo,
  evaluateDim,
  SourceFile,
  type DType,
  type KernelSignature,
  type StorageArray,
} from "@strata/support";
import { FuncOp } from "@strata/func";
import type { ScalarValue, TensorValue as CaseTensor, Values } from "./case.ts";

/** Where a kernel runs: as the front end made it, at a level, or on a device. */
export type Place = "unfused" | Level | "wasm" | "llvm";

/** Whether a place is left out: LLVM where it is not installed, except in CI. */
export const isLeftOut = (place: Place): boolean =>
  place === "llvm" && process.env["CI"] === undefined && findLLVM().llvm === undefined;

const isTensor = (v: CaseTensor | ScalarValue): v is CaseTensor => "data" in v;

function argumentTypes(args: Values): Map<string, ArgumentType> {
  return new Map(
    Object.entries(args).map(([name, v]) => [
      name,
      isTensor(v)
        ? { kind: "tensor", dtype: v.dtype as DType, shape: v.shape }
        : { kind: "scalar", dtype: v.dtype },
    ]),
  );
}

/** A kernel specialized to arguments, at the pattern level. */
export function specializeCase(
  text: string,
  name: string,
  args: Values,
): { module: ModuleOp; signature: KernelSignature } {
  const file = new SourceFile(`${name}.kernel.ts`, text);
  const kernel = analyzeKernel(parseKernelFile(file), name, { args: argumentTypes(args) });
  const module = emitKernel(kernel);
  expectVerified(module);
  return { module, signature: kernel.signature };
}

/** An array of the kind that the interpreter keeps a type in: signless integers are signed. */
function signedView(data: StorageArray, dtype: DType): StoreArray {
  const { buffer, byteOffset, length } = data.slice();
  switch (dtype) {
    case "u16":
      return new Int16Array(buffer, byteOffset, length);
    case "u8":
      return new Int8Array(buffer, byteOffset, length);
    case "u32":
      return new Int32Array(buffer, byteOffset, length);
    case "u64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "f16":
      return new Float16Array(buffer, byteOffset, length);
    default:
      return data.slice() as StoreArray;
  }
}

function bytesOf(a: ArrayBufferView): Uint8Array {
  return new Uint8Array(a.buffer, a.byteOffset, a.byteLength);
}

/** A scalar as the interpreter holds it. */
function scalarOf(v: ScalarValue): RuntimeValue {
  const { value, dtype } = v;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (dtype === "u8") return ((value as number) << 24) >> 24;
  if (dtype === "u16") return ((value as number) << 16) >> 16;
  if (dtype === "u32") return (value as number) | 0;
  if (dtype === "u64") return BigInt.asIntN(64, value as bigint);
  return value;
}

/** A scalar as the language has it. */
function presented(value: RuntimeValue, dtype: string): ScalarValue["value"] {
  if (dtype === "bool") return value !== 0;
  if (dtype === "u8") return (value as number) & 0xff;
  if (dtype === "u16") return (value as number) & 0xffff;
  if (dtype === "u32") return (value as number) >>> 0;
  if (dtype === "u64") return BigInt.asUintN(64, value as bigint);
  return value as number | bigint;
}

/** Runs a case at a place; results by name, `result` for a lone one. */
export async function runCase(
  text: string,
  name: string,
  args: Values,
  place: Place,
): Promise<Values> {
  const { module, signature } = specializeCase(text, name, args);
  if (place === "wasm") return runOnDevice(wasm, module, signature, args);
  if (place === "llvm") return runOnDevice(openLLVM(), module, signature, args);
  if (place !== "unfused") lowerTo(module, place, wasmTarget);
  return interpretModule(module, signature, args);
}

const wasm = new WasmDevice();

let llvm: LLVMDevice | undefined;
const openLLVM = (): LLVMDevice => (llvm ??= new LLVMDevice(expectLLVM()));

export async function runOnDevice(
  device: Device,
  module: ModuleOp,
  signature: KernelSignature,
  args: Values,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Values> {
  const executable = await device.compile({ signature, module, entry: signature.name, options });
  const given = Object.fromEntries(
    Object.entries(args).map(([n, v]) => [n, isTensor(v) ? v : v.value]),
  );
  const out = executable.run(bindArguments(signature, given, device.limits));
  const results: Record<string, CaseTensor | ScalarValue> = {};
  signature.results.forEach((r, k) => {
    const value = out[k]!;
    if (typeof value === "object") {
      results[r.name ?? "result"] = value.readSync() as CaseTensor;
      value.release();
    } else {
      const dtype = r.type.dtype;
      const scalar = dtype === "bool" ? value !== 0 : value;
      results[r.name ?? "result"] = { dtype, value: scalar } as ScalarValue;
    }
  });
  executable.release();
  return results;
}

/** Runs a module at any level with the arguments of a case; `run` runs what it became otherwise. */
export function interpretModule(
  module: ModuleOp,
  signature: KernelSignature,
  args: Values,
  run: (values: RuntimeValue[], fn: FuncOp) => readonly RuntimeValue[] = (values) =>
    new Interpreter(module).run(signature.name, values),
): Values {
  const fn = [...module.ops()].find(
    (op): op is FuncOp => op instanceof FuncOp && op.symbolName === signature.name,
  )!;
  const dims = new Map<string, number>();
  const params = new Map<string, number>();
  const values: RuntimeValue[] = signature.params.map((p, i) => {
    const v = args[p.name]!;
    if (!isTensor(v)) {
      if (typeof v.value === "number") params.set(p.name, v.value);
      return scalarOf(v);
    }
    if (p.type.kind === "tensor") {
      p.type.dims.forEach((d, k) => {
        if (d.kind === "dim") dims.set(d.name, v.shape[k]!);
      });
    }
    const element = elementOf(fn.type.inputs[i]!);
    const store = storeOver(element, signedView(v.data, v.dtype as DType));
    return fn.type.inputs[i] instanceof MemRefType
      ? new MemRefValue(store, v.shape, element)
      : new TensorValue(v.shape, element, store);
  });
  const outs: MemRefValue[] = [];
  fn.type.inputs.slice(values.length).forEach((t) => {
    const r = signature.results.filter(({ type }) => type.kind === "tensor")[outs.length]!;
    const shape =
      r.type.kind === "tensor" ? r.type.dims.map((d) => evaluateDim(d, { dims, params })) : [];
    const element = elementOf(t);
    outs.push(
      new MemRefValue(
        createStore(
          element,
          shape.reduce((a, n) => a * n, 1),
        ),
        shape,
        element,
      ),
    );
  });
  const returned = [...run([...values, ...outs], fn)];
  const results: Record<string, CaseTensor | ScalarValue> = {};
  const written = [...outs];
  for (const r of signature.results) {
    const key = r.name ?? "result";
    if (r.type.kind === "scalar") {
      results[key] = {
        dtype: r.type.dtype,
        value: presented(returned.shift()!, r.type.dtype),
      } as ScalarValue;
      continue;
    }
    const value = (outs.length > 0 ? written.shift() : returned.shift()) as
      | MemRefValue
      | TensorValue;
    const store = value instanceof TensorValue ? value.data : value.buffer;
    const { array } = dtypeInfo(r.type.dtype);
    const data = new array(value.shape.reduce((a, n) => a * n, 1));
    bytesOf(data).set(bytesOf(store.array!));
    results[key] = { dtype: r.type.dtype, shape: value.shape, data } as CaseTensor;
  }
  return results;
}

function elementOf(t: Type): Type {
  if (t instanceof MemRefType || t instanceof RankedTensorType) return t.elementType;
  throw new Error(`${t.toString()} has no elements`);
}
