/**
 * How operations take part in interpretation: the interface they implement and what an
 * implementation may ask of the running interpreter.
 */
import {
  type Block,
  type InterfaceBinding,
  type Operation,
  type OperationParts,
  OpInterface,
  opError,
  type OpRef,
  type Region,
  type SymbolRefAttr,
} from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import { RuntimeObject, type RuntimeValue } from "./value.ts";

/** What a terminator does: go to a block of its region, or leave the region with values. */
export type ControlFlow =
  | { readonly kind: "branch"; readonly successor: Block; readonly args: readonly RuntimeValue[] }
  | { readonly kind: "yield"; readonly values: readonly RuntimeValue[] };

/** A function of an operation's operands, for operations with one result and no effects. */
export type OperandFunction = (...operands: RuntimeValue[]) => RuntimeValue;

/** The running interpreter, as implementations see it. */
export interface InterpreterContext {
  /** Runs a region to the terminator that leaves it; gives that terminator's values. */
  runRegion(region: Region, args: readonly RuntimeValue[]): readonly RuntimeValue[];
  /** The terminator that ended the last `runRegion`. */
  readonly lastTerminator: Operation | undefined;
  /** Calls a function of the module by its symbol. */
  call(symbol: string | SymbolRefAttr, args: readonly RuntimeValue[]): readonly RuntimeValue[];
  /** Ends the run with a user error at an operation. */
  fail(op: Operation, code: string, message: string, hint?: string): never;
  /** State that lives as long as the interpreter (globals, streams), made on first use. */
  stateOf<T>(key: object, make: () => T): T;
  /** Writes to the program's standard output. */
  write(text: string): void;
}

/** Runs operations of one kind. */
export interface Interpretable {
  run(
    op: Operation,
    args: readonly RuntimeValue[],
    cx: InterpreterContext,
  ): readonly RuntimeValue[] | ControlFlow;
  /**
   * The function of the operands that `op` computes, made once and called without `run`; undefined
   * where this op has none.
   */
  specialize?(op: Operation): OperandFunction | undefined;
}

export const InterpretInterface: OpInterface<Interpretable> = new OpInterface("Interpret");

/** Ends the run with a user error at an operation. */
export function failAt(op: Operation, code: string, message: string, hint?: string): never {
  throw new DiagnosticError(opError(op, code, message, hint));
}

type Class<O extends Operation> = (new (parts: OperationParts) => O) & OpRef;

/** What `interpretOf` takes from an implementation: values, one value, nothing, or control flow. */
export type RunAnswer = RuntimeValue | readonly RuntimeValue[] | ControlFlow | void;

function normalize(answer: RunAnswer): readonly RuntimeValue[] | ControlFlow {
  if (typeof answer === "number" || typeof answer === "bigint") return [answer];
  if (answer === undefined) return [];
  return answer instanceof RuntimeObject ? [answer] : answer;
}

/** Binds an implementation to one op class, typed. */
export function interpretOf<O extends Operation>(
  cls: Class<O>,
  run: (op: O, args: readonly RuntimeValue[], cx: InterpreterContext) => RunAnswer,
): InterfaceBinding {
  return InterpretInterface.on(cls, {
    run: (op, args, cx) => normalize(run(op as O, args, cx)),
  });
}

/** Binds an implementation that is a function of the operands alone, made once for each op. */
export function interpretAs<O extends Operation>(
  cls: Class<O>,
  specialize: (op: O) => OperandFunction,
): InterfaceBinding {
  return InterpretInterface.on(cls, {
    specialize: (op) => specialize(op as O),
    run: (op, args) => [specialize(op as O)(...args)],
  });
}
