/** A call of a pattern with its arguments, and what most patterns do with them. */
import type { CallExpression, Node } from "../syntax/ast.ts";
import type { Analysis, Scope, Value } from "./context.ts";
import { coerce, errorAt, expectExpression, isError, storable } from "./conversions.ts";
import type { DeclaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { applyArrow, type LambdaParam } from "./functions.ts";
import { requireSameShape, resolveAxis, tryConstant } from "./shapes.ts";
import type { Lambda, Typed } from "./tree.ts";
import {
  I32,
  INDEX,
  NUMBERS,
  isScalarish,
  resolve,
  restrict,
  scalarTy,
  type Scalarish,
  type TensorTy,
  type Ty,
} from "./types.ts";

/** A tensor argument. */
export interface TensorArgument {
  readonly expr: Typed;
  readonly type: TensorTy;
}

/** Tensor arguments of one shape, at least one. */
export interface TensorArguments {
  readonly exprs: readonly Typed[];
  readonly elements: readonly Scalarish[];
  readonly dims: TensorTy["dims"];
}

/** A parameter that an arrow gets. */
export function valueParam(type: Ty, name: string): LambdaParam {
  return { kind: "value", type, name };
}

/** One position per axis. */
export function indexParams(rank: number): LambdaParam[] {
  return Array.from({ length: rank }, (_, axis) => valueParam(INDEX, `i${axis}`));
}

/** The elements of tensors. */
export function elementParams({ elements }: TensorArguments): LambdaParam[] {
  return elements.map((element, k) => valueParam(element, `x${k}`));
}

export class PatternCall {
  readonly cx: Analysis;
  readonly scope: Scope;
  readonly name: string;
  readonly args: readonly Value[];
  readonly node: CallExpression;
  /** What the result is declared as. */
  readonly wanted: DeclaredType | undefined;

  constructor(
    cx: Analysis,
    scope: Scope,
    name: string,
    args: readonly Value[],
    node: CallExpression,
    wanted: DeclaredType | undefined,
  ) {
    this.cx = cx;
    this.scope = scope;
    this.name = name;
    this.args = args;
    this.node = node;
    this.wanted = wanted;
  }

  /** The place of an argument. */
  at(k: number): Node {
    return this.node.args[k] ?? this.node;
  }

  /** Whether the number of arguments lies in a range; reports if not. */
  count(least: number, most: number, takes: string): boolean {
    const { length } = this.args;
    if (length >= least && length <= most) return true;
    this.cx.report(say.argumentCount(this.name, takes, length, this.cx.span(this.node)));
    return false;
  }

  /** An argument as an expression; undefined if it is missing or was reported. */
  expr(k: number): Typed | undefined {
    const value = this.args[k];
    if (value === undefined) return undefined;
    const expr = expectExpression(this.cx, value, this.at(k));
    return isError(expr) ? undefined : expr;
  }

  tensor(k: number): TensorArgument | undefined {
    const expr = this.expr(k);
    return expr === undefined ? undefined : this.asTensor(expr, this.at(k));
  }

  asTensor(expr: Typed, at: Node): TensorArgument | undefined {
    const type = resolve(expr.type);
    if (type.kind === "tensor") return { expr, type };
    if (type.kind !== "error") {
      this.cx.report(say.expectedTensor(this.name, type, this.cx.span(at)));
    }
    return undefined;
  }

  /** A tensor, or a list of tensors of equal shape. */
  tensors(k: number): TensorArguments | undefined {
    const expr = this.expr(k);
    if (expr === undefined) return undefined;
    const list = expr.kind === "tuple" ? expr.elements : [expr];
    return this.sameShape(list.map((one) => this.asTensor(one, one.at)));
  }

  sameShape(list: readonly (TensorArgument | undefined)[]): TensorArguments | undefined {
    const [first] = list;
    if (list.length === 0) {
      this.cx.report(say.argumentCount(this.name, "at least 1 tensor", 0, this.cx.span(this.node)));
    }
    if (first === undefined) return undefined;
    const exprs: Typed[] = [];
    const elements: Scalarish[] = [];
    for (const tensor of list) {
      if (tensor === undefined) return undefined;
      const { expr, type } = tensor;
      const what = `${this.name} needs tensors of equal shape`;
      if (tensor !== first && !requireSameShape(this.cx, first.type, type, what, expr.at)) {
        return undefined;
      }
      exprs.push(expr);
      elements.push(type.element);
    }
    return { exprs, elements, dims: first.type.dims };
  }

  /** An arrow of scalar code; `adapt` is what becomes of each result. */
  arrow(
    k: number,
    params: readonly LambdaParam[],
    adapt?: (value: Typed) => Typed,
  ): Lambda | undefined {
    const { cx, name } = this;
    const scalar = (value: Typed): Typed => {
      const type = resolve(value.type);
      if (isScalarish(type)) return adapt === undefined ? value : adapt(value);
      cx.report(say.scalarResult(name, type, cx.span(value.at)));
      return errorAt(value.at);
    };
    const request = { pattern: name, params, level: "scalar" as const, adapt: scalar };
    return applyArrow(cx, this.args[k], request, this.at(k));
  }

  /** An arrow whose results are elements of the result: an `index` is stored as an integer. */
  storedArrow(k: number, params: readonly LambdaParam[]): Lambda | undefined {
    const { wanted } = this;
    const element = wanted?.kind === "tensor" ? resolve(wanted.element) : undefined;
    const names = ["i32", "i64", "u32"] as const;
    const name = names.find((one) => element?.kind === "scalar" && element.name === one);
    const to = name === undefined ? I32 : scalarTy(name);
    return this.arrow(k, params, (value) => storable(this.cx, value, to));
  }

  /** An arrow whose results have a given type. */
  typedArrow(k: number, params: readonly LambdaParam[], type: Scalarish): Lambda | undefined {
    const what = `the result of ${this.name}'s arrow`;
    return this.arrow(k, params, (value) => coerce(this.cx, value, type, what));
  }

  /** An axis given as an argument: a literal. */
  axis(k: number, rank: number): number | undefined {
    const expr = this.expr(k);
    if (expr === undefined) return undefined;
    const value = tryConstant(this.cx, expr);
    if (expr.kind === "literal") this.cx.literals.delete(expr);
    return resolveAxis(this.cx, value, rank, this.at(k));
  }

  requireNumbers(type: Ty): boolean {
    const resolved = resolve(type);
    if (isScalarish(resolved) && restrict(resolved, NUMBERS)) return true;
    if (resolved.kind !== "error") {
      this.cx.report(say.wrongOperand(this.name, "numbers", resolved, this.cx.span(this.node)));
    }
    return false;
  }
}
