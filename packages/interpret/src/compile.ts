/**
 * Prepares operations for running: every value of an isolated operation gets a slot in its frame,
 * every block becomes a list of steps that read and write slots.
 *
 * Invariants: the regions of one isolated operation share one numbering, so a nested region reads
 * outer values from the same frame; nested isolated operations are scopes of their own. The IR must
 * not change while it is prepared.
 */
import {
  type Block,
  IsolatedFromAbove,
  type Operation,
  Pure,
  type Region,
  ReturnLike,
  type Value,
  walk,
} from "@strata/ir";
import { bug, DiagnosticError } from "@strata/support";
import {
  type ControlFlow,
  failAt,
  type Interpretable,
  InterpretInterface,
  type InterpreterContext,
  type OperandFunction,
} from "./interface.ts";
import type { RuntimeValue } from "./value.ts";

/** The values of one activation of an isolated operation, by slot. */
export type Frame = RuntimeValue[];

/** Runs one operation on a frame. */
export type Step = (frame: Frame, cx: RunningInterpreter) => void;

/** The interpreter as the steps of blocks see it. */
export interface RunningInterpreter extends InterpreterContext {
  currentOp: Operation | undefined;
}

/** Runs a terminator on a frame. */
export type LastStep = (frame: Frame, cx: InterpreterContext) => ControlFlow;

/** A block ready to run. */
export interface CompiledBlock {
  readonly argSlots: readonly number[];
  readonly steps: readonly Step[];
  /** Undefined for a block without terminator, which leaves its region with no values. */
  readonly last: LastStep | undefined;
  readonly terminator: Operation | undefined;
  /** Operations run by one pass through the block. */
  readonly cost: number;
  readonly block: Block;
  readonly scope: Scope;
}

/** A region ready to run. */
export interface CompiledRegion {
  readonly entry: CompiledBlock;
  readonly blocks: ReadonlyMap<Block, CompiledBlock>;
  /** Number of slots of the scope. */
  readonly frameSize: number;
  /** Whether entering the region needs a frame of its own. */
  readonly isIsolated: boolean;
}

/** Prepares all regions of `owner`'s scope: the nearest isolated operation around or at `owner`. */
export function compileScope(owner: Operation, into: Map<Region, CompiledRegion>): void {
  const slots = new Map<Value, number>();
  const regions: Region[] = [];
  walk(owner, (op) => {
    if (op !== owner) for (const r of op.results) slots.set(r, slots.size);
    if (op !== owner && op.definition.hasTrait(IsolatedFromAbove)) return "skip";
    for (const region of op.regions) {
      regions.push(region);
      for (const b of region.blocks()) for (const a of b.args) slots.set(a, slots.size);
    }
    return undefined;
  });
  const scope: Scope = { slots, resultsOf: (op) => op.results.map((r) => slots.get(r)!) };
  for (const region of regions) {
    const blocks = new Map<Block, CompiledBlock>();
    for (const b of region.blocks()) blocks.set(b, compileBlock(b, scope));
    const entry = region.firstBlock === null ? undefined : blocks.get(region.firstBlock);
    if (entry === undefined) continue;
    const isIsolated = region.parent === owner && owner.definition.hasTrait(IsolatedFromAbove);
    into.set(region, { entry, blocks, frameSize: slots.size, isIsolated });
  }
}

/** The slots of the values of one isolated operation. */
export interface Scope {
  readonly slots: ReadonlyMap<Value, number>;
  resultsOf(op: Operation): number[];
}

/** The slot of an operand; a step that reads a value from outside its scope is a broken IR. */
export function operandSlots(op: Operation, scope: Scope): number[] {
  return op.operandUses.map((u) => {
    const slot = scope.slots.get(u.value);
    if (slot !== undefined) return slot;
    throw new DiagnosticError(
      bug("interpret.scope", `\`${op.name}\` uses a value from outside its isolated operation`),
    );
  });
}

function compileBlock(block: Block, scope: Scope): CompiledBlock {
  const steps: Step[] = [];
  let cost = 0;
  let last: LastStep | undefined;
  const terminator = block.lastOp?.definition.isTerminator === true ? block.lastOp : undefined;
  for (let op = block.firstOp; op !== null; op = op.next) {
    cost++;
    if (op === terminator) last = compileTerminator(op, operandSlots(op, scope));
    else steps.push(compileStep(op, operandSlots(op, scope), scope.resultsOf(op)));
  }
  const argSlots = block.args.map((a) => scope.slots.get(a)!);
  return { argSlots, steps, last, terminator, cost, block, scope };
}

/** The values in slots, as a new array. */
export function gather(frame: Frame, slots: readonly number[]): RuntimeValue[] {
  const out = new Array<RuntimeValue>(slots.length);
  for (let i = 0; i < slots.length; i++) out[i] = frame[slots[i]!]!;
  return out;
}

function expectInterpretable(op: Operation): Interpretable {
  return (
    InterpretInterface.of(op) ??
    failAt(
      op,
      "interpret.unsupported-op",
      `\`${op.name}\` cannot be interpreted`,
      "load a dialect that says what the operation does",
    )
  );
}

function isFlow(answer: readonly RuntimeValue[] | ControlFlow): answer is ControlFlow {
  return !Array.isArray(answer);
}

function compileTerminator(op: Operation, operands: readonly number[]): LastStep {
  if (!InterpretInterface.has(op) && op.definition.hasTrait(ReturnLike)) {
    return (frame) => ({ kind: "yield", values: gather(frame, operands) });
  }
  return (frame, cx) => {
    const answer = expectInterpretable(op).run(op, gather(frame, operands), cx);
    if (isFlow(answer)) return answer;
    throw new DiagnosticError(
      bug("interpret.no-flow", `the terminator \`${op.name}\` says not where to go`),
    );
  };
}

/** Whether the operation may read or write memory, so that observers of memory ask for it. */
function mayAccessMemory(op: Operation): boolean {
  return !op.definition.hasTrait(Pure);
}

function compileStep(op: Operation, operands: readonly number[], results: readonly number[]): Step {
  const step = compileAnyStep(op, operands, results);
  if (!mayAccessMemory(op)) return step;
  return (frame, cx) => {
    cx.currentOp = op;
    step(frame, cx);
  };
}

function compileAnyStep(
  op: Operation,
  operands: readonly number[],
  results: readonly number[],
): Step {
  const impl = InterpretInterface.of(op);
  const f = results.length <= 1 ? impl?.specialize?.(op) : undefined;
  if (f !== undefined) {
    const r = results[0];
    return r === undefined ? effectStep(f, operands) : specializedStep(f, operands, r);
  }
  return (frame, cx) => {
    const answer = (impl ?? expectInterpretable(op)).run(op, gather(frame, operands), cx);
    if (isFlow(answer) || answer.length !== results.length) {
      throw new DiagnosticError(
        bug("interpret.results", `\`${op.name}\` must give ${results.length} values`),
      );
    }
    assign(frame, results, answer);
  };
}

/** Writes an operation's results to their slots. */
export function assign(
  frame: Frame,
  results: readonly number[],
  values: readonly RuntimeValue[],
): void {
  for (let i = 0; i < results.length; i++) frame[results[i]!] = values[i]!;
}

/** As below, for operations without results. */
function effectStep(f: OperandFunction, operands: readonly number[]): Step {
  const [a = 0, b = 0, c = 0, d = 0] = operands;
  switch (operands.length) {
    case 2:
      return (frame) => void f(frame[a]!, frame[b]!);
    case 3:
      return (frame) => void f(frame[a]!, frame[b]!, frame[c]!);
    case 4:
      return (frame) => void f(frame[a]!, frame[b]!, frame[c]!, frame[d]!);
    default:
      return (frame) => void f(...gather(frame, operands));
  }
}

/** Arrays of arguments are not built for the usual numbers of operands. */
function specializedStep(f: OperandFunction, operands: readonly number[], r: number): Step {
  const [a = 0, b = 0, c = 0] = operands;
  switch (operands.length) {
    case 0:
      return (frame) => {
        frame[r] = f();
      };
    case 1:
      return (frame) => {
        frame[r] = f(frame[a]!);
      };
    case 2:
      return (frame) => {
        frame[r] = f(frame[a]!, frame[b]!);
      };
    case 3:
      return (frame) => {
        frame[r] = f(frame[a]!, frame[b]!, frame[c]!);
      };
    default:
      return (frame) => {
        frame[r] = f(...gather(frame, operands));
      };
  }
}
