/** Emission of scalar expressions, and of what combines values without loops. */
import { DenseArrayAttr, type Value } from "@strata/ir";
import * as pattern from "@strata/pattern";
import * as scf from "@strata/scf";
import * as tensor from "@strata/tensor";
import type { Accessor, InlineT, Typed } from "../semantics/tree.ts";
import { resolve } from "../semantics/types.ts";
import { EmitterBase } from "./emitter.ts";
import { isCheap } from "./flow.ts";
import { isFloatName, scalarName } from "./ir-types.ts";
import { fitsWord, tryTruth } from "./ranges.ts";
import { one, unflatten, type Env, type Val } from "./values.ts";

/** Reads an accessor's tensor at constant offsets. */
export type ReadAccessor = (offsets: readonly number[]) => Value;

/** Expressions that are patterns. */
export type PatternT = Typed & {
  kind:
    | "map"
    | "build"
    | "stencil"
    | "reduce"
    | "fold"
    | "range"
    | "scan"
    | "histogram"
    | "gather"
    | "scatter"
    | "segmented"
    | "sparse"
    | "iterate"
    | "iterateUntil";
};

export abstract class ExpressionEmitter extends EmitterBase {
  /** How the accessors of the stencils around the current place read. */
  protected readonly accessors: Map<Accessor, ReadAccessor> = new Map();

  protected abstract pattern(e: PatternT, env: Env): Val;

  protected expr(e: Typed, env: Env): Val {
    return this.at(e.at, () => this.expression(e, env));
  }

  protected expression(e: Typed, env: Env): Val {
    const { s } = this;
    switch (e.kind) {
      case "literal":
        return one(s.literal(e.value, scalarName(e.type)));
      case "variable": {
        const val = env.get(e.variable);
        if (val === undefined) throw new Error(`${e.variable.name} has no value`);
        return val;
      }
      case "extent":
        return one(this.extent(this.value(e.tensor, env), e.axis));
      case "unary": {
        const type = scalarName(e.type);
        const operand = this.value(e.operand, env);
        return one(e.op === "neg" ? s.negate(operand, type) : s.complement(operand, type));
      }
      case "binary":
        return one(this.binary(e, env));
      case "compare": {
        const type = scalarName(e.left.type);
        const left = this.value(e.left, env);
        return one(s.compare(e.op, left, this.value(e.right, env), type));
      }
      case "logical":
        return one(this.logical(e, env));
      case "conditional":
        return this.conditional(e, env);
      case "convert":
        return one(this.convert(e, env));
      case "math": {
        const [first] = e.args;
        if (first === undefined) throw new Error("a function without arguments");
        const args = e.args.map((arg) => this.value(arg, env));
        return one(s.math(e.fn, args, scalarName(first.type)));
      }
      case "at": {
        const source = this.value(e.tensor, env);
        const indices = e.indices.map((index) => this.value(index, env));
        return one(s.insert(tensor.Extract.of({ tensor: source, indices })));
      }
      case "read": {
        const read = this.accessors.get(e.accessor);
        if (read === undefined) throw new Error(`${e.accessor.name} is read outside its stencil`);
        return one(read(e.offsets));
      }
      case "inline":
        return this.inline(e, env);
      case "tuple":
        return { kind: "tuple", elements: e.elements.map((element) => this.expr(element, env)) };
      case "object": {
        const fields = e.fields.map(({ name, value }) => [name, this.expr(value, env)] as const);
        return { kind: "object", fields: new Map(fields) };
      }
      case "field": {
        const object = this.expr(e.object, env);
        const field = object.kind === "object" ? object.fields.get(e.name) : undefined;
        if (field === undefined) throw new Error(`no field ${e.name}`);
        return field;
      }
      case "item": {
        const tuple = this.expr(e.tuple, env);
        const item = tuple.kind === "tuple" ? tuple.elements[e.position] : undefined;
        if (item === undefined) throw new Error(`no item ${e.position}`);
        return item;
      }
      case "error":
        throw new Error("an expression with errors is emitted");
      default:
        return this.pattern(e, env);
    }
  }

  /** A long chain `a + b + …` leans to the left: its spine is walked, not recursed into. */
  protected binary(e: Typed & { kind: "binary" }, env: Env): Value {
    const chain: (Typed & { kind: "binary" })[] = [];
    let first: Typed = e;
    while (first.kind === "binary") {
      chain.push(first);
      first = first.left;
    }
    let left = this.value(first, env);
    for (const link of chain.toReversed()) {
      left = this.at(link.at, () => {
        const right = this.value(link.right, env);
        return this.s.binary(link.op, left, right, scalarName(link.type));
      });
    }
    return left;
  }

  protected convert(e: Typed & { kind: "convert" }, env: Env): Value {
    const { s } = this;
    const operand = this.value(e.operand, env);
    const [from, to] = [scalarName(e.operand.type), scalarName(e.type)];
    // Positions that fit 32 bits take the conversion that vector units have.
    if (from === "index" && isFloatName(to)) {
      const word = fitsWord(e.operand, this.facts) ? "i32" : "i64";
      return s.convert(s.convert(operand, "index", word), word, to);
    }
    return s.convert(operand, from, to);
  }

  protected inline(e: InlineT, env: Env): Val {
    const inner = new Map(env);
    for (const { variable, value } of e.params) {
      this.define(variable, this.expr(value, env), inner);
    }
    return this.body(e.body, e.type, inner);
  }

  protected logical(e: Typed & { kind: "logical" }, env: Env): Value {
    const { s } = this;
    const both = e.op === "and";
    const [left, right] = [tryTruth(e.left, this.facts), tryTruth(e.right, this.facts)];
    if (left === !both) return s.literal(!both, "bool");
    if (left === both) return this.value(e.right, env);
    if (right === both) return this.value(e.left, env);
    const condition = this.value(e.left, env);
    if (isCheap(e.right)) {
      return s.binary(both ? "and" : "or", condition, this.value(e.right, env), "bool");
    }
    // The right side may stop the interpreter where the left one guards it.
    const other = (): Value[] => [this.value(e.right, env)];
    const known = (): Value[] => [s.literal(!both, "bool")];
    const op = scf.buildIf(this.b, condition, both ? other : known, both ? known : other);
    return s.result(op);
  }

  protected conditional(e: Typed & { kind: "conditional" }, env: Env): Val {
    const truth = e.strict ? undefined : tryTruth(e.condition, this.facts);
    if (truth !== undefined) {
      return this.castVal(this.expr(truth ? e.consequent : e.alternate, env), e.type);
    }
    const condition = this.value(e.condition, env);
    const scalar = resolve(e.type).kind === "scalar";
    const free = isCheap(e.consequent) && isCheap(e.alternate);
    if (scalar && (e.strict || free)) {
      const consequent = this.value(e.consequent, env);
      return one(this.s.select(condition, consequent, this.value(e.alternate, env)));
    }
    const side = (chosen: Typed) => (): Value[] => this.castParts(this.expr(chosen, env), e.type);
    const op = scf.buildIf(this.b, condition, side(e.consequent), side(e.alternate));
    return unflatten(e.type, op.results);
  }

  /** `pattern.access` at offsets of a window. */
  protected access(window: Value, offsets: readonly number[]): Value {
    return this.s.insert(pattern.AccessOp.of({ window, offsets: DenseArrayAttr.i64(offsets) }));
  }
}
