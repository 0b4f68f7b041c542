/** Programs of kernels: built from source, or loaded from what an earlier build left. */
import type { LineOrigin } from "@strata/emit-c";
import { addressOf } from "@strata/runtime/native";
import type { DiagnosticNote } from "@strata/support";
import { cl } from "./api.ts";
import { buildFailed, callFailed } from "./errors.ts";
import type { ClQueue } from "./queue.ts";

/** Options of the device's compiler; STRATA_OPENCL_OPTIONS adds to them. */
export function buildOptions(exactDivision: boolean): string {
  const exact = exactDivision ? " -cl-fp32-correctly-rounded-divide-sqrt" : "";
  const own = process.env["STRATA_OPENCL_OPTIONS"];
  return `-cl-std=CL1.2${exact}${own === undefined ? "" : ` ${own}`}`;
}

/** Builds a program from source; a diagnostic with the compiler's log when it is refused. */
export function buildProgram(
  queue: ClQueue,
  source: string,
  origins: readonly (LineOrigin | undefined)[],
): bigint {
  const { api, context, facts } = queue;
  const text = new TextEncoder().encode(`${source}\0`);
  const status = new Int32Array(1);
  const strings = new BigUint64Array([addressOf(text)]);
  const program = api.createProgramWithSource(context, 1, strings, null, status);
  if (program === null || text.length === 0) {
    throw callFailed("clCreateProgramWithSource", status[0]!);
  }
  const built = api.buildProgram(
    program,
    1,
    new BigUint64Array([facts.id]),
    buildOptions(facts.exactDivision),
    null,
    null,
  );
  if (built === 0) return program;
  const notes = explainLog(buildLog(queue, program), origins);
  api.releaseProgram(program);
  throw buildFailed(facts.name, notes);
}

/** A program from an earlier build; undefined if the device no longer takes it. */
export function tryLoadProgram(queue: ClQueue, binary: Uint8Array): bigint | undefined {
  const { api, context, facts } = queue;
  const devices = new BigUint64Array([facts.id]);
  const kept = binary.slice();
  const status = new Int32Array(1);
  const program = api.createProgramWithBinary(
    context,
    1,
    devices,
    new BigUint64Array([BigInt(kept.length)]),
    new BigUint64Array([addressOf(kept)]),
    new Int32Array(1),
    status,
  );
  if (program === null || status[0] !== 0 || kept.length === 0) return undefined;
  const options = buildOptions(facts.exactDivision);
  if (api.buildProgram(program, 1, devices, options, null, null) === 0) return program;
  api.releaseProgram(program);
  return undefined;
}

/** What a build left, to be loaded by a later process; empty where the device gives none. */
export function binaryOf(queue: ClQueue, program: bigint): Uint8Array {
  const { api } = queue;
  const size = new BigUint64Array(1);
  if (api.getProgramInfo(program, cl.programBinarySizes, 8, size, null) !== 0) {
    return new Uint8Array(0);
  }
  const bytes = new Uint8Array(Number(size[0]));
  if (bytes.length === 0) return bytes;
  const places = new BigUint64Array([addressOf(bytes)]);
  const status = api.getProgramInfo(program, cl.programBinaries, 8, places, null);
  return status === 0 ? bytes : new Uint8Array(0);
}

function buildLog(queue: ClQueue, program: bigint): string {
  const { api, facts } = queue;
  const size = new BigUint64Array(1);
  const what = cl.programBuildLog;
  if (api.getProgramBuildInfo(program, facts.id, what, 0, null, size) !== 0) return "";
  const bytes = new Uint8Array(Number(size[0]));
  if (bytes.length === 0) return "";
  api.getProgramBuildInfo(program, facts.id, what, bytes.length, bytes, null);
  return new TextDecoder().decode(bytes).replace(/\0[^]*$/, "");
}

/** The lines of a log that name a line of the program, with the place of the kernel behind it. */
export function explainLog(
  log: string,
  origins: readonly (LineOrigin | undefined)[],
): DiagnosticNote[] {
  const notes: DiagnosticNote[] = [];
  for (const line of log.split("\n").filter((l) => /error|warning/i.test(l))) {
    const number = /:(\d+):\d+:/.exec(line)?.[1];
    const origin = number === undefined ? undefined : origins[Number(number) - 1];
    const span = origin && { file: origin.file, start: origin.offset, end: origin.offset };
    notes.push({ message: line.trim(), ...(span === undefined ? {} : { span }) });
    if (notes.length === 8) break;
  }
  return notes.length > 0 ? notes : [{ message: log.trim().slice(0, 2000) || "it left no log" }];
}
