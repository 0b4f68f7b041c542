/**
 * The typed tree: a kernel after analysis.
 *
 * Invariants: all conversions are explicit; names are symbols; helpers are inlined (`inline`
 * nodes); arrows have become lambdas; after `analyzeKernel` every type variable is resolved.
 */
import type { DimExpr } from "@strata/support";
import type { Node } from "../syntax/ast.ts";
import type { Ty } from "./types.ts";

/** A value with a name. */
export interface Variable {
  readonly name: string;
  readonly type: Ty;
  /** May be assigned again. */
  readonly mutable: boolean;
  /** Its value as an expression over extents and parameters, if it has one. */
  readonly dim?: DimExpr | undefined;
  readonly at: Node;
}

interface Base<K extends string> {
  readonly kind: K;
  readonly type: Ty;
  readonly at: Node;
}

export interface LiteralT extends Base<"literal"> {
  readonly value: number | bigint | boolean;
}

export interface VariableT extends Base<"variable"> {
  readonly variable: Variable;
}

/** `tensor.shape[axis]`. */
export interface ExtentT extends Base<"extent"> {
  readonly tensor: Typed;
  readonly axis: number;
}

export interface UnaryT extends Base<"unary"> {
  readonly op: "neg" | "not";
  readonly operand: Typed;
}

export type ArithmeticOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "rem"
  | "shl"
  | "shr"
  | "ushr"
  | "and"
  | "or"
  | "xor"
  | "min"
  | "max"
  | "pow";

/** Both operands and the result are of one type, but for shifts of `index`. */
export interface BinaryT extends Base<"binary"> {
  readonly op: ArithmeticOp;
  readonly left: Typed;
  readonly right: Typed;
}

export type CompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** Both operands are of one type; the result is `bool`. */
export interface CompareT extends Base<"compare"> {
  readonly op: CompareOp;
  readonly left: Typed;
  readonly right: Typed;
}

/** `&&` and `||`. */
export interface LogicalT extends Base<"logical"> {
  readonly op: "and" | "or";
  readonly left: Typed;
  readonly right: Typed;
}

/** `?:`, or `select` where both sides are evaluated. */
export interface ConditionalT extends Base<"conditional"> {
  readonly condition: Typed;
  readonly consequent: Typed;
  readonly alternate: Typed;
  readonly strict: boolean;
}

/** A conversion to `type`, with the meaning of the language's conversions. */
export interface ConvertT extends Base<"convert"> {
  readonly operand: Typed;
}

export type MathFunction =
  | "abs"
  | "sqrt"
  | "cbrt"
  | "exp"
  | "expm1"
  | "exp2"
  | "log"
  | "log2"
  | "log10"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "atan2"
  | "sinh"
  | "cosh"
  | "tanh"
  | "floor"
  | "ceil"
  | "round"
  | "trunc"
  | "sign"
  | "hypot"
  | "fround"
  | "imul"
  | "clz32"
  | "erf"
  | "fma"
  | "popcount"
  | "isNaN";

export interface MathT extends Base<"math"> {
  readonly fn: MathFunction;
  readonly args: readonly Typed[];
}

/** `tensor.at(indices)`. */
export interface AtT extends Base<"at"> {
  readonly tensor: Typed;
  readonly indices: readonly Typed[];
}

/** A stencil's accessor. */
export interface Accessor {
  readonly name: string;
  /** Position of its tensor among the stencil's inputs. */
  readonly input: number;
  readonly rank: number;
  readonly type: Ty;
}

/** `c(di, dj)`. */
export interface ReadT extends Base<"read"> {
  readonly accessor: Accessor;
  readonly offsets: readonly number[];
}

/** The body of a helper with its parameters bound; `return` leaves this body. */
export interface InlineT extends Base<"inline"> {
  readonly name: string;
  readonly params: readonly { readonly variable: Variable; readonly value: Typed }[];
  readonly body: BlockT;
  /** The result as an expression over extents and parameters, if it is one. */
  readonly dim: DimExpr | undefined;
}

export interface TupleT extends Base<"tuple"> {
  readonly elements: readonly Typed[];
}

export interface ObjectT extends Base<"object"> {
  readonly fields: readonly { readonly name: string; readonly value: Typed }[];
}

export interface FieldT extends Base<"field"> {
  readonly object: Typed;
  readonly name: string;
}

export interface ItemT extends Base<"item"> {
  readonly tuple: Typed;
  readonly position: number;
}

/** An arrow of a pattern. */
export interface Lambda {
  readonly params: readonly Variable[];
  readonly body: BlockT;
  readonly type: Ty;
  readonly at: Node;
}

/** `map` and `zip`: parameters are the elements, then one index per axis. */
export interface MapT extends Base<"map"> {
  readonly inputs: readonly Typed[];
  readonly body: Lambda;
}

/** Parameters are one index per axis. */
export interface BuildT extends Base<"build"> {
  readonly extents: readonly Typed[];
  readonly body: Lambda;
}

export type BoundaryMode = "clamp" | "zero" | "constant" | "wrap" | "reflect" | "copy";

/**
 * Parameters are one index per axis; the body reads through accessors. Points are `strides` apart;
 * with `parity`, points whose indices add up to another remainder by 2 keep the first input.
 */
export interface StencilT extends Base<"stencil"> {
  readonly inputs: readonly Typed[];
  /** One for each input. */
  readonly boundaries: readonly BoundaryMode[];
  /** For each `zero` and `constant` in order: a value of that input's element type. */
  readonly values: readonly Typed[];
  readonly strides: readonly number[];
  readonly parity: number | undefined;
  readonly accessors: readonly Accessor[];
  readonly body: Lambda;
}

export type Reduction = "sum" | "prod" | "min" | "max" | "any" | "all";

/** A reduction of all elements (`axis` undefined, a scalar) or along an axis (a tensor). */
export interface ReduceT extends Base<"reduce"> {
  readonly op: Reduction | "mean" | "argmin" | "argmax";
  readonly input: Typed;
  readonly axis: number | undefined;
}

/** `reduce(t, init, f)`: the parameters of `body` are the accumulator and the element. */
export interface FoldT extends Base<"fold"> {
  readonly input: Typed;
  readonly axis: number | undefined;
  readonly init: Typed;
  readonly body: Lambda;
}

/** `sum(n, (p) => e)`. */
export interface RangeT extends Base<"range"> {
  readonly op: "sum" | "prod" | "min" | "max";
  readonly count: Typed;
  readonly body: Lambda;
}

export interface ScanT extends Base<"scan"> {
  readonly input: Typed;
  readonly init: Typed;
  readonly body: Lambda;
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** Without `weight` it counts in `i32`; `bin` gives an `index`. */
export interface HistogramT extends Base<"histogram"> {
  readonly inputs: readonly Typed[];
  readonly bins: Typed;
  readonly bin: Lambda;
  readonly weight: Lambda | undefined;
}

/** Rows of `source` along its first axis, at the places that `indices` hold. */
export interface GatherT extends Base<"gather"> {
  readonly source: Typed;
  readonly indices: Typed;
}

/** `target` with rows replaced in order; without `body` a value takes the old one's place. */
export interface ScatterT extends Base<"scatter"> {
  readonly target: Typed;
  readonly indices: Typed;
  readonly values: Typed;
  readonly body: Lambda | undefined;
}

/** Segment k of `values` goes from `offsets[k]` to below `offsets[k + 1]`. */
export interface SegmentedT extends Base<"segmented"> {
  readonly values: Typed;
  readonly offsets: Typed;
  readonly init: Typed;
  readonly body: Lambda;
}

/** The product of a matrix of compressed rows with a dense vector or matrix. */
export interface SparseT extends Base<"sparse"> {
  readonly offsets: Typed;
  readonly columns: Typed;
  readonly values: Typed;
  readonly dense: Typed;
  /** What takes the place of 0, · and +. */
  readonly semiring:
    | { readonly init: Typed; readonly times: Lambda; readonly plus: Lambda }
    | undefined;
}

/** The type is that of the state; of a list, each element is a parameter of `body`. */
export interface IterateT extends Base<"iterate"> {
  readonly count: Typed;
  readonly state: Typed;
  readonly body: Lambda;
}

export interface IterateUntilT extends Base<"iterateUntil"> {
  readonly state: Typed;
  readonly body: Lambda;
  readonly done: Lambda;
  readonly limit: Typed;
}

/** Stands for something reported. */
export interface ErrorT extends Base<"error"> {}

/** An expression. */
export type Typed =
  | LiteralT
  | VariableT
  | ExtentT
  | UnaryT
  | BinaryT
  | CompareT
  | LogicalT
  | ConditionalT
  | ConvertT
  | MathT
  | AtT
  | ReadT
  | InlineT
  | TupleT
  | ObjectT
  | FieldT
  | ItemT
  | MapT
  | BuildT
  | StencilT
  | ReduceT
  | FoldT
  | RangeT
  | ScanT
  | HistogramT
  | GatherT
  | ScatterT
  | SegmentedT
  | SparseT
  | IterateT
  | IterateUntilT
  | ErrorT;

// Statements

/** A declaration; without `init` the variable is assigned before it is read. */
export interface DeclareS {
  readonly kind: "declare";
  readonly variable: Variable;
  readonly init: Typed | undefined;
  readonly at: Node;
}

export interface AssignS {
  readonly kind: "assign";
  readonly variable: Variable;
  readonly value: Typed;
  readonly at: Node;
}

export interface IfS {
  readonly kind: "if";
  readonly condition: Typed;
  readonly consequent: BlockT;
  readonly alternate: BlockT | undefined;
  readonly at: Node;
}

/**
 * A counted loop: the counter goes from `from` while `counter relation to` holds, by `step`
 * (positive; downwards for `>` and `>=`). `from` and `to` are evaluated once.
 */
export interface ForS {
  readonly kind: "for";
  readonly counter: Variable;
  readonly from: Typed;
  readonly to: Typed;
  readonly relation: "<" | "<=" | ">" | ">=";
  readonly step: number;
  readonly body: BlockT;
  readonly at: Node;
}

/** `update` runs after the body and after `continue`. */
export interface WhileS {
  readonly kind: "while";
  readonly condition: Typed;
  readonly body: BlockT;
  readonly update: BlockT | undefined;
  readonly at: Node;
}

export interface DoWhileS {
  readonly kind: "doWhile";
  readonly body: BlockT;
  readonly condition: Typed;
  readonly at: Node;
}

/** A loop whose iterations have been written out. */
export interface UnrolledS {
  readonly kind: "unrolled";
  readonly iterations: readonly BlockT[];
  readonly at: Node;
}

export interface JumpS {
  readonly kind: "break" | "continue";
  readonly at: Node;
}

export interface ReturnS {
  readonly kind: "return";
  readonly value: Typed;
  readonly at: Node;
}

export interface BlockT {
  readonly kind: "block";
  readonly statements: readonly StatementT[];
  readonly at: Node;
}

export type StatementT =
  | DeclareS
  | AssignS
  | IfS
  | ForS
  | WhileS
  | DoWhileS
  | UnrolledS
  | JumpS
  | ReturnS
  | BlockT;
