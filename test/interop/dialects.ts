/** Every dialect with a textual form. */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { gpu } from "@strata/gpu";
import { builtin, type Dialect } from "@strata/ir";
import { llvm } from "@strata/llvm";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { omp } from "@strata/omp";
import { pattern } from "@strata/pattern";
import { scf } from "@strata/scf";
import { tensor } from "@strata/tensor";
import { transform } from "@strata/transform";
import { ub } from "@strata/ub";
import { vector } from "@strata/vector";

/** All of them. */
export const allDialects: readonly Dialect[] = [
  builtin,
  arith,
  cf,
  func,
  gpu,
  llvm,
  math,
  memref,
  omp,
  pattern,
  scf,
  tensor,
  transform,
  ub,
  vector,
];
