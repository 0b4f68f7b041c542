/**
 * Which memory a buffer lies in, and whether two buffers share some.
 *
 * Invariants: a root is an allocation, an argument of a function, or a global; what is not known to
 * come from such lies in unknown memory. An allocation is memory that nothing else had before it.
 */
import {
  BlockArgument,
  IsolatedFromAbove,
  MemRefType,
  ownEffects,
  OpInterface,
  Operation,
  OpResult,
  type Type,
  UnrankedMemRefType,
  type Value,
} from "@strata/ir";
import { setLattice } from "./lattice.ts";
import { type ForwardResult, solveForward } from "./sparse-forward.ts";

/** What the results of an operation are other names of. */
export interface Aliasing {
  /** The operand whose memory result `i` lies in; undefined where it is not another's. */
  source?(op: Operation, i: number): Value | undefined;
  /** Whether result `i` is all of its source, not a part of it. */
  isWhole?(op: Operation, i: number): boolean;
  /** The symbol's operation whose memory result `i` is. */
  global?(op: Operation, i: number): Operation | undefined;
}

export const AliasInterface: OpInterface<Aliasing> = new OpInterface("Alias");

/** An allocation or argument, a global, or memory that is not known. */
export type MemoryRoot = Value | Operation | "unknown";

/** Whether two buffers share elements. */
export type AliasAnswer = "no" | "may" | "must";

const isBuffer = (t: Type): boolean => t instanceof MemRefType || t instanceof UnrankedMemRefType;

/** Whether a value is an argument of a function or another isolated operation. */
function isArgument(v: Value): boolean {
  if (!(v instanceof BlockArgument)) return false;
  const owner = v.parentBlock.parentOp;
  return owner?.definition.hasTrait(IsolatedFromAbove) === true && v.parentBlock.prev === null;
}

const unknownMemory: ReadonlySet<MemoryRoot> = new Set(["unknown"] as const);

function rootsOfResult(
  op: Operation,
  i: number,
  stateOf: (v: Value) => ReadonlySet<MemoryRoot>,
): ReadonlySet<MemoryRoot> {
  const result = op.resultAt(i);
  if (!isBuffer(result.type)) return unknownMemory;
  const aliasing = AliasInterface.of(op);
  const source = aliasing?.source?.(op, i);
  if (source !== undefined) return stateOf(source);
  const global = aliasing?.global?.(op, i);
  if (global !== undefined) return new Set([global]);
  const isNew = ownEffects(op)?.some((e) => e.kind === "allocate" && e.value === result) === true;
  return isNew ? new Set([result]) : unknownMemory;
}

const isAllocation = (r: MemoryRoot): r is OpResult => r instanceof OpResult;

/** Whether memory is allocated where an argument exists already: it is none of the argument's. */
function isAllocatedUnder(allocation: OpResult, argument: MemoryRoot): boolean {
  if (!(argument instanceof BlockArgument)) return argument instanceof Operation;
  return argument.parentBlock.parentOp?.isAncestorOf(allocation.definingOp) === true;
}

function mayShare(a: MemoryRoot, b: MemoryRoot): boolean {
  if (a === b) return true;
  if (isAllocation(a) && isAllocation(b)) return false;
  if (isAllocation(a)) return !isAllocatedUnder(a, b);
  if (isAllocation(b)) return !isAllocatedUnder(b, a);
  // Globals are memory of their own; unknown memory may be any that was there before.
  return !(a instanceof Operation && b instanceof Operation);
}

/** Memory of buffers inside of an operation. */
export class AliasAnalysis {
  readonly #roots: ForwardResult<ReadonlySet<MemoryRoot>>;

  constructor(root: Operation) {
    this.#roots = solveForward<ReadonlySet<MemoryRoot>>(root, {
      lattice: setLattice<MemoryRoot>(),
      unknown: (v) => (isArgument(v) ? new Set([v]) : unknownMemory),
      transfer: (op, _, stateOf) => op.results.map((_r, i) => rootsOfResult(op, i, stateOf)),
    });
  }

  /** What memory a buffer may lie in; empty for one that is never made. */
  rootsOf(buffer: Value): ReadonlySet<MemoryRoot> {
    return this.#roots.get(buffer);
  }

  /** Whether two buffers share elements: surely all, perhaps some, or none. */
  alias(a: Value, b: Value): AliasAnswer {
    if (wholeOf(a) === wholeOf(b)) return "must";
    const others = [...this.rootsOf(b)];
    const shares = [...this.rootsOf(a)].some((x) => others.some((y) => mayShare(x, y)));
    return shares ? "may" : "no";
  }
}

/** The buffer that a value is another name for all of. */
function wholeOf(v: Value): Value {
  let at = v;
  for (;;) {
    const op = at.definingOp;
    if (op === undefined) return at;
    const i = op.results.findIndex((r) => r === at);
    const aliasing = AliasInterface.of(op);
    if (aliasing?.isWhole?.(op, i) !== true) return at;
    const source = aliasing.source?.(op, i);
    if (source === undefined) return at;
    at = source;
  }
}

/** Aliasing inside of an operation, for the cache of a pass manager. */
export const aliasAnalysis: { readonly name: string; compute(op: Operation): AliasAnalysis } = {
  name: "alias",
  compute: (op) => new AliasAnalysis(op),
};
