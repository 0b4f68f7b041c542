/** Analysis in tests: signatures, types and diagnostics as text. */
import { DiagnosticError, SourceFile, printSignature, type Diagnostic } from "@strata/support";
import {
  analyzeKernel,
  emitKernel,
  kernelNames,
  parseKernelFile,
  type AnalyzedKernel,
  type Bindings,
} from "@strata/frontend";
import { expectVerified, printOperation } from "@strata/ir";

/** The last kernel of a text, analyzed. */
export function analyze(text: string, bindings: Bindings = {}): AnalyzedKernel {
  const module = parseKernelFile(new SourceFile("test.kernel.ts", text));
  return analyzeKernel(module, kernelNames(module).at(-1) ?? "", bindings);
}

/** The signature of the last kernel of a text. */
export function signatureOf(text: string): string {
  return printSignature(analyze(text).signature);
}

/** The type of what a kernel with this body and these parameters returns. */
export function typeOf(body: string, params: string = PARAMS): string {
  const expression = !/\breturn\b/.test(body);
  const text = `export function k${params} { ${expression ? `return ${body};` : body} }`;
  const signature = signatureOf(text);
  return signature.slice(signature.lastIndexOf("): ") + 3);
}

/** Parameters of many kinds, for tests of expressions. */
export const PARAMS: string =
  "<n extends Dim, m extends Dim>(u: Tensor<f32, [n, m]>, v: Tensor<f32, [n]>, " +
  "c: Tensor<i32, [n]>, x: f32, y: f64, i: i32, j: index, b: bool, w: i64, q: u8, h: f16, r: u32)";

/** What is wrong with a text; none if it can be analyzed and emitted. */
export function diagnose(text: string, bindings: Bindings = {}): readonly Diagnostic[] {
  try {
    expectVerified(emitKernel(analyze(text, bindings)));
    return [];
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics;
    throw error;
  }
}

/** `code: text` of each diagnostic. */
export function complaints(text: string, bindings: Bindings = {}): string[] {
  return diagnose(text, bindings).map(({ code, span }) =>
    span === undefined ? code : `${code}: ${span.file.text.slice(span.start, span.end)}`,
  );
}

/** What is wrong with a body over `PARAMS`. */
export function bodyComplaints(body: string): string[] {
  const text = /\breturn\b/.test(body) ? body : `return ${body};`;
  return complaints(`export function k${PARAMS} { ${text} }`);
}

/** The messages for a body over `PARAMS`, with their hints. */
export function bodyMessages(body: string): string[] {
  const text = /\breturn\b/.test(body) ? body : `return ${body};`;
  return diagnose(`export function k${PARAMS} { ${text} }`).map(({ message, hint }) =>
    hint === undefined ? message : `${message} (${hint})`,
  );
}

/** The IR of the last kernel of a text. */
export function emitted(text: string, bindings: Bindings = {}): string {
  const module = emitKernel(analyze(text, bindings));
  expectVerified(module);
  return printOperation(module);
}
