/**
 * Runs the threads of a block: each goes on until it waits for others or ends, and when all do, the
 * operations they wait at are run for all that have come to them.
 *
 * Invariants: lanes of a subgroup that wait at different operations go on first where the program
 * stands first, so that lanes that took different branches meet again behind them; an operation of
 * the block runs only when every thread of the block waits at it.
 */
import {
  failAt,
  type InterpreterContext,
  type MemRefValue,
  type RuntimeValue,
  type ThreadBody,
} from "@strata/interpret";
import { type BlockArgument, MemRefType, type Operation, opError, spanOf, walk } from "@strata/ir";
import { allocate } from "@strata/memref";
import { DiagnosticError } from "@strata/support";
import { type Answers, isSubgroupOp, runInBlock, runInSubgroup } from "./collectives.ts";
import { runMatrixOp } from "./matrices.ts";
import { markUnshared, type RaceDetector } from "./races.ts";
import {
  type BlockState,
  countOf,
  describeThread,
  type LaunchState,
  type Machine,
  positionOf,
  type ThreadState,
} from "./threads.ts";

/** What a block runs, and on what. */
export interface BlockProgram {
  readonly body: ThreadBody;
  /** Entry arguments in front of the buffers. */
  readonly argumentsOf: (t: ThreadState) => readonly RuntimeValue[];
  readonly workgroup: readonly BlockArgument[];
  readonly private: readonly BlockArgument[];
}

/** Memory for the buffers of a function or launch, whose types state all extents. */
function makeBuffers(op: Operation, args: readonly BlockArgument[]): MemRefValue[] {
  return args.map(({ type }) => {
    if (!(type instanceof MemRefType) || type.numDynamicDims > 0) {
      return failAt(
        op,
        "gpu.attribution-size",
        `a buffer of \`${type.toString()}\` has no size`,
        "state all extents of workgroup and private buffers",
      );
    }
    return allocate(op, type, [], []);
  });
}

/** Runs blocks of one launch. */
export class BlockRunner {
  readonly #launch: LaunchState;
  readonly #program: BlockProgram;
  readonly #machine: Machine;
  readonly #races: RaceDetector | undefined;
  readonly #cx: InterpreterContext;
  #positions: Map<Operation, number> | undefined;

  constructor(
    launch: LaunchState,
    program: BlockProgram,
    machine: Machine,
    races: RaceDetector | undefined,
    cx: InterpreterContext,
  ) {
    this.#launch = launch;
    this.#program = program;
    this.#machine = machine;
    this.#races = races;
    this.#cx = cx;
  }

  /** Runs one block to its end. */
  run(number: number): void {
    const launch = this.#launch;
    const id = positionOf(number, launch.grid);
    const block: BlockState = { launch, id, number, phase: 0, dynamicMemory: undefined };
    const threads = Array.from({ length: countOf(launch.block) }, (_, n): ThreadState => {
      const place = positionOf(n, launch.block);
      return { block, id: place, number: n, run: undefined, waiting: undefined, isDone: false };
    });
    const shared = makeBuffers(launch.op, this.#program.workgroup);
    const ordered = this.#inOrder(threads);
    if (this.#program.body.maySuspend) this.#interleave(block, threads, ordered, shared);
    else for (const t of ordered) this.#runWhole(t, shared);
    for (const buffer of shared) buffer.buffer.isFreed = true;
  }

  /** The threads in the order in which they run between barriers. */
  #inOrder(threads: readonly ThreadState[]): readonly ThreadState[] {
    if (this.#launch.settings.seed === undefined) return threads;
    return this.#machine.random.shuffle([...threads]);
  }

  #arguments(t: ThreadState, shared: readonly MemRefValue[]): RuntimeValue[] {
    const own = makeBuffers(this.#launch.op, this.#program.private);
    for (const m of own) markUnshared(m.buffer);
    return [...this.#program.argumentsOf(t), ...shared, ...own];
  }

  #runWhole(t: ThreadState, shared: readonly MemRefValue[]): void {
    this.#as(t, () => this.#program.body.run(this.#arguments(t, shared)));
  }

  #interleave(
    block: BlockState,
    threads: readonly ThreadState[],
    ordered: readonly ThreadState[],
    shared: readonly MemRefValue[],
  ): void {
    for (const t of ordered) {
      t.run = this.#program.body.start(this.#arguments(t, shared));
      this.#resume(t, []);
    }
    for (;;) {
      if (this.#advanceSubgroups(threads)) continue;
      if (threads.every((t) => t.isDone)) return;
      const op = expectConvergence(threads);
      this.#resumeAll(threads, runInBlock(op, block, threads, this.#cx));
    }
  }

  #resume(t: ThreadState, answer: readonly RuntimeValue[]): void {
    t.waiting = this.#as(t, () => t.run!.resume(answer));
    t.isDone = t.waiting === undefined;
  }

  /** Runs as a thread; what fails says in which. */
  #as<T>(t: ThreadState, run: () => T): T {
    this.#machine.thread = t;
    try {
      return run();
    } catch (e) {
      if (!(e instanceof DiagnosticError)) throw e;
      const note = { message: `in ${describeThread(t)}` };
      throw new DiagnosticError(e.diagnostics.map((d) => ({ ...d, notes: [...d.notes, note] })));
    }
  }

  #resumeAll(threads: readonly ThreadState[], answers: Answers): void {
    if (this.#launch.settings.seed === undefined) {
      threads.forEach((t, i) => this.#resume(t, answers[i]!));
      return;
    }
    const byThread = new Map(threads.map((t, i) => [t, answers[i]!]));
    for (const t of this.#inOrder(threads)) this.#resume(t, byThread.get(t)!);
  }

  /**
   * Runs what lanes of subgroups wait at, one operation of each subgroup; whether there was one.
   */
  #advanceSubgroups(threads: readonly ThreadState[]): boolean {
    const size = this.#launch.settings.subgroupSize;
    let hasAdvanced = false;
    for (let first = 0; first < threads.length; first += size) {
      const all = threads.slice(first, first + size);
      const op = this.#firstSubgroupOp(all);
      if (op === undefined) continue;
      hasAdvanced = true;
      const lanes = all.filter((t) => t.waiting?.op === op);
      this.#resumeAll(lanes, this.#runForLanes(op, lanes, all));
    }
    return hasAdvanced;
  }

  #runForLanes(op: Operation, lanes: readonly ThreadState[], all: readonly ThreadState[]): Answers {
    const answers = runInSubgroup(op, lanes, all);
    if (answers !== undefined) return answers;
    this.#machine.thread = lanes[0];
    if (this.#races !== undefined) this.#races.acting = op;
    try {
      return runMatrixOp(op, lanes, all);
    } finally {
      if (this.#races !== undefined) this.#races.acting = undefined;
    }
  }

  /** Of the subgroup's operations that lanes wait at, the one that stands first in the program. */
  #firstSubgroupOp(lanes: readonly ThreadState[]): Operation | undefined {
    let first: Operation | undefined;
    for (const { waiting } of lanes) {
      if (waiting === undefined || waiting.op === first || !isSubgroupOp(waiting.op)) continue;
      if (first === undefined || this.#position(waiting.op) < this.#position(first)) {
        first = waiting.op;
      }
    }
    return first;
  }

  #position(op: Operation): number {
    if (this.#positions === undefined) {
      const positions = new Map<Operation, number>();
      let root = op;
      while (root.parentOp !== null) root = root.parentOp;
      walk(root, (o) => {
        positions.set(o, positions.size);
        return undefined;
      });
      this.#positions = positions;
    }
    return this.#positions.get(op)!;
  }
}

/** The operation at which all threads of a block wait; fails when some are elsewhere. */
function expectConvergence(threads: readonly ThreadState[]): Operation {
  const waiting = threads.find((t) => t.waiting !== undefined)!;
  const { op } = waiting.waiting!;
  const other = threads.find((t) => t.waiting?.op !== op);
  if (other === undefined) return op;
  const here = threads.filter((t) => t.waiting?.op === op).length;
  const elsewhere = other.waiting?.op;
  const where = elsewhere === undefined ? "has ended" : `waits at another \`${elsewhere.name}\``;
  throw new DiagnosticError({
    ...opError(
      op,
      "gpu.divergent-barrier",
      `${here} of ${threads.length} threads wait at this \`${op.name}\`, ` +
        `${describeThread(waiting)} among them, but ${describeThread(other)} ${where}`,
      "move it to where all threads of the block come by, out of branches and early returns",
    ),
    notes:
      elsewhere === undefined
        ? []
        : [{ message: `${describeThread(other)} waits here`, span: spanOf(elsewhere) }],
  });
}
