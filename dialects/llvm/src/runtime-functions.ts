/**
 * The functions of the C library that lowered programs call, for the interpreter: a declaration of
 * one of these names needs no body.
 */
import {
  copySign,
  erf,
  erfc,
  failAt,
  fmaOf,
  maxNum,
  minNum,
  power,
  roundAway,
  roundEven,
  roundingOf,
  type RuntimeValue,
} from "@strata/interpret";
import { f32, f64, type Operation } from "@strata/ir";
import { type Memory, PointerValue } from "./memory.ts";

/** A function of the library. */
export type RuntimeFunction = (
  args: readonly RuntimeValue[],
  memory: Memory,
  op: Operation,
) => readonly RuntimeValue[];

const doubles: Readonly<Record<string, (...x: number[]) => number>> = {
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  atan2: (y, x) => Math.atan2(y!, x!),
  cbrt: Math.cbrt,
  ceil: Math.ceil,
  copysign: (x, s) => copySign(x!, s!),
  cos: Math.cos,
  cosh: Math.cosh,
  erf: (x) => erf(x!),
  erfc: (x) => erfc(x!),
  exp: Math.exp,
  exp10: (x) => 10 ** x!,
  exp2: (x) => 2 ** x!,
  expm1: Math.expm1,
  fabs: Math.abs,
  floor: Math.floor,
  fmax: (x, y) => maxNum(x!, y!),
  fmin: (x, y) => minNum(x!, y!),
  fmod: (x, y) => x! % y!,
  log: Math.log,
  log10: Math.log10,
  log1p: Math.log1p,
  log2: Math.log2,
  nearbyint: (x) => roundEven(x!),
  pow: (x, y) => power(x!, y!),
  rint: (x) => roundEven(x!),
  round: (x) => roundAway(x!),
  roundeven: (x) => roundEven(x!),
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
  trunc: Math.trunc,
};

function bytes(op: Operation, size: RuntimeValue): number {
  const n = Number(BigInt.asUintN(64, BigInt(size as bigint)));
  if (n > 2 ** 31) failAt(op, "llvm.allocation", `cannot allocate ${n} bytes`);
  return n;
}

function allocate(memory: Memory, op: Operation, size: number, alignment: number): RuntimeValue[] {
  const p = memory.tryAllocate("heap", size, alignment);
  return [p ?? failAt(op, "llvm.allocation", `there is no memory for ${size} bytes`)];
}

const table = new Map<string, RuntimeFunction>([
  ["malloc", ([size], memory, op) => allocate(memory, op, bytes(op, size!), 16)],
  ["calloc", ([n, size], memory, op) => allocate(memory, op, bytes(op, n!) * bytes(op, size!), 16)],
  [
    "aligned_alloc",
    ([alignment, size], memory, op) =>
      allocate(memory, op, bytes(op, size!), bytes(op, alignment!)),
  ],
  [
    "free",
    ([p], memory, op) => {
      const problem = p instanceof PointerValue ? memory.free(p) : undefined;
      if (problem !== undefined) failAt(op, "llvm.bad-free", `\`${op.name}\` ${problem}`);
      return [];
    },
  ],
]);

for (const [name, f] of Object.entries(doubles)) {
  const round = roundingOf(f32);
  table.set(name, (args) => [f(...(args as number[]))]);
  table.set(`${name}f`, (args) => [round(f(...(args as number[])))]);
}
for (const [name, type] of [
  ["fma", f64],
  ["fmaf", f32],
] as const) {
  const f = fmaOf(type);
  table.set(name, (args) => [f(...(args as [number, number, number]))]);
}

/** The library function of a name, if it is one that programs here call. */
export function tryRuntimeFunction(name: string): RuntimeFunction | undefined {
  return table.get(name);
}
