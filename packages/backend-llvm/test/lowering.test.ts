/** Random programs mean the same before and after lowering to LLVM. */
import { DiagnosticError } from "@strata/support";
import { expect, test } from "vitest";
import {
  argumentsFor,
  expectSameOutcome,
  loweredCopy,
  parse,
  randomProgram,
  runAfterLowering,
  runOriginal,
  typeOf,
} from "./programs.ts";

const programs = Number(process.env["STRATA_LLVM_PROGRAMS"] ?? 60);
const first = Number(process.env["STRATA_LLVM_SEED"] ?? 1);

test("random programs mean the same when they are lowered", () => {
  let calls = 0;
  for (let seed = first; seed < first + programs; seed++) {
    const functions = randomProgram(seed, 6);
    const text = functions.map((f) => f.text).join("\n");
    const program = (): string => `seed ${seed}\n${text}`;
    const module = parse(text);
    let lowered;
    try {
      lowered = loweredCopy(module);
    } catch (e) {
      throw new Error(`${(e as Error).message}\n${program()}`, { cause: e });
    }
    for (const f of functions) {
      const type = typeOf(module, f.name);
      for (let k = 0; k < 3; k++) {
        const args = argumentsFor(type, 7 * seed + k);
        let wanted;
        try {
          wanted = runOriginal(module, f.name, args);
        } catch (e) {
          // Some programs are too long to run or overflow an index: they say nothing.
          if (!(e instanceof DiagnosticError)) throw e;
          const { code } = e.diagnostics[0]!;
          if (["interpret.steps", "interpret.index-range", "interpret.call-depth"].includes(code))
            continue;
          throw new Error(`${code} ${e.message}\n${program()}`, { cause: e });
        }
        let found;
        try {
          found = runAfterLowering(lowered, f.name, type, args);
        } catch (e) {
          throw new Error(`@${f.name}: ${(e as Error).message}\n${program()}`, { cause: e });
        }
        expectSameOutcome(found, wanted, program);
        calls++;
      }
    }
  }
  expect(calls).toBeGreaterThan(programs);
});
