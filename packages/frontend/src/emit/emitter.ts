/**
 * What all parts of the emission share: the builder, places, types and casts.
 *
 * Invariant: a variable of a tensor type always holds a value of that type's IR type, so that
 * branches and loops merge values of one type.
 */
import * as func from "@strata/func";
import {
  Block,
  Builder,
  FunctionType,
  Region,
  SourceLoc,
  setNameHint,
  type RankedTensorType,
  type Type,
  type Value,
} from "@strata/ir";
import * as pattern from "@strata/pattern";
import { DiagnosticError, unsupported } from "@strata/support";
import * as tensor from "@strata/tensor";
import type { AnalyzedKernel } from "../semantics/analyze.ts";
import type { BlockT, Lambda, Typed, Variable } from "../semantics/tree.ts";
import type { Ty } from "../semantics/types.ts";
import type { Node } from "../syntax/ast.ts";
import { irType } from "./ir-types.ts";
import { tryExtent, type Bounds, type Facts } from "./ranges.ts";
import { ScalarBuilder } from "./scalar-ops.ts";
import { expectOne, flatTypes, flatten, one, unflatten, type Env, type Val } from "./values.ts";

export abstract class EmitterBase {
  protected readonly kernel: AnalyzedKernel;
  protected readonly fn: func.FuncOp;
  protected readonly b: Builder;
  protected readonly s: ScalarBuilder;
  readonly #bounds = new Map<Variable, Bounds>();
  protected readonly facts: Facts;

  constructor(kernel: AnalyzedKernel) {
    this.kernel = kernel;
    this.facts = { dims: kernel.dims, bounds: this.#bounds };
    const inputs = kernel.params.map((param) => this.irType(param.type));
    const type = FunctionType.get(inputs, this.irTypes(kernel.result));
    const location = this.location(kernel.body.at);
    this.fn = func.FuncOp.create(kernel.name, type, { location });
    this.b = Builder.atEnd(this.fn.entry);
    this.b.location = location;
    this.s = new ScalarBuilder(this.b);
  }

  // What the parts need of each other.

  /** The value of an expression. */
  protected abstract expr(e: Typed, env: Env): Val;
  /** The value that a body whose paths all return gives, of the type `type`. */
  protected abstract body(body: BlockT, type: Ty, env: Env): Val;

  // Places and types

  protected location(at: Node): SourceLoc {
    return new SourceLoc(this.kernel.module.file, at.start, at.end);
  }

  /** Runs `emit` with new operations placed at a node. */
  protected at<T>(node: Node, emit: () => T): T {
    const outer = this.b.location;
    this.b.location = this.location(node);
    try {
      return emit();
    } finally {
      this.b.location = outer;
    }
  }

  protected refuse(at: Node, code: string, message: string, hint: string): never {
    const span = { file: this.kernel.module.file, start: at.start, end: at.end };
    throw new DiagnosticError(unsupported(code, message, { span, hint }));
  }

  protected irType(type: Ty): Type {
    return irType(type, this.kernel.dims);
  }

  /** The IR types of the parts of a type. */
  protected irTypes(type: Ty): Type[] {
    return flatTypes(type).map((part) => this.irType(part));
  }

  /** Records bounds of a position from the extent it runs over. */
  protected boundPosition(variable: Variable, extent: number | undefined): void {
    if (extent !== undefined && extent > 0) {
      this.#bounds.set(variable, { low: 0, high: extent - 1 });
    }
  }

  protected bound(variable: Variable, low: number, high: number): void {
    this.#bounds.set(variable, { low, high });
  }

  /** The extents of a tensor type, where they are fixed. */
  protected extentsOf(type: Ty & { kind: "tensor" }): (number | undefined)[] {
    return type.dims.map((dim) => tryExtent(dim, this.kernel.dims));
  }

  // Values

  /** A tensor as a type it is known to have when the kernel runs. */
  protected cast(value: Value, type: Type): Value {
    if (value.type === type) return value;
    return this.s.insert(tensor.Cast.of({ source: value }, { types: { dest: type } }));
  }

  /** A value whose parts have the IR types of a type. */
  protected castVal(val: Val, type: Ty): Val {
    const wanted = this.irTypes(type);
    const parts = flatten(val, type);
    if (parts.every((part, k) => part.type === wanted[k])) return val;
    const cast = parts.map((part, k) => {
      const to = wanted[k];
      return to === undefined ? part : this.cast(part, to);
    });
    return unflatten(type, cast);
  }

  /** The parts of a value, cast to the IR types of a type. */
  protected castParts(val: Val, type: Ty): Value[] {
    return flatten(this.castVal(val, type), type);
  }

  protected value(e: Typed, env: Env): Value {
    return expectOne(this.expr(e, env));
  }

  /** Puts a value into a variable. */
  protected define(variable: Variable, val: Val, env: Env): void {
    const held = this.castVal(val, variable.type);
    if (held.kind === "one") setNameHint(held.value, variable.name);
    env.set(variable, held);
  }

  // Regions of patterns

  /** A region of one block, filled with the builder at its end; the terminator gets the values. */
  protected region(
    argTypes: readonly Type[],
    fill: (args: readonly Value[]) => readonly Value[],
  ): Region {
    const block = new Block(argTypes);
    this.b.saved(() => {
      this.b.setToEnd(block);
      this.b.insert(pattern.YieldOp.of({ values: fill(block.args) }));
    });
    return new Region([block]);
  }

  /** The value of a lambda's body for given parameters. */
  protected apply(lambda: Lambda, args: readonly Val[], env: Env): Val {
    const inner = new Map(env);
    lambda.params.forEach((param, k) => {
      const arg = args[k];
      if (arg === undefined) throw new Error(`the parameter ${param.name} has no value`);
      this.define(param, arg, inner);
    });
    return this.body(lambda.body, lambda.type, inner);
  }

  /** A lambda of one result applied to single values. */
  protected applyOne(lambda: Lambda, args: readonly Value[], env: Env): Value {
    return expectOne(this.apply(lambda, args.map(one), env));
  }

  protected elementTypes(tensors: readonly Value[]): Type[] {
    return tensors.map((value) => tensorType(value).elementType);
  }

  /** An extent of a tensor, a constant where it is static. */
  protected extent(source: Value, axis: number): Value {
    const extent = tensorType(source).shape[axis] ?? -1;
    if (extent >= 0) return this.s.index(extent);
    return this.s.insert(tensor.Dim.of({ source, index: this.s.index(axis) }));
  }
}

/** The type of a tensor value. */
export function tensorType(value: Value): RankedTensorType {
  return value.type as RankedTensorType;
}
