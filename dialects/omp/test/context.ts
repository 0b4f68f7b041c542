import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { llvm } from "@strata/llvm";
import { memref } from "@strata/memref";
import { readFileSync } from "node:fs";
import { omp } from "../src/index.ts";

/** All dialects that the tests of `omp` are written in. */
export const context = new Context([builtin, arith, cf, func, llvm, memref, omp]);

/** Every operation of the dialect. */
export const everything = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");
