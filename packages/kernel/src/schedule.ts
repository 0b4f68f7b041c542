/**
 * Schedules of users: programs of the `transform` dialect that say how loops become vectors.
 *
 * Invariants: a schedule is applied as it stands or refused with a diagnostic; the text of the default
 * schedule, given back, compiles to the same code as the compiler's own way.
 */
import { cacheKey, type CompileRequest, type Device } from "@strata/runtime";
import { DiagnosticError, type SourceFile, userError } from "@strata/support";

/** A schedule that has been read. */
export interface Schedule {
  /** Short name of its text, for reports and keys of caches. */
  readonly id: string;
  readonly vectorize: NonNullable<CompileRequest["vectorize"]>;
}

type Vectorize = (module: unknown, target: unknown) => void;

/** Reads a schedule; a diagnostic for text that is none. */
export async function readSchedule(file: SourceFile): Promise<Schedule> {
  const [{ createContext }, { expectVerified, ModuleOp, parseModule }, transform] =
    await Promise.all([
      import("@strata/compiler"),
      import("@strata/ir"),
      import("@strata/transform"),
    ]);
  const context = createContext();
  const schedule = parseModule(context, file);
  expectVerified(schedule);
  transform.expectMain(schedule);
  const { digest } = cacheKey([{ name: "schedule", value: file.text }]);
  const vectorize: Vectorize = (module) => {
    if (!(module instanceof ModuleOp)) throw new TypeError("a schedule is for modules");
    transform.applySchedule(schedule, module, { context });
  };
  return { id: digest.slice(0, 12), vectorize };
}

/** Refuses devices that no vector schedule is for. */
export function expectVectorLevel(device: Device): void {
  if (device.hasVectorLevel === true) return;
  throw new DiagnosticError(
    userError("schedule.device", `device ${device.name} takes no schedule`, {
      hint: "schedules are for devices with vectors: --device wasm or --device llvm",
    }),
  );
}

/** Watches the compiler vectorize and keeps the text of what it decides. */
export async function recordSchedule(): Promise<{
  readonly vectorize: Vectorize;
  readonly text: () => string | undefined;
}> {
  const [{ ModuleOp, printOperation }, { defaultVectorSchedule }, { vectorizeLoops }] =
    await Promise.all([
      import("@strata/ir"),
      import("@strata/transform"),
      import("@strata/scf/lower-to-vector"),
    ]);
  let text: string | undefined;
  const vectorize: Vectorize = (module, target) => {
    if (!(module instanceof ModuleOp)) throw new TypeError("a schedule is for modules");
    const model = target as Parameters<typeof vectorizeLoops>[1];
    text = printOperation(defaultVectorSchedule(module, model));
    vectorizeLoops(module, model);
  };
  return { vectorize, text: () => text };
}
