/**
 * The journal: what a driver did, event by event, and the search for the step that broke something.
 *
 * Invariants: an event has a bounded size, so the journal grows linearly with the changes; operations
 * are known by numbers, given when they are first named; a step is what one visit of the driver did.
 */
import type { Operation, Value } from "@strata/ir";
import { applyPatternsGreedily, type GreedyOptions } from "./greedy.ts";
import type { PatternSource, RewritePattern } from "./pattern.ts";
import type { RewriteListener } from "./rewriter.ts";

/** One change. */
export interface JournalEvent {
  readonly kind: "inserted" | "replaced" | "erased" | "modified" | "operands" | "moved" | "applied";
  /** Number of the operation. */
  readonly op: number;
  /** Its kind, e.g. `arith.addi`. */
  readonly name: string;
  /** Where it came from, as text. */
  readonly location: string;
  /** For `applied`: the pattern. */
  readonly pattern?: string;
  /** For `replaced`: the operations whose results stand in; −1 for block arguments. */
  readonly by?: readonly number[];
  /** The step, counted from 1. */
  readonly step: number;
}

/** Records what it hears. */
export class Journal implements RewriteListener {
  readonly events: JournalEvent[] = [];
  readonly #numbers = new WeakMap<Operation, number>();
  #nextNumber = 0;
  #step = 1;

  /** The number of an operation. */
  numberOf(op: Operation): number {
    let n = this.#numbers.get(op);
    if (n === undefined) this.#numbers.set(op, (n = this.#nextNumber++));
    return n;
  }

  /** The events of one step. */
  eventsOf(step: number): JournalEvent[] {
    return this.events.filter((e) => e.step === step);
  }

  /** One line per event. */
  toString(): string {
    return this.events.map((e) => `${describeEvent(e)}\n`).join("");
  }

  #note(
    kind: JournalEvent["kind"],
    op: Operation,
    more: Pick<JournalEvent, "pattern" | "by"> = {},
  ): void {
    const location = op.location.print();
    const event = { kind, op: this.numberOf(op), name: op.name, location, step: this.#step };
    this.events.push({ ...event, ...more });
  }

  inserted(op: Operation): void {
    this.#note("inserted", op);
  }

  replaced(op: Operation, values: readonly Value[]): void {
    const by = values.map((v) => (v.definingOp === undefined ? -1 : this.numberOf(v.definingOp)));
    this.#note("replaced", op, { by });
  }

  erased(op: Operation): void {
    this.#note("erased", op);
  }

  modified(op: Operation): void {
    this.#note("modified", op);
  }

  operandReplaced(op: Operation): void {
    this.#note("operands", op);
  }

  moved(op: Operation): void {
    this.#note("moved", op);
  }

  applied(pattern: string, op: Operation): void {
    this.#note("applied", op, { pattern });
  }

  stepDone(step: number): void {
    this.#step = step + 1;
  }
}

/** An event as a line: `3: replaced #7 arith.addi by #2`. */
export function describeEvent(e: JournalEvent): string {
  const by = e.by?.map((n) => (n < 0 ? "an argument" : `#${n}`)).join(", ");
  const more = e.pattern === undefined ? "" : ` by \`${e.pattern}\``;
  return `${e.step}: ${e.kind} #${e.op} ${e.name}${by === undefined ? more : ` by ${by}`}`;
}

/** The first step after which something no longer holds. */
export interface Culprit {
  /** Counted from 1. */
  readonly step: number;
  readonly events: readonly JournalEvent[];
}

/**
 * Bisects the steps of the greedy driver: `make` gives the same input each time, `holds` tells
 * whether what came out is still right. Undefined when it is right after all steps; an error when
 * the input itself is not.
 */
export function bisectRewrites(
  make: () => Operation,
  patterns: Iterable<RewritePattern> | PatternSource,
  holds: (root: Operation) => boolean,
  options: Omit<GreedyOptions, "maxSteps" | "onLimit"> = {},
): Culprit | undefined {
  const source = "patternsFor" in patterns ? patterns : [...patterns];
  const run = (maxSteps: number, ...listeners: RewriteListener[]): [boolean, number] => {
    const root = make();
    const all = [...(options.listeners ?? []), ...listeners];
    const { steps } = applyPatternsGreedily(root, source, {
      ...options,
      listeners: all,
      maxSteps,
      onLimit: "stop",
    });
    return [holds(root), steps];
  };
  const [right, total] = run(Infinity);
  if (right) return undefined;
  if (!run(0)[0]) throw new Error("what is looked for does not hold before any rewrite");
  // Invariant: it holds after `good` steps and no longer after `bad`.
  let good = 0;
  let bad = total;
  while (bad - good > 1) {
    const middle = good + Math.floor((bad - good) / 2);
    if (run(middle)[0]) good = middle;
    else bad = middle;
  }
  const journal = new Journal();
  run(bad, journal);
  return { step: bad, events: journal.eventsOf(bad) };
}
