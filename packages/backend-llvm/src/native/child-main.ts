/**
 * The process that makes code for other machines: LLVM ends it where it cannot.
 *
 * Reads one request from standard input; writes one answer to standard output: the length of a JSON
 * text as 4 bytes, the text, then the code. What LLVM prints goes to standard error.
 */
import { readFileSync, writeSync } from "node:fs";
import { DiagnosticError, encodeUtf8, tryDecodeUtf8 } from "@strata/support";
import { decodeRequest, encodeMessage, type Answer } from "./child-protocol.ts";
import { generateCode } from "./codegen.ts";
import { expectLLVM } from "./library.ts";
import { machineFor } from "./target.ts";

function answer(): { readonly head: Answer; readonly bytes: Uint8Array } {
  const none = new Uint8Array(0);
  try {
    const { source, options, target } = decodeRequest(readFileSync(0));
    const llvm = expectLLVM();
    const machine = machineFor(llvm, target.triple, target.cpu, target.features);
    const text = tryDecodeUtf8(source) ?? source;
    const { bytes, reports } = generateCode(llvm, text, { ...options, machine });
    return { head: { ok: true, diagnostics: reports, machine }, bytes };
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    return { head: { ok: false, diagnostics: error.diagnostics }, bytes: none };
  }
}

const { head, bytes } = answer();
const message = encodeMessage(encodeUtf8(JSON.stringify(head)), bytes);
for (let at = 0; at < message.length;) at += writeSync(1, message, at);
