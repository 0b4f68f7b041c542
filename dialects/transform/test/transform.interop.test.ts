import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { interop, skipMlirOpt } from "@strata/testing";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { transform } from "../src/index.ts";

const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");
const context = new Context([builtin, arith, func, transform]);

test.skipIf(skipMlirOpt)("mlir-opt and we print each other's text the same", () => {
  const { upstream, ours, fromPretty, fromGeneric } = interop(context, text);
  expect(ours).toBe(upstream);
  expect(fromPretty).toBe(upstream);
  expect(fromGeneric).toBe(upstream);
});
