/**
 * `kernelc run`: reads arguments, compiles or finds compiled code, runs, writes results.
 *
 * Order: everything that the command line alone can get wrong, then the outputs' folders, the kernel
 * file, the arguments, the compiler; so the cheapest finding comes first.
 */
import { homedir } from "node:os";
import {
  writeValue,
  type BoundArguments,
  type HostTensor,
  type HostValue,
  type TypedScalar,
} from "@strata/runtime";
import { DiskCache, userCacheFolder } from "@strata/kernel/disk-cache";
import {
  explainKernel,
  openKernel,
  readSchedule,
  type CodeStore,
  type CompiledKernel,
  type Kernel,
} from "@strata/kernel/specialize";
import type { KernelSignature, ScalarType } from "@strata/support";
import type { CommandContext } from "../cli.ts";
import { chooseFor, expectThreads, tryOpenDevice, type DeviceChoice } from "../device-choice.ts";
import { parseCount } from "../option-values.ts";
import { readSource } from "../source.ts";
import { toolchainId } from "../toolchain.ts";
import { checkOutputs, matchOutputs, parseInputs, parseOutputs, readInputs } from "./arguments.ts";
import { measureRuns, type Measured } from "./measure.ts";
import { formatResult } from "./print-value.ts";
import { formatMilliseconds, runReport, type ResultReport } from "./run-report.ts";

/** The options of `kernelc run`. */
export interface RunOptions {
  readonly kernel?: string;
  readonly in?: readonly string[];
  readonly out?: readonly string[];
  readonly device: string;
  readonly threads?: string;
  readonly repeat: string;
  readonly schedule?: string;
  readonly cache: boolean;
  readonly json?: boolean;
  readonly explain?: boolean;
  readonly quiet?: boolean;
}

/** Runs a kernel of a file as the options say. */
export async function runCommand(
  file: string,
  options: RunOptions,
  context: CommandContext,
): Promise<void> {
  const repeat = parseCount("--repeat", options.repeat);
  const inputs = parseInputs(options.in ?? []);
  const outputs = parseOutputs(options.out ?? []);
  const named = await tryOpenDevice(options.device);
  let choice = named;
  try {
    expectThreads(options.threads, named?.device);
    await checkOutputs(outputs);
    const source = await readSource(file, context);
    const store = options.cache ? openStore(context) : undefined;
    const kernel = await openKernel(source, { kernel: options.kernel, store });
    const { signature } = kernel;
    const files = matchOutputs(signature, outputs);
    const given = await readInputs(signature, inputs);
    choice ??= await chooseFor(kernel, kernel.bind(given), store);
    const { device } = choice;
    const threads = expectThreads(options.threads, device);
    const args = kernel.bind(given, device);
    const schedule =
      options.schedule === undefined
        ? undefined
        : await readSchedule(await readSource(options.schedule, context));
    const compiled = await kernel.compile(device, args, schedule);
    const measured = await measureRuns(compiled.executable, args, repeat);
    const results = await deliver(signature, measured.results, files);
    const explanation =
      options.explain === true ? await explain(kernel, choice, args, store) : undefined;
    const told = { options, threads, repeat, args, explanation };
    tell({ ...told, compiled, measured, results }, context);
  } finally {
    choice?.device.close();
  }
}

interface DiskStore extends CodeStore {
  readonly cache: DiskCache;
}

function openStore({ io }: CommandContext): DiskStore {
  const cache = new DiskCache(userCacheFolder(io.env, homedir()));
  return { cache, toolchain: toolchainId() };
}

/** What was chosen, and why. */
async function explain(
  kernel: Kernel,
  { device, reasons }: DeviceChoice,
  { dims }: BoundArguments,
  store: DiskStore | undefined,
): Promise<string[]> {
  const fixed = [...dims].map(([name, extent]) => `${name} = ${extent}`).join(", ");
  const lines = [...reasons];
  if (fixed !== "") lines.push(`specialized to: ${fixed}`);
  if (device.kind === "interpreter") {
    lines.push("interpreted at the pattern level: nothing is fused, nothing vectorized");
  } else {
    const syntax = await kernel.syntax();
    lines.push(...(await explainKernel(syntax, kernel.signature, device, dims)));
  }
  if (store === undefined) lines.push("cache: not used");
  else lines.push(store.cache.problem ?? `cache: ${store.cache.folder}`);
  return lines;
}

/** Writes the results that files were asked for. */
async function deliver(
  signature: KernelSignature,
  values: readonly HostValue[],
  files: readonly (string | undefined)[],
): Promise<ResultReport[]> {
  const results: ResultReport[] = [];
  for (const [k, { name, type }] of signature.results.entries()) {
    const value = values[k];
    if (value === undefined) throw new Error(`result ${k} of ${signature.name} is not there`);
    const file = files[k];
    if (file !== undefined) await writeValue(file, writable(type.dtype, value));
    results.push({ name, dtype: type.dtype, value, file });
  }
  return results;
}

function writable(dtype: ScalarType, value: HostValue): HostTensor | TypedScalar {
  if (typeof value === "object") return value;
  return { dtype, value: typeof value === "boolean" ? Number(value) : value };
}

interface Told {
  readonly options: RunOptions;
  readonly threads: number;
  readonly repeat: number;
  readonly args: BoundArguments;
  readonly explanation: readonly string[] | undefined;
  readonly compiled: CompiledKernel;
  readonly measured: Measured;
  readonly results: readonly ResultReport[];
}

function tell(told: Told, { io }: CommandContext): void {
  const { options, threads, repeat, args, explanation, compiled, measured, results } = told;
  if (options.json === true) {
    const facts = {
      kernel: args.signature.name,
      device: compiled.executable.device.name,
      threads,
      compileMs: compiled.compileMs,
      cache: compiled.cache,
      repeat,
      flops: compiled.flops,
      schedule: compiled.schedule,
      explanation,
    };
    const report = runReport(facts, measured, args, results);
    io.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return;
  }
  for (const line of explanation ?? []) io.stdout.write(`${line}\n`);
  for (const { name, dtype, value, file } of results) {
    if (options.quiet === true && file !== undefined) continue;
    const head = name === undefined ? "" : `${name}: `;
    const tail = file === undefined ? "" : `  → ${file}`;
    const lines = formatResult(dtype, value).split("\n");
    // A file is named once, however long the value is.
    const shown = file !== undefined && lines.length > 1 ? lines.slice(0, 1) : lines;
    io.stdout.write(`${head}${shown.join("\n")}${tail}\n`);
  }
  if (options.quiet !== true) io.stdout.write(`${describeTimes(compiled, measured, repeat)}\n`);
}

function describeTimes(
  { executable, cache, compileMs }: CompiledKernel,
  { firstMs, medianMs, minMs }: Measured,
  repeat: number,
): string {
  const verb = cache === "hit" ? "loaded from the cache in" : "compiled in";
  const ready = `${executable.device.name}: ${verb} ${formatMilliseconds(compileMs)}`;
  if (repeat === 1) return `${ready}, ran in ${formatMilliseconds(firstMs)}`;
  const [median, least] = [formatMilliseconds(medianMs), formatMilliseconds(minMs)];
  const first = formatMilliseconds(firstMs);
  return `${ready}, ran in ${median} (median of ${repeat}; least ${least}, first ${first})`;
}
