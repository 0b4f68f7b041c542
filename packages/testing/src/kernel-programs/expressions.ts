/**
 * Texts of random scalar expressions and statements of the kernel language.
 *
 * Every expression is exact and defined: divisors and bounds are literals, loops end.
 */
import { type DType, dtypeInfo } from "@strata/support";
import type { Tape } from "../random-modules/tape.ts";

/** An operand at hand. */
export interface Leaf {
  readonly text: string;
  readonly dtype: DType;
}

/** A function of the file that expressions may call; all parameters have the type of the result. */
export interface Helper {
  readonly name: string;
  readonly dtype: DType;
  readonly parameters: number;
}

/** What expressions are made from. */
export interface ExpressionScope {
  readonly tape: Tape;
  readonly leaves: readonly Leaf[];
  readonly helpers: readonly Helper[];
  /** Whether a leaf changes: arrow functions must not read it. */
  readonly hasVariables?: boolean;
}

export const isFloat = (t: DType): boolean => dtypeInfo(t).kind === "float";
const isWide = (t: DType): boolean => t === "i64" || t === "u64";
const isUnsigned = (t: DType): boolean => dtypeInfo(t).kind === "uint";

/** A number of a type; floats in quarters. */
export function literal(n: number, t: DType): string {
  if (t === "bool") return String(n > 0);
  const value = isUnsigned(t) ? Math.abs(n) : n;
  if (isFloat(t)) return value < 0 ? `(${value / 4})` : String(value / 4);
  const text = isWide(t) ? `${value}n` : String(value);
  return value < 0 ? `(${text})` : text;
}

const comparisons = ["<", "<=", ">", ">=", "===", "!=="];

/** A condition. */
export function condition(s: ExpressionScope, depth: number): string {
  const { tape } = s;
  const numbers = s.leaves.filter((l) => l.dtype !== "bool");
  const booleans = s.leaves.filter((l) => l.dtype === "bool");
  const simple = (): string => {
    if (booleans.length > 0 && (numbers.length === 0 || tape.chance(2))) {
      return tape.pick(booleans).text;
    }
    if (numbers.length === 0) return literal(tape.int(0, 1), "bool");
    const t = tape.pick(numbers).dtype;
    const rest = Math.max(0, depth - 1);
    return `(${expression(s, t, rest)} ${tape.pick(comparisons)} ${expression(s, t, rest)})`;
  };
  if (depth <= 0) return simple();
  switch (tape.int(0, 5)) {
    case 3:
      return `(${condition(s, depth - 1)} && ${condition(s, depth - 1)})`;
    case 4:
      return `(${condition(s, depth - 1)} || ${condition(s, depth - 1)})`;
    case 5:
      return `(!${condition(s, depth - 1)})`;
    default:
      return simple();
  }
}

type Form = (x: string, y: string, s: ExpressionScope, t: DType, depth: number) => string;

const common: readonly Form[] = [
  (x, y) => `(${x} + ${y})`,
  (x, y) => `(${x} - ${y})`,
  (x, y) => `(${x} * ${y})`,
  (x, y) => `Math.min(${x}, ${y})`,
  (x, y) => `Math.max(${x}, ${y})`,
  (x, y, s, _, depth) => `(${condition(s, depth - 1)} ? ${x} : ${y})`,
  (x, y, s, _, depth) => `select(${condition(s, depth - 1)}, ${x}, ${y})`,
];

const floats: readonly Form[] = [
  (x) => `Math.abs(${x})`,
  (x) => `Math.sqrt(Math.abs(${x}))`,
  (x) => `Math.floor(${x})`,
  (x) => `Math.round(${x})`,
  (x, y) => `(${x} / ${y})`,
  (x) => `(-${x})`,
  (x, _, __, t) => `Math.exp(Math.min(${x}, ${literal(8, t)}))`,
];

const count = (s: ExpressionScope, t: DType, least: number): string =>
  `${s.tape.int(least, 9)}${isWide(t) ? "n" : ""}`;

const integers: readonly Form[] = [
  (x, y) => `(${x} & ${y})`,
  (x, y) => `(${x} | ${y})`,
  (x, y) => `(${x} ^ ${y})`,
  (x, _, s, t) => `(${x} << ${count(s, t, 0)})`,
  (x, _, s, t) => `(${x} >> ${count(s, t, 0)})`,
  (x) => `(~${x})`,
  (x, _, s, t) => (isWide(t) ? `(${x} / ${count(s, t, 1)})` : `idiv(${x}, ${count(s, t, 1)})`),
  (x, _, s, t) => `(${x} % ${count(s, t, 1)})`,
  (x, y, s, t) =>
    s.hasVariables === true
      ? `(${x} - (${y} & ${count(s, t, 1)}))`
      : `sum(${s.tape.int(0, 4)}, (turn): ${t} => ${t}(turn) * ${x})`,
];

/** An expression of a type. */
export function expression(s: ExpressionScope, t: DType, depth: number): string {
  if (t === "bool") return condition(s, depth);
  const { tape } = s;
  const same = s.leaves.filter((l) => l.dtype === t);
  const atom = (): string => {
    if (same.length > 0 && !tape.chance(4)) return tape.pick(same).text;
    const others = s.leaves.filter((l) => l.dtype !== t);
    if (others.length > 0 && (same.length === 0 || tape.chance(2))) {
      return `${t}(${tape.pick(others).text})`;
    }
    return literal(tape.int(0, 18) - 9, t);
  };
  if (depth <= 0 || tape.int(0, 4) === 0) return atom();
  const x = expression(s, t, depth - 1);
  const y = expression(s, t, tape.chance(2) ? depth - 1 : 0);
  const helpers = s.helpers.filter((h) => h.dtype === t);
  if (helpers.length > 0 && tape.chance(6)) {
    const h = tape.pick(helpers);
    return `${h.name}(${[x, y].slice(0, h.parameters).join(", ")})`;
  }
  return tape.pick([...common, ...(isFloat(t) ? floats : integers)])(x, y, s, t, depth);
}

/** The body of an arrow function: an expression, or statements with a loop and an early return. */
export function arrowBody(s: ExpressionScope, t: DType, depth: number): string {
  if (t === "bool" || !s.tape.chance(5)) {
    const text = expression(s, t, depth);
    return text.startsWith("{") ? `(${text})` : text;
  }
  return statements(s, t);
}

/** Statements that compute `v`: a loop with `break` and `continue`, branches, an early return. */
function statements(s: ExpressionScope, t: DType): string {
  const { tape } = s;
  const inner: ExpressionScope = {
    ...s,
    hasVariables: true,
    leaves: [{ text: "v", dtype: t }, { text: "r", dtype: "i32" }, ...s.leaves],
  };
  const lines = [`let v: ${t} = ${expression(s, t, 1)};`, "let r: i32 = 0;"];
  const most = tape.int(0, 4);
  const isFor = tape.chance(2);
  if (isFor) lines.push(`for (let q = 0; q < ${most}; q++) {`, "  r += 1;");
  else lines.push(`while (r < ${most} && ${condition(inner, 1)}) {`, "  r = r + 1;");
  if (tape.chance(2)) lines.push(`  if (${condition(inner, 1)}) {`, "    continue;", "  }");
  lines.push(`  v = ${expression(inner, t, 2)};`);
  if (tape.chance(2)) lines.push(`  if (${condition(inner, 1)}) {`, "    break;", "  }");
  lines.push("}");
  if (tape.chance(2)) {
    lines.push(`if (${condition(inner, 1)}) {`, `  v = ${expression(inner, t, 1)};`, "} else {");
    lines.push(`  r = r - 1;`, "}");
  }
  if (tape.chance(2)) {
    lines.push(`if (${condition(inner, 1)}) {`, `  return ${expression(inner, t, 1)};`, "}");
  }
  lines.push("return v;");
  return `{\n${lines.map((l) => `    ${l}`).join("\n")}\n  }`;
}
