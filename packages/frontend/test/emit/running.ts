/** Kernels in tests, run by the interpreter on JavaScript values. */
import { SourceFile, type DType } from "@strata/support";
import {
  analyzeKernel,
  emitKernel,
  kernelNames,
  parseCapturedKernel,
  parseKernelFile,
  type AnalyzedKernel,
  type ArgumentType,
} from "@strata/frontend";
import { Interpreter, TensorValue, createStore, type RuntimeValue } from "@strata/interpret";
import { FuncOp } from "@strata/func";
import { RankedTensorType, expectVerified, type Type } from "@strata/ir";

/** A tensor argument: elements in row-major order. */
export interface TensorInput {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: readonly (number | bigint)[];
}

export type Input = number | bigint | boolean | TensorInput;

/** A result: a scalar, or the elements of a tensor. */
export type Output = number | bigint | readonly (number | bigint)[];

function isTensor(input: Input): input is TensorInput {
  return typeof input === "object";
}

function runtimeValue(input: Input, type: Type): RuntimeValue {
  if (!isTensor(input)) return typeof input === "boolean" ? Number(input) : input;
  if (!(type instanceof RankedTensorType)) throw new Error("a tensor for a scalar");
  const store = createStore(type.elementType, input.data.length);
  input.data.forEach((value, at) => store.set(at, value));
  return new TensorValue(input.shape, type.elementType, store);
}

function output(value: RuntimeValue | undefined): Output {
  if (value instanceof TensorValue) {
    const count = value.shape.reduce((n, extent) => n * extent, 1);
    return Array.from({ length: count }, (_, at) => value.data.get(at) as number | bigint);
  }
  if (typeof value === "number" || typeof value === "bigint") return value;
  throw new Error("no value of the language");
}

/** Runs an analyzed kernel; results in the order of the signature. */
export function runAnalyzed(kernel: AnalyzedKernel, inputs: readonly Input[]): Output[] {
  const module = emitKernel(kernel);
  expectVerified(module);
  const fn = [...module.ops()].find((op) => op instanceof FuncOp);
  if (!(fn instanceof FuncOp)) throw new Error("no function");
  const args = inputs.map((input, k) => runtimeValue(input, fn.type.inputs[k] as Type));
  return [...new Interpreter(module).run(kernel.name, args)].map(output);
}

/** Runs the last kernel of a text, unspecialized; its only result. */
export function run(text: string, ...inputs: readonly Input[]): Output {
  const [only] = runAll(text, ...inputs);
  if (only === undefined) throw new Error("no result");
  return only;
}

/** Runs the last kernel of a text, unspecialized. */
export function runAll(text: string, ...inputs: readonly Input[]): Output[] {
  const module = parseKernelFile(new SourceFile("test.kernel.ts", text));
  return runAnalyzed(analyzeKernel(module, kernelNames(module).at(-1) ?? ""), inputs);
}

/** Runs the last kernel of a text, specialized to the shapes of its arguments. */
export function runSpecialized(text: string, ...inputs: readonly Input[]): Output[] {
  const module = parseKernelFile(new SourceFile("test.kernel.ts", text));
  const name = kernelNames(module).at(-1) ?? "";
  const { signature } = analyzeKernel(module, name);
  const args = new Map<string, ArgumentType>();
  signature.params.forEach((param, k) => {
    const input = inputs[k];
    if (input !== undefined && isTensor(input)) {
      args.set(param.name, { kind: "tensor", dtype: input.dtype, shape: input.shape });
    }
  });
  return runAnalyzed(analyzeKernel(module, name, { args }), inputs);
}

/** Runs a captured function's text on arguments of given types. */
export function runCaptured(
  text: string,
  types: Readonly<Record<string, ArgumentType>>,
  ...inputs: readonly Input[]
): Output[] {
  const module = parseCapturedKernel(new SourceFile("captured", text));
  const [name] = kernelNames(module);
  const args = new Map(Object.entries(types));
  return runAnalyzed(analyzeKernel(module, name ?? "", { args }), inputs);
}

/** A tensor of doubles. */
export function doubles(shape: readonly number[], data: readonly number[]): TensorInput {
  return { dtype: "f64", shape, data };
}

/** A tensor of 32-bit integers. */
export function integers(shape: readonly number[], data: readonly number[]): TensorInput {
  return { dtype: "i32", shape, data };
}
