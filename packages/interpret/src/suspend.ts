/**
 * Operations at which a thread stops until others have come as far: which they are, and how a block
 * with them runs.
 *
 * Invariant: an operation that waits, or runs or calls something that does, has a step of its own
 * here, at its position in the block; all others run by the block's usual steps.
 */
import { CallInterface, type Operation, type Region, type SymbolRefAttr } from "@strata/ir";
import { bug, DiagnosticError } from "@strata/support";
import { assign, type CompiledBlock, type Frame, gather, operandSlots } from "./compile.ts";
import {
  failAt,
  InterpretInterface,
  type InterpreterContext,
  type Suspendable,
} from "./interface.ts";

/** Runs one operation on a frame, stopping where it waits. */
export type SuspendableStep = (frame: Frame, cx: InterpreterContext) => Suspendable<void>;

/** Finds out what may wait, looking into the functions that are called. */
export class WaitSearch {
  readonly #calleeOf: (op: Operation, callee: SymbolRefAttr) => Operation | undefined;
  readonly #known = new Map<Operation | Region, boolean>();

  constructor(calleeOf: (op: Operation, callee: SymbolRefAttr) => Operation | undefined) {
    this.#calleeOf = calleeOf;
  }

  /** Whether a thread may stop inside a region. */
  mayWait(region: Region): boolean {
    let answer = this.#known.get(region);
    if (answer === undefined) {
      answer = this.#search(region, new Set());
      this.#known.set(region, answer);
    }
    return answer;
  }

  /** Whether a thread may stop at an operation, or inside of it. */
  mayWaitAt(op: Operation): boolean {
    const impl = InterpretInterface.of(op);
    if (impl?.waits === true) return true;
    if (impl?.runsThreads === true) return false;
    if (op.regions.some((r) => this.mayWait(r))) return true;
    const body = this.#calledBody(op);
    return body !== undefined && this.mayWait(body);
  }

  #calledBody(op: Operation): Region | undefined {
    const callee = CallInterface.of(op)?.callee(op);
    return callee === undefined ? undefined : this.#calleeOf(op, callee)?.regions[0];
  }

  #search(region: Region, seen: Set<Region>): boolean {
    if (seen.has(region)) return false;
    seen.add(region);
    for (const block of region.blocks()) {
      for (const op of block.ops()) {
        const impl = InterpretInterface.of(op);
        if (impl?.waits === true) return true;
        if (impl?.runsThreads === true) continue;
        if (op.regions.some((r) => this.#search(r, seen))) return true;
        const body = this.#calledBody(op);
        if (body !== undefined && this.#search(body, seen)) return true;
      }
    }
    return false;
  }
}

/** The steps of a block's operations that may wait, by position; undefined for all others. */
export function compileSuspendable(
  block: CompiledBlock,
  search: WaitSearch,
): readonly (SuspendableStep | undefined)[] {
  const steps: (SuspendableStep | undefined)[] = [];
  for (const op of block.block.ops()) {
    if (op === block.terminator) break;
    steps.push(search.mayWaitAt(op) ? compileStep(op, block) : undefined);
  }
  return steps;
}

function compileStep(op: Operation, { scope }: CompiledBlock): SuspendableStep {
  const operands = operandSlots(op, scope);
  const results = scope.resultsOf(op);
  const impl = InterpretInterface.of(op);
  if (impl?.waits === true) {
    return function* (frame) {
      assign(frame, results, yield { op, args: gather(frame, operands) });
    };
  }
  const resume = impl?.resume;
  if (resume === undefined) {
    return failAt(
      op,
      "interpret.suspend-inside",
      `an operation inside \`${op.name}\` waits for other threads, which is not supported there`,
    );
  }
  return function* (frame, cx) {
    const answer = yield* resume.call(impl, op, gather(frame, operands), cx);
    if ("kind" in answer || answer.length !== results.length) {
      throw new DiagnosticError(
        bug("interpret.results", `\`${op.name}\` must give ${results.length} values`),
      );
    }
    assign(frame, results, answer);
  };
}
