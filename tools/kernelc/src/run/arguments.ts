/**
 * `--in name=VALUE` and `--out [name=]FILE`.
 *
 * Invariants: every name is given once; a file for a result is known to be writable before any work
 * is done for it.
 */
import { didYouMean, DiagnosticError, type KernelSignature } from "@strata/support";
import { printSignature, printValueType } from "@strata/support";
import { expectValuePath, expectWritable, readArgument, type HostValue } from "@strata/runtime";
import { inputError, usageError } from "../failures.ts";

const NAMED = /^([A-Za-z_$][\w$]*)=(.*)$/s;

/** The texts of `--in`, by name. */
export function parseInputs(texts: readonly string[]): ReadonlyMap<string, string> {
  const inputs = new Map<string, string>();
  for (const text of texts) {
    const [, name, value] = NAMED.exec(text) ?? [];
    if (name === undefined || value === undefined || value === "") {
      throw usageError("cli.in", `--in needs name=VALUE, found "${text}"`, {
        hint: "write for example --in u=plate.npy or --in alpha=0.1",
      });
    }
    if (inputs.has(name)) {
      throw usageError("cli.in-twice", `--in gives "${name}" twice`, {
        hint: "give each argument once",
      });
    }
    inputs.set(name, value);
  }
  return inputs;
}

/** A file asked for with `--out`; without a name, for the one result. */
export interface OutputRequest {
  readonly name: string | undefined;
  readonly path: string;
}

/** The texts of `--out`. */
export function parseOutputs(texts: readonly string[]): readonly OutputRequest[] {
  return texts.map((text) => {
    const [, name, value] = NAMED.exec(text) ?? [];
    const path = value ?? text;
    if (path === "") {
      throw usageError("cli.out", `--out needs a file, found "${text}"`, {
        hint: "write for example --out result.npy or --out mean=mean.json",
      });
    }
    return { name, path };
  });
}

/** Checks formats and folders, so that a long run does not end in an error. */
export async function checkOutputs(outputs: readonly OutputRequest[]): Promise<void> {
  for (const { path } of outputs) {
    expectValuePath(path);
    await expectWritable(path);
  }
}

/** For each result of the kernel, the file it goes to, if one was asked for. */
export function matchOutputs(
  signature: KernelSignature,
  outputs: readonly OutputRequest[],
): readonly (string | undefined)[] {
  const names = signature.results.map(({ name }) => name);
  const files: (string | undefined)[] = names.map(() => undefined);
  for (const { name, path } of outputs) {
    const k = name === undefined ? onlyResult(signature) : names.indexOf(name);
    if (k < 0) throw unknownResult(signature, name ?? "");
    if (files[k] !== undefined) {
      const which = names[k] === undefined ? "the result" : `"${names[k]}"`;
      throw usageError("cli.out-twice", `--out names two files for ${which}`, {
        hint: "give one file for each result",
      });
    }
    files[k] = path;
  }
  return files;
}

function onlyResult(signature: KernelSignature): number {
  if (signature.results.length === 1) return 0;
  const names = signature.results.map(({ name }) => name);
  throw inputError(
    "cli.out-name",
    `${signature.name} has ${names.length} results: --out must name one`,
    { hint: names.map((name) => `--out ${name}=FILE`).join(" ") },
  );
}

function unknownResult(signature: KernelSignature, name: string): DiagnosticError {
  if (signature.form === "single") {
    return inputError("cli.out-name", `the result of ${signature.name} has no name`, {
      hint: `write --out FILE (for a file with "=" in its name, --out ./${name}=…)`,
    });
  }
  const names = signature.results.map((result) => result.name ?? "");
  return inputError("cli.out-name", `${signature.name} has no result "${name}"`, {
    hint: didYouMean(name, names) ?? `its results are ${names.join(", ")}`,
  });
}

/**
 * Reads the arguments of a kernel; one that is missing or unknown is told together with all others
 * of its kind, before any file is read.
 */
export async function readInputs(
  signature: KernelSignature,
  inputs: ReadonlyMap<string, string>,
): Promise<Record<string, HostValue>> {
  checkNames(signature, inputs);
  const values: Record<string, HostValue> = {};
  for (const { name, type } of signature.params) {
    const text = inputs.get(name) ?? "";
    try {
      values[name] = await readArgument(text, type);
    } catch (error) {
      throw atArgument(error, `${name}: ${printValueType(type)}`, `${name}=${text}`);
    }
  }
  return values;
}

function checkNames(signature: KernelSignature, inputs: ReadonlyMap<string, string>): void {
  const names = signature.params.map(({ name }) => name);
  const notes = [{ message: `the kernel is ${printSignature(signature)}` }];
  for (const name of inputs.keys()) {
    if (names.includes(name)) continue;
    const all = names.length === 0 ? "it takes none" : `it takes ${names.join(", ")}`;
    const hint = didYouMean(name, names) ?? all;
    const message = `${signature.name} has no parameter "${name}"`;
    throw inputError("runtime.unknown-argument", message, { notes, hint });
  }
  const missing = signature.params.filter(({ name }) => !inputs.has(name));
  if (missing.length === 0) return;
  const list = missing.map(({ name, type }) => `${name}: ${printValueType(type)}`).join(", ");
  const plural = missing.length === 1 ? "the argument" : "the arguments";
  throw inputError("runtime.missing-argument", `${signature.name} needs ${plural} ${list}`, {
    notes,
    hint: `add ${missing.map(({ name, type }) => `--in ${name}=${exampleOf(type.kind)}`).join(" ")}`,
  });
}

const exampleOf = (kind: "scalar" | "tensor"): string => (kind === "scalar" ? "NUMBER" : "FILE");

/** Adds which argument a finding about a value is about. */
function atArgument(error: unknown, parameter: string, given: string): unknown {
  if (!(error instanceof DiagnosticError)) return error;
  const shown = given.length > 60 ? `${given.slice(0, 60)}…` : given;
  const note = { message: `given as --in ${shown} for ${parameter}` };
  return new DiagnosticError(
    error.diagnostics.map((one) => ({ ...one, notes: [...one.notes, note] })),
  );
}
