/** What the texts of these tests are made of. */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { builtin, Context } from "@strata/ir";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { tensor } from "@strata/tensor";
import { vector } from "@strata/vector";
import { scf } from "../src/index.ts";

export const context: Context = new Context([
  builtin,
  arith,
  cf,
  func,
  math,
  memref,
  scf,
  tensor,
  vector,
]);
