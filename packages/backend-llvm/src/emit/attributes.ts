/** Attributes of functions, arguments and results in LLVM IR's spelling. */
import {
  ArrayAttr,
  type Attribute,
  type DictionaryAttr,
  IntegerAttr,
  type Operation,
  opError,
  StringAttr,
  TypeAttr,
  UnitAttr,
} from "@strata/ir";
import {
  FramePointerKindAttr,
  MemoryEffectsAttr,
  TargetFeaturesAttr,
  UWTableKindAttr,
  VScaleRangeAttr,
} from "@strata/llvm";
import { DiagnosticError } from "@strata/support";
import { quoteString } from "./text.ts";
import type { TypeTable } from "./types.ts";

const flags = new Set([
  "allocalign",
  "allocptr",
  "immarg",
  "inreg",
  "nest",
  "noalias",
  "nocapture",
  "nofree",
  "nonnull",
  "noundef",
  "readnone",
  "readonly",
  "returned",
  "signext",
  "swiftasync",
  "swifterror",
  "swiftself",
  "writable",
  "writeonly",
  "zeroext",
]);
const numbers = new Set(["dereferenceable", "dereferenceable_or_null", "alignstack"]);
const typed = new Set(["byref", "byval", "elementtype", "inalloca", "preallocated", "sret"]);

function parameterAttribute(
  op: Operation,
  name: string,
  value: Attribute,
  types: TypeTable,
): string {
  if (flags.has(name) && value === UnitAttr.instance) return name;
  if (value instanceof IntegerAttr && name === "align") return `align ${value.value}`;
  if (value instanceof IntegerAttr && numbers.has(name)) return `${name}(${value.value})`;
  if (value instanceof TypeAttr && typed.has(name)) return `${name}(${types.text(value.value)})`;
  throw new DiagnosticError(
    opError(
      op,
      "backend-llvm.parameter-attribute",
      `the attribute \`llvm.${name} = ${value.toString()}\` has no form in LLVM IR`,
    ),
  );
}

/** Attributes `llvm.…` of an argument or result; those of other dialects say nothing to LLVM. */
export function parameterAttributes(
  op: Operation,
  d: DictionaryAttr | undefined,
  types: TypeTable,
): string[] {
  return [...(d?.entries ?? [])].flatMap(([name, value]) =>
    name.startsWith("llvm.") ? [parameterAttribute(op, name.slice(5), value, types)] : [],
  );
}

const locations = {
  argMem: "argmem",
  inaccessibleMem: "inaccessiblemem",
  errnoMem: "errnomem",
  targetMem0: "target_mem0",
  targetMem1: "target_mem1",
} as const;

/** `memory(read, argmem: readwrite)`: first what holds elsewhere, then what differs from it. */
function memoryText(a: MemoryEffectsAttr): string {
  const { values } = a;
  const rest = values.other ?? "readwrite";
  const parts = Object.entries(locations).flatMap(([key, word]) => {
    const kind = values[key as keyof typeof locations] ?? "readwrite";
    return kind === rest ? [] : [`${word}: ${kind}`];
  });
  return `memory(${[...(rest === "none" && parts.length > 0 ? [] : [rest]), ...parts].join(", ")})`;
}

/** Flags of functions: the attribute's name here and in LLVM IR. */
const functionFlags: Readonly<Record<string, string>> = {
  always_inline: "alwaysinline",
  convergent: "convergent",
  inline_hint: "inlinehint",
  no_inline: "noinline",
  no_unwind: "nounwind",
  optimize_none: "optnone",
  will_return: "willreturn",
  arm_streaming: '"aarch64_pstate_sm_enabled"',
  arm_locally_streaming: '"aarch64_pstate_sm_body"',
  arm_streaming_compatible: '"aarch64_pstate_sm_compatible"',
  arm_new_za: '"aarch64_new_za"',
  arm_in_za: '"aarch64_in_za"',
  arm_out_za: '"aarch64_out_za"',
  arm_inout_za: '"aarch64_inout_za"',
  arm_preserves_za: '"aarch64_preserves_za"',
};

/** Settings of functions: strings and booleans that LLVM IR has as `"key"="value"`. */
const functionSettings: Readonly<Record<string, string>> = {
  target_cpu: "target-cpu",
  tune_cpu: "tune-cpu",
  reciprocal_estimates: "reciprocal-estimates",
  prefer_vector_width: "prefer-vector-width",
  no_infs_fp_math: "no-infs-fp-math",
  no_nans_fp_math: "no-nans-fp-math",
  no_signed_zeros_fp_math: "no-signed-zeros-fp-math",
  denormal_fp_math: "denormal-fp-math",
  denormal_fp_math_f32: "denormal-fp-math-f32",
  fp_contract: "fp-contract",
  instrument_function_entry: "instrument-function-entry",
  instrument_function_exit: "instrument-function-exit",
};

const setting = (key: string, value: string): string => `${quoteString(key)}=${quoteString(value)}`;

function passthrough(a: Attribute | undefined): string[] {
  if (!(a instanceof ArrayAttr)) return [];
  return a.values.map((v) => {
    if (v instanceof StringAttr) return /^[a-z_]+$/.test(v.value) ? v.value : quoteString(v.value);
    if (!(v instanceof ArrayAttr)) throw new Error(`\`${v.toString()}\` is no attribute`);
    const [key, value] = v.values.map((s) => (s instanceof StringAttr ? s.value : ""));
    return setting(key ?? "", value ?? "");
  });
}

/** What stands behind the arguments of a function or call. */
export function functionAttributes(op: Operation): string[] {
  const out: string[] = [];
  for (const [name, word] of Object.entries(functionFlags)) {
    if (op.getAttr(name) !== undefined) out.push(word);
  }
  const memory = op.getAttr("memory_effects");
  if (memory instanceof MemoryEffectsAttr) out.push(memoryText(memory));
  const range = op.getAttr("vscale_range");
  if (range instanceof VScaleRangeAttr) {
    const { minRange, maxRange } = range.values;
    out.push(`vscale_range(${minRange?.value ?? 1n},${maxRange?.value ?? 0n})`);
  }
  const table = op.getAttr("uwtable_kind");
  if (table instanceof UWTableKindAttr && table.kind !== "none") out.push(`uwtable(${table.kind})`);
  const frame = op.getAttr("frame_pointer");
  if (frame instanceof FramePointerKindAttr) out.push(setting("frame-pointer", frame.kind));
  const features = op.getAttr("target_features");
  if (features instanceof TargetFeaturesAttr && features.features.length > 0) {
    out.push(setting("target-features", features.features.join(",")));
  }
  for (const [name, key] of Object.entries(functionSettings)) {
    const value = op.getAttr(name);
    if (value instanceof StringAttr) out.push(setting(key, value.value));
    else if (value instanceof IntegerAttr) out.push(setting(key, String(value.isTrue)));
  }
  return [...out, ...passthrough(op.getAttr("passthrough"))];
}
