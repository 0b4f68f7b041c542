import { interop, skipMlirOpt } from "@strata/testing";
import { expect, test } from "vitest";
import { context, everything } from "./context.ts";

test.skipIf(skipMlirOpt)("mlir-opt and we print each other's text the same", () => {
  const { upstream, ours, fromPretty, fromGeneric } = interop(context, everything);
  expect(ours).toBe(upstream);
  expect(fromPretty).toBe(upstream);
  expect(fromGeneric).toBe(upstream);
});
