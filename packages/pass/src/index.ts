/** Passes, their options, pipelines as text and as data, and running them. */
export * from "./analysis.ts";
export * from "./contracts.ts";
export * from "./instrumentation.ts";
export * from "./manager.ts";
export {
  bool,
  dashed,
  float,
  int,
  list,
  type NumberSettings,
  oneOf,
  type Option,
  type OptionDecls,
  type OptionInit,
  OptionProblem,
  type OptionSettings,
  type OptionValues,
  text,
  u32,
} from "./option.ts";
export * from "./pass.ts";
export * from "./pipeline.ts";
export * from "./pipeline-parser.ts";
export * from "./registry.ts";
export * from "./reproducer.ts";
export { TimingNode } from "./timing.ts";
