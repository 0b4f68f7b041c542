/**
 * C headers for compiled kernels.
 *
 *     // heat(u: Tensor<f32, [n, m]>, alpha: f32): Tensor<f32, [n, m]>
 *     void heat(const float *u, int64_t u_0, int64_t u_1, float alpha,
 *               float *result, int64_t result_0, int64_t result_1);
 *
 * Invariants: parameters are in the order of the kernel's, then come tensor results; behind each
 * pointer stand the extents that are not fixed; one scalar result is returned, several are written
 * through pointers behind everything else.
 */
import {
  printSignature,
  printValueType,
  type KernelSignature,
  type ScalarType,
} from "@strata/support";
import type { SlotPlan } from "../device/image.ts";

/** The types of scalars in C. */
const scalarTypes: Readonly<Record<ScalarType, string>> = {
  bool: "bool",
  i8: "int8_t",
  i16: "int16_t",
  i32: "int32_t",
  i64: "int64_t",
  u8: "uint8_t",
  u16: "uint16_t",
  u32: "uint32_t",
  u64: "uint64_t",
  f16: "_Float16",
  bf16: "__bf16",
  f32: "float",
  f64: "double",
  index: "int64_t",
};

/** Elements in memory: those of floats of 16 bits are their bit patterns. */
const elementType = (t: ScalarType): string =>
  t === "f16" || t === "bf16" ? "uint16_t" : scalarTypes[t];

const keywords = new Set(
  (
    "auto break case char const continue default do double else enum extern float for goto if inline int " +
    "long register restrict return short signed sizeof static struct switch typedef union unsigned void " +
    "volatile while bool true false and or not new class delete this template operator private public"
  ).split(" "),
);

/** A name that C and C++ take. */
const cName = (name: string): string =>
  keywords.has(name) ? `${name}_` : name.replaceAll("$", "_").replaceAll(/[^\w]/g, "_");

interface CParameter {
  readonly text: string;
  readonly doc: string;
}

/** The declaration of a kernel; `params` as lowering found them. */
export function kernelHeader(signature: KernelSignature, params: readonly SlotPlan[]): string {
  const tensors = signature.results.filter((r) => r.type.kind === "tensor");
  const scalars = signature.results.filter((r) => r.type.kind === "scalar");
  const given = [
    ...signature.params.map((p) => ({ name: p.name, type: p.type, isResult: false })),
    ...tensors.map((r) => ({ name: r.name ?? "result", type: r.type, isResult: true })),
  ];
  const list: CParameter[] = given.flatMap(({ name, type, isResult }, i): CParameter[] => {
    const c = cName(name);
    const doc = `${name}: ${printValueType(type)}`;
    if (type.kind === "scalar") return [{ text: `${scalarTypes[type.dtype]} ${c}`, doc }];
    const plan = params[i];
    const extents = plan?.kind === "tensor" ? plan.extents : [];
    const constant = isResult ? "" : "const ";
    const where = isResult ? "written" : "read";
    return [
      { text: `${constant}${elementType(type.dtype)} *${c}`, doc: `${doc}, row-major, ${where}` },
      ...extents.map((d) => ({ text: `int64_t ${c}_${d}`, doc: `extent ${d} of ${name}` })),
    ];
  });
  const [only, ...more] = scalars;
  const returned = only !== undefined && more.length === 0 ? only : undefined;
  if (returned === undefined) {
    for (const { name, type } of scalars) {
      const c = cName(name ?? "result");
      const doc = `${name ?? "result"}: ${printValueType(type)}, written`;
      list.push({ text: `${scalarTypes[type.dtype]} *${c}`, doc });
    }
  }
  const type = returned === undefined ? "void" : scalarTypes[returned.type.dtype];
  return render(signature, type, list);
}

function render(signature: KernelSignature, type: string, list: readonly CParameter[]): string {
  const name = cName(signature.name);
  const guard = `STRATA_${name.toUpperCase()}_H`;
  const docs = list.map(({ text, doc }) => ` *   ${/(\w+)$/.exec(text)?.[1] ?? ""}  ${doc}`);
  const parameters =
    list.length === 0 ? "void" : `\n    ${list.map(({ text }) => text).join(",\n    ")}`;
  return `#ifndef ${guard}
#define ${guard}

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * ${printSignature(signature).replaceAll("*/", "* /")}
 *
${docs.join("\n")}
 *
 * Extents of one name must agree, and arrays that are written must overlap no other.
 */
${type} ${name}(${parameters});

#ifdef __cplusplus
}
#endif

#endif
`;
}
