/**
 * Reductions: a thread's own copy begins as the declaration says; at the end the threads combine
 * their copies into the variable, one after the other.
 */
import {
  type Block,
  cloneOp,
  lookupSymbol,
  Mapping,
  type Operation,
  spanOf,
  type Type,
  type Value,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { allocateInEntry } from "@strata/llvm/lowering";
import { DiagnosticError, userError } from "@strata/support";
import { reductionsOf } from "../clauses.ts";
import * as ops from "../ops.ts";
import type { Runtime } from "./runtime.ts";

/** One reduced variable and the copy of the running thread. */
interface Copy {
  readonly declaration: ops.DeclareReduction;
  readonly variable: Value;
  readonly own: Value;
  readonly type: Type;
}

function refuse(op: Operation, what: string): never {
  throw new DiagnosticError(
    userError("omp.lower-reduction", `\`${op.name}\`: ${what}`, { span: spanOf(op) }),
  );
}

/** Copies the operations of a block for given arguments; gives what it yields. */
function expand(t: Runtime, op: Operation, block: Block, args: readonly Value[]): Value {
  if (block.next !== null) refuse(op, "a reduction of several blocks is not supported");
  const mapping = new Mapping();
  block.args.forEach((a, i) => mapping.map(a, args[i] ?? args[0]!));
  for (const inner of block.ops()) {
    if (inner === block.lastOp) break;
    t.insert(cloneOp(inner, mapping));
  }
  const result = block.lastOp?.operands[0];
  if (result === undefined) refuse(op, "a region of the reduction yields nothing");
  return mapping.value(result);
}

/** Makes the copies of a thread, filled, where the rewriter stands. */
export function beginReductions(
  t: Runtime,
  op: ops.Parallel | ops.Wsloop,
  variables: readonly Value[],
): Copy[] {
  return reductionsOf(op).map(({ symbol, byReference }, i) => {
    const declaration = lookupSymbol(op, symbol);
    if (!(declaration instanceof ops.DeclareReduction)) refuse(op, "the reduction is not declared");
    if (byReference) refuse(op, "copies by reference are not supported");
    const type = declaration.type.value;
    const own = allocateInEntry(t.r, type);
    const start = expand(t, op, declaration.initializerRegion.entry, [
      t.insert(llvm.PoisonOp.of({}, { types: { res: type } })).res,
    ]);
    t.insert(llvm.StoreOp.of({ value: start, addr: own }));
    return { declaration, variable: variables[i]!, own, type };
  });
}

/** Combines the copies into their variables, where the rewriter stands. */
export function endReductions(t: Runtime, op: Operation, copies: readonly Copy[]): void {
  if (copies.length === 0) return;
  const lock = t.lock("reduction");
  t.callHere("__kmpc_critical", [lock]);
  for (const { declaration, variable, own, type } of copies) {
    const load = (addr: Value): Value =>
      t.insert(llvm.LoadOp.of({ addr }, { types: { res: type } })).res;
    const value = expand(t, op, declaration.reductionRegion.entry, [load(variable), load(own)]);
    t.insert(llvm.StoreOp.of({ value, addr: variable }));
  }
  t.callHere("__kmpc_end_critical", [lock]);
}
