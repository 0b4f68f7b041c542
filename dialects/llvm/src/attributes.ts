/**
 * The attributes of the LLVM dialect: flags, linkage, calling conventions, effects on memory.
 *
 * Invariant: flags are kept in upstream's order without repetition, so equal sets are one object.
 */
import {
  type AsmPrinter,
  type AttrConstraint,
  type Attribute,
  attrOf,
  defineAttr,
  i32,
  i64,
  IntegerAttr,
  type IntegerEnum,
  integerEnum,
  type Parameter,
} from "@strata/ir";
import { defineStructAttr, integerAttrParameter, requiredKeyword } from "./struct-attr.ts";

/** A keyword, in quotes where it is no identifier. */
function keyword<const N extends string>(names: readonly N[], what: string): Parameter<N> {
  return {
    key: (n) => n,
    print: (p, n) => (/^[A-Za-z_]\w*$/.test(n) ? p.write(n) : p.string(n)),
    parse: (p) => {
      if (!p.at('"')) return p.parseKeywordOf(names, what);
      const start = p.tokenStart();
      const text = p.parseString();
      return (
        names.find((n) => n === text) ??
        p.fail("parse.keyword", `expected ${what}: ${names.join(", ")}`, start)
      );
    },
  };
}

/** What a floating-point operation may assume or do; all seven together are written `fast`. */
export type FastmathFlag = "nnan" | "ninf" | "nsz" | "arcp" | "contract" | "afn" | "reassoc";

/** The fast-math flags in the dialect's order. */
export const fastmathFlags: readonly FastmathFlag[] = [
  "nnan",
  "ninf",
  "nsz",
  "arcp",
  "contract",
  "afn",
  "reassoc",
];

const fastmathSet: Parameter<readonly FastmathFlag[]> = {
  key: (flags) => flags.join(),
  print: (p, flags) => p.write(fastmathText(flags)),
  parse: (p) => {
    const found: FastmathFlag[] = [];
    do {
      const word = p.parseKeywordOf(["none", ...fastmathFlags, "fast"], "a fast-math flag");
      found.push(...fastmathFlags.filter((f) => f === word || word === "fast"));
    } while (p.tryConsume(","));
    return fastmathFlags.filter((f) => found.includes(f));
  },
};

function fastmathText(flags: readonly FastmathFlag[]): string {
  if (flags.length === 0) return "none";
  return flags.length === fastmathFlags.length ? "fast" : flags.join(", ");
}

/** `#llvm.fastmath<nnan, ninf>`. */
export class FastmathFlagsAttr extends defineAttr("llvm.fastmath", "Fast-math flags.", {
  flags: fastmathSet,
}) {
  static readonly none: FastmathFlagsAttr = FastmathFlagsAttr.get({ flags: [] });
  static readonly fast: FastmathFlagsAttr = FastmathFlagsAttr.get({ flags: fastmathFlags });

  /** The attribute for a set of flags, in any order. */
  static of(flags: readonly FastmathFlag[]): FastmathFlagsAttr {
    return FastmathFlagsAttr.get({ flags: fastmathFlags.filter((f) => flags.includes(f)) });
  }

  has(flag: FastmathFlag): boolean {
    return this.flags.includes(flag);
  }
}

export const FastmathFlags: AttrConstraint<FastmathFlagsAttr> = attrOf(
  "fast-math flags",
  FastmathFlagsAttr,
);

const linkages = [
  "private",
  "internal",
  "available_externally",
  "linkonce",
  "weak",
  "common",
  "appending",
  "extern_weak",
  "linkonce_odr",
  "weak_odr",
  "external",
] as const;

/** How a symbol is seen by the linker. */
export type Linkage = (typeof linkages)[number];
export const linkageNames: readonly Linkage[] = linkages;

/** `#llvm.linkage<internal>`. */
export class LinkageAttr extends defineAttr("llvm.linkage", "Linkage of a symbol.", {
  linkage: keyword(linkages, "a linkage"),
}) {
  static of(linkage: Linkage): LinkageAttr {
    return LinkageAttr.get({ linkage });
  }
}

/** Calling conventions in LLVM IR's spelling, with the keywords the dialect has for them. */
export const cconvs = {
  ccc: "",
  fastcc: "fastcc",
  coldcc: "coldcc",
  cc_10: "ghccc",
  cc_11: "cc 11",
  anyregcc: "anyregcc",
  preserve_mostcc: "preserve_mostcc",
  preserve_allcc: "preserve_allcc",
  swiftcc: "swiftcc",
  cxx_fast_tlscc: "cxx_fast_tlscc",
  tailcc: "tailcc",
  cfguard_checkcc: "cfguard_checkcc",
  swifttailcc: "swifttailcc",
  x86_stdcallcc: "x86_stdcallcc",
  x86_fastcallcc: "x86_fastcallcc",
  arm_apcscc: "arm_apcscc",
  arm_aapcscc: "arm_aapcscc",
  arm_aapcs_vfpcc: "arm_aapcs_vfpcc",
  msp430_intrcc: "msp430_intrcc",
  x86_thiscallcc: "x86_thiscallcc",
  ptx_kernelcc: "ptx_kernel",
  ptx_devicecc: "ptx_device",
  spir_funccc: "spir_func",
  spir_kernelcc: "spir_kernel",
  intel_ocl_bicc: "intel_ocl_bicc",
  x86_64_sysvcc: "x86_64_sysvcc",
  win64cc: "win64cc",
  x86_vectorcallcc: "x86_vectorcallcc",
  x86_intrcc: "x86_intrcc",
  amdgpu_vscc: "amdgpu_vs",
  amdgpu_gscc: "amdgpu_gs",
  amdgpu_cscc: "amdgpu_cs",
  amdgpu_kernelcc: "amdgpu_kernel",
  x86_regcallcc: "x86_regcallcc",
  amdgpu_hscc: "amdgpu_hs",
  amdgpu_lscc: "amdgpu_ls",
  amdgpu_escc: "amdgpu_es",
  aarch64_vectorcallcc: "aarch64_vector_pcs",
  aarch64_sve_vectorcallcc: "aarch64_sve_vector_pcs",
  amdgpu_gfxcc: "amdgpu_gfx",
} as const;

/** A calling convention. */
export type CConv = keyof typeof cconvs;
export const cconvNames: readonly CConv[] = Object.keys(cconvs) as CConv[];

/** `#llvm.cconv<fastcc>`. */
export class CConvAttr extends defineAttr("llvm.cconv", "Calling convention.", {
  cconv: keyword(cconvNames, "a calling convention"),
}) {
  static readonly c: CConvAttr = CConvAttr.get({ cconv: "ccc" });
}

const tailCallKinds = ["none", "notail", "musttail", "tail"] as const;
/** Whether a call may or must reuse the caller's frame. */
export type TailCallKind = (typeof tailCallKinds)[number];
export const tailCallKindNames: readonly TailCallKind[] = tailCallKinds;

const tailCallKind = keyword(tailCallKinds, "a tail call kind");

/** `#llvm.tailcallkind<tail>`. */
export class TailCallKindAttr extends defineAttr("llvm.tailcallkind", "Kind of tail call.", {
  kind: tailCallKind,
}) {
  static readonly none: TailCallKindAttr = TailCallKindAttr.get({ kind: "none" });
}

/** A tail call kind, written `<tail>` in assembly formats. */
export const TailCallKindC: AttrConstraint<TailCallKindAttr> = {
  ...attrOf("tail call kind", TailCallKindAttr),
  parse: (p) => {
    p.expect("<");
    const kind = tailCallKind.parse(p);
    p.expect(">");
    return TailCallKindAttr.get({ kind });
  },
  print: (p, a) => {
    p.write(`<${a.kind}>`);
  },
};

/** `#llvm.framePointerKind<"non-leaf">`. */
export class FramePointerKindAttr extends defineAttr(
  "llvm.framePointerKind",
  "Which functions keep a frame pointer.",
  {
    kind: keyword(
      ["none", "non-leaf", "all", "reserved", "non-leaf-no-reserve"],
      "a frame pointer kind",
    ),
  },
) {}

/** `#llvm.uwtableKind<sync>`. */
export class UWTableKindAttr extends defineAttr("llvm.uwtableKind", "Kind of unwind table.", {
  kind: keyword(["none", "sync", "async"], "an unwind table kind"),
}) {}

const features: Parameter<readonly string[]> = {
  key: (list) => JSON.stringify(list),
  print: (p, list) => {
    p.write("[");
    p.list(list, (f) => p.string(f));
    p.write("]");
  },
  parse: (p) => {
    const list: string[] = [];
    p.parseCommaSeparated("[", "]", () => list.push(p.parseString()));
    return list;
  },
};

/** `#llvm.target_features<["+avx2", "-fma"]>`. */
export class TargetFeaturesAttr extends defineAttr(
  "llvm.target_features",
  "Features a function may use.",
  { features },
) {}

const modRef = requiredKeyword(["none", "read", "write", "readwrite"], "an effect on memory");

/** `#llvm.memory_effects<other = none, argMem = read, …>`. */
export class MemoryEffectsAttr extends defineStructAttr(
  "memory_effects",
  "What memory a function reads and writes.",
  {
    other: modRef,
    argMem: modRef,
    inaccessibleMem: modRef,
    errnoMem: modRef,
    targetMem0: modRef,
    targetMem1: modRef,
  },
) {}

/** `#llvm.vscale_range<minRange = 1 : i32, maxRange = 16 : i32>`. */
export class VScaleRangeAttr extends defineStructAttr("vscale_range", "Range of vscale.", {
  minRange: integerAttrParameter,
  maxRange: integerAttrParameter,
}) {}

/** `#llvm.zero`, `#llvm.poison`, `#llvm.undef`: constants that have no value of their own. */
export class ZeroAttr extends defineAttr("llvm.zero", "The zero of any type.") {
  static readonly instance: ZeroAttr = ZeroAttr.get({});
}
export class PoisonAttr extends defineAttr("llvm.poison", "Poison of any type.") {
  static readonly instance: PoisonAttr = PoisonAttr.get({});
}
export class UndefAttr extends defineAttr("llvm.undef", "An undefined value of any type.") {
  static readonly instance: UndefAttr = UndefAttr.get({});
}

/** A set of bits written as keywords; `value` gives each flag's bits. */
export interface BitFlags<N extends string> extends AttrConstraint<IntegerAttr> {
  attr(...flags: readonly N[]): IntegerAttr;
  has(attr: Attribute | undefined, flag: N): boolean;
}

function bitFlags<const N extends string>(
  summary: string,
  bits: Readonly<Record<N, bigint>>,
): BitFlags<N> {
  const names = Object.keys(bits) as N[];
  const attr = (...flags: readonly N[]): IntegerAttr =>
    IntegerAttr.get(
      flags.reduce((v, f) => v | bits[f], 0n),
      i32,
    );
  const all = names.reduce((v, f) => v | bits[f], 0n);
  return {
    summary,
    attr,
    has: (a, flag) => a instanceof IntegerAttr && (a.value & bits[flag]) === bits[flag],
    check: (a) =>
      a instanceof IntegerAttr && a.type === i32 && a.value >= 0n && (a.value & ~all) === 0n,
    parse: (p) => {
      const flags: N[] = [];
      p.parseCommaSeparated("<", ">", () => {
        const word = p.parseKeywordOf(["none", ...names], summary);
        flags.push(...names.filter((n) => n === word));
      });
      return attr(...flags);
    },
    print: (p: AsmPrinter, a) => {
      const set = names.filter((n) => (a.value & bits[n]) === bits[n]);
      p.write(`<${set.length === 0 ? "none" : set.join(", ")}>`);
    },
  };
}

/** Promises that an integer operation does not overflow, written `<nsw, nuw>`. */
export const OverflowFlags: BitFlags<"nsw" | "nuw"> = bitFlags("integer overflow flags", {
  nsw: 1n,
  nuw: 2n,
});

/** How an address computation may not wrap. `inbounds` implies `nusw`. */
export const GEPNoWrapFlags: BitFlags<"inbounds" | "nusw" | "nuw"> = bitFlags(
  "no-wrap flags of an address computation",
  { inbounds: 3n, nusw: 2n, nuw: 4n },
);

/** An enumeration written in quotes, e.g. `"slt"`. */
function quoted<N extends string>(base: IntegerEnum<N>): IntegerEnum<N> {
  return {
    ...base,
    parse: (p) => {
      const start = p.tokenStart();
      const text = p.parseString();
      const found = base.cases.find((c) => c === text);
      if (found === undefined) {
        return p.fail("parse.keyword", `expected ${base.summary}: ${base.cases.join(", ")}`, start);
      }
      return base.attr(found);
    },
    print: (p, a) => p.string(base.nameOf(a)),
  };
}

/** Predicates of `llvm.icmp`. */
export const ICmpPredicate: IntegerEnum<
  "eq" | "ne" | "slt" | "sle" | "sgt" | "sge" | "ult" | "ule" | "ugt" | "uge"
> = quoted(
  integerEnum("an integer predicate", [
    "eq",
    "ne",
    "slt",
    "sle",
    "sgt",
    "sge",
    "ult",
    "ule",
    "ugt",
    "uge",
  ]),
);

/** Predicates of `llvm.fcmp`: `o…` are false and `u…` true when an operand is NaN. */
export const FCmpPredicate: IntegerEnum<
  | "_false"
  | "oeq"
  | "ogt"
  | "oge"
  | "olt"
  | "ole"
  | "one"
  | "ord"
  | "ueq"
  | "ugt"
  | "uge"
  | "ult"
  | "ule"
  | "une"
  | "uno"
  | "_true"
> = quoted(
  integerEnum("a floating-point predicate", [
    "_false",
    "oeq",
    "ogt",
    "oge",
    "olt",
    "ole",
    "one",
    "ord",
    "ueq",
    "ugt",
    "uge",
    "ult",
    "ule",
    "une",
    "uno",
    "_true",
  ]),
);

/** An i64 enumeration whose numbers have gaps. */
function sparseEnum<const N extends string>(
  summary: string,
  values: Readonly<Record<N, number>>,
): IntegerEnum<N> {
  const cases = Object.keys(values) as N[];
  const attr = (n: N): IntegerAttr => IntegerAttr.get(values[n], i64);
  const find = (a: IntegerAttr): N | undefined => cases.find((n) => BigInt(values[n]) === a.value);
  return {
    summary,
    cases,
    attr,
    nameOf: (a) => find(a)!,
    check: (a) => a instanceof IntegerAttr && a.type === i64 && find(a) !== undefined,
    parse: (p) => attr(p.parseKeywordOf(cases, summary)),
    print: (p, a) => p.write(find(a)!),
  };
}

/** How an access is ordered against those of other threads. */
export const AtomicOrdering: IntegerEnum<
  "not_atomic" | "unordered" | "monotonic" | "acquire" | "release" | "acq_rel" | "seq_cst"
> = sparseEnum("an atomic ordering", {
  not_atomic: 0,
  unordered: 1,
  monotonic: 2,
  acquire: 4,
  release: 5,
  acq_rel: 6,
  seq_cst: 7,
});

/** What `llvm.atomicrmw` does. */
export const AtomicBinOp: IntegerEnum<
  | "xchg"
  | "add"
  | "sub"
  | "_and"
  | "nand"
  | "_or"
  | "_xor"
  | "max"
  | "min"
  | "umax"
  | "umin"
  | "fadd"
  | "fsub"
  | "fmax"
  | "fmin"
  | "uinc_wrap"
  | "udec_wrap"
  | "usub_cond"
  | "usub_sat"
  | "fmaximum"
  | "fminimum"
> = integerEnum("an atomic operation", [
  "xchg",
  "add",
  "sub",
  "_and",
  "nand",
  "_or",
  "_xor",
  "max",
  "min",
  "umax",
  "umin",
  "fadd",
  "fsub",
  "fmax",
  "fmin",
  "uinc_wrap",
  "udec_wrap",
  "usub_cond",
  "usub_sat",
  "fmaximum",
  "fminimum",
]);

/** Whether the address of a symbol matters. */
export const UnnamedAddr: IntegerEnum<"" | "local_unnamed_addr" | "unnamed_addr"> = integerEnum(
  "an unnamed_addr kind",
  ["", "local_unnamed_addr", "unnamed_addr"],
);

/** Visibility of a symbol in a shared object. */
export const Visibility: IntegerEnum<"" | "hidden" | "protected"> = integerEnum("a visibility", [
  "",
  "hidden",
  "protected",
]);

/** How the linker chooses among sections of one name. */
export const ComdatKind: IntegerEnum<
  "any" | "exactmatch" | "largest" | "nodeduplicate" | "samesize"
> = integerEnum("a comdat kind", ["any", "exactmatch", "largest", "nodeduplicate", "samesize"]);

/** Syntax of inline assembly. */
export const AsmDialect: IntegerEnum<"att" | "intel"> = integerEnum("an assembly dialect", [
  "att",
  "intel",
]);
