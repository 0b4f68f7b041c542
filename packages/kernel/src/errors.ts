/**
 * What goes wrong when a kernel runs as plain TypeScript: one function per finding.
 *
 * Invariants: codes are `kernel.…` and stable; only reading outside a tensor is a `RangeError`
 * (the kernel language says so), everything else is a `KernelError`.
 */
import { DiagnosticError, type DType, didYouMean, DTYPES, userError } from "@strata/support";

/** A misuse of a pattern or a tensor, with a stable code and a hint. */
export class KernelError extends DiagnosticError {
  /** Stable identifier of the finding, such as `kernel.shape-mismatch`. */
  readonly code: string;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: string, message: string, hint: string) {
    super(userError(code, message, { hint }));
    this.name = "KernelError";
    this.code = code;
    this.hint = hint;
  }
}

function showShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}

/** Tensors that a pattern walks together differ in shape. */
export function shapeMismatch(
  pattern: string,
  first: readonly number[],
  other: readonly number[],
  position: number,
): KernelError {
  return new KernelError(
    "kernel.shape-mismatch",
    `${pattern}: tensor 1 has shape ${showShape(first)}, ` +
      `tensor ${position} has shape ${showShape(other)}`,
    "give tensors of one shape; to combine different shapes, use build and at",
  );
}

/** The number of elements given is not the product of the extents. */
export function elementCount(shape: readonly number[], expected: number, got: number): KernelError {
  return new KernelError(
    "kernel.element-count",
    `shape ${showShape(shape)} needs ${expected} elements, got ${got}`,
    "give as many elements as the product of the extents",
  );
}

/** An extent is negative, fractional or not a number. */
export function badExtent(extent: number, axis: number): KernelError {
  return new KernelError(
    "kernel.bad-extent",
    `extent ${extent} of axis ${axis} is not an integer from 0`,
    "give every axis a whole number of elements, 0 or more",
  );
}

/** More than six axes. */
export function rankTooHigh(rank: number): KernelError {
  return new KernelError(
    "kernel.rank",
    `a tensor of rank ${rank}: the largest rank is 6`,
    "fold neighbouring axes into one",
  );
}

/** The tensor would not fit in memory. */
export function tooLarge(shape: readonly number[], dtype: DType): KernelError {
  return new KernelError(
    "kernel.too-large",
    `a tensor of shape ${showShape(shape)} and type ${dtype} does not fit in memory`,
    "work on a smaller tensor, or on parts of it",
  );
}

/** Storage of another class than the element type's. */
export function wrongStorage(dtype: DType, expected: string, got: string): KernelError {
  return new KernelError(
    "kernel.storage",
    `elements of type ${dtype} are stored in a ${expected}, got a ${got}`,
    `copy the data into a ${expected}, or name the element type that fits`,
  );
}

/** A name that is no element type. */
export function unknownDType(name: string): KernelError {
  return new KernelError(
    "kernel.unknown-dtype",
    `unknown element type "${name}"`,
    didYouMean(name, DTYPES) ?? `use one of ${DTYPES.join(", ")}`,
  );
}

/** A tensor was asked for storage of an element type that it has not. */
export function otherDType(asked: DType, dtype: DType): KernelError {
  return new KernelError(
    "kernel.other-dtype",
    `the tensor's elements are ${dtype}, not ${asked}`,
    `ask for "${dtype}", or convert first: tensor.to("${asked}")`,
  );
}

/** Nested arrays whose rows differ in length or depth. */
export function raggedArray(place: readonly number[]): KernelError {
  return new KernelError(
    "kernel.ragged-array",
    `the nested array is not rectangular at ${showShape(place)}`,
    "give all rows of an axis the same length and depth",
  );
}

/** A wrong number of indices or offsets. */
export function indexCount(what: string, rank: number, got: number): KernelError {
  return new KernelError(
    "kernel.index-count",
    `${what}: a tensor of rank ${rank} takes ${rank} positions, got ${got}`,
    "give one position per axis",
  );
}

/** A stencil offset that is not a whole number. */
export function badOffset(offset: number): KernelError {
  return new KernelError(
    "kernel.stencil-offset",
    `stencil offset ${offset} is not a whole number`,
    "give constant whole offsets; to read between points, use at and interpolate",
  );
}

/** An axis that the tensor has not. */
export function badAxis(pattern: string, axis: number, rank: number): KernelError {
  return new KernelError(
    "kernel.axis",
    `${pattern}: a tensor of rank ${rank} has no axis ${axis}`,
    rank === 0 ? "leave the axis out" : `use an axis from ${-rank} to ${rank - 1}`,
  );
}

/** An arrow that gives numbers at some points and booleans or bigints at others. */
export function mixedElements(pattern: string, first: string, other: string): KernelError {
  return new KernelError(
    "kernel.mixed-elements",
    `${pattern}: the arrow gave a ${first} at one point and a ${other} at another`,
    "give one type at every point; convert with f32(…), i64(…), bool(…)",
  );
}

/** A bin number that is not a whole number. */
export function badBin(bin: number): KernelError {
  return new KernelError(
    "kernel.bin",
    `histogram: bin ${bin} is not a whole number`,
    "convert the bin with i32(…)",
  );
}

/** A count (of steps, bins, terms) that is no number or fractional. */
export function badCount(pattern: string, count: number): KernelError {
  return new KernelError(
    "kernel.count",
    `${pattern}: ${count} is not a whole number`,
    "give a whole number",
  );
}

/** Arguments of a pattern that are not of the kinds it takes. */
export function badArguments(pattern: string, expected: string): KernelError {
  return new KernelError(
    "kernel.arguments",
    `${pattern}: expected ${expected}`,
    `write ${expected}`,
  );
}

/** Division of an integer by zero. */
export function divisionByZero(): KernelError {
  return new KernelError(
    "kernel.division-by-zero",
    "idiv: division by zero",
    "test the divisor first",
  );
}

/** A position outside the tensor. */
export function indexOutside(
  shape: readonly number[],
  index: readonly (number | bigint)[],
): RangeError {
  return new RangeError(
    `position [${index.join(", ")}] is outside a tensor of shape ${showShape(shape)}`,
  );
}
