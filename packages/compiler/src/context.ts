/** A context with every built-in dialect. */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { func } from "@strata/func";
import { gpu } from "@strata/gpu";
import { builtin, Context } from "@strata/ir";
import { llvm } from "@strata/llvm";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { omp } from "@strata/omp";
import { pattern } from "@strata/pattern";
import { scf } from "@strata/scf";
import { tensor } from "@strata/tensor";
import { transform } from "@strata/transform";
import { vector } from "@strata/vector";

/** Every built-in dialect, loaded; unknown dialects are refused unless allowed. */
export function createContext(options: { allowUnregistered?: boolean } = {}): Context {
  const dialects = [
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
    vector,
  ];
  return new Context(dialects, options);
}
