/**
 * Emission of statements: control flow becomes structured.
 *
 * Every list of statements ends in one of several exits, each of which gives the values that the
 * enclosing operation yields. What follows an `if` goes into the one branch that goes on; where
 * both go on and some path leaves, the `if` becomes a unit with flags, so that nothing is emitted
 * twice. Loops that are left early carry a flag.
 */
import { RankedTensorType, type Type, type Value } from "@strata/ir";
import * as pattern from "@strata/pattern";
import * as scf from "@strata/scf";
import * as tensor from "@strata/tensor";
import type { BlockT, StatementT, Variable } from "../semantics/tree.ts";
import type { Ty } from "../semantics/types.ts";
import { PatternEmitter } from "./emit-patterns.ts";
import {
  assignedByAll,
  isCheap,
  leavesOf,
  leavesOfAll,
  mayEnd,
  mayLeave,
  type Leaves,
} from "./flow.ts";
import { tryInteger, tryTruth } from "./ranges.ts";
import { flatten, unflatten, type Env, type Val } from "./values.ts";

/** How the paths of a list of statements end. */
interface Exits {
  readonly ends: (env: Env) => Value[];
  readonly returns: (env: Env, value: Val) => Value[];
  readonly breaks: (env: Env) => Value[];
  readonly continues: (env: Env) => Value[];
}

/** What a unit of statements has done: variables are in the environment it was given. */
interface Outcome {
  /** Set if control left by `break`, `continue` or `return`; undefined if it cannot have. */
  readonly broke: Value | undefined;
  readonly continued: Value | undefined;
  readonly returned: Value | undefined;
  /** What was returned, where it was. */
  readonly result: readonly Value[];
}

type LoopS = StatementT & { kind: "for" | "while" | "doWhile" };
type ForT = StatementT & { kind: "for" };

/** More steps than any loop takes: the greatest index that every target holds. */
const MANY = 2 ** 31 - 1;

function carriesTensors(values: readonly Value[]): boolean {
  return values.some(({ type }) => type instanceof RankedTensorType);
}

function never(): never {
  throw new Error("control leaves a body where it cannot");
}

/** A loop's state besides its variables. */
interface LoopState {
  readonly vars: readonly Variable[];
  /** Whether `break` or `return` may leave it. */
  readonly flagged: boolean;
  readonly returns: boolean;
}

export class StatementEmitter extends PatternEmitter {
  /** The types of what `return` gives in the body being emitted. */
  #resultType: Ty | undefined;

  protected body(body: BlockT, type: Ty, env: Env): Val {
    const outer = this.#resultType;
    this.#resultType = type;
    try {
      const parts = this.#tail(body.statements, new Map(env), {
        returns: (_, value) => this.castParts(value, type),
        ends: never,
        breaks: never,
        continues: never,
      });
      return unflatten(type, parts);
    } finally {
      this.#resultType = outer;
    }
  }

  get #result(): Ty {
    return this.#resultType ?? never();
  }

  // Lists of statements

  /** Emits statements to the end of their list; gives what the enclosing operation yields. */
  #tail(list: readonly StatementT[], env: Env, exits: Exits): Value[] {
    for (const [k, s] of list.entries()) {
      const rest = list.slice(k + 1);
      switch (s.kind) {
        case "return":
          return exits.returns(env, this.expr(s.value, env));
        case "break":
          return exits.breaks(env);
        case "continue":
          return exits.continues(env);
        case "block":
          if (!mayLeave(leavesOf(s))) break;
          return this.#tail([...s.statements, ...rest], env, exits);
        case "if": {
          if (!mayLeave(leavesOf(s))) break;
          const truth = tryTruth(s.condition, this.facts);
          if (truth !== undefined) {
            const taken = truth ? s.consequent : s.alternate;
            return this.#tail(taken === undefined ? rest : [taken, ...rest], env, exits);
          }
          return this.at(s.at, () => this.#leavingIf(s, rest, env, exits));
        }
        case "for":
        case "while":
        case "doWhile":
        case "unrolled":
          if (!leavesOf(s).returns) break;
          return this.at(s.at, () => {
            const outcome = this.#loop(s, env);
            // A loop without end is left by `return` only.
            if (!mayEnd([s])) return exits.returns(env, unflatten(this.#result, outcome.result));
            return this.#behind(outcome, rest, env, exits);
          });
        default:
      }
      this.at(s.at, () => this.#statement(s, env));
    }
    return exits.ends(env);
  }

  /** An `if` that may leave the list. */
  #leavingIf(
    s: StatementT & { kind: "if" },
    rest: readonly StatementT[],
    env: Env,
    exits: Exits,
  ): Value[] {
    const consequent = s.consequent.statements;
    const alternate = s.alternate?.statements ?? [];
    if (rest.length > 0 && mayEnd(consequent) && mayEnd(alternate)) {
      const outcome = this.#unit([s], env);
      return this.#behind(outcome, rest, env, exits);
    }
    const condition = this.value(s.condition, env);
    const side = (list: readonly StatementT[]) => (): Value[] =>
      this.#tail(mayEnd(list) ? [...list, ...rest] : list, new Map(env), exits);
    return [...scf.buildIf(this.b, condition, side(consequent), side(alternate)).results];
  }

  /** What follows a unit: its exits where it left, else the rest of the list. */
  #behind(outcome: Outcome, rest: readonly StatementT[], env: Env, exits: Exits): Value[] {
    const { broke, continued, returned, result } = outcome;
    const type = this.#result;
    const cases: readonly (readonly [Value | undefined, () => Value[]])[] = [
      [returned, () => exits.returns(new Map(env), unflatten(type, result))],
      [broke, () => exits.breaks(new Map(env))],
      [continued, () => exits.continues(new Map(env))],
    ];
    let emit = (): Value[] => this.#tail(rest, new Map(env), exits);
    for (const [flag, exit] of cases) {
      if (flag === undefined) continue;
      const otherwise = emit;
      emit = () => [...scf.buildIf(this.b, flag, exit, otherwise).results];
    }
    return emit();
  }

  /**
   * Statements as a unit that always ends behind itself: the environment is brought up to date, and
   * flags say how control left. The body of an iteration just ends where it says `continue`.
   */
  #unit(list: readonly StatementT[], env: Env, iteration: boolean = false): Outcome {
    const { s } = this;
    const all = leavesOfAll(list);
    const leaves: Leaves = iteration ? { ...all, continues: false } : all;
    const vars = this.#carried(list, env);
    const type = this.#result;
    const flag = (on: boolean): Value => s.literal(on, "bool");
    const outcome =
      (how: "ends" | "returns" | "breaks" | "continues") =>
      (inner: Env, value?: Val): Value[] => [
        ...this.#flat(vars, inner),
        ...(leaves.breaks ? [flag(how === "breaks")] : []),
        ...(leaves.continues ? [flag(how === "continues")] : []),
        ...(leaves.returns ? [flag(how === "returns")] : []),
        ...(leaves.returns
          ? value === undefined
            ? this.#placeholders(type)
            : this.castParts(value, type)
          : []),
      ];
    const parts = this.#units(list, new Map(env), {
      ends: outcome("ends"),
      returns: outcome("returns"),
      breaks: outcome("breaks"),
      continues: outcome("continues"),
    });
    return this.#outcome(parts, vars, leaves, env);
  }

  /** As `#tail`, for the statements of a unit: its own `if` is not made a unit again. */
  #units(list: readonly StatementT[], env: Env, exits: Exits): Value[] {
    const [only] = list;
    if (list.length !== 1 || only?.kind !== "if") return this.#tail(list, env, exits);
    return this.at(only.at, () => this.#leavingIf(only, [], env, exits));
  }

  /** Reads the parts of a unit: variables, flags, result. */
  #outcome(parts: readonly Value[], vars: readonly Variable[], leaves: Leaves, env: Env): Outcome {
    let next = this.#unflat(vars, env, parts);
    const flag = (has: boolean): Value | undefined => (has ? parts[next++] : undefined);
    const broke = flag(leaves.breaks);
    const continued = flag(leaves.continues);
    const returned = flag(leaves.returns);
    return { broke, continued, returned, result: parts.slice(next) };
  }

  // Statements that do not leave

  #statement(s: StatementT, env: Env): void {
    switch (s.kind) {
      case "declare": {
        const { variable, init } = s;
        if (init === undefined) env.set(variable, undefined);
        else this.define(variable, this.expr(init, env), env);
        return;
      }
      case "assign":
        this.define(s.variable, this.expr(s.value, env), env);
        return;
      case "if":
        this.#if(s, env);
        return;
      case "for":
      case "while":
      case "doWhile":
      case "unrolled":
        this.#loop(s, env);
        return;
      case "block":
        this.#statements(s.statements, env);
        return;
      default:
        never();
    }
  }

  #statements(list: readonly StatementT[], env: Env): void {
    for (const s of list) this.at(s.at, () => this.#statement(s, env));
  }

  #if(s: StatementT & { kind: "if" }, env: Env): void {
    const truth = tryTruth(s.condition, this.facts);
    if (truth !== undefined) {
      const taken = truth ? s.consequent : s.alternate;
      if (taken !== undefined) this.#statements(taken.statements, env);
      return;
    }
    const condition = this.value(s.condition, env);
    const vars = this.#carried([s], env);
    // Without effects there is nothing to do.
    if (vars.length === 0) return;
    const side = (block: BlockT | undefined) => (): Value[] => {
      const inner = new Map(env);
      if (block !== undefined) this.#statements(block.statements, inner);
      return this.#flat(vars, inner);
    };
    const op = scf.buildIf(this.b, condition, side(s.consequent), side(s.alternate));
    this.#unflat(vars, env, op.results);
  }

  // Variables

  /** Variables that statements assign and that live on behind them. */
  #carried(list: readonly StatementT[], env: Env): Variable[] {
    return [...assignedByAll(list)].filter((variable) => env.has(variable));
  }

  #flat(vars: readonly Variable[], env: Env): Value[] {
    return vars.flatMap((variable) => {
      const val = env.get(variable);
      // Where it has no value yet, none is read behind this place either.
      return val === undefined ? this.#placeholders(variable.type) : flatten(val, variable.type);
    });
  }

  /** Puts the leading values into variables; gives how many were used. */
  #unflat(vars: readonly Variable[], env: Env, values: readonly Value[]): number {
    let used = 0;
    for (const variable of vars) {
      const count = this.irTypes(variable.type).length;
      this.define(variable, unflatten(variable.type, values.slice(used, used + count)), env);
      used += count;
    }
    return used;
  }

  /** Values of a type that are never read. */
  #placeholders(type: Ty): Value[] {
    return this.irTypes(type).map((part) => this.#placeholder(part));
  }

  #placeholder(type: Type): Value {
    const { s } = this;
    if (!(type instanceof RankedTensorType)) return s.zero(type);
    const dynamicSizes = type.shape.filter((extent) => extent < 0).map(() => s.index(0));
    return s.insert(tensor.Empty.of({ dynamicSizes }, { types: { result: type } }));
  }

  // Loops

  /** Emits a loop; the outcome says whether it returned. */
  #loop(s: LoopS | (StatementT & { kind: "unrolled" }), env: Env): Outcome {
    const { returns } = leavesOf(s);
    switch (s.kind) {
      case "unrolled":
        return this.#unrolled(s.iterations, env);
      case "for":
        if (!leavesOf(s.body).breaks && !returns) return this.#for(s, env);
        return this.#countedWhile(s, env);
      case "while":
        return this.#while(s, env);
      case "doWhile":
        return this.#doWhile(s, env);
    }
  }

  /** Written-out iterations, each a unit; after one that left, the others are skipped. */
  #unrolled(iterations: readonly BlockT[], env: Env): Outcome {
    const stays: Outcome = {
      broke: undefined,
      continued: undefined,
      returned: undefined,
      result: [],
    };
    const [first, ...others] = iterations;
    if (first === undefined) return stays;
    const { broke, returned, result } = this.#unit(first.statements, env, true);
    if (broke === undefined && returned === undefined) return this.#unrolled(others, env);
    const leaves: Leaves = {
      breaks: false,
      continues: false,
      returns: iterations.some((body) => leavesOf(body).returns),
    };
    const vars = this.#carried(others, env);
    const type = this.#result;
    const { s } = this;
    const stop = (): Value[] => [
      ...this.#flat(vars, env),
      ...(leaves.returns ? [returned ?? s.literal(false, "bool")] : []),
      ...(leaves.returns ? (returned === undefined ? this.#placeholders(type) : result) : []),
    ];
    const goOn = (): Value[] => {
      const inner = new Map(env);
      const after = this.#unrolled(others, inner);
      return [
        ...this.#flat(vars, inner),
        ...(leaves.returns ? [after.returned ?? s.literal(false, "bool")] : []),
        ...(leaves.returns
          ? after.returned === undefined
            ? this.#placeholders(type)
            : after.result
          : []),
      ];
    };
    const left =
      broke === undefined || returned === undefined
        ? (broke ?? returned ?? never())
        : s.binary("or", broke, returned, "bool");
    const op = scf.buildIf(this.b, left, stop, goOn);
    return this.#outcome(op.results, vars, leaves, env);
  }

  /** Bounds that a loop counts upwards in: for downward loops the distance from `from`. */
  #range(s: ForT, env: Env): { from: Value; lower: Value; upper: Value; step: Value } {
    const sb = this.s;
    const from = this.value(s.from, env);
    const to = this.value(s.to, env);
    const down = s.relation.startsWith(">");
    const distance = down ? sb.binary("sub", from, to, "index") : to;
    const inclusive = s.relation.endsWith("=");
    const upper = inclusive ? sb.binary("add", distance, sb.index(1), "index") : distance;
    const [low, high] = [tryInteger(s.from, this.facts), tryInteger(s.to, this.facts)];
    if (low !== undefined && high !== undefined) {
      this.bound(s.counter, Math.min(low, high), Math.max(low, high));
    }
    return { from, lower: down ? sb.index(0) : from, upper, step: sb.index(s.step) };
  }

  /** The counter's value at a step of the loop. */
  #setCounter(s: ForT, from: Value, at: Value, env: Env): void {
    const down = s.relation.startsWith(">");
    const value = down ? this.s.binary("sub", from, at, "index") : at;
    this.define(s.counter, { kind: "one", value }, env);
  }

  #for(s: ForT, env: Env): Outcome {
    const { from, lower, upper, step } = this.#range(s, env);
    const vars = this.#carried([s], env);
    const op = scf.buildFor(this.b, lower, upper, step, this.#flat(vars, env), (iv, state) => {
      const inner = new Map(env);
      this.#unflat(vars, inner, state);
      this.#setCounter(s, from, iv, inner);
      const again = (e: Env): Value[] => this.#flat(vars, e);
      return this.#tail(s.body.statements, inner, {
        ends: again,
        continues: again,
        breaks: never,
        returns: never,
      });
    });
    this.#unflat(vars, env, op.results);
    return { broke: undefined, continued: undefined, returned: undefined, result: [] };
  }

  /** A counted loop that is left early. */
  #countedWhile(s: ForT, env: Env): Outcome {
    const { from, lower, upper, step: stride } = this.#range(s, env);
    const state = this.#loopState(s, env);
    const sb = this.s;
    const test = (args: readonly Value[]): Value => {
      const [counter, ...rest] = args;
      if (counter === undefined) return never();
      const inside = sb.compare("lt", counter, upper, "index");
      return sb.binary("and", this.#going(state, rest), inside, "bool");
    };
    const step = (args: readonly Value[]): Value[] => {
      const [counter, ...rest] = args;
      if (counter === undefined) return never();
      const inner = new Map(env);
      this.#unflat(state.vars, inner, rest);
      this.#setCounter(s, from, counter, inner);
      const next = (parts: Value[]): Value[] => [
        sb.binary("add", counter, stride, "index"),
        ...parts,
      ];
      const again = (e: Env): Value[] => next(this.#state(state, e, true));
      return this.#tail(s.body.statements, inner, {
        ends: again,
        continues: again,
        breaks: (e) => next(this.#state(state, e, false)),
        returns: (e, value) => next(this.#state(state, e, false, value)),
      });
    };
    const results = this.#repeat([lower, ...this.#state(state, env, true)], test, step);
    return this.#afterLoop(state, results.slice(1), env);
  }

  #while(s: StatementT & { kind: "while" }, env: Env): Outcome {
    const state = this.#loopState(s, env);
    const test = (args: readonly Value[]): Value => {
      const inner = new Map(env);
      this.#unflat(state.vars, inner, args);
      return this.#test(s, state, args, inner);
    };
    const step = (args: readonly Value[]): Value[] => {
      const inner = new Map(env);
      this.#unflat(state.vars, inner, args);
      const again = (e: Env): Value[] => {
        if (s.update !== undefined) this.#statements(s.update.statements, e);
        return this.#state(state, e, true);
      };
      return this.#tail(s.body.statements, inner, {
        ends: again,
        continues: again,
        breaks: (e) => this.#state(state, e, false),
        returns: (e, value) => this.#state(state, e, false, value),
      });
    };
    return this.#afterLoop(state, this.#repeat(this.#state(state, env, true), test, step), env);
  }

  /** Steps while a test holds: `scf.while`, or `pattern.iterate` where tensors are carried. */
  #repeat(
    inits: readonly Value[],
    test: (args: readonly Value[]) => Value,
    step: (args: readonly Value[]) => Value[],
  ): readonly Value[] {
    const { s, b } = this;
    if (!carriesTensors(inits)) {
      const before = (args: readonly Value[]): scf.WhileTest => ({ condition: test(args), args });
      return scf.buildWhile(b, inits, before, step).results;
    }
    const steps = s.select(test(inits), s.index(MANY), s.index(0));
    return this.#iterateWhile(steps, inits, step, (after) => s.not(test(after)));
  }

  /** `pattern.iterate` until a condition on the state after a step holds. */
  #iterateWhile(
    steps: Value,
    inits: readonly Value[],
    step: (args: readonly Value[]) => Value[],
    done: (after: readonly Value[]) => Value,
  ): readonly Value[] {
    const types = inits.map((init) => init.type);
    const body = this.region(types, step);
    const until = this.region([...types, ...types], (args) => [done(args.slice(types.length))]);
    return this.b.insert(pattern.IterateOp.of({ steps, inits, body, until: [until] })).results;
  }

  /** The condition of a loop: evaluated only while it goes on. */
  #test(
    s: StatementT & { kind: "while" },
    state: LoopState,
    args: readonly Value[],
    env: Env,
  ): Value {
    if (!state.flagged) return this.value(s.condition, env);
    const going = this.#going(state, args);
    if (tryTruth(s.condition, this.facts) === true) return going;
    if (isCheap(s.condition)) {
      return this.s.binary("and", going, this.value(s.condition, env), "bool");
    }
    const op = scf.buildIf(
      this.b,
      going,
      () => [this.value(s.condition, env)],
      () => [this.s.literal(false, "bool")],
    );
    return this.s.result(op);
  }

  #doWhile(s: StatementT & { kind: "doWhile" }, env: Env): Outcome {
    const { b } = this;
    // No flag is needed: leaving is a test that fails.
    const state: LoopState = { ...this.#loopState(s, env), flagged: false };
    const flag = (on: boolean): Value => this.s.literal(on, "bool");
    /** Whether to go on, and the state. */
    const step = (args: readonly Value[]): Value[] => {
      const inner = new Map(env);
      this.#unflat(state.vars, inner, args);
      const test = (e: Env): Value[] => [
        this.value(s.condition, e),
        ...this.#state(state, e, true),
      ];
      return this.#tail(s.body.statements, inner, {
        ends: test,
        continues: test,
        breaks: (e) => [flag(false), ...this.#state(state, e, false)],
        returns: (e, value) => [flag(false), ...this.#state(state, e, false, value)],
      });
    };
    const inits = this.#state(state, env, true);
    if (carriesTensors(inits)) {
      const [, ...results] = this.#iterateWhile(
        this.s.index(MANY),
        [flag(true), ...inits],
        ([, ...args]) => step(args),
        ([going]) => this.s.not(going ?? never()),
      );
      return this.#afterLoop(state, results, env);
    }
    // The body runs in the first region, so that it runs before the first test.
    const before = (given: readonly Value[]): scf.WhileTest => {
      const [condition, ...args] = step(given);
      return { condition: condition ?? never(), args };
    };
    const loop = scf.buildWhile(b, inits, before, (args) => args);
    return this.#afterLoop(state, loop.results, env);
  }

  #loopState(s: LoopS, env: Env): LoopState {
    const { breaks, returns } = leavesOf(s.body);
    return { vars: this.#carried([s], env), flagged: breaks || returns, returns };
  }

  /** A loop's state: the variables, whether to go on, whether and what was returned. */
  #state(state: LoopState, env: Env, going: boolean, returned?: Val): Value[] {
    const parts = this.#flat(state.vars, env);
    if (state.flagged) parts.push(this.s.literal(going, "bool"));
    if (!state.returns) return parts;
    parts.push(this.s.literal(returned !== undefined, "bool"));
    const type = this.#result;
    parts.push(
      ...(returned === undefined ? this.#placeholders(type) : this.castParts(returned, type)),
    );
    return parts;
  }

  /** The flag in a state that says whether to go on. */
  #going(state: LoopState, args: readonly Value[]): Value {
    const at = state.vars.reduce((sum, { type }) => sum + this.irTypes(type).length, 0);
    return args[at] ?? never();
  }

  #afterLoop(state: LoopState, results: readonly Value[], env: Env): Outcome {
    let next = this.#unflat(state.vars, env, results);
    if (state.flagged) next++;
    const returned = state.returns ? results[next++] : undefined;
    return { broke: undefined, continued: undefined, returned, result: results.slice(next) };
  }
}
