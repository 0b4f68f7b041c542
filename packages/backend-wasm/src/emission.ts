/**
 * What the emitters of single operations work with.
 *
 * Invariants: every SSA value has locals of its own, set once per execution of the operation that
 * defines it; an `Arg` makes a new expression each time, a local read or a constant, and may be
 * called any number of times; an `Expr` is used exactly once.
 */
import type { Operation, Type, Value } from "@strata/ir";
import type binaryen from "binaryen";
import type { WasmKind } from "./lanes.ts";

/** An expression of binaryen. */
export type Expr = number;

/** Makes an expression for a value that is ready; call it once for each place it is needed. */
export type Arg = () => Expr;

/** Functions that modules bring along where they need them. */
export type HelperName =
  | "f16_round"
  | "f16_bits"
  | "f16_value"
  | "bf16_round"
  | "bf16_bits"
  | "f16_round_lanes"
  | "f16_bits_lanes"
  | "f16_value_lanes"
  | "bf16_round_lanes"
  | "bf16_bits_lanes"
  | "mul_high_u64"
  | "power_i64";

/** The code around an operation that is being emitted. */
export interface Emission {
  readonly m: binaryen.Module;
  /** Numbers of the value types. */
  readonly types: Readonly<Record<WasmKind | "none", number>>;
  /** A load of a whole i32, marked as unsigned (see `engine.ts`). */
  loadWord(offset: number, align: number, pointer: Expr): Expr;
  /** Adds a statement. */
  push(e: Expr): void;
  newLocal(kind: WasmKind): number;
  /** Keeps a value in a new local. */
  hold(kind: WasmKind, e: Expr): Arg;
  /** The components of a value. */
  parts(v: Value): readonly Arg[];
  /** The only component of a scalar. */
  scalar(v: Value): Arg;
  /** Sets the locals of a value. */
  define(v: Value, exprs: readonly Expr[]): void;
  /** Calls a function of the host on doubles, which is imported on first use. */
  hostCall(name: string, args: readonly Expr[]): Expr;
  /** Calls a function that the module brings along. */
  helper(name: HelperName, args: readonly Expr[]): Expr;
}

/** One elementwise operation, on scalars or on one lane. */
export interface ScalarContext {
  readonly em: Emission;
  readonly m: binaryen.Module;
  readonly op: Operation;
  /** Types of operands and results, element types where lanes are concerned. */
  readonly types: readonly Type[];
  readonly results: readonly Type[];
}
