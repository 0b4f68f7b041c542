/** The dialects that tests of gpu read texts with. */
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { scf } from "@strata/scf";
import { vector } from "@strata/vector";
import { gpu } from "../src/index.ts";

export const context: Context = new Context([builtin, arith, func, gpu, math, memref, scf, vector]);
