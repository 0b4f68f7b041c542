/**
 * How integers narrower than a register are passed, so that C compilers agree: extended as their
 * type says; on RISC-V, the sign of every 32-bit integer is extended.
 */
import { ArrayAttr, type Attribute, DictionaryAttr, UnitAttr } from "@strata/ir";
import type { KernelSignature, ScalarType } from "@strata/support";
import { slotCount } from "../device/image.ts";
import type { LoweredKernel } from "../lower-kernel.ts";
import type { MachineDescription } from "../native/target.ts";

const narrow: Partial<Record<ScalarType, string>> = {
  bool: "llvm.zeroext",
  u8: "llvm.zeroext",
  u16: "llvm.zeroext",
  i8: "llvm.signext",
  i16: "llvm.signext",
};

function withFlag(list: Attribute | undefined, i: number, flag: string | undefined): Attribute {
  const given = list instanceof ArrayAttr ? list.values[i] : undefined;
  const own = given instanceof DictionaryAttr ? given.entries : [];
  const rest = [...own].filter(([name]) => name !== "llvm.zeroext" && name !== "llvm.signext");
  const added: [string, Attribute][] = flag === undefined ? [] : [[flag, UnitAttr.instance]];
  return DictionaryAttr.get([...rest, ...added]);
}

/** Says for each argument and for the result of a kernel how it is extended. */
export function extendNarrowIntegers(
  { kernel, params }: LoweredKernel,
  signature: KernelSignature,
  { triple }: MachineDescription,
): void {
  const isRiscv = triple.startsWith("riscv64");
  const flagOf = (dtype: ScalarType): string | undefined =>
    isRiscv && (dtype === "i32" || dtype === "u32") ? "llvm.signext" : narrow[dtype];
  const flags = new Map<number, string>();
  signature.params.forEach(({ type }, i) => {
    const flag = type.kind === "scalar" ? flagOf(type.dtype) : undefined;
    if (flag !== undefined) flags.set(slotCount(params.slice(0, i)), flag);
  });
  const args = kernel.type.params.map((_, i) => withFlag(kernel.arg_attrs, i, flags.get(i)));
  kernel.setAttr("arg_attrs", ArrayAttr.get(args));
  const scalars = signature.results.filter((r) => r.type.kind === "scalar");
  const [only] = scalars;
  if (only === undefined || scalars.length > 1) return;
  const result = withFlag(kernel.res_attrs, 0, flagOf(only.type.dtype));
  kernel.setAttr("res_attrs", ArrayAttr.get([result]));
}
