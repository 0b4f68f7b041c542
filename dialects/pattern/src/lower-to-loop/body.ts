/**
 * Emits the scalar code of pattern bodies: tensors have become memrefs, elements are loads.
 *
 * Invariant: every tensor value in scope is mapped to a memref that holds its elements.
 */
import {
  Block,
  type Builder,
  IntegerAttr,
  nameHintOf,
  type Operation,
  RankedTensorType,
  Region,
  setNameHint,
  spanOf,
  type Value,
} from "@strata/ir";
import * as arith from "@strata/arith";
import { DiagnosticError, unsupported } from "@strata/support";
import * as memref from "@strata/memref";
import * as tensor from "@strata/tensor";
import { AccessOp, InsideOp, PositionOp, type StencilOp } from "../ops.ts";
import { IndexMath } from "./index-math.ts";

/** How the accesses of a stencil find their elements at one point. */
export interface WindowAccess {
  /** Indices that an access at the offsets reads; always within the input. */
  position(offsets: readonly number[]): readonly Value[];
  /** Whether the offsets lead inside; undefined when they surely do. */
  inside(offsets: readonly number[]): Value | undefined;
  /** What is read outside; undefined for boundaries that remap. */
  readonly outside: Value | undefined;
}

interface Window {
  readonly memref: Value;
  readonly access: WindowAccess;
}

/** Values of the source function and what they became. */
export class BodyEmitter {
  readonly builder: Builder;
  readonly #values = new Map<Value, Value>();
  readonly #windows = new Map<Value, Window>();

  constructor(builder: Builder) {
    this.builder = builder;
  }

  define(from: Value, to: Value): void {
    this.#values.set(from, to);
    const hint = nameHintOf(from);
    if (hint !== undefined && nameHintOf(to) === undefined) setNameHint(to, hint);
  }

  isDefined(v: Value): boolean {
    return this.#values.has(v);
  }

  /** What a value became; an error when it has not been emitted. */
  map(v: Value): Value {
    const to = this.#values.get(v);
    if (to === undefined) throw new Error("a value is used before it is lowered");
    return to;
  }

  mapAll(vs: readonly Value[]): Value[] {
    return vs.map((v) => this.map(v));
  }

  load(buffer: Value, indices: readonly Value[]): Value {
    return this.builder.insert(memref.Load.of({ memref: buffer, indices: [...indices] }))
      .results[0]!;
  }

  /**
   * Emits a body whose first arguments are the elements of `inputs` at a point, the others
   * `rest`; unused elements are not loaded. Gives what the body yields.
   */
  inlineElements(
    body: Region,
    inputs: readonly Value[],
    ivs: readonly Value[],
    rest: readonly Value[] = ivs,
    before: readonly Value[] = [],
  ): Value[] {
    const args = body.entry.args;
    before.forEach((v, i) => this.define(args[i]!, v));
    inputs.forEach((input, i) => {
      const arg = args[before.length + i]!;
      if (!arg.isUnused) this.define(arg, this.load(input, ivs));
    });
    rest.forEach((v, i) => this.define(args[before.length + inputs.length + i]!, v));
    return this.inlineBlock(body.entry);
  }

  /** Emits a body with values for all its arguments. */
  inline(body: Region, values: readonly Value[]): Value[] {
    body.entry.args.forEach((a, i) => this.define(a, values[i]!));
    return this.inlineBlock(body.entry);
  }

  /** Emits a stencil's body at a point. */
  inlineStencil(
    op: StencilOp,
    inputs: readonly Value[],
    ivs: readonly Value[],
    accessOf: (input: number) => WindowAccess,
  ): Value[] {
    const args = op.body.entry.args;
    inputs.forEach((m, i) => this.#windows.set(args[i]!, { memref: m, access: accessOf(i) }));
    ivs.forEach((iv, i) => this.define(args[inputs.length + i]!, iv));
    return this.inlineBlock(op.body.entry);
  }

  /** The centre elements that stand in for the results where a stencil copies. */
  loadCentres(op: StencilOp, inputs: readonly Value[], ivs: readonly Value[]): Value[] {
    return op.outputs.map((_, i) => this.load(inputs[i]!, ivs));
  }

  /** Emits a block's operations; gives the values its terminator passes on. */
  inlineBlock(block: Block): Value[] {
    for (let op = block.firstOp; op !== null; op = op.next) {
      if (op.definition.isTerminator) return this.mapAll(op.operands);
      this.emit(op);
    }
    throw new Error("a body has no terminator");
  }

  /** Emits one operation of scalar code. */
  emit(op: Operation): void {
    const b = this.builder;
    const outer = b.location;
    b.location = op.location;
    if (op instanceof AccessOp) this.define(op.result, this.#access(op));
    else if (op instanceof InsideOp) {
      const w = this.#windows.get(op.window)!;
      const inside = w.access.inside(op.offsets.numbers) ?? this.#true();
      this.define(op.result, inside);
    } else if (op instanceof PositionOp) {
      const w = this.#windows.get(op.window)!;
      this.define(op.result, w.access.position(op.offsets.numbers)[Number(op.dim.value)]!);
    } else if (op instanceof tensor.Extract) {
      this.define(
        op.results[0]!,
        this.load(this.map(op.operand(0)), this.mapAll(op.operands.slice(1))),
      );
    } else if (op instanceof tensor.Dim) {
      const dim = b.insert(
        memref.Dim.of({ source: this.map(op.operand(0)), index: this.map(op.operand(1)) }),
      );
      this.define(op.results[0]!, dim.results[0]!);
    } else this.#clone(op);
    b.location = outer;
  }

  #true(): Value {
    return this.builder.insert(arith.ConstantOp.of({ value: IntegerAttr.bool(true) })).results[0]!;
  }

  #access(op: AccessOp): Value {
    const { memref: buffer, access } = this.#windows.get(op.window)!;
    const offsets = op.offsets.numbers;
    const loaded = this.load(buffer, access.position(offsets));
    const inside = access.outside === undefined ? undefined : access.inside(offsets);
    if (inside === undefined) return loaded;
    return this.builder.insert(
      arith.SelectOp.of({ condition: inside, true_value: loaded, false_value: access.outside! }),
    ).results[0]!;
  }

  #clone(op: Operation): void {
    if ([...op.operandTypes, ...op.resultTypes].some((t) => t instanceof RankedTensorType)) {
      throw new DiagnosticError(
        unsupported(
          "pattern.lower-tensor",
          `\`${op.name}\` on tensors inside a body is not lowered`,
          {
            span: spanOf(op),
            hint: "compute the tensor before the pattern and read it with `at`",
          },
        ),
      );
    }
    const regions = op.regions.map(() => new Region());
    const copy = op.definition.construct({
      location: op.location,
      operands: this.mapAll(op.operands),
      resultTypes: op.resultTypes,
      properties: [...op.properties],
      discardable: op.discardable === null ? null : new Map(op.discardable),
      regions,
      operandSegments: op.operandSegments,
      resultSegments: op.resultSegments,
    });
    const b = this.builder;
    b.insert(copy);
    op.results.forEach((r, i) => this.define(r, copy.results[i]!));
    b.saved(() => {
      op.regions.forEach((region, i) => {
        for (const block of region.blocks()) {
          const target = new Block(block.args.map((a) => a.type));
          regions[i]!.append(target);
          block.args.forEach((a, k) => this.define(a, target.args[k]!));
          b.setToEnd(target);
          for (let inner = block.firstOp; inner !== null; inner = inner.next) this.emit(inner);
        }
      });
    });
  }

  /** Index arithmetic at the insertion point. */
  get math(): IndexMath {
    return new IndexMath(this.builder);
  }
}
