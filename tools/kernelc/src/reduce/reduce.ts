/**
 * `kernelc reduce`: the smallest module found that a command still finds interesting.
 *
 * Invariants: every module handed to the command verifies; the one that is written was found
 * interesting by it.
 */
import { availableParallelism } from "node:os";
import { type ModuleOp, parseModule, printOperation, verify } from "@strata/ir";
import type { CommandContext } from "../cli.ts";
import { inputError, usageError } from "../failures.ts";
import { loadContext } from "../opt/dialects.ts";
import { writeOutput } from "../output.ts";
import { readSource } from "../source.ts";
import { Check } from "./check.ts";
import { type StepKind, takeInventory, tryWithout } from "./steps.ts";

/** The options of `kernelc reduce`. */
export interface ReduceOptions {
  readonly check: string;
  readonly jobs?: string;
  readonly timeout: string;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly allowUnregisteredDialect?: boolean;
}

const stepKinds: readonly StepKind[] = ["operations", "attributes"];

/** Reduces a file and writes what is left. */
export async function reduceCommand(
  file: string,
  options: ReduceOptions,
  cx: CommandContext,
): Promise<void> {
  const jobs = positive("--jobs", options.jobs ?? String(availableParallelism()));
  const timeout = positive("--timeout", options.timeout) * 1000;
  const source = await readSource(file, cx);
  const context = await loadContext(source.text, options.allowUnregisteredDialect === true);
  const module = parseModule(context, source);
  const check = new Check(options.check, timeout);
  try {
    if (!(await check.isInteresting(printOperation(module)))) {
      throw inputError("reduce.not-interesting", `\`${options.check}\` does not exit with 0`, {
        hint: "the command must succeed on the module it starts from, as it is printed",
      });
    }
    const smallest = await reduceModule(module, check, jobs);
    if (options.quiet !== true) {
      const [before, after] = [module, smallest].map((m) => takeInventory(m).operations);
      cx.io.stderr.write(`${before} operations became ${after}, in ${check.runs} runs\n`);
    }
    await writeOutput(options.out, printOperation(smallest), cx);
  } finally {
    check.close();
  }
}

function positive(name: string, text: string): number {
  const n = Number(text);
  if (Number.isFinite(n) && n > 0) return n;
  throw usageError("cli.number", `${name} takes a number above 0, not ${text}`);
}

/**
 * Delta debugging: halves, then quarters and so on are left out, until nothing single can go any
 * more. Of candidates that run side by side, the first that is interesting is taken.
 */
export async function reduceModule(
  module: ModuleOp,
  check: Pick<Check, "isInteresting">,
  jobs: number,
): Promise<ModuleOp> {
  let best = module;
  for (let changed = true; changed;) {
    changed = false;
    for (const kind of stepKinds) {
      const smaller = await withoutKind(best, kind, check, jobs);
      changed ||= smaller !== best;
      best = smaller;
    }
  }
  return best;
}

async function withoutKind(
  module: ModuleOp,
  kind: StepKind,
  check: Pick<Check, "isInteresting">,
  jobs: number,
): Promise<ModuleOp> {
  let best = module;
  let size = takeInventory(best)[kind];
  while (size > 0) {
    let at = 0;
    while (at < takeInventory(best)[kind]) {
      const batch = candidates(best, kind, at, size, jobs);
      at = batch.next;
      const answers = await Promise.all(batch.modules.map((c) => check.isInteresting(c.text)));
      const first = answers.indexOf(true);
      if (first < 0) continue;
      best = batch.modules[first]!.module;
      // What stood behind has moved to where the stretch was.
      at = batch.modules[first]!.start;
    }
    size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return best;
}

interface Candidate {
  readonly module: ModuleOp;
  readonly text: string;
  readonly start: number;
}

/** Up to `jobs` candidates that verify, each without a stretch of `size` from `start` on. */
function candidates(
  module: ModuleOp,
  kind: StepKind,
  start: number,
  size: number,
  jobs: number,
): { readonly modules: readonly Candidate[]; readonly next: number } {
  const count = takeInventory(module)[kind];
  const modules: Candidate[] = [];
  let at = start;
  for (; at < count && modules.length < jobs; at += size) {
    const smaller = tryWithout(module, kind, at, at + size);
    if (smaller === undefined || verify(smaller, 1).length > 0) continue;
    modules.push({ module: smaller, text: printOperation(smaller), start: at });
  }
  return { modules, next: at };
}
