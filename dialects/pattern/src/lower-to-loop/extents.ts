/**
 * Extents of tensors that are not computed yet: a branch that makes a tensor of dynamic shape needs
 * memory for it before it is known which side runs.
 *
 * Invariant: only operations without effects are emitted, whose operands are there already.
 */
import type { Operation, RankedTensorType, Value } from "@strata/ir";
import * as arith from "@strata/arith";
import * as scf from "@strata/scf";
import * as tensor from "@strata/tensor";
import {
  BuildOp,
  ContractOp,
  dimsOf,
  domainOf,
  HistogramOp,
  IterateOp,
  MapOp,
  ReduceOp,
  ScanOp,
  ScatterOp,
  StencilOp,
  stridesOf,
} from "../ops.ts";
import type { BodyEmitter } from "./body.ts";
import { keptDims } from "./contract.ts";
import { type Idx, IndexMath } from "./index-math.ts";

/** Extents of a tensor that is computed in a branch, from what is known in front of it. */
export class ExtentFinder {
  readonly #emitter: BodyEmitter;
  readonly #sizesOf: (buffer: Value) => Idx[];

  constructor(emitter: BodyEmitter, sizesOf: (buffer: Value) => Idx[]) {
    this.#emitter = emitter;
    this.#sizesOf = sizesOf;
  }

  /** The extents; undefined if they cannot be told before the tensor is made. */
  tryExtents(v: Value): Idx[] | undefined {
    const type = v.type as RankedTensorType;
    if (type.hasStaticShape) return [...type.shape];
    if (this.#emitter.isDefined(v)) return this.#sizesOf(this.#emitter.map(v));
    const op = v.definingOp;
    const found = op === undefined ? undefined : this.#ofResult(op, v);
    return found?.map((n, d) => (type.shape[d]! >= 0 ? type.shape[d]! : n));
  }

  #ofResult(op: Operation, v: Value): Idx[] | undefined {
    const m = new IndexMath(this.#emitter.builder);
    if (op instanceof MapOp || op instanceof ScanOp) return this.tryExtents(op.inputs[0]!);
    if (op instanceof ScatterOp) return this.tryExtents(op.target);
    if (op instanceof tensor.Cast) return this.tryExtents(op.operand(0));
    if (op instanceof StencilOp) {
      const sizes = this.tryExtents(op.inputs[0]!);
      const strides = stridesOf(op, sizes?.length ?? 0);
      return sizes?.map((n, d) => m.ceilDiv(n, strides[d]!));
    }
    if (op instanceof ReduceOp) {
      const dims = dimsOf(op);
      return this.tryExtents(op.inputs[0]!)?.filter((_, d) => !dims.includes(d));
    }
    if (op instanceof BuildOp || op instanceof tensor.Empty) {
      return this.#filled((v.type as RankedTensorType).shape, op.operands);
    }
    if (op instanceof HistogramOp) return this.#filled([-1], op.operandGroup(1));
    if (op instanceof ContractOp) {
      const domain = this.#filled(domainOf(op), op.sizes);
      return domain && keptDims(op).map((d) => domain[d]!);
    }
    const carried =
      op instanceof IterateOp
        ? op.inits
        : op instanceof scf.For
          ? op.initArgs
          : op instanceof scf.While
            ? op.inits
            : undefined;
    const init = carried?.[op.results.findIndex((r) => r === v)];
    return init === undefined ? undefined : this.tryExtents(init);
  }

  /** A shape with the sizes put in. */
  #filled(shape: readonly number[], sizes: readonly Value[]): Idx[] | undefined {
    let next = 0;
    const filled = shape.map((n) => (n >= 0 ? n : this.#tryIndex(sizes[next++]!)));
    const known = filled.filter((n) => n !== undefined);
    return known.length === filled.length ? known : undefined;
  }

  /** An index, computed here if it is not yet. */
  #tryIndex(v: Value): Idx | undefined {
    if (this.#emitter.isDefined(v)) return this.#emitter.map(v);
    const op = v.definingOp;
    if (op === undefined) return undefined;
    if (op instanceof tensor.Dim) {
      const sizes = this.tryExtents(op.operand(0));
      const dim = op.operand(1).definingOp;
      if (sizes === undefined || !(dim instanceof arith.ConstantOp)) return undefined;
      return sizes[Number((dim.value as { readonly value?: bigint | number }).value)];
    }
    if (op.definition.dialectName !== "arith" || op.regions.length > 0) return undefined;
    for (const operand of op.operands) {
      const found = this.#tryIndex(operand);
      if (found === undefined) return undefined;
      if (!this.#emitter.isDefined(operand)) {
        this.#emitter.define(operand, new IndexMath(this.#emitter.builder).value(found));
      }
    }
    this.#emitter.emit(op);
    return this.#emitter.map(v);
  }
}
