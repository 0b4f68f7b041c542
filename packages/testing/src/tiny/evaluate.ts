/** What functions of the tiny dialect mean. */
import { type Block, constantAttr, type Operation, type Value } from "@strata/ir";
import {
  BrOp,
  CondBrOp,
  ConstOp,
  LoadOp,
  NegOp,
  OpaqueOp,
  ReturnOp,
  ScopeOp,
  StoreOp,
  TupleOp,
  ZeroTestOp,
  arithmetic,
  int,
} from "./dialect.ts";

/** Runs the first function of a module on arguments; undefined after too many steps. */
export function evaluate(
  func: Operation,
  args: readonly bigint[],
  maxSteps = 500,
): { results: bigint[]; trace: string[] } | undefined {
  const env = new Map<Value, bigint>();
  const cells = new Map<bigint, bigint>();
  const trace: string[] = [];
  let steps = 0;
  const get = (v: Value): bigint => env.get(v)!;
  const set = (v: Value, n: bigint): void => {
    const a = constantAttr(v.type, n);
    env.set(v, int(a)!);
  };
  const run = (entry: Block, given: readonly bigint[]): bigint[] | undefined => {
    let block = entry;
    let values = given;
    for (;;) {
      block.args.forEach((a, i) => set(a, values[i]!));
      let next: Block | undefined;
      for (const op of block.ops()) {
        if (++steps > maxSteps) return undefined;
        if (op instanceof ReturnOp) return op.operands.map(get);
        if (op instanceof BrOp) {
          values = op.operands.map(get);
          next = op.dest;
        } else if (op instanceof CondBrOp) {
          const taken = get(op.condition) !== 0n;
          values = (taken ? op.trueInputs : op.falseInputs).map(get);
          next = taken ? op.trueDest : op.falseDest;
        } else if (op instanceof ScopeOp) {
          const out = run(op.body.entry, []);
          if (out === undefined) return undefined;
          op.results.forEach((r, i) => set(r, out[i]!));
        } else if (op instanceof LoadOp) {
          set(op.result, cells.get(op.cell.value) ?? 0n);
        } else if (op instanceof StoreOp) {
          cells.set(op.cell.value, get(op.value));
          trace.push(`${op.cell.value} = ${get(op.value)}`);
        } else if (op instanceof OpaqueOp || op instanceof TupleOp) {
          if (op instanceof OpaqueOp) trace.push(op.operands.map(get).join());
          op.results.forEach((r, i) => set(r, op.numOperands > i ? get(op.operand(i)) : 7n));
        } else if (op instanceof ConstOp) {
          set(op.result, int(op.value)!);
        } else if (op instanceof NegOp) {
          set(op.result, -get(op.input));
        } else if (op instanceof ZeroTestOp) {
          set(op.result, get(op.input) === 0n ? 1n : 0n);
        } else {
          const f = arithmetic[op.name as keyof typeof arithmetic];
          set(op.results[0]!, f(get(op.operand(0)), get(op.operand(1))));
        }
      }
      if (next === undefined) throw new Error("the block does not end");
      block = next;
    }
  };
  const results = run(func.regions[0]!.entry, args);
  return results === undefined ? undefined : { results, trace };
}
