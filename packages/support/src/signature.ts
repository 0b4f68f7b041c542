/**
 * What a caller must know of a kernel: parameters, results, and how extents hang together.
 *
 * Binding arguments, in order: (1) for each tensor parameter and axis, a plain named dimension
 * that has no value yet takes the actual extent, every other extent expression is evaluated and
 * must equal the actual one; (2) each check must hold; (3) the results' extents are evaluated.
 * Every name in `checks` and in the results' extents is bound by (1) or is a scalar parameter.
 */
import type { DType, ScalarType } from "./dtype.ts";
import { printDim, type DimExpr } from "./dim-expr.ts";
import type { SourceSpan } from "./source.ts";

/** A scalar of some type. */
export interface ScalarValueType {
  readonly kind: "scalar";
  readonly dtype: ScalarType;
}

/** A row-major tensor; rank 0 to 6. */
export interface TensorValueType {
  readonly kind: "tensor";
  readonly dtype: DType;
  readonly dims: readonly DimExpr[];
}

/** The type of a parameter or of a result. */
export type ValueType = ScalarValueType | TensorValueType;

/** A parameter of a kernel. */
export interface KernelParam {
  readonly name: string;
  readonly type: ValueType;
  readonly span?: SourceSpan | undefined;
}

/** A result of a kernel; it has a name if the kernel returns an object. */
export interface KernelResult {
  readonly name: string | undefined;
  readonly type: ValueType;
}

/** A condition on extents that is known to hold or not only when the kernel is called. */
export interface ShapeCheck {
  /** `equal`: left = right; `at-least`: left >= right. */
  readonly relation: "equal" | "at-least";
  readonly left: DimExpr;
  readonly right: DimExpr;
  /** What asks for it, as in `zip needs tensors of equal shape (axis 1)`. */
  readonly reason: string;
  readonly span?: SourceSpan | undefined;
}

/** The face of a kernel. */
export interface KernelSignature {
  readonly name: string;
  /** The text of the doc comment above the kernel. */
  readonly doc: string | undefined;
  readonly params: readonly KernelParam[];
  /** `single`: one result without a name; `object`: the fields of the returned object, in order. */
  readonly form: "single" | "object";
  readonly results: readonly KernelResult[];
  /** Named dimensions, in the order of their first use by a parameter. */
  readonly dims: readonly string[];
  readonly checks: readonly ShapeCheck[];
}

/** A type as the kernel language writes it: `f32`, `Tensor<f32, [n, m - 2]>`. */
export function printValueType(type: ValueType): string {
  if (type.kind === "scalar") return type.dtype;
  return `Tensor<${type.dtype}, [${type.dims.map(printDim).join(", ")}]>`;
}

/** A signature on one line: `heat(u: Tensor<f32, [n, m]>, alpha: f32): Tensor<f32, [n, m]>`. */
export function printSignature(signature: KernelSignature): string {
  const params = signature.params.map(({ name, type }) => `${name}: ${printValueType(type)}`);
  const fields = signature.results.map(({ name, type }) =>
    name === undefined ? printValueType(type) : `${name}: ${printValueType(type)}`,
  );
  const result = signature.form === "object" ? `{ ${fields.join(", ")} }` : fields.join(", ");
  return `${signature.name}(${params.join(", ")}): ${result}`;
}
