/** Runs programs and says which values each integer had, so that analyses can be held against it. */
import { CallOp, FuncOp } from "@strata/func";
import { Interpreter, type RuntimeValue } from "@strata/interpret";
import {
  type Block,
  cloneOp,
  FunctionType,
  IndexType,
  IntegerType,
  type ModuleOp,
  type Operation,
  SymbolRefAttr,
  TypeAttr,
  type Value,
  walk,
} from "@strata/ir";
import { DiagnosticError, type Random } from "@strata/support";
import { randomValue } from "@strata/testing";

/** Values that analyses of integers speak of, in the order of the program. */
function integersOf(module: Operation): Value[] {
  const values: Value[] = [];
  const add = (v: Value): void => {
    if (v.type instanceof IndexType || v.type instanceof IntegerType) values.push(v);
  };
  walk(module, (op) => {
    for (const r of op.results) add(r);
    for (const region of op.regions) for (const b of region.blocks()) b.args.forEach(add);
  });
  return values;
}

/** Calls `@observe_N(value)` behind what makes the value. */
function insertObserver(v: Value, n: number): Operation {
  const callee = SymbolRefAttr.get(`observe_${n}`);
  const call = CallOp.of({ callee, args: [v] }, { types: { outs: [] } });
  const made = v.definingOp;
  if (made !== undefined) made.parent!.insertAfter(call, made);
  else {
    const block = v.parentBlock as Block;
    block.insertBefore(call, block.firstOp);
  }
  return call;
}

/** Runs `@f` of a module some times on random arguments, telling of every integer it computes. */
export function observe(
  module: ModuleOp,
  random: Random,
  runs: number,
  seen: (value: Value, number: bigint) => void,
): void {
  const values = integersOf(module);
  const copy = cloneOp(module);
  const externals: Record<string, (args: readonly RuntimeValue[]) => readonly RuntimeValue[]> = {};
  integersOf(copy).forEach((v, n) => {
    insertObserver(v, n);
    const type = FunctionType.get([v.type], []);
    copy.add(FuncOp.declare(`observe_${n}`, type, { visibility: "private" }));
    externals[`observe_${n}`] = ([x]) => {
      seen(values[n]!, BigInt(x as number));
      return [];
    };
  });
  const main = [...copy.ops()].find((op) => op instanceof FuncOp && op.symbolName === "f");
  const type = main?.getAttr("function_type");
  if (!(type instanceof TypeAttr && type.value instanceof FunctionType)) throw new Error("no @f");
  for (let i = 0; i < runs; i++) {
    const args = type.value.inputs.map((t) => randomValue(t, random));
    try {
      new Interpreter(copy, { maxSteps: 20_000, externals }).run("f", args);
    } catch (e) {
      // What a program computed before it failed counts as well.
      if (!(e instanceof DiagnosticError)) throw e;
    }
  }
}
