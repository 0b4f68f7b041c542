/**
 * Runs pipelines.
 *
 * Invariants: a pass sees IR that verifies (unless checks are off); nothing is printed; what is
 * thrown is a `DiagnosticError`.
 */
import { bug, type Diagnostic, DiagnosticError, userError } from "@strata/support";
import {
  cloneOp,
  type Context,
  IsolatedFromAbove,
  type Operation,
  printOperation,
  spanOf,
  verify,
} from "@strata/ir";
import { AnalysisCache } from "./analysis.ts";
import { checkContracts } from "./contracts.ts";
import {
  describeEvent,
  type Instrumentation,
  type PassEvent,
  printIr,
  type PrintIrOptions,
} from "./instrumentation.ts";
import { type PassContext, PassInstance } from "./pass.ts";
import { type Anchor, type Pipeline, pipeline, type PipelineInput } from "./pipeline.ts";
import { writeReproducer } from "./reproducer.ts";
import { now, TimingNode } from "./timing.ts";

declare const setTimeout: (f: () => void, milliseconds: number) => unknown;

/** How far a run is. */
export interface Progress {
  readonly done: number;
  /** Number of passes to run in all, as far as it is known. */
  readonly total: number;
  /** What comes next; undefined at the end. */
  readonly next: PassEvent | undefined;
}

/** How a pipeline is run; all optional. */
export interface RunOptions {
  /** The loaded dialects, for passes that ask. */
  readonly context?: Context;
  /** Verify after each pass that did not say that it changed nothing; true by default. */
  readonly verify?: boolean;
  readonly instrumentations?: readonly Instrumentation[];
  readonly printIr?: PrintIrOptions;
  readonly onProgress?: (progress: Progress) => void;
  /** An `AbortSignal`, asked before every pass and by long passes. */
  readonly signal?: { readonly aborted: boolean };
  /**
   * A crash comes with a reproducer: of a copy of the input that is made beforehand, or of the
   * input's text, which is asked for only then.
   */
  readonly reproducer?: boolean | (() => string);
}

/** What a run found out. */
export interface RunResult {
  /** Whether some pass may have changed something. */
  readonly changed: boolean;
  /** Warnings and remarks of passes. */
  readonly diagnostics: readonly Diagnostic[];
  /** Statistics by pass name. */
  readonly statistics: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly timing: TimingNode;
}

/** A pass has crashed or has left broken IR. */
export class PassFailure extends DiagnosticError {
  /** Pipeline and input as text, where `RunOptions.reproducer` was set. */
  readonly reproducer: string | undefined;

  constructor(diagnostic: Diagnostic, reproducer: string | undefined, cause: unknown) {
    super(diagnostic);
    this.name = "PassFailure";
    this.reproducer = reproducer;
    this.cause = cause;
  }
}

/** Runs a pipeline on an operation of its kind. */
export function runPipeline(p: Pipeline, root: Operation, options: RunOptions = {}): RunResult {
  const run = new Run(p, root, options);
  for (const _ of run.steps()) void _;
  return run.result();
}

/** The same, but lets other work of the process go on (and a signal arrive) between passes. */
export async function runPipelineAsync(
  p: Pipeline,
  root: Operation,
  options: RunOptions = {},
): Promise<RunResult> {
  const run = new Run(p, root, options);
  for (const _ of run.steps()) await new Promise<void>((resume) => setTimeout(resume, 0));
  return run.result();
}

class Run {
  readonly #pipeline: Pipeline;
  readonly #root: Operation;
  readonly #options: RunOptions;
  readonly #hooks: readonly Instrumentation[];
  readonly #cache = new AnalysisCache();
  readonly #diagnostics: Diagnostic[] = [];
  readonly #statistics = new Map<string, Map<string, number>>();
  readonly #timing: TimingNode;
  readonly #signal: { readonly aborted: boolean };
  /** The input as text. */
  readonly #original: (() => string) | undefined;
  #done = 0;
  #total = 0;
  #changed = false;

  constructor(p: Pipeline, root: Operation, options: RunOptions) {
    this.#pipeline = p;
    this.#root = root;
    this.#options = options;
    this.#signal = options.signal ?? { aborted: false };
    this.#hooks = [
      ...(options.printIr === undefined ? [] : [printIr(root, options.printIr)]),
      ...(options.instrumentations ?? []),
    ];
    this.#timing = new TimingNode(p.anchor);
    const { reproducer } = options;
    if (typeof reproducer === "function") this.#original = reproducer;
    else if (reproducer === true) {
      const copy = cloneOp(root);
      this.#original = () => printOperation(copy);
    }
  }

  result(): RunResult {
    return {
      changed: this.#changed,
      diagnostics: this.#diagnostics,
      statistics: this.#statistics,
      timing: this.#timing,
    };
  }

  /** Runs pass by pass; yields between them. */
  *steps(): Generator<void, void> {
    const { anchor } = this.#pipeline;
    if (anchor !== "any" && anchor !== this.#root.name) {
      const message = `the pipeline runs on \`${anchor}\`, not \`${this.#root.name}\``;
      throw new DiagnosticError(
        userError("pipeline.anchor", message, {
          hint: `wrap it: \`${this.#root.name}(${this.#pipeline.toString()})\``,
        }),
      );
    }
    if (this.#options.onProgress !== undefined)
      this.#total = countPasses(this.#pipeline, this.#root);
    yield* this.#runAll(this.#pipeline, this.#root, this.#timing, [anchor]);
    this.#options.onProgress?.({ done: this.#done, total: this.#done, next: undefined });
  }

  *#runAll(
    p: Pipeline,
    op: Operation,
    timing: TimingNode,
    path: readonly string[],
  ): Generator<void, void> {
    const start = now();
    for (const item of p.items) {
      if (item instanceof PassInstance) {
        this.#runOne({ pass: item, op, path, index: this.#done }, timing);
        yield;
        continue;
      }
      const child = timing.child(item.anchor);
      for (const inner of anchored(item, op)) {
        // An earlier operation's passes may have erased it.
        if (inner.parentOp !== op) continue;
        yield* this.#runAll(item, inner, child, [...path, item.anchor]);
      }
    }
    timing.add(now() - start);
  }

  #runOne(event: PassEvent, timing: TimingNode): void {
    const { pass, op } = event;
    if (this.#signal.aborted) {
      const message = `stopped before ${describeEvent(event)}`;
      throw new DiagnosticError(userError("pipeline.cancelled", message));
    }
    this.#total = Math.max(this.#total, this.#done + 1);
    this.#options.onProgress?.({ done: this.#done, total: this.#total, next: event });
    for (const h of this.#hooks) h.beforePass?.(event);
    const start = now();
    let changed: boolean;
    try {
      const before = this.#diagnostics.length;
      changed = this.#guarded(event, () =>
        pass.definition.runOn(op, pass.options, this.#contextFor(event)),
      );
      if (changed) {
        this.#changed = true;
        this.#cache.keepOnly(pass.definition.spec.preserves ?? []);
      }
      const errors = this.#diagnostics.slice(before).filter((d) => d.severity === "error");
      if (errors.length > 0) throw new DiagnosticError(errors);
      if (changed && this.#options.verify !== false) this.#verify(event);
    } catch (e) {
      for (const h of this.#hooks) h.passFailed?.(event, e);
      throw e;
    } finally {
      timing.child(pass.name).add(now() - start);
    }
    this.#done++;
    for (const h of this.#hooks) h.afterPass?.(event, changed);
  }

  #contextFor(event: PassEvent): PassContext {
    const name = event.pass.name;
    return {
      context: this.#options.context,
      signal: this.#signal,
      count: (statistic, by = 1) => {
        let own = this.#statistics.get(name);
        if (own === undefined) this.#statistics.set(name, (own = new Map()));
        own.set(statistic, (own.get(statistic) ?? 0) + by);
      },
      report: (d) => void this.#diagnostics.push(d),
      analysis: (kind, op) => this.#cache.get(kind, op),
    };
  }

  /** Turns what is no diagnostic into one. */
  #guarded<T>(event: PassEvent, f: () => T): T {
    try {
      return f();
    } catch (e) {
      if (e instanceof DiagnosticError) throw e;
      const what = e instanceof Error ? e.message : String(e);
      throw this.#failure("pass.crashed", event, `has crashed: ${what}`, [], e);
    }
  }

  #verify(event: PassEvent): void {
    const found = verify(event.op);
    if (found.length === 0) return;
    const notes = found
      .slice(0, 5)
      .map((d) => ({ message: `${d.message} [${d.code}]`, span: d.span }));
    throw this.#failure("pass.invalid-ir", event, "has left IR that does not verify", notes, found);
  }

  #failure(
    code: string,
    event: PassEvent,
    what: string,
    notes: Diagnostic["notes"],
    cause: unknown,
  ): PassFailure {
    const message = `the pass ${describeEvent(event)} ${what}`;
    const reproducer =
      this.#original === undefined
        ? undefined
        : writeReproducer(this.#pipeline, `${code}: ${message}`, this.#original());
    return new PassFailure(
      bug(code, message, { span: spanOf(event.op), notes }),
      reproducer,
      cause,
    );
  }
}

/** The operations directly inside `op` that a nested pipeline runs on. */
function anchored(p: Pipeline, op: Operation): Operation[] {
  const out: Operation[] = [];
  for (const region of op.regions) {
    for (const block of region.blocks()) {
      for (let inner = block.firstOp; inner !== null; inner = inner.next) {
        const fits =
          p.anchor === "any"
            ? inner.definition.hasTrait(IsolatedFromAbove)
            : inner.name === p.anchor;
        if (fits) out.push(inner);
      }
    }
  }
  return out;
}

/** How many passes a pipeline runs on an operation as it is now. */
function countPasses(p: Pipeline, op: Operation): number {
  let n = 0;
  for (const item of p.items) {
    if (item instanceof PassInstance) n++;
    else for (const inner of anchored(item, op)) n += countPasses(item, inner);
  }
  return n;
}

/** A pipeline together with the way it is run. */
export class PassManager {
  readonly pipeline: Pipeline;
  readonly options: RunOptions;

  /** Refuses a pipeline whose passes stand where what they require does not hold. */
  constructor(p: Pipeline, options: RunOptions = {}) {
    const problems = checkContracts(p);
    if (problems.length > 0) throw new DiagnosticError(problems);
    this.pipeline = p;
    this.options = options;
  }

  /** A manager for passes on one kind of operations. */
  static on(anchor: Anchor, inputs: readonly PipelineInput[], options?: RunOptions): PassManager {
    return new PassManager(pipeline(anchor, ...inputs), options);
  }

  run(root: Operation): RunResult {
    return runPipeline(this.pipeline, root, this.options);
  }

  runAsync(root: Operation): Promise<RunResult> {
    return runPipelineAsync(this.pipeline, root, this.options);
  }
}
