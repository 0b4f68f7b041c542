/** Copies of scalar loop bodies. */
import { Block, type Builder, type Operation, Region, type Value } from "@strata/ir";

/** Clones scalar code with values looked up through a function. */
export class ScalarCopy {
  readonly #builder: Builder;
  readonly #outside: (v: Value) => Value;
  readonly #values = new Map<Value, Value>();

  constructor(builder: Builder, outside: (v: Value) => Value) {
    this.#builder = builder;
    this.#outside = outside;
  }

  define(from: Value, to: Value): void {
    this.#values.set(from, to);
  }

  get(v: Value): Value {
    return this.#values.get(v) ?? this.#outside(v);
  }

  /** Emits a block's operations except the terminator. */
  emit(block: Block): void {
    for (let op = block.firstOp; op !== null && op !== block.lastOp; op = op.next) this.emitOp(op);
  }

  /** Emits one operation, its regions included. */
  emitOp(op: Operation): void {
    const regions = op.regions.map(() => new Region());
    const copy = op.definition.construct({
      location: op.location,
      operands: op.operands.map((v) => this.get(v)),
      resultTypes: op.resultTypes,
      properties: [...op.properties],
      discardable: op.discardable === null ? null : new Map(op.discardable),
      regions,
      operandSegments: op.operandSegments,
      resultSegments: op.resultSegments,
    });
    this.#builder.insert(copy);
    op.results.forEach((r, i) => this.#values.set(r, copy.results[i]!));
    this.#builder.saved(() => {
      op.regions.forEach((r, i) => {
        for (const block of r.blocks()) {
          const target = new Block(block.args.map((a) => a.type));
          regions[i]!.append(target);
          block.args.forEach((a, k) => this.#values.set(a, target.args[k]!));
          this.#builder.setToEnd(target);
          for (let o = block.firstOp; o !== null; o = o.next) this.emitOp(o);
        }
      });
    });
  }
}
