/**
 * Emission: the typed tree of a kernel as a function of the pattern, tensor, scf, arith and math
 * dialects.
 *
 * Control flow becomes structured: a statement that may leave its body early takes the statements
 * behind it into its branches, so that every path ends in one place; loops that are left early carry
 * flags. Variables are SSA values in an environment that branches and loops merge.
 */
import * as arith from "@strata/arith";
import * as func from "@strata/func";
import {
  Block,
  Builder,
  constantAttr,
  DenseArrayAttr,
  FunctionType,
  IntegerAttr,
  ModuleOp,
  RankedTensorType,
  Region,
  setNameHint,
  SourceLoc,
  type Type,
  type Value,
} from "@strata/ir";
import * as pattern from "@strata/pattern";
import * as scf from "@strata/scf";
import { DiagnosticError, unsupported, type ScalarType } from "@strata/support";
import * as tensor from "@strata/tensor";
import type { AnalyzedKernel } from "../semantics/analyze.ts";
import type {
  Accessor,
  BlockT,
  InlineT,
  Lambda,
  ReduceT,
  StatementT,
  StencilT,
  Typed,
  Variable,
} from "../semantics/tree.ts";
import { resolve, type Ty } from "../semantics/types.ts";
import type { Node } from "../syntax/ast.ts";
import { assignedVariables, isCheap, mayLeave } from "./flow.ts";
import { irType, isFloatName, scalarIrType, scalarName } from "./ir-types.ts";
import { ScalarBuilder } from "./scalar-ops.ts";

/** A value of the language: one of the IR, or several with names or positions. */
type Val =
  | { readonly kind: "one"; readonly value: Value }
  | { readonly kind: "tuple"; readonly elements: readonly Val[] }
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, Val> };

type Env = Map<Variable, Val>;

/** How the paths of a body end: each gives the values that the enclosing operation yields. */
interface Exits {
  readonly fallThrough: (env: Env) => Value[];
  readonly returns: (env: Env, value: Val) => Value[];
  readonly breaks: (env: Env) => Value[];
  readonly continues: (env: Env) => Value[];
}

const one = (value: Value): Val => ({ kind: "one", value });

function flatten(v: Val): Value[] {
  if (v.kind === "one") return [v.value];
  const parts = v.kind === "tuple" ? v.elements : [...v.fields.values()];
  return parts.flatMap(flatten);
}

/** Rebuilds a value of a type from its flat parts, taken from the front of `parts`. */
function unflatten(ty: Ty, parts: Value[]): Val {
  const t = resolve(ty);
  if (t.kind === "tuple") {
    return { kind: "tuple", elements: t.elements.map((e) => unflatten(e, parts)) };
  }
  if (t.kind === "object") {
    return {
      kind: "object",
      fields: new Map(t.fields.map((f) => [f.name, unflatten(f.type, parts)])),
    };
  }
  const value = parts.shift();
  if (value === undefined) throw new Error("too few values");
  return one(value);
}

/** The module of a kernel: one function with the kernel's name. */
export function emitKernel(kernel: AnalyzedKernel): ModuleOp {
  const module = ModuleOp.create();
  module.add(new KernelEmitter(kernel).run());
  return module;
}

class KernelEmitter {
  readonly #kernel: AnalyzedKernel;
  readonly #b: Builder;
  readonly #s: ScalarBuilder;
  readonly #fn: func.FuncOp;
  readonly #windows = new Map<Accessor, Value>();
  readonly #resultTypes: readonly Type[];

  constructor(kernel: AnalyzedKernel) {
    this.#kernel = kernel;
    this.#resultTypes = this.#types(kernel.result);
    const inputs = kernel.params.map((p) => this.#irType(p.type));
    const type = FunctionType.get(inputs, this.#resultTypes);
    this.#fn = func.FuncOp.create(kernel.name, type, {
      location: this.#location(kernel.body.at),
    });
    this.#b = Builder.atEnd(this.#fn.entry);
    this.#s = new ScalarBuilder(this.#b);
  }

  run(): func.FuncOp {
    const env: Env = new Map();
    this.#kernel.params.forEach((p, i) => {
      const arg = this.#fn.entry.args[i]!;
      setNameHint(arg, p.name);
      env.set(p, one(arg));
    });
    const results = this.#body(this.#kernel.body, env);
    this.#b.insert(func.ReturnOp.of({ inputs: flatten(results) }));
    return this.#fn;
  }

  // --- types and places --------------------------------------------------------------------------

  #irType(ty: Ty): Type {
    return irType(ty, this.#kernel.dims);
  }

  #types(ty: Ty): Type[] {
    const t = resolve(ty);
    if (t.kind === "tuple") return t.elements.flatMap((e) => this.#types(e));
    if (t.kind === "object") return t.fields.flatMap((f) => this.#types(f.type));
    return [this.#irType(t)];
  }

  #location(at: Node): SourceLoc {
    return new SourceLoc(this.#kernel.module.file, at.start, at.end);
  }

  #at<T>(node: Node, f: () => T): T {
    const outer = this.#b.location;
    this.#b.location = this.#location(node);
    try {
      return f();
    } finally {
      this.#b.location = outer;
    }
  }

  #refuse(at: Node, code: string, message: string, hint: string): never {
    const span = { file: this.#kernel.module.file, start: at.start, end: at.end };
    throw new DiagnosticError(unsupported(code, message, { span, hint }));
  }

  // --- bodies and statements ---------------------------------------------------------------------

  /** Emits a body whose paths all return; gives the returned value. */
  #body(body: BlockT, env: Env): Val {
    let shape: Val | undefined;
    const never = (): never => {
      throw new Error("a body ends without returning");
    };
    const out = this.#tail(body.statements, new Map(env), {
      returns: (_, v) => {
        shape ??= v;
        return flatten(v);
      },
      fallThrough: never,
      breaks: never,
      continues: never,
    });
    if (shape === undefined) return never();
    return reshape(shape, [...out]);
  }

  /** Emits statements up to the end of their body; gives what the enclosing operation yields. */
  #tail(list: readonly StatementT[], env: Env, exits: Exits): Value[] {
    for (let k = 0; k < list.length; k++) {
      const s = list[k]!;
      const rest = list.slice(k + 1);
      switch (s.kind) {
        case "return":
          return exits.returns(env, this.#expr(s.value, env));
        case "break":
          return exits.breaks(env);
        case "continue":
          return exits.continues(env);
        case "block":
          return this.#tail([...s.statements, ...rest], env, exits);
        case "unrolled":
          if (!s.iterations.some(mayLeave)) break;
          return this.#unrolledTail(s.iterations, rest, env, exits);
        case "if":
          if (!mayLeave(s)) break;
          return this.#at(s.at, () => this.#leavingIf(s, rest, env, exits));
        case "for":
        case "while":
        case "doWhile":
          if (!returnsInside(s)) break;
          return this.#at(s.at, () => this.#returningLoop(s, rest, env, exits));
        default:
      }
      this.#at(s.at, () => this.#statement(s, env));
    }
    return exits.fallThrough(env);
  }

  /** Written-out iterations: `continue` goes to the next one, `break` behind the last. */
  #unrolledTail(
    iterations: readonly BlockT[],
    rest: readonly StatementT[],
    env: Env,
    exits: Exits,
  ): Value[] {
    const [first, ...others] = iterations;
    if (first === undefined) return this.#tail(rest, env, exits);
    const next = (e: Env): Value[] => this.#unrolledTail(others, rest, e, exits);
    return this.#tail(first.statements, env, {
      returns: exits.returns,
      fallThrough: next,
      continues: next,
      breaks: (e) => this.#tail(rest, e, exits),
    });
  }

  /** An `if` that may leave the body: what follows goes into its branches. */
  #leavingIf(
    s: StatementT & { kind: "if" },
    rest: readonly StatementT[],
    env: Env,
    exits: Exits,
  ): Value[] {
    const condition = this.#value(s.condition, env);
    const side = (block: BlockT | undefined) => (): Value[] =>
      this.#tail([...(block?.statements ?? []), ...rest], new Map(env), exits);
    return [...scf.buildIf(this.#b, condition, side(s.consequent), side(s.alternate)).results];
  }

  #statement(s: StatementT, env: Env): void {
    switch (s.kind) {
      case "declare": {
        const v = s.init === undefined ? this.#zero(s.variable.type) : this.#expr(s.init, env);
        if (v.kind === "one") setNameHint(v.value, s.variable.name);
        env.set(s.variable, v);
        return;
      }
      case "assign":
        env.set(s.variable, this.#expr(s.value, env));
        return;
      case "if":
        this.#if(s, env);
        return;
      case "for":
        this.#for(s, env);
        return;
      case "while":
      case "doWhile":
        this.#while(s, env);
        return;
      case "unrolled":
        for (const block of s.iterations) this.#statements(block, env);
        return;
      case "block":
        this.#statements(s, env);
        return;
      default:
        throw new Error(`${s.kind} is handled at the end of bodies`);
    }
  }

  #statements(block: BlockT, env: Env): void {
    for (const s of block.statements) this.#at(s.at, () => this.#statement(s, env));
  }

  #zero(ty: Ty): Val {
    const name = scalarName(ty);
    return one(this.#s.literal(name === "i64" || name === "u64" ? 0n : 0, name));
  }

  /** Variables that statements assign and that live on behind them. */
  #carried(list: readonly StatementT[], env: Env): Variable[] {
    return [...assignedVariables(list)].filter((v) => env.has(v));
  }

  #flat(vars: readonly Variable[], env: Env): Value[] {
    return vars.flatMap((v) => flatten(env.get(v)!));
  }

  #unflat(vars: readonly Variable[], env: Env, values: readonly Value[]): void {
    const parts = [...values];
    for (const v of vars) {
      const shaped = unflatten(v.type, parts);
      if (shaped.kind === "one") setNameHint(shaped.value, v.name);
      env.set(v, shaped);
    }
  }

  #if(s: StatementT & { kind: "if" }, env: Env): void {
    const condition = this.#value(s.condition, env);
    const vars = this.#carried([s], env);
    const side = (block: BlockT | undefined) => (): Value[] => {
      const inner = new Map(env);
      if (block !== undefined) this.#statements(block, inner);
      return this.#flat(vars, inner);
    };
    const op = scf.buildIf(this.#b, condition, side(s.consequent), side(s.alternate));
    this.#unflat(vars, env, op.results);
  }

  // --- loops -------------------------------------------------------------------------------------

  #for(s: StatementT & { kind: "for" }, env: Env): void {
    if (breaksOut(s.body)) {
      this.#while(s, env);
      return;
    }
    const { lower, upper, step } = this.#bounds(s, env);
    const vars = this.#carried([s], env);
    const down = s.relation.startsWith(">");
    const type = scalarName(s.counter.type);
    const start = this.#value(s.from, env);
    const op = scf.buildFor(this.#b, lower, upper, step, this.#flat(vars, env), (iv, state) => {
      const inner = new Map(env);
      this.#unflat(vars, inner, state);
      const counter = down ? this.#s.binary("sub", start, iv, type) : iv;
      setNameHint(counter, s.counter.name);
      inner.set(s.counter, one(counter));
      const done = (e: Env): Value[] => this.#flat(vars, e);
      return this.#tail(s.body.statements, inner, {
        fallThrough: done,
        continues: done,
        breaks: done,
        returns: () => {
          throw new Error("a return in a counted loop");
        },
      });
    });
    this.#unflat(vars, env, op.results);
  }

  /** Bounds that `scf.for` counts upwards in; downward loops count the distance from `from`. */
  #bounds(s: StatementT & { kind: "for" }, env: Env): { lower: Value; upper: Value; step: Value } {
    const type = scalarName(s.counter.type);
    const wide = type === "i64" || type === "u64";
    const literal = (n: number): Value => this.#s.literal(wide ? BigInt(n) : n, type);
    const from = this.#value(s.from, env);
    const to = this.#value(s.to, env);
    const inclusive = s.relation.endsWith("=");
    const step = literal(s.step);
    if (s.relation.startsWith("<")) {
      const upper = inclusive ? this.#s.binary("add", to, literal(1), type) : to;
      return { lower: from, upper, step };
    }
    const distance = this.#s.binary("sub", from, to, type);
    const upper = inclusive ? this.#s.binary("add", distance, literal(1), type) : distance;
    return { lower: literal(0), upper, step };
  }

  /** Any loop, as `scf.while` on the variables and a flag that says whether to go on. */
  #while(s: LoopS, env: Env): void {
    this.#flaggedLoop(s, env, undefined);
  }

  /** A loop with a `return` inside: behind it, the flag decides. */
  #returningLoop(s: LoopS, rest: readonly StatementT[], env: Env, exits: Exits): Value[] {
    const types = this.#resultTypesOf(s);
    const { returned, values } = this.#flaggedLoop(s, env, types);
    const condition = returned!;
    const op = scf.buildIf(
      this.#b,
      condition,
      () => exits.returns(new Map(env), unflatten(types.ty, [...values])),
      () => this.#tail(rest, new Map(env), exits),
    );
    return [...op.results];
  }

  #resultTypesOf(s: LoopS): { ty: Ty; types: Type[] } {
    const ty = returnedType(s)!;
    const types = this.#types(ty);
    if (types.some((t) => t instanceof RankedTensorType)) {
      this.#refuse(
        s.at,
        "kernel.return-tensor-in-loop",
        "a loop that returns a tensor is not supported",
        "assign it to a variable, `break`, and return behind the loop",
      );
    }
    return { ty, types };
  }

  #flaggedLoop(
    s: LoopS,
    env: Env,
    result: { types: readonly Type[] } | undefined,
  ): { returned: Value | undefined; values: Value[] } {
    const vars = this.#carried([s], env);
    const size = this.#flat(vars, env).length;
    const no = (): Value => this.#s.literal(false, "bool");
    const yes = (): Value => this.#s.literal(true, "bool");
    const counted = s.kind === "for" ? s : undefined;
    const counterType = counted === undefined ? undefined : scalarName(counted.counter.type);
    const bounds = counted === undefined ? undefined : this.#bounds(counted, env);
    const start = counted === undefined ? undefined : this.#value(counted.from, env);
    const zeros = (result?.types ?? []).map((t) =>
      this.#s.insert(arith.ConstantOp.of({ value: constantAttr(t, 0) as IntegerAttr })),
    );
    // State: the variables, whether to go on, the counter, whether it returned, and with what.
    const inits = [
      ...this.#flat(vars, env),
      yes(),
      ...(bounds === undefined ? [] : [bounds.lower]),
      ...(result === undefined ? [] : [no(), ...zeros]),
    ];
    const loop = scf.buildWhile(
      this.#b,
      inits,
      (args) => {
        const going = args[size]!;
        if (s.kind === "doWhile") return { condition: going, args };
        if (bounds !== undefined) {
          const inside = this.#s.compare("lt", args[size + 1]!, bounds.upper, counterType!);
          const condition = this.#s.insert(arith.AndI.of({ lhs: going, rhs: inside }));
          return { condition, args };
        }
        // The condition is evaluated only while the loop goes on.
        const inner = new Map(env);
        this.#unflat(vars, inner, args.slice(0, size));
        const test = scf.buildIf(
          this.#b,
          going,
          () => [this.#value((s as StatementT & { kind: "while" }).condition, inner)],
          () => [no()],
        );
        return { condition: test.results[0]!, args };
      },
      (args) => {
        const inner = new Map(env);
        this.#unflat(vars, inner, args.slice(0, size));
        if (counted !== undefined) {
          const iv = args[size + 1]!;
          const down = counted.relation.startsWith(">");
          inner.set(
            counted.counter,
            one(down ? this.#s.binary("sub", start!, iv, counterType!) : iv),
          );
        }
        const next = (e: Env, going: Value, more: Value[]): Value[] => {
          const counter =
            bounds === undefined
              ? []
              : [this.#s.binary("add", args[size + 1]!, bounds.step, counterType!)];
          return [...this.#flat(vars, e), going, ...counter, ...more];
        };
        const notReturned = (): Value[] => (result === undefined ? [] : [no(), ...zeros]);
        const again = (e: Env): Value[] => {
          if (s.kind === "while" && s.update !== undefined) this.#statements(s.update, e);
          const going = s.kind === "doWhile" ? this.#value(s.condition, e) : yes();
          return next(e, going, notReturned());
        };
        return this.#tail(s.body.statements, inner, {
          fallThrough: again,
          continues: again,
          breaks: (e) => next(e, no(), notReturned()),
          returns: (e, v) => next(e, no(), [yes(), ...flatten(v)]),
        });
      },
    );
    this.#unflat(vars, env, loop.results.slice(0, size));
    const behind = size + 1 + (bounds === undefined ? 0 : 1);
    return {
      returned: result === undefined ? undefined : loop.results[behind],
      values: loop.results.slice(behind + 1),
    };
  }

  // --- expressions -------------------------------------------------------------------------------

  /** An expression that is one value of the IR. */
  #value(e: Typed, env: Env): Value {
    const v = this.#expr(e, env);
    if (v.kind !== "one") throw new Error("expected a single value");
    return v.value;
  }

  #expr(e: Typed, env: Env): Val {
    return this.#at(e.at, () => this.#expression(e, env));
  }

  #expression(e: Typed, env: Env): Val {
    const s = this.#s;
    switch (e.kind) {
      case "literal":
        return one(s.literal(e.value, scalarName(e.type)));
      case "variable": {
        const v = env.get(e.variable);
        if (v === undefined) throw new Error(`${e.variable.name} has no value`);
        return v;
      }
      case "extent": {
        const t = this.#value(e.tensor, env);
        const n = (t.type as RankedTensorType).shape[e.axis]!;
        if (n >= 0) return one(s.index(n));
        return one(s.insert(tensor.Dim.of({ source: t, index: s.index(e.axis) })));
      }
      case "unary": {
        const type = scalarName(e.type);
        const x = this.#value(e.operand, env);
        return one(e.op === "neg" ? s.negate(x, type) : s.complement(x, type));
      }
      case "binary":
        return one(
          s.binary(e.op, this.#value(e.left, env), this.#value(e.right, env), scalarName(e.type)),
        );
      case "compare": {
        const type = scalarName(e.left.type);
        return one(s.compare(e.op, this.#value(e.left, env), this.#value(e.right, env), type));
      }
      case "logical":
        return one(this.#logical(e, env));
      case "conditional":
        return this.#conditional(e, env);
      case "convert":
        return one(
          s.convert(this.#value(e.operand, env), scalarName(e.operand.type), scalarName(e.type)),
        );
      case "math": {
        const type = scalarName(e.args[0]!.type);
        return one(
          s.math(
            e.fn,
            e.args.map((a) => this.#value(a, env)),
            type,
          ),
        );
      }
      case "at": {
        const t = this.#value(e.tensor, env);
        const indices = e.indices.map((i) => this.#value(i, env));
        return one(s.insert(tensor.Extract.of({ tensor: t, indices })));
      }
      case "read": {
        const window = this.#windows.get(e.accessor);
        if (window === undefined) throw new Error(`${e.accessor.name} is read outside its stencil`);
        const offsets = DenseArrayAttr.i64(e.offsets);
        return one(s.insert(pattern.AccessOp.of({ window, offsets })));
      }
      case "inline":
        return this.#inline(e, env);
      case "tuple":
        return { kind: "tuple", elements: e.elements.map((x) => this.#expr(x, env)) };
      case "object":
        return {
          kind: "object",
          fields: new Map(e.fields.map((f) => [f.name, this.#expr(f.value, env)])),
        };
      case "field": {
        const o = this.#expr(e.object, env);
        if (o.kind !== "object") throw new Error("a field of no object");
        return o.fields.get(e.name)!;
      }
      case "item": {
        const t = this.#expr(e.tuple, env);
        if (t.kind !== "tuple") throw new Error("an item of no tuple");
        return t.elements[e.position]!;
      }
      case "map":
        return one(this.#map(e, env));
      case "build":
        return one(this.#build(e, env));
      case "stencil":
        return one(this.#stencil(e, env));
      case "reduce":
        return one(this.#reduce(e, env));
      case "fold":
        return one(this.#fold(e, env));
      case "range":
        return one(this.#range(e, env));
      case "scan":
        return one(this.#scan(e, env));
      case "histogram":
        return one(this.#histogram(e, env));
      case "iterate":
        return this.#iterate(e, env);
      case "iterateUntil":
        return this.#iterateUntil(e, env);
      case "error":
        throw new Error("an expression with errors is emitted");
    }
  }

  #inline(e: InlineT, env: Env): Val {
    const inner = new Map(env);
    for (const { variable, value } of e.params) inner.set(variable, this.#expr(value, env));
    return this.#body(e.body, inner);
  }

  #logical(e: Typed & { kind: "logical" }, env: Env): Value {
    const left = this.#value(e.left, env);
    const both = e.op === "and";
    if (isCheap(e.right)) {
      const operands = { lhs: left, rhs: this.#value(e.right, env) };
      return this.#s.insert(both ? arith.AndI.of(operands) : arith.OrI.of(operands));
    }
    const right = (): Value[] => [this.#value(e.right, env)];
    const known = (): Value[] => [this.#s.literal(!both, "bool")];
    return scf.buildIf(this.#b, left, both ? right : known, both ? known : right).results[0]!;
  }

  #conditional(e: Typed & { kind: "conditional" }, env: Env): Val {
    const condition = this.#value(e.condition, env);
    const scalar = resolve(e.type).kind === "scalar";
    if (scalar && (e.strict || (isCheap(e.consequent) && isCheap(e.alternate)))) {
      const [a, b] = [this.#value(e.consequent, env), this.#value(e.alternate, env)];
      return one(this.#s.select(condition, a, b));
    }
    const side = (x: Typed) => (): Value[] => flatten(this.#expr(x, env));
    const op = scf.buildIf(this.#b, condition, side(e.consequent), side(e.alternate));
    return unflatten(e.type, [...op.results]);
  }

  // --- patterns ----------------------------------------------------------------------------------

  /** A tensor as a type it is known to have when the kernel runs. */
  #cast(v: Value, type: Type): Value {
    if (v.type === type) return v;
    return this.#s.insert(tensor.Cast.of({ source: v }, { types: { dest: type } }));
  }

  /** Tensors of equal shape, brought to the static extents that any of them shows. */
  #sameShape(inputs: readonly Value[]): Value[] {
    const types = inputs.map((v) => v.type as RankedTensorType);
    const shape = types[0]!.shape.map((n, d) => types.find((t) => t.shape[d]! >= 0)?.shape[d] ?? n);
    return inputs.map((v, i) => this.#cast(v, types[i]!.withShape(shape)));
  }

  /** A region of one block, filled with the builder at its end; the terminator gets the values. */
  #region(argTypes: readonly Type[], fill: (args: readonly Value[]) => readonly Value[]): Region {
    const block = new Block(argTypes);
    this.#b.saved(() => {
      this.#b.setToEnd(block);
      this.#b.insert(pattern.YieldOp.of({ values: fill(block.args) }));
    });
    return new Region([block]);
  }

  /** The values of a lambda's body for given parameters. */
  #apply(lambda: Lambda, args: readonly Val[], env: Env): Val {
    const inner = new Map(env);
    lambda.params.forEach((p, i) => {
      const v = args[i]!;
      if (v.kind === "one") setNameHint(v.value, p.name);
      inner.set(p, v);
    });
    return this.#body(lambda.body, inner);
  }

  #lambdaRegion(lambda: Lambda, argTypes: readonly Type[], env: Env): Region {
    return this.#region(argTypes, (args) => flatten(this.#apply(lambda, args.map(one), env)));
  }

  #elementTypes(inputs: readonly Value[]): Type[] {
    return inputs.map((v) => (v.type as RankedTensorType).elementType);
  }

  #indexTypes(rank: number): Type[] {
    return Array.from({ length: rank }, () => scalarIrType("index"));
  }

  /** A tensor type with the shape of `like`. */
  #shaped(like: Value, element: Type): RankedTensorType {
    return (like.type as RankedTensorType).withElementType(element);
  }

  #map(e: Typed & { kind: "map" }, env: Env): Value {
    const inputs = this.#sameShape(e.inputs.map((x) => this.#value(x, env)));
    const rank = (inputs[0]!.type as RankedTensorType).rank;
    const body = this.#lambdaRegion(
      e.body,
      [...this.#elementTypes(inputs), ...this.#indexTypes(rank)],
      env,
    );
    const out = this.#shaped(inputs[0]!, scalarIrType(scalarName(e.body.type)));
    return this.#s.insert(pattern.MapOp.of({ inputs, body }, { types: { outputs: [out] } }));
  }

  #build(e: Typed & { kind: "build" }, env: Env): Value {
    const type = this.#irType(e.type) as RankedTensorType;
    const extents = e.extents.map((x) => this.#value(x, env));
    // Constant extents are part of the type even where no dimension has that name.
    const known = extents.map((v, d) => (type.shape[d]! >= 0 ? type.shape[d]! : constantIndex(v)));
    const out = type.withShape(known.map((n) => n ?? -1));
    const sizes = extents.filter((_, d) => out.shape[d]! < 0);
    const body = this.#lambdaRegion(e.body, this.#indexTypes(out.rank), env);
    return this.#s.insert(pattern.BuildOp.of({ sizes, body }, { types: { outputs: [out] } }));
  }

  #stencil(e: StencilT, env: Env): Value {
    const inputs = this.#sameShape(e.inputs.map((x) => this.#value(x, env)));
    const rank = (inputs[0]!.type as RankedTensorType).rank;
    const mode = e.boundary === "zero" ? "constant" : e.boundary;
    const values = e.values.map((x) => this.#value(x, env));
    const elements = this.#elementTypes(inputs);
    if (values.length > 1 && elements.some((t) => t !== elements[0])) {
      this.#refuse(
        e.at,
        "kernel.mixed-boundary",
        "a stencil with the boundary zero or constant reads inputs of several element types",
        "convert the inputs to one type with `map` first",
      );
    }
    const windows = elements.map((elementType) => pattern.WindowType.get({ elementType, rank }));
    const body = this.#region([...windows, ...this.#indexTypes(rank)], (args) => {
      for (const a of e.accessors) {
        this.#windows.set(a, args[a.input]!);
        setNameHint(args[a.input]!, a.name);
      }
      return flatten(this.#apply(e.body, args.slice(inputs.length).map(one), env));
    });
    const out = this.#shaped(inputs[0]!, scalarIrType(scalarName(e.body.type)));
    return this.#s.insert(
      pattern.StencilOp.of(
        { inputs, value: values[0], boundary: pattern.Boundary.attr(mode), body },
        { types: { outputs: [out] } },
      ),
    );
  }

  /** `pattern.reduce` over all dimensions or one. */
  #reduction(
    input: Value,
    axis: number | undefined,
    inits: readonly Value[],
    element: (x: Value, indices: readonly Value[]) => readonly Value[],
    combine: (acc: readonly Value[], x: readonly Value[]) => readonly Value[],
  ): readonly Value[] {
    const type = input.type as RankedTensorType;
    const dims = axis === undefined ? type.shape.map((_, d) => d) : [axis];
    const kept = type.shape.filter((_, d) => !dims.includes(d));
    const initTypes = inits.map((v) => v.type);
    const outputs = initTypes.map((t) => (kept.length === 0 ? t : RankedTensorType.get(kept, t)));
    const op = pattern.ReduceOp.of(
      {
        inputs: [input],
        inits,
        dims: DenseArrayAttr.i64(dims),
        element: this.#region([type.elementType, ...this.#indexTypes(type.rank)], ([x, ...ivs]) =>
          element(x!, ivs),
        ),
        combiner: this.#region([...initTypes, ...initTypes], (args) =>
          combine(args.slice(0, inits.length), args.slice(inits.length)),
        ),
      },
      { types: { outputs } },
    );
    return this.#b.insert(op).results;
  }

  #reduce(e: ReduceT, env: Env): Value {
    const input = this.#value(e.input, env);
    const t = resolve(e.input.type);
    if (t.kind !== "tensor") throw new Error("a reduction of no tensor");
    const type = scalarName(t.element);
    if (e.op === "argmin" || e.op === "argmax") return this.#argExtreme(e, input, type);
    const op = e.op === "mean" ? "sum" : e.op;
    const [total] = this.#reduction(
      input,
      e.axis,
      [this.#s.neutral(op, type)],
      (x) => [x],
      ([a], [x]) => [this.#s.combine(op, a!, x!, type)],
    );
    if (e.op !== "mean") return total!;
    return this.#divide(total!, this.#count(input, e.axis), type);
  }

  /** The number of elements that a reduction combines. */
  #count(input: Value, axis: number | undefined): Value {
    const s = this.#s;
    const { shape } = input.type as RankedTensorType;
    let n: Value | undefined;
    shape.forEach((extent, d) => {
      if (axis !== undefined && d !== axis) return;
      const one_ =
        extent >= 0
          ? s.index(extent)
          : s.insert(tensor.Dim.of({ source: input, index: s.index(d) }));
      n = n === undefined ? one_ : s.binary("mul", n, one_, "index");
    });
    return n ?? s.index(1);
  }

  #divide(total: Value, count: Value, type: ScalarType): Value {
    const s = this.#s;
    const n = s.convert(count, "index", type);
    if (!(total.type instanceof RankedTensorType)) return s.binary("div", total, n, type);
    const rank = total.type.rank;
    const body = this.#region([total.type.elementType, ...this.#indexTypes(rank)], ([x]) => [
      s.binary("div", x!, n, type),
    ]);
    const types = { types: { outputs: [total.type] } };
    return s.insert(pattern.MapOp.of({ inputs: [total], body }, types));
  }

  /** The first extreme: pairs of value and position, −1 for "none yet"; NaN wins. */
  #argExtreme(e: ReduceT, input: Value, type: ScalarType): Value {
    const s = this.#s;
    const { shape } = input.type as RankedTensorType;
    const zero = s.literal(type === "i64" || type === "u64" ? 0n : 0, type);
    const none = s.literal(-1, "i32");
    const better = e.op === "argmax" ? "gt" : "lt";
    const [, positions] = this.#reduction(
      input,
      e.axis,
      [zero, none],
      (x, ivs) => {
        let at: Value | undefined;
        ivs.forEach((iv, d) => {
          if (e.axis !== undefined && d !== e.axis) return;
          if (at === undefined) at = iv;
          else {
            const extent =
              shape[d]! >= 0
                ? s.index(shape[d]!)
                : s.insert(tensor.Dim.of({ source: input, index: s.index(d) }));
            at = s.binary("add", s.binary("mul", at, extent, "index"), iv, "index");
          }
        });
        return [x, s.convert(at ?? s.index(0), "index", "i32")];
      },
      ([va, ia], [vb, ib]) => {
        let wins = s.compare(better, vb!, va!, type);
        let equal = s.compare("eq", vb!, va!, type);
        if (isFloatName(type)) {
          const [na, nb] = [s.math("isNaN", [va!], type), s.math("isNaN", [vb!], type)];
          const notA = s.not(na);
          wins = s.binary("and", notA, s.binary("or", nb, wins, "bool"), "bool");
          equal = s.binary("or", equal, s.binary("and", na, nb, "bool"), "bool");
        }
        const earlier = s.binary("and", equal, s.compare("lt", ib!, ia!, "i32"), "bool");
        const first = s.compare("eq", ia!, none, "i32");
        const takes = s.binary("or", first, s.binary("or", wins, earlier, "bool"), "bool");
        const some = s.compare("ne", ib!, none, "i32");
        const take = s.binary("and", some, takes, "bool");
        return [s.select(take, vb!, va!), s.select(take, ib!, ia!)];
      },
    );
    return positions!;
  }

  #fold(e: Typed & { kind: "fold" }, env: Env): Value {
    const input = this.#value(e.input, env);
    const init = this.#value(e.init, env);
    const [out] = this.#reduction(
      input,
      e.axis,
      [init],
      (x) => [x],
      ([acc], [x]) =>
        this.#reassociating(() => flatten(this.#apply(e.body, [one(acc!), one(x!)], env))),
    );
    return out!;
  }

  #reassociating<T>(f: () => T): T {
    const before = this.#s.reassociate;
    this.#s.reassociate = true;
    try {
      return f();
    } finally {
      this.#s.reassociate = before;
    }
  }

  #range(e: Typed & { kind: "range" }, env: Env): Value {
    const s = this.#s;
    const type = scalarName(e.type);
    const count = this.#value(e.count, env);
    const init = s.neutral(e.op, type);
    const op = scf.buildFor(this.#b, s.index(0), count, s.index(1), [init], (iv, [acc]) => {
      const [x] = flatten(this.#apply(e.body, [one(iv)], env));
      return [s.combine(e.op, acc!, x!, type)];
    });
    return op.results[0]!;
  }

  #scan(e: Typed & { kind: "scan" }, env: Env): Value {
    const input = this.#value(e.input, env);
    const init = this.#value(e.init, env);
    const type = input.type as RankedTensorType;
    const args = [init.type, type.elementType, ...this.#indexTypes(type.rank)];
    return this.#s.insert(
      pattern.ScanOp.of(
        {
          inputs: [input],
          init,
          dim: IntegerAttr.i64(e.axis),
          exclusive: e.exclusive,
          reverse: e.reverse,
          combiner: this.#lambdaRegion(e.body, args, env),
        },
        { types: { output: type.withElementType(init.type) } },
      ),
    );
  }

  #histogram(e: Typed & { kind: "histogram" }, env: Env): Value {
    const inputs = this.#sameShape(e.inputs.map((x) => this.#value(x, env)));
    const bins = this.#value(e.bins, env);
    const type = this.#irType(e.type) as RankedTensorType;
    const known = type.shape[0]! >= 0 ? type.shape[0]! : (constantIndex(bins) ?? -1);
    const rank = (inputs[0]!.type as RankedTensorType).rank;
    const body = this.#region(
      [...this.#elementTypes(inputs), ...this.#indexTypes(rank)],
      (args) => {
        const values = args.map(one);
        const [bin] = flatten(this.#apply(e.bin, values, env));
        const weight =
          e.weight === undefined
            ? this.#s.literal(1, "i32")
            : flatten(this.#apply(e.weight, values, env))[0]!;
        return [bin!, weight];
      },
    );
    return this.#s.insert(
      pattern.HistogramOp.of(
        { inputs, bins: known >= 0 ? undefined : bins, body },
        { types: { output: type.withShape([known]) } },
      ),
    );
  }

  #iterate(e: Typed & { kind: "iterate" }, env: Env): Val {
    const steps = this.#value(e.count, env);
    const states = e.states.map((x) => this.#expr(x, env));
    const inits = states.flatMap(flatten);
    const types = inits.map((v) => v.type);
    const body = this.#region(types, (args) => {
      const parts = [...args];
      const next = this.#apply(
        e.body,
        states.map((v) => reshape(v, parts)),
        env,
      );
      return flatten(next).map((v, i) => this.#cast(v, types[i]!));
    });
    const op = this.#b.insert(pattern.IterateOp.of({ steps, inits, body, until: [] }));
    return unflatten(e.type, [...op.results]);
  }

  #iterateUntil(e: Typed & { kind: "iterateUntil" }, env: Env): Val {
    const steps = this.#value(e.limit, env);
    const state = this.#expr(e.state, env);
    const inits = flatten(state);
    const types = inits.map((v) => v.type);
    const body = this.#region(types, (args) =>
      flatten(this.#apply(e.body, [reshape(state, [...args])], env)).map((v, i) =>
        this.#cast(v, types[i]!),
      ),
    );
    const until = this.#region([...types, ...types], (args) => {
      const [before, after] = [args.slice(0, types.length), args.slice(types.length)];
      return flatten(
        this.#apply(e.done, [reshape(state, [...before]), reshape(state, [...after])], env),
      );
    });
    const op = this.#b.insert(pattern.IterateOp.of({ steps, inits, body, until: [until] }));
    return unflatten(e.type, [...op.results]);
  }
}

type LoopS = StatementT & { kind: "for" | "while" | "doWhile" };

/** A value of the same form from flat parts, taken from the front of `parts`. */
function reshape(like: Val, parts: Value[]): Val {
  if (like.kind === "one") return one(parts.shift()!);
  if (like.kind === "tuple") {
    return { kind: "tuple", elements: like.elements.map((v) => reshape(v, parts)) };
  }
  return {
    kind: "object",
    fields: new Map([...like.fields].map(([n, v]) => [n, reshape(v, parts)])),
  };
}

function constantIndex(v: Value): number | undefined {
  const op = v.definingOp;
  const a = op instanceof arith.ConstantOp ? op.value : undefined;
  return a instanceof IntegerAttr && a.value >= 0n ? Number(a.value) : undefined;
}

/** Whether a loop's body leaves the loop by `break`. */
function breaksOut(block: BlockT): boolean {
  return block.statements.some((s) => {
    if (s.kind === "break") return true;
    if (s.kind === "if") {
      return breaksOut(s.consequent) || (s.alternate !== undefined && breaksOut(s.alternate));
    }
    return s.kind === "block" && breaksOut(s);
  });
}

/** Whether a `return` stands inside of a loop, at any depth. */
function returnsInside(s: LoopS): boolean {
  return returnedType(s) !== undefined;
}

function returnedType(s: StatementT): Ty | undefined {
  switch (s.kind) {
    case "return":
      return s.value.type;
    case "block":
      return firstDefined(s.statements);
    case "if":
      return firstDefined([s.consequent, ...(s.alternate === undefined ? [] : [s.alternate])]);
    case "for":
    case "while":
    case "doWhile":
      return returnedType(s.body);
    case "unrolled":
      return firstDefined(s.iterations);
    default:
      return undefined;
  }
}

function firstDefined(list: readonly StatementT[]): Ty | undefined {
  for (const s of list) {
    const t = returnedType(s);
    if (t !== undefined) return t;
  }
  return undefined;
}
