import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { memref } from "@strata/memref";
import { tensor } from "@strata/tensor";
import { expectUpstreamAgrees, skipMlirOpt } from "@strata/testing";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { vector } from "../src/index.ts";

const context = new Context([builtin, arith, func, memref, tensor, vector]);
const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test.skipIf(skipMlirOpt)("upstream reads and writes the same", () => {
  expectUpstreamAgrees(context, text);
});
