/** Short texts of IR in tests: what is wrong with one, what it computes, how it is simplified. */
import { Interpreter, type RuntimeValue } from "@strata/interpret";
import {
  cloneOp,
  type Context,
  expectVerified,
  type ModuleOp,
  parseModule,
  printOperation,
  verify,
} from "@strata/ir";
import { type Diagnostic, DiagnosticError, Random } from "@strata/support";
import { canonicalizeIn } from "@strata/transforms";
import { expectEquivalent } from "./equivalence.ts";

/** Everything wrong with a text: what parsing stops at, else what the verifier finds. */
export function problemsOf(context: Context, text: string): readonly Diagnostic[] {
  try {
    return verify(parseModule(context, text));
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics;
    throw e;
  }
}

/** The codes of everything wrong with a text. */
export function problemCodes(context: Context, text: string): string[] {
  return problemsOf(context, text).map((d) => d.code);
}

function verified(context: Context, text: string): ModuleOp {
  const module = parseModule(context, text);
  expectVerified(module);
  return module;
}

/** Runs a function of a text (`f` unless named) and gives its results. */
export function runText(
  context: Context,
  text: string,
  args: readonly RuntimeValue[] = [],
  name = "f",
): readonly RuntimeValue[] {
  return new Interpreter(verified(context, text), { maxSteps: 10_000_000 }).run(name, args);
}

/** The diagnostic with which running `f` of a text ends; an error when it does not fail. */
export function failureOf(
  context: Context,
  text: string,
  args: readonly RuntimeValue[] = [],
): Diagnostic {
  try {
    runText(context, text, args);
  } catch (e) {
    if (e instanceof DiagnosticError) return e.diagnostics[0]!;
    throw e;
  }
  throw new Error("the program does not fail");
}

/** The lines inside the first function of a module, without indentation. */
export function bodyLines(module: ModuleOp): string[] {
  const lines = printOperation(module)
    .split("\n")
    .map((l) => l.trim());
  const start = lines.findIndex((l) => l.startsWith("func.func"));
  return lines.slice(start + 1, lines.lastIndexOf("}") - 1);
}

/** A text after canonicalization. */
export interface Canonical {
  /** The lines inside its first function. */
  readonly lines: string[];
  readonly applied: ReadonlyMap<string, number>;
}

/**
 * Canonicalizes a text. Unless `inputs` is 0, its first function, called `f`, must compute the same
 * before and after on so many random inputs; its arguments are numbers, vectors and tensors.
 */
export function canonicalText(context: Context, text: string, inputs = 20): Canonical {
  const before = verified(context, text);
  const after = cloneOp(before);
  const { applied } = canonicalizeIn(after, { dialects: [...context.dialects.values()] });
  expectVerified(after);
  if (inputs > 0) expectEquivalent(before, after, new Random(1), inputs, text);
  return { lines: bodyLines(after), applied };
}
