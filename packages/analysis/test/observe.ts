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
  type Type,
  TypeAttr,
  type Value,
  walk,
} from "@strata/ir";
import { DiagnosticError, type Random } from "@strata/support";
import { randomValue } from "@strata/testing";

const isInteger = (t: Type): boolean => t instanceof IndexType || t instanceof IntegerType;

/** Values of some types, in the order of the program. */
function valuesOf(module: Operation, isWanted: (type: Type) => boolean): Value[] {
  const values: Value[] = [];
  const add = (v: Value): void => {
    if (isWanted(v.type)) values.push(v);
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
  observeTypes(module, random, runs, isInteger, (v, x) => seen(v, BigInt(x as number)));
}

/** As `observe`, of values of other types. */
export function observeTypes(
  module: ModuleOp,
  random: Random,
  runs: number,
  isWanted: (type: Type) => boolean,
  seen: (value: Value, what: RuntimeValue, run: number) => void,
): void {
  let run = 0;
  const values = valuesOf(module, isWanted);
  const copy = cloneOp(module);
  const externals: Record<string, (args: readonly RuntimeValue[]) => readonly RuntimeValue[]> = {};
  valuesOf(copy, isWanted).forEach((v, n) => {
    insertObserver(v, n);
    const type = FunctionType.get([v.type], []);
    copy.add(FuncOp.declare(`observe_${n}`, type, { visibility: "private" }));
    externals[`observe_${n}`] = ([x]) => {
      seen(values[n]!, x!, run);
      return [];
    };
  });
  const main = [...copy.ops()].find((op) => op instanceof FuncOp && op.symbolName === "f");
  const type = main?.getAttr("function_type");
  if (!(type instanceof TypeAttr && type.value instanceof FunctionType)) throw new Error("no @f");
  for (; run < runs; run++) {
    const args = type.value.inputs.map((t) => randomValue(t, random));
    try {
      new Interpreter(copy, { maxSteps: 20_000, externals }).run("f", args);
    } catch (e) {
      // What a program computed before it failed counts as well.
      if (!(e instanceof DiagnosticError)) throw e;
    }
  }
}
