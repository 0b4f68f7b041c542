import { func } from "@strata/func";
import { Interpreter } from "@strata/interpret";
import { builtin, Context, parseModule, printOperation } from "@strata/ir";
import { interop, parseVerified, roundTrip, skipMlirOpt } from "@strata/testing";
import { canonicalizeIn } from "@strata/transforms";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ub } from "../src/index.ts";

const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");
const context = new Context([builtin, func, ub]);

describe("ub", () => {
  for (const generic of [false, true]) {
    test(`prints what it reads, generic: ${generic}`, () => {
      const { printed, again } = roundTrip(context, text, generic);
      expect(again).toBe(printed);
    });
  }

  test.skipIf(skipMlirOpt)("mlir-opt and we print each other's text the same", () => {
    const { upstream, ours, fromPretty, fromGeneric } = interop(context, text);
    expect(ours).toBe(upstream);
    expect(fromPretty).toBe(upstream);
    expect(fromGeneric).toBe(upstream);
  });

  test("poison written with its value is the same", () => {
    const module = parseModule(context, "%0 = ub.poison <#ub.poison> : f32");
    expect(printOperation(module)).toContain("ub.poison : f32");
  });

  test("merges equal poison and erases what is not used", () => {
    const module = parseVerified(
      context,
      `func.func @f() -> (i32, i32) {
        %0 = ub.poison : i32
        %1 = ub.poison : i32
        %2 = ub.poison : f32
        return %0, %1 : i32, i32
      }`,
    );
    canonicalizeIn(module);
    expect(printOperation(module).match(/ub\.poison/g)).toHaveLength(1);
  });

  test("ends a run that gets where it never should", () => {
    expect(() => new Interpreter(parseVerified(context, text)).call("never", [])).toThrow(
      /unreachable/,
    );
  });
});
