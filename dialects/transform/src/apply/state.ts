/**
 * What is known while a schedule runs: what each handle and parameter stands for.
 *
 * Invariants: a handle points to operations that are still in the program, or using it is refused; a
 * transformation that replaces operations says so through the results of its own operation.
 */
import {
  type Attribute,
  type Context,
  IntegerAttr,
  type Operation,
  opError,
  type Type,
  type Value,
} from "@strata/ir";
import type { PassRegistry } from "@strata/pass";
import { type Diagnostic, DiagnosticError } from "@strata/support";

/** What a value of a schedule stands for. */
export type Association =
  | { readonly kind: "ops"; readonly items: readonly Operation[] }
  | { readonly kind: "values"; readonly items: readonly Value[] }
  | { readonly kind: "params"; readonly items: readonly (Attribute | Type)[] };

/** What a schedule may use of its surroundings. */
export interface ScheduleOptions {
  /** Passes that `transform.apply_registered_pass` may name. */
  readonly passes?: PassRegistry;
  /** Dialects for the passes. */
  readonly context?: Context;
  /** Gets what `transform.print` writes. */
  readonly onPrint?: (text: string) => void;
}

/** A transformation does not apply; sequences that suppress failures go on after it. */
export class TransformFailure extends DiagnosticError {
  override readonly name = "TransformFailure";
}

/** Refuses at an operation of the schedule. */
export function fail(op: Operation, code: string, message: string, hint?: string): never {
  throw new TransformFailure(opError(op, code, message, hint));
}

/** Says which operation of the schedule a diagnostic belongs to. */
export function failWith(op: Operation, cause: DiagnosticError): never {
  const notes = cause.diagnostics.map((d: Diagnostic) => ({ message: d.message, span: d.span }));
  const [first] = cause.diagnostics;
  const error = opError(
    op,
    first?.code ?? "transform.failed",
    `\`${op.name}\` does not apply: ${first?.message ?? "no reason was given"}`,
    first?.hint,
  );
  throw new TransformFailure({ ...error, notes });
}

/** What the handles of one run stand for. */
export class ScheduleState {
  readonly root: Operation;
  readonly options: ScheduleOptions;
  readonly #known = new Map<Value, Association>();

  constructor(root: Operation, options: ScheduleOptions) {
    this.root = root;
    this.options = options;
  }

  set(value: Value, association: Association): void {
    this.#known.set(value, association);
  }

  setOps(value: Value, items: readonly Operation[]): void {
    const { type } = value;
    const wanted = "operationName" in type ? String(type.operationName) : undefined;
    const odd = items.find((o) => wanted !== undefined && o.name !== wanted);
    if (odd !== undefined) {
      const user = value.definingOp;
      const message = `a handle of \`${wanted}\` would point to \`${odd.name}\``;
      if (user !== undefined) fail(user, "transform.handle-kind", message);
      throw new Error(message);
    }
    this.set(value, { kind: "ops", items });
  }

  get(value: Value): Association {
    const found = this.#known.get(value);
    if (found === undefined) throw new Error("a handle is read before it is set");
    return found;
  }

  /** The operations of a handle; refuses what is gone. */
  ops(user: Operation, value: Value): readonly Operation[] {
    const found = this.get(value);
    if (found.kind !== "ops") throw new Error("a handle to operations was expected");
    for (const op of found.items) {
      if (this.#isInProgram(op)) continue;
      fail(
        user,
        "transform.stale-handle",
        `a handle of \`${user.name}\` points to \`${op.name}\`, which an earlier step has replaced`,
        "use the handle that this step gave, or match again",
      );
    }
    return found.items;
  }

  values(value: Value): readonly Value[] {
    const found = this.get(value);
    if (found.kind !== "values") throw new Error("a handle to values was expected");
    return found.items;
  }

  params(value: Value): readonly (Attribute | Type)[] {
    const found = this.get(value);
    if (found.kind !== "params") throw new Error("parameters were expected");
    return found.items;
  }

  /** The only operation of a handle. */
  onlyOp(user: Operation, value: Value): Operation {
    const ops = this.ops(user, value);
    if (ops.length === 1) return ops[0]!;
    fail(
      user,
      "transform.one-op",
      `\`${user.name}\` takes a handle to one operation, not ${ops.length}`,
    );
  }

  /** The integers of parameters. */
  integers(user: Operation, value: Value): bigint[] {
    return this.params(value).map((p) => {
      if (p instanceof IntegerAttr) return p.value;
      return fail(user, "transform.param-type", `the parameter \`${p.toString()}\` is no integer`);
    });
  }

  #isInProgram(op: Operation): boolean {
    for (let at: Operation | null = op; at !== null; at = at.parentOp) {
      if (at === this.root) return true;
    }
    return false;
  }
}
