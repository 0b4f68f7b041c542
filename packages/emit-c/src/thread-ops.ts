/** What a thread knows of itself, and what threads of a block do together. */
import { IndexType, type Operation } from "@strata/ir";
import { asSigned, castTo } from "./emission.ts";
import { atom, type CKind, type Expr, infix, prec } from "./expression.ts";
import type { IdKind } from "./flavour.ts";
import type { FunctionEmitter } from "./function-emitter.ts";
import { refuse } from "./types.ts";

const ids: Readonly<Record<string, IdKind>> = {
  "gpu.thread_id": "thread",
  "gpu.block_id": "block",
  "gpu.block_dim": "blockDim",
  "gpu.grid_dim": "gridDim",
};

const idNames: Readonly<Record<IdKind, string>> = {
  thread: "thread",
  block: "block",
  blockDim: "block_size",
  gridDim: "grid_size",
};

function dimensionOf(op: Operation): 0 | 1 | 2 {
  const text = op.getAttr("dimension")?.toString() ?? "";
  const found = /dim ([xyz])/.exec(text)?.[1];
  return found === "z" ? 2 : found === "y" ? 1 : 0;
}

function idOf(em: FunctionEmitter, kind: IdKind, dim: 0 | 1 | 2): Expr {
  const text = em.flavour.id(kind, dim);
  const e: Expr = { text, prec: prec.postfix, kind: "u32", reads: false };
  return castTo(e, em.indexKind, em.flavour);
}

function emitId(em: FunctionEmitter, op: Operation, kind: IdKind): void {
  const dim = dimensionOf(op);
  em.bind(op.resultAt(0), [em.hold(idOf(em, kind, dim), `${idNames[kind]}_${"xyz"[dim]!}`)]);
}

function emitGlobalId(em: FunctionEmitter, op: Operation): void {
  const dim = dimensionOf(op);
  const start = infix(
    idOf(em, "block", dim),
    "*",
    idOf(em, "blockDim", dim),
    prec.multiplicative,
    em.indexKind,
  );
  const sum = infix(start, "+", idOf(em, "thread", dim), prec.additive, em.indexKind);
  em.bind(op.resultAt(0), [em.hold(sum, `global_${"xyz"[dim]!}`)]);
}

function emitShuffle(em: FunctionEmitter, op: Operation): void {
  const { flavour } = em;
  const mode = /shuffle_mode (\w+)|^(\w+)$/.exec(op.getAttr("mode")?.toString() ?? "");
  const shuffle = flavour.shuffle?.bind(flavour);
  if (shuffle === undefined || mode === null) {
    return refuse(op, `an exchange between threads in ${flavour.name}`);
  }
  const value = em.scalar(op.operand(0));
  const kind: CKind = value.kind;
  if (op.operand(0).type instanceof IndexType || !/^[iuf](32|64)$/.test(kind)) {
    return refuse(op, `an exchange of \`${op.operand(0).type.toString()}\``);
  }
  const [offset, width] = [op.operand(1), op.operand(2)].map((v) =>
    asSigned(em.scalar(v), flavour),
  );
  const text = shuffle(mode[1] ?? mode[2]!, value, offset!, width!);
  // Every lane takes part: it must not move into a branch.
  const held = em.hold({ text, prec: prec.postfix, kind, reads: true }, "other");
  em.bind(op.resultAt(0), [held]);
  const valid = op.resultAt(1);
  if ([...valid.uses()].length > 0) refuse(op, "whether the other thread took part");
  em.bind(valid, [atom("true", "bool")]);
}

/** Prints operations of threads; false for others. */
export function emitThread(em: FunctionEmitter, op: Operation): boolean {
  const id = ids[op.name];
  if (id !== undefined) emitId(em, op, id);
  else if (op.name === "gpu.global_id") emitGlobalId(em, op);
  else if (op.name === "gpu.barrier") em.line(`${em.flavour.barrier};`);
  else if (op.name === "gpu.shuffle") emitShuffle(em, op);
  else return false;
  return true;
}
