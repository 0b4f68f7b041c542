/**
 * Binding arguments to the parameters of a kernel.
 *
 * Invariants of the outcome: one value per parameter in order, each of the declared type and rank;
 * every named dimension has one value; every check of the signature holds; every result has its
 * extents, none negative; no tensor is larger than the limits. Either all of this, or a
 * `DiagnosticError` with everything that is wrong.
 */
import {
  DiagnosticError,
  DiagnosticSink,
  dtypeInfo,
  evaluateDim,
  printDim,
  type Diagnostic,
  type DimExpr,
  type DimValues,
  type DType,
  type KernelParam,
  type KernelSignature,
  type ScalarType,
} from "@strata/support";
import { isBuffer, type Buffer, type DeviceLimits } from "./device.ts";
import {
  badExtentExpression,
  checkFailed,
  dimConflict,
  extentMismatch,
  missingArgument,
  negativeExtent,
  tooLarge,
  totalTooLarge,
  unknownArgument,
  wrongDType,
  wrongKind,
  wrongRank,
  type DimSource,
} from "./errors.ts";
import { checkScalar, describeValue, isScalarLike } from "./scalar.ts";
import {
  byteCount,
  formatTensorType,
  isHostTensor,
  tryWrapArray,
  type HostTensor,
} from "./tensor.ts";

/** A scalar argument, of its declared type (see `checkScalar`). */
export interface BoundScalar {
  readonly kind: "scalar";
  readonly name: string;
  readonly dtype: ScalarType;
  readonly value: number | bigint;
}

/** A tensor argument, in host memory or on a device. */
export interface BoundTensor {
  readonly kind: "tensor";
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly source: HostTensor | Buffer;
}

export type BoundValue = BoundScalar | BoundTensor;

/** What a result will be. */
export type ResultShape =
  | { readonly kind: "scalar"; readonly name: string | undefined; readonly dtype: ScalarType }
  | {
      readonly kind: "tensor";
      readonly name: string | undefined;
      readonly dtype: DType;
      readonly shape: readonly number[];
    };

/** Arguments that fit a kernel. */
export interface BoundArguments {
  readonly signature: KernelSignature;
  readonly values: readonly BoundValue[];
  /** Values of the named dimensions. */
  readonly dims: ReadonlyMap<string, number>;
  /** Values of the integer scalars, by name. */
  readonly params: ReadonlyMap<string, number>;
  readonly results: readonly ResultShape[];
}

/** Bounds that hold where no device says otherwise: what a typed array of V8 can hold. */
export const HOST_LIMITS: DeviceLimits = { maxBufferBytes: 2 ** 33, maxTotalBytes: 2 ** 36 };

/** Binds arguments by name; throws a `DiagnosticError` with every finding. */
export function bindArguments(
  signature: KernelSignature,
  args: Readonly<Record<string, unknown>>,
  limits: DeviceLimits = HOST_LIMITS,
): BoundArguments {
  const sink = new DiagnosticSink();
  const known = new Set(signature.params.map((param) => param.name));
  for (const name of Object.keys(args)) {
    if (!known.has(name)) sink.add(unknownArgument(signature, name));
  }
  const values: BoundValue[] = [];
  for (const param of signature.params) {
    const given = Object.hasOwn(args, param.name) ? args[param.name] : undefined;
    const bound = given === undefined ? missingArgument(signature, param) : bindOne(param, given);
    if ("code" in bound) sink.add(bound);
    else values.push(bound);
  }
  // Extents are judged only when every argument is of the right kind.
  sink.throwIfErrors();
  const params = integerParams(values);
  const dims = solveDims(signature, values, params, sink);
  sink.throwIfErrors();
  const names: DimValues = { dims, params };
  verifyChecks(signature, names, sink);
  const results = shapeResults(signature, names, sink);
  verifySizes(signature, values, results, limits, sink);
  sink.throwIfErrors();
  return { signature, values, dims, params, results };
}

function bindOne(param: KernelParam, given: unknown): BoundValue | Diagnostic {
  const { name, type } = param;
  if (type.kind === "scalar") {
    if (!isScalarLike(given)) return wrongKind(param, describeArgument(given));
    const checked = checkScalar(name, type.dtype, given);
    if (!checked.ok) return checked.problem;
    return { kind: "scalar", name, dtype: type.dtype, value: checked.value };
  }
  const source = isBuffer(given) || isHostTensor(given) ? given : tryWrapArray(given);
  if (source === undefined) return wrongKind(param, describeArgument(given));
  const retyped = retype(source, type.dtype, given);
  if (retyped === undefined) return wrongDType(param, source.dtype);
  if (source.shape.length !== type.dims.length) return wrongRank(param, source.shape);
  return { kind: "tensor", name, dtype: type.dtype, shape: source.shape, source: retyped };
}

/** A bare typed array says its class only, which `bool`, f16 and bf16 share with others. */
function retype(
  source: HostTensor | Buffer,
  dtype: DType,
  given: unknown,
): HostTensor | Buffer | undefined {
  if (source.dtype === dtype) return source;
  const bare = !isBuffer(source) && source !== given;
  if (!bare || dtypeInfo(dtype).array !== dtypeInfo(source.dtype).array) return undefined;
  return { dtype, shape: source.shape, data: source.data };
}

function describeArgument(value: unknown): string {
  if (isBuffer(value) || isHostTensor(value)) return formatTensorType(value.dtype, value.shape);
  return describeValue(value);
}

function integerParams(values: readonly BoundValue[]): Map<string, number> {
  const params = new Map<string, number>();
  for (const value of values) {
    if (value.kind !== "scalar") continue;
    const { dtype } = value;
    if (dtype !== "index" && dtypeInfo(dtype).kind === "float") continue;
    params.set(value.name, Number(value.value));
  }
  return params;
}

/** Plain names take the actual extents, in order; then every other extent is compared. */
function solveDims(
  signature: KernelSignature,
  values: readonly BoundValue[],
  params: ReadonlyMap<string, number>,
  sink: DiagnosticSink,
): ReadonlyMap<string, number> {
  const sources = new Map<string, DimSource>();
  const rest: { param: KernelParam; axis: number; expr: DimExpr; extent: number }[] = [];
  for (const [k, param] of signature.params.entries()) {
    const value = values[k];
    if (param.type.kind !== "tensor" || value?.kind !== "tensor") continue;
    for (const [axis, expr] of param.type.dims.entries()) {
      const extent = value.shape[axis] ?? 0;
      if (expr.kind !== "dim") {
        rest.push({ param, axis, expr, extent });
        continue;
      }
      const source = { param: param.name, axis, extent };
      const first = sources.get(expr.name);
      if (first === undefined) sources.set(expr.name, source);
      else if (first.extent !== extent) sink.add(dimConflict(expr.name, first, source));
    }
  }
  const dims = new Map([...sources].map(([name, source]) => [name, source.extent] as const));
  for (const { param, axis, expr, extent } of rest) {
    const where = `argument "${param.name}", axis ${axis}`;
    const expected = evaluate(expr, { dims, params }, where, sink);
    if (expected !== undefined && expected !== extent) {
      sink.add(extentMismatch(param, axis, printDim(expr), expected, extent));
    }
  }
  return dims;
}

function evaluate(
  expr: DimExpr,
  names: DimValues,
  where: string,
  sink: DiagnosticSink,
): number | undefined {
  try {
    return evaluateDim(expr, names);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    sink.add(badExtentExpression(where, printDim(expr), error.message));
    return undefined;
  }
}

function verifyChecks(signature: KernelSignature, names: DimValues, sink: DiagnosticSink): void {
  for (const check of signature.checks) {
    const left = evaluate(check.left, names, check.reason, sink);
    const right = evaluate(check.right, names, check.reason, sink);
    if (left === undefined || right === undefined) continue;
    const holds = check.relation === "equal" ? left === right : left >= right;
    if (!holds) {
      sink.add(checkFailed(check, printDim(check.left), printDim(check.right), left, right));
    }
  }
}

function shapeResults(
  signature: KernelSignature,
  names: DimValues,
  sink: DiagnosticSink,
): ResultShape[] {
  return signature.results.map(({ name, type }) => {
    if (type.kind === "scalar") return { kind: "scalar", name, dtype: type.dtype };
    const where = resultLabel(signature, name);
    const shape = type.dims.map((expr) => {
      const extent = evaluate(expr, names, where, sink);
      if (extent === undefined || extent >= 0) return extent ?? 0;
      sink.add(negativeExtent(where, printDim(expr), extent));
      return 0;
    });
    return { kind: "tensor", name, dtype: type.dtype, shape };
  });
}

/** How messages call a result: `the result of heat`, `result "mean" of stats`. */
export function resultLabel(signature: KernelSignature, name: string | undefined): string {
  return name === undefined
    ? `the result of ${signature.name}`
    : `result "${name}" of ${signature.name}`;
}

function verifySizes(
  signature: KernelSignature,
  values: readonly BoundValue[],
  results: readonly ResultShape[],
  limits: DeviceLimits,
  sink: DiagnosticSink,
): void {
  let total = 0;
  const weigh = (where: string, dtype: DType, shape: readonly number[]): void => {
    const bytes = byteCount(dtype, shape);
    total += bytes;
    if (bytes <= limits.maxBufferBytes) return;
    sink.add(tooLarge(where, formatTensorType(dtype, shape), bytes, limits.maxBufferBytes));
  };
  for (const value of values) {
    if (value.kind === "tensor") weigh(`argument "${value.name}"`, value.dtype, value.shape);
  }
  for (const result of results) {
    if (result.kind === "tensor") {
      weigh(resultLabel(signature, result.name), result.dtype, result.shape);
    }
  }
  if (!sink.hasErrors && total > limits.maxTotalBytes) {
    sink.add(totalTooLarge(signature.name, total, limits.maxTotalBytes));
  }
}

/** Checks the size of one tensor against limits; throws a `DiagnosticError` when it is larger. */
export function expectFits(
  where: string,
  dtype: DType,
  shape: readonly number[],
  limits: DeviceLimits,
): void {
  const bytes = byteCount(dtype, shape);
  if (bytes <= limits.maxBufferBytes) return;
  const type = formatTensorType(dtype, shape);
  throw new DiagnosticError(tooLarge(where, type, bytes, limits.maxBufferBytes));
}
