import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { scf } from "@strata/scf";
import { expectUpstreamAgrees, skipMlirOpt } from "@strata/testing";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { tensor } from "../src/index.ts";

const context = new Context([builtin, arith, func, tensor, scf]);
const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test.skipIf(skipMlirOpt)("upstream reads and writes the same", () => {
  expectUpstreamAgrees(context, text);
});
