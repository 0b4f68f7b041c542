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

/**
 * A function of an operation's operands, for operations with one result; or with none, of which what
 * the function gives is not looked at.
 */
export type OperandFunction = (...operands: RuntimeValue[]) => RuntimeValue;

/** A thread stops at an operation that waits for others; its results are the answer. */
export interface Suspension {
  readonly op: Operation;
  readonly args: readonly RuntimeValue[];
}

/** A run that stops at suspensions. */
export type Suspendable<T> = Generator<Suspension, T, readonly RuntimeValue[]>;

/** A thread that has begun. */
export interface Thread {
  /** Goes on with the results of the operation it waits at; undefined when the thread has ended. */
  resume(answer: readonly RuntimeValue[]): Suspension | undefined;
}

/** A region that threads run, each with values of its own. */
export interface ThreadBody {
  /** Whether a thread may stop on its way; if not, `run` runs it as a whole. */
  readonly maySuspend: boolean;
  run(args: readonly RuntimeValue[]): void;
  start(args: readonly RuntimeValue[]): Thread;
}

/** The running interpreter, as implementations see it. */
export interface InterpreterContext {
  /** Runs a region to the terminator that leaves it; gives that terminator's values. */
  runRegion(region: Region, args: readonly RuntimeValue[]): readonly RuntimeValue[];
  /** As `runRegion`, for regions with operations that wait for other threads. */
  runSuspendable(
    region: Region,
    args: readonly RuntimeValue[],
  ): Suspendable<readonly RuntimeValue[]>;
  /** A region as the body of threads; values from outside are those of this moment. */
  threadBody(region: Region): ThreadBody;
  /** The last operation begun that may access memory. */
  readonly currentOp: Operation | undefined;
  /** The terminator that ended the last `runRegion`. */
  readonly lastTerminator: Operation | undefined;
  /** Calls a function by its symbol, as `from` sees it; without `from` as the module does. */
  call(
    symbol: string | SymbolRefAttr,
    args: readonly RuntimeValue[],
    from?: Operation,
  ): readonly RuntimeValue[];
  /** As `call`, for functions with operations that wait for other threads. */
  callSuspendable(
    symbol: string | SymbolRefAttr,
    args: readonly RuntimeValue[],
    from?: Operation,
  ): Suspendable<readonly RuntimeValue[]>;
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
  /** As `run`, where operations in the regions of `op` or a callee wait for other threads. */
  resume?(
    op: Operation,
    args: readonly RuntimeValue[],
    cx: InterpreterContext,
  ): Suspendable<readonly RuntimeValue[] | ControlFlow>;
  /** The operation waits for other threads: whoever runs them computes its results. */
  readonly waits?: boolean;
  /** The operation runs its regions as threads, so that it does not wait itself. */
  readonly runsThreads?: boolean;
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

/**
 * Binds an implementation to one op class, typed. An operation that runs regions or calls functions
 * does the same in `resume`, where one of them waits for other threads.
 */
export function interpretOf<O extends Operation>(
  cls: Class<O>,
  run: (op: O, args: readonly RuntimeValue[], cx: InterpreterContext) => RunAnswer,
  resume?: (
    op: O,
    args: readonly RuntimeValue[],
    cx: InterpreterContext,
  ) => Suspendable<readonly RuntimeValue[]>,
): InterfaceBinding {
  const impl: Interpretable = { run: (op, args, cx) => normalize(run(op as O, args, cx)) };
  if (resume === undefined) return InterpretInterface.on(cls, impl);
  return InterpretInterface.on(cls, {
    ...impl,
    resume: (op, args, cx) => resume(op as O, args, cx),
  });
}

/** Binds op classes that wait for other threads, and so run only inside of launches. */
export function interpretAsWaiting(classes: readonly OpRef[]): InterfaceBinding {
  return InterpretInterface.on(classes, {
    waits: true,
    run: (op) =>
      failAt(
        op,
        "interpret.no-threads",
        `\`${op.name}\` waits for other threads, but no launch runs any here`,
      ),
  });
}

/** Binds an op class that runs its regions, or what it calls, as threads. */
export function interpretAsLaunch<O extends Operation>(
  cls: Class<O>,
  run: (op: O, args: readonly RuntimeValue[], cx: InterpreterContext) => RunAnswer,
): InterfaceBinding {
  return InterpretInterface.on(cls, {
    runsThreads: true,
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
    run: (op, args) => {
      const answer = specialize(op as O)(...args);
      return op.results.length === 0 ? [] : [answer];
    },
  });
}
