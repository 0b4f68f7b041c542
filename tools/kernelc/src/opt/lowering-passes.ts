/** The steps from level to level as passes, so that `kernelc opt` runs each by itself. */
import { convertToLLVM } from "@strata/compiler/to-llvm";
import { ModuleOp, spanOf } from "@strata/ir";
import { mathExpand } from "@strata/math/expand";
import { convertOmpToRuntime } from "@strata/omp/lower-to-llvm";
import { definePass, oneOf, u32, type PassDefinition } from "@strata/pass";
import { fusePatterns } from "@strata/pattern/fuse";
import { lowerPatternToLoop } from "@strata/pattern/lower-to-loop";
import { fuseLoops } from "@strata/scf/fuse-loops";
import { convertScfToCf } from "@strata/scf/lower-to-cf";
import { cudaTarget, lowerLoopsToGpu, openclTarget } from "@strata/scf/lower-to-gpu";
import { convertScfToOpenMP, shareLoops } from "@strata/scf/lower-to-openmp";
import { packPanels } from "@strata/scf/pack-panels";
import { vectorizeLoops } from "@strata/scf/lower-to-vector";
import { remark } from "@strata/support";

const patternFuse = definePass("pattern-fuse", {
  summary: "Fuse maps into the patterns that use them.",
  on: ModuleOp,
  run(module, _options, cx) {
    const fused = fusePatterns(module);
    cx.count("fused", fused);
    return fused > 0;
  },
});

const convertPatternToLoop = definePass("convert-pattern-to-loop", {
  summary: "Lower patterns on tensors to loops on memory; results become parameters.",
  on: ModuleOp,
  run: (module) => lowerPatternToLoop(module),
});

const scfVectorize = definePass("scf-vectorize", {
  summary: "Turn iterations of parallel loops and reductions into lanes of vectors.",
  on: ModuleOp,
  options: {
    vectorBits: u32({ default: 128, min: 64, max: 4096, doc: "bits of a vector register" }),
    vectorRegisters: u32({ default: 16, min: 1, max: 1024, doc: "number of vector registers" }),
  },
  run(module, { vectorBits, vectorRegisters }, cx) {
    const target = { vectorBits, vectorRegisters, hasNarrowFloats: false };
    vectorizeLoops(module, target, ({ loop, missed, lanes, copies }) => {
      const message =
        missed === undefined
          ? `vectorized: ${lanes} lanes, ${copies} ${copies === 1 ? "copy" : "copies"}`
          : `not vectorized: ${missed.reason}`;
      cx.report(remark("scf.vectorize", message, { span: spanOf(missed?.op ?? loop) }));
    });
  },
});

const convertLoopsToGpu = definePass("convert-loops-to-gpu", {
  summary: "Turn loops on memory into kernels and the host's program that launches them.",
  on: ModuleOp,
  options: {
    target: oneOf(["cuda", "opencl"], { default: "cuda", doc: "the machine to choose for" }),
  },
  run(module, { target }, cx) {
    lowerLoopsToGpu(module, target === "cuda" ? cudaTarget : openclTarget, ({ op, form }) => {
      const message =
        form === "one thread"
          ? "one thread of the GPU runs this, in the order of its iterations"
          : `the GPU runs this as ${form}`;
      cx.report(remark("scf.gpu", message, { span: spanOf(op) }));
    });
  },
});

const scfFuseLoops = definePass("scf-fuse-loops", {
  summary: "Run neighbouring parallel nests over the same rows as one.",
  on: ModuleOp,
  run: (module) => fuseLoops(module),
});

const scfPackPanels = definePass("scf-pack-panels", {
  summary: "Copy panels of the operands of products of matrices together.",
  on: ModuleOp,
  run: (module) => packPanels(module),
});

const scfShareLoops = definePass("scf-share-loops", {
  summary: "Deal reductions and independent points out to threads.",
  on: ModuleOp,
  run: (module) => shareLoops(module),
});

/** All of them. */
export const loweringPasses: readonly PassDefinition[] = [
  patternFuse,
  convertPatternToLoop,
  scfVectorize,
  convertLoopsToGpu,
  scfFuseLoops,
  scfPackPanels,
  scfShareLoops,
  convertScfToOpenMP,
  mathExpand,
  convertScfToCf,
  convertToLLVM,
  convertOmpToRuntime,
];
