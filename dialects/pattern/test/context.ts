/** What the tests of the dialect share. */
import { arith } from "@strata/arith";
import { func } from "@strata/func";
import { builtin, Context, type ModuleOp, parseModule } from "@strata/ir";
import { math } from "@strata/math";
import { scf } from "@strata/scf";
import { tensor } from "@strata/tensor";
import { pattern } from "../src/index.ts";

export const context = new Context([builtin, arith, func, math, scf, tensor, pattern]);

/** The module of a text. */
export function parse(text: string): ModuleOp {
  return parseModule(context, text);
}
