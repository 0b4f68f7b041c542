/**
 * Interpreting two versions of a function on the same random inputs. An input on which the first
 * version fails (division by zero and the like) says nothing about the second.
 */
import { FuncOp, ReturnOp } from "@strata/func";
import { Interpreter, type RuntimeValue } from "@strata/interpret";
import {
  type Block,
  expectVerified,
  FunctionType,
  ModuleOp,
  printOperation,
  type Value,
} from "@strata/ir";
import { DiagnosticError, type Random } from "@strata/support";
import { isSameValue, randomValue, showValue } from "./random-values.ts";

/** A module with the function `f` that has `block` as its body and returns `results`. */
export function functionOf(block: Block, results: readonly Value[]): ModuleOp {
  block.append(ReturnOp.of({ inputs: results }));
  const type = FunctionType.get(
    block.args.map((a) => a.type),
    results.map((v) => v.type),
  );
  const f = FuncOp.declare("f", type);
  f.body.append(block);
  const module = ModuleOp.create();
  module.add(f);
  return module;
}

/** Operations that one run may execute: programs that run longer are as good as endless. */
const manySteps = 10_000;

/** What a run ends with: values and what was printed, or the code of what went wrong. */
type Outcome = { readonly values: readonly RuntimeValue[]; readonly printed: string } | string;

function outcomeOf(
  module: ModuleOp,
  name: string,
  args: readonly RuntimeValue[],
  maxSteps: number,
): Outcome {
  try {
    let printed = "";
    const write = (text: string): void => {
      printed += text;
    };
    const values = new Interpreter(module, { maxSteps, write }).run(name, args);
    return { values, printed };
  } catch (e) {
    if (e instanceof DiagnosticError && e.diagnostics.every((d) => d.kind === "user")) {
      return e.diagnostics[0]!.code;
    }
    throw e;
  }
}

function isSameOutcome(a: Outcome, b: Outcome): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return (
    withoutNaNSigns(a.printed) === withoutNaNSigns(b.printed) &&
    a.values.every((v, k) => isSameValue(v, b.values[k]!))
  );
}

/**
 * Printed values in which a quiet NaN of f64, f32, bf16 or f16, seen as an integer, is `nan`: whether
 * an operation that makes a NaN sets its sign is not specified, and upstream's folds do at times.
 */
function withoutNaNSigns(printed: string): string {
  return printed.replaceAll(quietNaNs, "nan");
}

const quietNaNs =
  /(?<![\d-])(?:-2251799813685248|9221120237041090560|-4194304|2143289344|-64|32704|-512|32256)(?!\d)/g;

/** The values a function yields; undefined when it fails or does not end. */
export function tryRun(
  module: ModuleOp,
  name: string,
  args: readonly RuntimeValue[],
  maxSteps: number = manySteps,
): readonly RuntimeValue[] | undefined {
  const outcome = outcomeOf(module, name, args, maxSteps);
  return typeof outcome === "string" ? undefined : outcome.values;
}

/**
 * Runs `f` of both modules on `inputs` random inputs and compares results and what is printed; returns how many
 * inputs were compared. An error shows both modules and the input.
 */
export function expectEquivalent(
  before: ModuleOp,
  after: ModuleOp,
  random: Random,
  inputs: number,
  what: string,
): number {
  expectVerified(before);
  expectVerified(after);
  const [f] = [...before.ops()];
  if (!(f instanceof FuncOp)) throw new Error("the module has no function");
  let compared = 0;
  for (let i = 0; i < inputs; i++) {
    const args = f.type.inputs.map((t) => randomValue(t, random));
    const expected = outcomeOf(before, "f", args, manySteps);
    if (typeof expected === "string") continue;
    compared++;
    const found = outcomeOf(after, "f", args, 10 * manySteps);
    // A constant beyond the interpreter's indices may have been moved to where it is reached.
    if (found === "interpret.index-range") continue;
    if (isSameOutcome(found, expected)) continue;
    const show = (vs: readonly RuntimeValue[]): string => vs.map(showValue).join(", ");
    const tell = (o: Outcome): string =>
      typeof o === "string" ? `the failure ${o}` : `${show(o.values)} printing\n${o.printed}\n`;
    throw new Error(
      `${what}\non (${show(args)}) gives ${tell(expected)} before and ${tell(found)} after\n` +
        `${printOperation(before)}${printOperation(after)}`,
    );
  }
  return compared;
}
