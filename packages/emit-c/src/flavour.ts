/**
 * What differs between the C-family languages that kernels are printed in: a table of spellings.
 *
 * Invariant: a flavour never decides what a program means; it spells what the emitter asks for.
 */
import type { CKind, Expr } from "./expression.ts";

/** Where memory lies. */
export type Space = "global" | "workgroup" | "private";

/** What a program may need that not every device of the flavour has. */
export type Feature = "fp64" | "int64-atomics" | "int64-extended-atomics";

/** The identity of a thread, of its block, and the extents of both. */
export type IdKind = "thread" | "block" | "blockDim" | "gridDim";

/** How an atomic update combines. */
export type AtomicOp = "add" | "min" | "max" | "and" | "or" | "xor" | "exchange";

/** An update of one element in memory; the value has the element's kind. */
export interface AtomicUpdate {
  readonly op: AtomicOp;
  readonly kind: CKind;
  readonly space: Space;
  /** An lvalue: `x[i]`. */
  readonly place: string;
  readonly value: string;
}

/** A function that programs bring along: its name, its text, and the other helpers it calls. */
export interface Helper {
  readonly name: string;
  readonly text: string;
  readonly calls?: readonly Helper[];
}

/** A C-family language. */
export interface CFlavour {
  /** `OpenCL C 1.2`, `CUDA C`. */
  readonly name: string;
  /** The name of each scalar type. */
  readonly types: Readonly<Record<CKind, string>>;
  /** First lines of a program. */
  preamble(features: ReadonlySet<Feature>): readonly string[];
  /** In front of the type of a helper function. */
  readonly helperQualifier: string;
  /** The head of a kernel up to its parameter list; `block` is the size of its blocks if known. */
  kernelHead(name: string, block: readonly number[] | undefined): string;
  /** A parameter that points to elements. */
  pointer(type: string, name: string, flags: { constant: boolean; restrict: boolean }): string;
  /** A pointer type: `__local float *`. */
  pointerTo(space: Space, type: string, constant: boolean): string;
  /** An array in a block's shared memory or in a thread's own; 16-byte aligned. */
  array(space: "workgroup" | "private", type: string, name: string, length: number): string;
  /** The identity of a thread as an unsigned number. */
  id(kind: IdKind, dim: 0 | 1 | 2): string;
  readonly barrier: string;
  /** The bits of a value as another kind of the same width: `as_float`. */
  bitcast(from: CKind, to: CKind): string;
  /**
   * The body of a function of `a` and `b` that gives the larger or smaller number, NaN if one of them
   * is; `plain` is one in portable C. Without it that is taken.
   */
  extremeBody?(
    name: "maximum" | "minimum",
    kind: "f32" | "f64",
    plain: readonly string[],
  ): readonly string[];
  /** A function of `math`, by its C name, on floats: `exp` → `expf`; undefined if there is none. */
  math(name: string, kind: "f32" | "f64"): string | undefined;
  /** Bits set. */
  popcount(kind: "u32" | "u64"): string;
  /** Leading zeros. */
  countLeadingZeros(kind: "u32" | "u64"): string;
  /** The high half of a product. */
  mulHigh(kind: CKind): string;
  /** Smallest or largest of integers of one kind, at least 32 bits wide. */
  minMax(name: "min" | "max", kind: CKind): string;
  /** The type of 2 or 4 elements: `float4`. */
  vectorType(kind: CKind, lanes: number): string;
  /** A vector of elements. */
  vectorValue(kind: CKind, lanes: readonly string[]): string;
  /** An atomic update; gives the element before. Undefined where the flavour has none. */
  atomic(update: AtomicUpdate): { readonly text: string; readonly helper?: Helper } | undefined;
  /**
   * A test that replaces what is in `place`, if it has the bits of `old`, by `value`; false if it has
   * others. Undefined where the flavour has none.
   */
  compareExchange(
    kind: CKind,
    space: Space,
    place: string,
    old: string,
    value: string,
  ): { readonly text: string; readonly helper?: Helper } | undefined;
  /** A value of another lane of the warp; undefined without shuffles. */
  shuffle?(mode: string, value: Expr, offset: Expr, width: Expr): string;
  /** Conversions between f16 patterns (u16) and the floats they stand for. */
  readonly halfHelpers: {
    readonly decode: Helper;
    readonly encode: Helper;
    readonly encodeDouble: Helper;
  };
  /** Correctly rounded division, where the operator is not. */
  divide?(kind: "f32" | "f64"): Helper | undefined;
  /** Correctly rounded square root, where the function is not. */
  squareRoot?(kind: "f32" | "f64"): Helper | undefined;
  /** Words that no name may be. */
  readonly reserved: ReadonlySet<string>;
}
