/** Random operations of `arith` and `math`. */
import {
  elementTypeOf,
  f16,
  f32,
  f64,
  FloatType,
  i1,
  i16,
  i32,
  i64,
  i8,
  index,
  IndexType,
  IntegerType,
  type Type,
  VectorType,
  withElementTypeOf,
} from "@strata/ir";
import type { ModuleWriter } from "./writer.ts";

const isInteger = (t: Type): boolean => {
  const e = elementTypeOf(t);
  return e instanceof IntegerType && e.signedness === "signless";
};
const isLike = (t: Type): boolean =>
  (!("shape" in t) || t instanceof VectorType) &&
  (isInteger(t) || elementTypeOf(t) instanceof IndexType);
const isFloat = (t: Type): boolean =>
  (!("shape" in t) || t instanceof VectorType) && elementTypeOf(t) instanceof FloatType;

const wrapping = [
  "addi",
  "subi",
  "muli",
  "andi",
  "ori",
  "xori",
  "minsi",
  "maxsi",
  "minui",
  "maxui",
];
const shifts = ["shli", "shrsi", "shrui"];
const divisions = ["divui", "remui", "divsi", "remsi", "ceildivui", "ceildivsi", "floordivsi"];
const floats = [
  "addf",
  "subf",
  "mulf",
  "divf",
  "minimumf",
  "maximumf",
  "minnumf",
  "maxnumf",
  "remf",
];
const signs = ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"];
const orders = [
  "oeq",
  "ogt",
  "oge",
  "olt",
  "ole",
  "one",
  "ord",
  "ueq",
  "ugt",
  "une",
  "uno",
  "true",
];

const integerTypes = [i32, index, i8, i64, i1, VectorType.get([4], i32), i16];
const floatTypes = [f32, f64, VectorType.get([4], f32), f16];

const integerType = (w: ModuleWriter): Type =>
  (w.tape.chance(5) ? undefined : w.someType(isLike)) ?? w.tape.pick(integerTypes);
/** An integer type; products of indices soon leave the range of the interpreter's. */
const fixedType = (w: ModuleWriter): Type => {
  const t = integerType(w);
  return elementTypeOf(t) instanceof IndexType ? i32 : t;
};
const floatType = (w: ModuleWriter): Type =>
  (w.tape.chance(5) ? undefined : w.someType(isFloat)) ?? w.tape.pick(floatTypes);

const overflow = ["", "", "", " overflow<nsw>", " overflow<nuw>"];

/** A number that is not zero of an integer type. */
function divisor(w: ModuleWriter, t: Type): string {
  const one = w.emit(constantText(t, 1), t);
  return w.emit(`arith.ori ${w.value(t)}, ${one} : ${t.toString()}`, t);
}

/** A constant with this number in all places. */
function constantText(t: Type, n: number): string {
  const e = elementTypeOf(t);
  const value = e === i1 ? String(n === 1) : e instanceof FloatType ? `${n}.0` : String(n);
  if (t === i1) return `arith.constant ${value}`;
  if (t === e) return `arith.constant ${value} : ${t.toString()}`;
  return `arith.constant dense<${value}> : ${t.toString()}`;
}

type Maker = (w: ModuleWriter) => void;

/** A second operand: a number that folds treat specially, more often than chance. */
function secondOperand(w: ModuleWriter, t: Type): string {
  if (!w.tape.chance(3)) return w.value(t);
  return w.emit(constantText(t, w.tape.pick([0, 1, -1, 2])), t);
}

function binary(w: ModuleWriter, name: string, t: Type, flags = ""): void {
  const lhs = w.value(t);
  w.emit(`arith.${name} ${lhs}, ${secondOperand(w, t)}${flags} : ${t.toString()}`, t);
}

/** `name %x : from to to` with another type of the same shape. */
function cast(w: ModuleWriter, name: string, t: Type, element: Type): void {
  const to = withElementTypeOf(t, element);
  w.emit(`arith.${name} ${w.value(t)} : ${t.toString()} to ${to.toString()}`, to);
}

const widthOf = (t: Type): number => {
  const e = elementTypeOf(t);
  return e instanceof IntegerType || e instanceof FloatType ? e.width : 64;
};

const integerCasts: readonly Maker[] = [
  (w) => {
    const t = integerType(w);
    if (elementTypeOf(t) instanceof IndexType) return cast(w, "index_cast", t, i32);
    const wider = [i16, i32, i64].filter((e) => e.width > widthOf(t));
    const narrower = [i1, i8, i32].filter((e) => e.width < widthOf(t));
    if (wider.length > 0) cast(w, w.tape.pick(["extsi", "extui"]), t, w.tape.pick(wider));
    else if (narrower.length > 0) cast(w, "trunci", t, w.tape.pick(narrower));
  },
  (w) => {
    const t = integerType(w);
    if (!isInteger(t)) return cast(w, "index_castui", t, i64);
    if (widthOf(t) <= 32) cast(w, w.tape.pick(["index_cast", "index_castui"]), t, index);
  },
  (w) => {
    const t = integerType(w);
    if (isInteger(t)) cast(w, w.tape.pick(["sitofp", "uitofp"]), t, w.tape.pick([f32, f64]));
  },
  (w) => {
    const t = integerType(w);
    const like = [f16, f32, f64].find((f) => f.width === widthOf(t));
    if (isInteger(t) && like !== undefined) cast(w, "bitcast", t, like);
  },
];

const arithmetic: readonly Maker[] = [
  (w) => {
    // What folds look for: a constant on the right.
    const t = fixedType(w);
    const name = w.tape.pick([...wrapping, ...shifts, ...divisions]);
    const isCount = shifts.includes(name) || widthOf(t) === 1;
    const n = isCount ? w.tape.int(0, 1) % widthOf(t) : w.tape.pick([1, -1, 2]);
    const lhs = w.tape.chance(3) ? w.constant(t) : w.value(t);
    const rhs = w.emit(constantText(t, name.startsWith("div") && n === 0 ? 1 : n), t);
    w.emit(`arith.${name} ${lhs}, ${rhs} : ${t.toString()}`, t);
  },
  (w) => {
    const name = w.tape.pick(wrapping);
    const flags = ["addi", "subi", "muli"].includes(name) ? w.tape.pick(overflow) : "";
    binary(w, name, name === "muli" ? fixedType(w) : integerType(w), flags);
  },
  (w) => binary(w, w.tape.pick(wrapping), fixedType(w)),
  (w) => {
    const t = fixedType(w);
    const name = w.tape.pick(shifts);
    if (w.tape.chance(6)) return binary(w, name, t);
    const by = w.emit(constantText(t, widthOf(t) === 1 ? 0 : w.tape.int(0, 7) % widthOf(t)), t);
    w.emit(`arith.${name} ${w.value(t)}, ${by} : ${t.toString()}`, t);
  },
  (w) => {
    const t = fixedType(w);
    const name = w.tape.pick(divisions);
    if (w.tape.chance(12)) return binary(w, name, t);
    w.emit(`arith.${name} ${w.value(t)}, ${divisor(w, t)} : ${t.toString()}`, t);
  },
  (w) => {
    const t = integerType(w);
    const to = withElementTypeOf(t, i1);
    w.emit(`arith.cmpi ${w.tape.pick(signs)}, ${w.value(t)}, ${w.value(t)} : ${t.toString()}`, to);
  },
  (w) => {
    // Two operations that differ in nothing but an attribute.
    const t = integerType(w);
    const to = withElementTypeOf(t, i1);
    const operands = `${w.value(t)}, ${w.value(t)} : ${t.toString()}`;
    const [a, b] = [w.tape.pick(signs), w.tape.pick(signs)];
    const first = w.emit(`arith.cmpi ${a}, ${operands}`, to);
    const second = w.emit(`arith.cmpi ${b}, ${operands}`, to);
    w.emit(`arith.xori ${first}, ${second} : ${to.toString()}`, to);
  },
  (w) => {
    const t = w.tape.chance(2) ? integerType(w) : floatType(w);
    const shaped = t instanceof VectorType && w.tape.chance(2);
    const c = shaped ? withElementTypeOf(t, i1) : i1;
    const types = shaped ? `${c.toString()}, ${t.toString()}` : t.toString();
    w.emit(`arith.select ${w.value(c)}, ${w.value(t)}, ${w.value(t)} : ${types}`, t);
  },
  (w) => {
    const flags = w.tape.chance(4) ? " fastmath<nnan>" : "";
    binary(w, w.tape.pick(floats), floatType(w), flags === "" || w.tape.chance(2) ? "" : flags);
  },
  (w) => {
    const t = floatType(w);
    w.emit(`arith.negf ${w.value(t)} : ${t.toString()}`, t);
  },
  (w) => {
    const t = floatType(w);
    const to = withElementTypeOf(t, i1);
    w.emit(`arith.cmpf ${w.tape.pick(orders)}, ${w.value(t)}, ${w.value(t)} : ${t.toString()}`, to);
  },
  (w) => w.tape.pick(integerCasts)(w),
  (w) => {
    const t = floatType(w);
    const wider = [f32, f64].filter((e) => e.width > widthOf(t));
    const narrower = [f16, f32].filter((e) => e.width < widthOf(t));
    if (wider.length > 0 && !w.tape.chance(2)) cast(w, "extf", t, w.tape.pick(wider));
    else if (narrower.length > 0) cast(w, "truncf", t, w.tape.pick(narrower));
  },
  (w) => {
    const t = floatType(w);
    const like = [i16, i32, i64].find((i) => i.width === widthOf(t))!;
    cast(w, "bitcast", t, like);
  },
  (w) => {
    const t = integerType(w);
    if (!isInteger(t)) return;
    const name = w.tape.pick(["mulsi_extended", "mului_extended"]);
    w.emitAll(`arith.${name} ${w.value(t)}, ${w.value(t)} : ${t.toString()}`, [t, t]);
  },
  (w) => {
    const t = fixedType(w);
    const carry = withElementTypeOf(t, i1);
    const types = `${t.toString()}, ${carry.toString()}`;
    w.emitAll(`arith.addui_extended ${w.value(t)}, ${w.value(t)} : ${types}`, [t, carry]);
  },
];

const mathematics: readonly Maker[] = [
  (w) => {
    const t = floatType(w);
    const name = w.tape.pick(["absf", "floor", "ceil", "trunc", "sqrt", "roundeven", "round"]);
    w.emit(`math.${name} ${w.value(t)} : ${t.toString()}`, t);
  },
  (w) => {
    const t = floatType(w);
    w.emit(`math.fma ${w.value(t)}, ${w.value(t)}, ${w.value(t)} : ${t.toString()}`, t);
  },
  (w) => {
    const t = floatType(w);
    w.emit(`math.copysign ${w.value(t)}, ${w.value(t)} : ${t.toString()}`, t);
  },
  (w) => {
    const t = integerType(w);
    if (!isInteger(t)) return;
    const name = w.tape.pick(["absi", "ctlz", "cttz", "ctpop"]);
    w.emit(`math.${name} ${w.value(t)} : ${t.toString()}`, t);
  },
];

/** Makers of one operation each, by family. */
export const arithmeticMakers: {
  readonly arith: readonly Maker[];
  readonly math: readonly Maker[];
} = { arith: arithmetic, math: mathematics };
