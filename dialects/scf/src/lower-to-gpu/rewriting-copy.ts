/** Copies of scalar code in which some operations become others. */
import type { Operation, Value } from "@strata/ir";
import { ScalarCopy } from "../scalar-copy.ts";
import type { Code } from "./code.ts";

/** Emits something else for an operation and answers true, or false to have it copied. */
export type Replace = (op: Operation, copy: RewritingCopy) => boolean;

/** A copy that asks for each operation, nested ones included, whether it is replaced. */
export class RewritingCopy extends ScalarCopy {
  readonly code: Code;
  readonly #replace: Replace;

  constructor(code: Code, replace: Replace, outside: (v: Value) => Value = (v) => v) {
    super(code.b, outside);
    this.code = code;
    this.#replace = replace;
  }

  getAll(vs: readonly Value[]): Value[] {
    return vs.map((v) => this.get(v));
  }

  override emitOp(op: Operation): void {
    if (!this.#replace(op, this)) super.emitOp(op);
  }
}
