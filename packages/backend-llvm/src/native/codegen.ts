/**
 * From LLVM IR to code, in this process.
 *
 * Invariants: nothing depends on what was compiled before; what is compiled here comes from our own
 * emission and is for the host, or the process is one that may die (`codegen-child.ts`).
 */
import { addressOf } from "@strata/runtime/native";
import { encodeUtf8, type Diagnostic } from "@strata/support";
import type { LLVM } from "./library.ts";
import { LLVMModule } from "./module.ts";
import { withNarrowFloats } from "./narrow-code.ts";
import { type CodegenLevel, type MachineDescription, TargetMachine } from "./target.ts";

/** What may be made of a module. */
export const codeFormats = ["ll", "bc", "asm", "obj"] as const;
export type CodeFormat = (typeof codeFormats)[number];

/** How a module is optimized, from quick to thorough. */
export const optimizeLevels = {
  /** For tests: what was written, instruction by instruction. */
  none: { passes: undefined, codegen: "none" },
  /**
   * For code that is compiled while somebody waits. Loops come vectorized: what is left is to
   * promote, to share, to hoist, to simplify and to unroll the small ones.
   */
  quick: {
    passes:
      "function(sroa,early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg)," +
      "cgscc(inline),function(sroa,early-cse<memssa>,loop-mssa(licm),instcombine<no-verify-fixpoint>," +
      "gvn,simplifycfg,loop(loop-idiom,indvars,loop-deletion),adce,loop-unroll<O2>," +
      "instcombine<no-verify-fixpoint>,simplifycfg)",
    codegen: "default",
  },
  full: { passes: "default<O3>", codegen: "aggressive" },
} as const satisfies Readonly<
  Record<string, { readonly passes: string | undefined; readonly codegen: CodegenLevel }>
>;
export type OptimizeLevel = keyof typeof optimizeLevels;

/** Choices of code generation. */
export interface CodegenOptions {
  readonly machine: MachineDescription;
  readonly format: CodeFormat;
  readonly optimize: OptimizeLevel;
  /** Passes instead of those of the level, as LLVM's `opt` takes them. */
  readonly passes?: string | undefined;
  /** Report what LLVM's passes did and did not do, and why. */
  readonly remarks?: boolean | undefined;
  /** Name of the source, for messages. */
  readonly name?: string | undefined;
}

/** Code, and what LLVM had to say. */
export interface GeneratedCode {
  readonly bytes: Uint8Array;
  readonly reports: readonly Diagnostic[];
}

const machines = new Map<string, TargetMachine>();

/** Machines that are kept: making one takes longer than compiling a small kernel. */
const KEPT_MACHINES = 8;

function machineOf(
  llvm: LLVM,
  description: MachineDescription,
  level: CodegenLevel,
): TargetMachine {
  const key = JSON.stringify([llvm.path, description, level]);
  const known = machines.get(key);
  if (known !== undefined) return known;
  if (machines.size >= KEPT_MACHINES) {
    for (const machine of machines.values()) machine.release();
    machines.clear();
  }
  const made = new TargetMachine(llvm, description, level);
  machines.set(key, made);
  return made;
}

const remarked = new Set<string>();

/** Makes LLVM tell what its passes do: once for the process, since it cannot be taken back. */
function enableRemarks({ path, functions }: LLVM): void {
  if (remarked.has(path)) return;
  remarked.add(path);
  const flags = ["pass-remarks", "pass-remarks-missed", "pass-remarks-analysis"];
  const args = ["strata", ...flags.map((flag) => `-${flag}=.*`)].map((a) => encodeUtf8(`${a}\0`));
  const addresses = BigUint64Array.from(args, (a) => addressOf(a));
  functions.parseOptions(args.length, addresses, null);
}

/** IR text that says which machine it is for, unless it does so already. */
function withTarget(source: string, machine: TargetMachine): string {
  const text = withNarrowFloats(source);
  if (/^target datalayout/m.test(text)) return text;
  const lines = [
    `target datalayout = "${machine.dataLayout}"`,
    `target triple = "${machine.description.triple}"`,
  ];
  return `${lines.join("\n")}\n${text}`;
}

/** Makes code of text or bitcode; diagnostics for whatever LLVM refuses. */
export function generateCode(
  llvm: LLVM,
  source: string | Uint8Array,
  options: CodegenOptions,
): GeneratedCode {
  const level = optimizeLevels[options.optimize];
  const machine = machineOf(llvm, options.machine, level.codegen);
  const input = typeof source === "string" ? withTarget(source, machine) : source;
  const module = new LLVMModule(llvm, input, options.name);
  try {
    module.verify();
    const passes = options.passes ?? level.passes;
    const wantsRemarks = options.remarks === true;
    if (wantsRemarks) enableRemarks(llvm);
    if (passes !== undefined) module.runPasses(passes, machine);
    const bytes = write(module, options.format, machine);
    const isWanted = ({ severity }: Diagnostic): boolean => wantsRemarks || severity !== "remark";
    return { bytes, reports: module.reports.filter(isWanted) };
  } finally {
    module.release();
  }
}

function write(module: LLVMModule, format: CodeFormat, machine: TargetMachine): Uint8Array {
  switch (format) {
    case "ll":
      return encodeUtf8(module.text());
    case "bc":
      return module.bitcode();
    case "asm":
      return module.emit("assembly", machine);
    case "obj":
      return module.emit("object", machine);
  }
}
