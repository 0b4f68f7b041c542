/**
 * Machines that code is made for.
 *
 * Invariants: a description names everything that code generation depends on, so that two equal
 * descriptions with one LLVM give the same code; targets are made known to LLVM before they are
 * looked for.
 */
import { tryLoadLibrary } from "@strata/runtime/native";
import { codegenLevels, codeModels, relocations } from "./api.ts";
import { unknownTarget } from "./errors.ts";
import type { LLVM } from "./library.ts";
import { expectPointer, PointerSlot, takeMessage } from "./memory.ts";

/** A processor as LLVM names it. */
export interface MachineDescription {
  /** `x86_64-pc-linux-gnu`. */
  readonly triple: string;
  /** `znver3`; empty for the target's generic one. */
  readonly cpu: string;
  /** `+avx2,-avx512f`; may be empty. */
  readonly features: string;
}

/** The prefixes of the functions that make a target known, by the first word of its triple. */
const prefixes: readonly (readonly [RegExp, string])[] = [
  [/^(x86_64|amd64|i[3-6]86)/, "X86"],
  [/^(aarch64|arm64)/, "AArch64"],
  [/^(arm|thumb)/, "ARM"],
  [/^riscv/, "RISCV"],
  [/^nvptx/, "NVPTX"],
  [/^wasm/, "WebAssembly"],
  [/^amdgcn/, "AMDGPU"],
  [/^(powerpc|ppc)/, "PowerPC"],
  [/^s390x/, "SystemZ"],
];

/** Steps of making a target known; not every target has a printer and a parser. */
const steps = ["TargetInfo", "Target", "TargetMC", "AsmPrinter", "AsmParser"] as const;

const initialized = new Set<string>();

function initializeTarget({ path }: LLVM, prefix: string): void {
  if (initialized.has(prefix)) return;
  initialized.add(prefix);
  const loaded = tryLoadLibrary(path);
  if ("problem" in loaded) return;
  for (const step of steps) {
    loaded.library.tryBind([`LLVMInitialize${prefix}${step}`, "void", []])?.();
  }
}

let host: { readonly path: string; readonly machine: MachineDescription } | undefined;

/** The processor that this program runs on. */
export function hostMachine(llvm: LLVM): MachineDescription {
  if (host?.path !== llvm.path) {
    const { functions: f } = llvm;
    const machine = {
      triple: takeMessage(f, f.defaultTriple()),
      cpu: takeMessage(f, f.hostCpu()),
      features: takeMessage(f, f.hostFeatures()),
    };
    host = { path: llvm.path, machine };
  }
  return host.machine;
}

/** The target of a triple; the processor and its features are generic unless they are given. */
export function machineFor(
  llvm: LLVM,
  triple: string,
  cpu: string = "",
  features: string = "",
): MachineDescription {
  const normal = takeMessage(llvm.functions, llvm.functions.normalizeTriple(triple));
  const own = hostMachine(llvm);
  if (cpu === "native") return { ...own, triple: normal };
  // Systems that run on RISC-V expect at least this of it; LLVM's generic processor has no floats.
  const needsDefault = cpu === "" && features === "" && normal.startsWith("riscv64");
  return { triple: normal, cpu, features: needsDefault ? "+m,+a,+f,+d,+c" : features };
}

/** Whether code for a machine runs in this process. */
export function isHost(llvm: LLVM, { triple }: MachineDescription): boolean {
  const [architecture] = hostMachine(llvm).triple.split("-");
  return triple.split("-")[0] === architecture;
}

/** How much time code generation takes for better code. */
export type CodegenLevel = keyof typeof codegenLevels;

/** A machine that LLVM makes code for. */
export class TargetMachine {
  readonly llvm: LLVM;
  readonly description: MachineDescription;
  readonly pointer: bigint;
  /** How the machine lays out data, as LLVM writes it. */
  readonly dataLayout: string;

  /** A diagnostic for a triple that this LLVM does not have. */
  constructor(llvm: LLVM, description: MachineDescription, level: CodegenLevel = "aggressive") {
    const { functions: f } = llvm;
    const { triple, cpu, features } = description;
    const prefix = prefixes.find(([pattern]) => pattern.test(triple))?.[1];
    if (prefix !== undefined) initializeTarget(llvm, prefix);
    const [target, message] = [new PointerSlot(), new PointerSlot()];
    if (f.targetFromTriple(triple, target.cell, message.cell) !== 0) {
      throw unknownTarget(triple, takeMessage(f, message.value));
    }
    this.llvm = llvm;
    this.description = description;
    const pointer = f.createMachine(
      target.value,
      triple,
      cpu,
      features,
      codegenLevels[level],
      relocations.pic,
      codeModels.default,
    );
    this.pointer = expectPointer(pointer, `machine for ${triple}`);
    const layout = f.machineLayout(this.pointer);
    this.dataLayout = takeMessage(f, f.layoutText(layout));
    f.disposeLayout(layout);
  }

  /** Gives the machine back. */
  release(): void {
    this.llvm.functions.disposeMachine(this.pointer);
  }
}
