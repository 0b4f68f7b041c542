/**
 * Runs the functions of a module, of whatever mixture of dialects it is.
 *
 * Invariants: the module does not change while an interpreter for it lives; an interpreter runs one
 * function at a time; a failed run leaves the interpreter usable.
 */
import type { SymbolRefAttr } from "@strata/ir";
import {
  type Block,
  FunctionType,
  IsolatedFromAbove,
  type Operation,
  type Region,
  symbolNameOf,
  SymbolTableTrait,
  TypeAttr,
} from "@strata/ir";
import { bug, DiagnosticError, userError } from "@strata/support";
import {
  type CompiledBlock,
  type CompiledRegion,
  compileScope,
  type Frame,
  type RunningInterpreter,
} from "./compile.ts";
import { Functions } from "./functions.ts";
import { failAt, type Suspendable, type Thread, type ThreadBody } from "./interface.ts";
import { compileSuspendable, type SuspendableStep, WaitSearch } from "./suspend.ts";
import { describeValue, isValueOf, type RuntimeValue } from "./value.ts";

/** A function the host provides for a declaration without a body. */
export type ExternalFunction = (args: readonly RuntimeValue[]) => readonly RuntimeValue[];

/** How a run is limited and what it may call. */
export interface InterpreterOptions {
  /** Operations that one `run` may execute; unlimited by default. */
  readonly maxSteps?: number;
  /** Calls that may be active at once; 1000 by default. */
  readonly maxCallDepth?: number;
  /** Bodies of declared functions, by symbol. */
  readonly externals?: Readonly<Record<string, ExternalFunction>>;
  /** Takes what the program prints; whole lines go to the console by default. */
  readonly write?: (text: string) => void;
  /** State of operations made before they ask for it, by key: how a dialect's settings come in. */
  readonly state?: Iterable<readonly [key: object, state: unknown]>;
}

/** What of the host is used where it is there: nodes and browsers have a console. */
const host: { readonly Math: typeof Math; readonly console?: { log(text: string): void } } =
  globalThis;

/** Passes on whole lines to the console. */
function consoleWriter(): (text: string) => void {
  let line = "";
  return (text) => {
    const lines = (line + text).split("\n");
    line = lines.pop()!;
    for (const l of lines) host.console?.log(l);
  };
}

/** Runs functions of one module. */
export class Interpreter implements RunningInterpreter {
  readonly module: Operation;
  lastTerminator: Operation | undefined;
  currentOp: Operation | undefined;
  readonly #options: InterpreterOptions;
  readonly #maxSteps: number;
  readonly #maxDepth: number;
  readonly #regions = new Map<Region, CompiledRegion>();
  readonly #state: Map<object, unknown>;
  readonly #write: (text: string) => void;
  readonly #suspendable = new Map<CompiledBlock, readonly (SuspendableStep | undefined)[]>();
  readonly #functions: Functions;
  readonly #waits: WaitSearch;
  #frame: Frame = [];
  #steps = 0;
  #depth = 0;

  constructor(module: Operation, options: InterpreterOptions = {}) {
    if (!module.definition.hasTrait(SymbolTableTrait)) {
      throw new Error(`${module.name} holds no symbols: an interpreter needs a module`);
    }
    this.module = module;
    this.#functions = new Functions(module);
    this.#waits = new WaitSearch((op, callee) => this.#functions.tryCalleeOf(op, callee));
    this.#options = options;
    this.#maxSteps = options.maxSteps ?? Infinity;
    this.#maxDepth = options.maxCallDepth ?? 1000;
    this.#write = options.write ?? consoleWriter();
    this.#state = new Map(options.state);
  }

  /** Operations executed by the last `run`. */
  get steps(): number {
    return this.#steps;
  }

  /** Runs a function with arguments of its input types; a diagnostic for others, or if it fails. */
  run(name: string, args: readonly RuntimeValue[] = []): readonly RuntimeValue[] {
    this.#steps = 0;
    this.#depth = 0;
    this.#frame = [];
    const f = this.#functions.resolve(name);
    checkArguments(f, name, args);
    try {
      return this.#invoke(f, args);
    } catch (e) {
      if (!(e instanceof RangeError && /call stack/i.test(e.message))) throw e;
      return failAt(f, "interpret.call-depth", `@${name} nests too deeply to be interpreted`);
    }
  }

  call(
    symbol: string | SymbolRefAttr,
    args: readonly RuntimeValue[],
    from?: Operation,
  ): readonly RuntimeValue[] {
    return this.#invoke(this.#functions.resolve(symbol, from), args);
  }

  *callSuspendable(
    symbol: string | SymbolRefAttr,
    args: readonly RuntimeValue[],
    from?: Operation,
  ): Suspendable<readonly RuntimeValue[]> {
    const f = this.#functions.resolve(symbol, from);
    const body = f.regions[0];
    if (body === undefined || body.isEmpty) return this.#callExternal(f, args);
    this.#countCall(f);
    const results = yield* this.runSuspendable(body, args);
    this.#depth--;
    return results;
  }

  runRegion(region: Region, args: readonly RuntimeValue[]): readonly RuntimeValue[] {
    const compiled = this.#regions.get(region) ?? this.#compile(region);
    if (!compiled.isIsolated) return this.#execute(compiled, this.#frame, args);
    const outer = this.#frame;
    this.#frame = new Array<RuntimeValue>(compiled.frameSize);
    try {
      return this.#execute(compiled, this.#frame, args);
    } finally {
      this.#frame = outer;
    }
  }

  *runSuspendable(
    region: Region,
    args: readonly RuntimeValue[],
  ): Suspendable<readonly RuntimeValue[]> {
    const compiled = this.#regions.get(region) ?? this.#compile(region);
    const outer = this.#frame;
    const frame = compiled.isIsolated ? new Array<RuntimeValue>(compiled.frameSize) : outer;
    const results = yield* this.#executeSuspendable(compiled, frame, args);
    this.#frame = outer;
    return results;
  }

  threadBody(region: Region): ThreadBody {
    const compiled = this.#regions.get(region) ?? this.#compile(region);
    const outer = compiled.isIsolated ? new Array<RuntimeValue>(compiled.frameSize) : this.#frame;
    const captured = outer.slice();
    return {
      maySuspend: this.#waits.mayWait(region),
      run: (args) => {
        this.#within(captured.slice(), 0, (frame) => this.#execute(compiled, frame, args));
      },
      start: (args) => this.#start(compiled, captured.slice(), args),
    };
  }

  #start(compiled: CompiledRegion, frame: Frame, args: readonly RuntimeValue[]): Thread {
    const generator = this.#executeSuspendable(compiled, frame, args);
    let depth = 0;
    let current = frame;
    return {
      resume: (answer) =>
        this.#within(current, depth, () => {
          const { done, value } = generator.next(answer);
          depth = this.#depth;
          current = this.#frame;
          return done === true ? undefined : value;
        }),
    };
  }

  /** Runs with another frame and depth of calls, and goes back to those of now. */
  #within<T>(frame: Frame, depth: number, body: (frame: Frame) => T): T {
    const [outerFrame, outerDepth] = [this.#frame, this.#depth];
    this.#frame = frame;
    this.#depth = depth;
    try {
      return body(frame);
    } finally {
      this.#frame = outerFrame;
      this.#depth = outerDepth;
    }
  }

  fail(op: Operation, code: string, message: string, hint?: string): never {
    failAt(op, code, message, hint);
  }

  write(text: string): void {
    this.#write(text);
  }

  stateOf<T>(key: object, make: () => T): T {
    if (!this.#state.has(key)) this.#state.set(key, make());
    return this.#state.get(key) as T;
  }

  #invoke(f: Operation, args: readonly RuntimeValue[]): readonly RuntimeValue[] {
    const body = f.regions[0];
    if (body === undefined || body.isEmpty) return this.#callExternal(f, args);
    this.#countCall(f);
    const results = this.runRegion(body, args);
    this.#depth--;
    return results;
  }

  #countCall(f: Operation): void {
    if (++this.#depth <= this.#maxDepth) return;
    failAt(
      f,
      "interpret.call-depth",
      `more than ${this.#maxDepth} calls are active`,
      "does the function call itself without end?",
    );
  }

  #callExternal(f: Operation, args: readonly RuntimeValue[]): readonly RuntimeValue[] {
    const name = symbolNameOf(f) ?? f.name;
    const external = this.#options.externals?.[name];
    if (external !== undefined) return external(args);
    return failAt(
      f,
      "interpret.no-body",
      `@${name} is declared but has no body to run`,
      "give the interpreter an external function of that name",
    );
  }

  #execute(
    region: CompiledRegion,
    frame: Frame,
    args: readonly RuntimeValue[],
  ): readonly RuntimeValue[] {
    let block = region.entry;
    let incoming = args;
    for (;;) {
      this.#enter(block, frame, incoming);
      const { steps, last } = block;
      for (let i = 0; i < steps.length; i++) steps[i]!(frame, this);
      if (last === undefined) {
        this.lastTerminator = undefined;
        return [];
      }
      const flow = last(frame, this);
      if (flow.kind === "yield") {
        this.lastTerminator = block.terminator;
        return flow.values;
      }
      block = blockOf(region, flow.successor);
      incoming = flow.args;
    }
  }

  /** As `#execute`; the frame is this thread's again behind every stop. */
  *#executeSuspendable(
    region: CompiledRegion,
    frame: Frame,
    args: readonly RuntimeValue[],
  ): Suspendable<readonly RuntimeValue[]> {
    this.#frame = frame;
    let block = region.entry;
    let incoming = args;
    for (;;) {
      this.#enter(block, frame, incoming);
      const { steps, last } = block;
      const suspendable = this.#suspendableSteps(block);
      for (let i = 0; i < steps.length; i++) {
        const step = suspendable[i];
        if (step === undefined) steps[i]!(frame, this);
        else {
          yield* step(frame, this);
          this.#frame = frame;
        }
      }
      if (last === undefined) {
        this.lastTerminator = undefined;
        return [];
      }
      const flow = last(frame, this);
      if (flow.kind === "yield") {
        this.lastTerminator = block.terminator;
        return flow.values;
      }
      block = blockOf(region, flow.successor);
      incoming = flow.args;
    }
  }

  #suspendableSteps(block: CompiledBlock): readonly (SuspendableStep | undefined)[] {
    let steps = this.#suspendable.get(block);
    if (steps === undefined) {
      steps = compileSuspendable(block, this.#waits);
      this.#suspendable.set(block, steps);
    }
    return steps;
  }

  #enter(block: CompiledBlock, frame: Frame, args: readonly RuntimeValue[]): void {
    const slots = block.argSlots;
    if (slots.length !== args.length) {
      throw new DiagnosticError(
        bug("interpret.block-arguments", `a block takes ${slots.length}, got ${args.length}`),
      );
    }
    for (let i = 0; i < slots.length; i++) frame[slots[i]!] = args[i]!;
    this.#steps += block.cost;
    if (this.#steps > this.#maxSteps) this.#failSteps(block);
  }

  #failSteps(block: CompiledBlock): never {
    const message = `the program runs more than ${this.#maxSteps} operations`;
    const hint = "does it loop without end? else allow more steps";
    if (block.terminator !== undefined) failAt(block.terminator, "interpret.steps", message, hint);
    throw new DiagnosticError(userError("interpret.steps", message, { hint }));
  }

  #compile(region: Region): CompiledRegion {
    let owner = region.parent;
    while (owner !== null && !owner.definition.hasTrait(IsolatedFromAbove)) owner = owner.parentOp;
    if (owner === null) throw new Error("the region is in no isolated operation");
    compileScope(owner, this.#regions);
    const compiled = this.#regions.get(region);
    if (compiled !== undefined) return compiled;
    const parent = region.parent ?? owner;
    return failAt(parent, "interpret.empty-region", `a region of \`${parent.name}\` is empty`);
  }
}

function blockOf(region: CompiledRegion, block: Block): CompiledBlock {
  const found = region.blocks.get(block);
  if (found !== undefined) return found;
  throw new DiagnosticError(bug("interpret.successor", "a branch leaves its region"));
}

function checkArguments(f: Operation, name: string, args: readonly RuntimeValue[]): void {
  const attr = f.getAttr("function_type");
  const type =
    attr instanceof TypeAttr && attr.value instanceof FunctionType ? attr.value : undefined;
  const inputs = type?.inputs ?? f.regions[0]?.firstBlock?.args.map((a) => a.type) ?? [];
  if (args.length !== inputs.length) {
    failAt(
      f,
      "interpret.argument-count",
      `@${name} takes ${inputs.length} arguments, got ${args.length}`,
    );
  }
  args.forEach((a, i) => {
    if (isValueOf(a, inputs[i]!)) return;
    failAt(
      f,
      "interpret.argument-type",
      `argument ${i} of @${name} must be \`${inputs[i]!.toString()}\`, got ${describeValue(a)}`,
    );
  });
}
