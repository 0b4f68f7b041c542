/**
 * Random functions of `arith`, `math`, `cf`, `memref`, `vector` and `func`, as text. What they
 * compute is defined and exact: no division by zero, no shift by the width, no access outside of a
 * buffer, no float operation whose rounding is left open, no sign or payload of a NaN.
 */
import { tryAttributeOfValue } from "@strata/interpret";
import { type Context, parseType, type Type } from "@strata/ir";
import { Random } from "@strata/support";
import { randomScalar } from "@strata/testing";

/** One function: its text, and the types of what it takes and gives. */
export interface RandomFunction {
  readonly name: string;
  readonly text: string;
  readonly inputs: readonly string[];
  readonly results: readonly string[];
}

const integers = ["i1", "i8", "i16", "i32", "i64", "i24"] as const;
const floats = ["f32", "f64"] as const;
const vectors = [
  "vector<4xi32>",
  "vector<4xf32>",
  "vector<8xi8>",
  "vector<2xf64>",
  "vector<2x3xi16>",
  "vector<4xi1>",
] as const;
const buffers = [
  "memref<16xi8>",
  "memref<?xi32>",
  "memref<?xf32>",
  "memref<4x?xf64>",
  "memref<?x?xi16>",
  "memref<16xi1>",
  "memref<?xindex>",
  "memref<?xi64, strided<[?], offset: ?>>",
  "memref<2x3x4xf32>",
] as const;

const elementOf = (t: string): string =>
  t.replace(/^(vector|memref)<(?:[\d?]+x)*/, "").replace(/[,>].*$/, "");
const isFloat = (t: string): boolean => /^f\d/.test(elementOf(t));
const isInteger = (t: string): boolean => /^i\d/.test(elementOf(t));
const widthOf = (t: string): number => Number(/\d+/.exec(elementOf(t))?.[0] ?? 64);
const shapeOf = (t: string): number[] =>
  [...(/<((?:[\d?]+x)*)/.exec(t)?.[1] ?? "").matchAll(/([\d?]+)x/g)].map((m) =>
    m[1] === "?" ? -1 : Number(m[1]),
  );

/** Extents that arguments of buffer types have where the type leaves them open. */
export const openExtent = 5;

class Writer {
  readonly random: Random;
  readonly context: Context;
  readonly lines: string[] = [];
  readonly others: readonly RandomFunction[];
  /** Names of the values in scope, by type. */
  #values = new Map<string, string[]>();
  #next = 0;
  #blocks = 0;

  constructor(seed: number, context: Context, others: readonly RandomFunction[]) {
    this.random = new Random(seed);
    this.context = context;
    this.others = others;
  }

  fresh(): string {
    return `%v${this.#next++}`;
  }

  define(type: string, name: string): string {
    const list = this.#values.get(type);
    if (list === undefined) this.#values.set(type, [name]);
    else list.push(name);
    return name;
  }

  /** A value that `any` does not find. */
  hidden(text: string): string {
    const name = this.fresh();
    this.lines.push(`  ${name} = ${text}`);
    return name;
  }

  emit(type: string, text: string): string {
    const name = this.fresh();
    this.lines.push(`  ${name} = ${text}`);
    return this.define(type, name);
  }

  /** A constant; it is not offered as an operand, so that results depend on arguments. */
  constant(type: string, literal: string): string {
    return this.hidden(`arith.constant ${literal}${literal.includes(":") ? "" : ` : ${type}`}`);
  }

  index(n: number): string {
    return this.constant("index", `${n} : index`);
  }

  /** A value of a type: one in scope, or a new constant. */
  any(type: string): string {
    const known = this.#values.get(type);
    if (known !== undefined && known.length > 0 && this.random.boolean(0.9)) {
      // Late values are taken more often: programs get deep.
      return this.random.boolean() ? known[known.length - 1]! : this.random.pick(known);
    }
    return this.literal(type);
  }

  literal(type: string): string {
    if (type === "index") return this.index(this.random.int(0, 40));
    const t: Type = parseType(this.context, type);
    const element = parseType(this.context, elementOf(type));
    const v = tryAttributeOfValue(randomScalar(element, this.random), element);
    if (v === undefined) throw new Error(`no constants of ${type}`);
    if (t === element) return this.hidden(`arith.constant ${v.toString()}`);
    const scalar = v.toString().replace(/ : .*$/, "");
    return this.hidden(`arith.constant dense<${scalar}> : ${type}`);
  }

  /** Types of the numbers in scope. */
  scalarTypes(): string[] {
    return [...this.#values.keys()].filter((t) => !/^(vector|memref)/.test(t));
  }

  /** A value of a buffer type in scope; undefined when there is none. */
  tryBuffer(): { type: string; name: string } | undefined {
    const all = [...this.#values].flatMap(([type, names]) =>
      type.startsWith("memref") ? names.map((name) => ({ type, name })) : [],
    );
    return all.length === 0 ? undefined : this.random.pick(all);
  }

  /** An index below a bound. */
  below(bound: string): string {
    return this.emit("index", `arith.remui ${this.any("index")}, ${bound} : index`);
  }

  /** Runs `body` in a scope: what it defines is gone afterwards. */
  scoped<T>(body: () => T): T {
    const saved = new Map([...this.#values].map(([t, l]): [string, string[]] => [t, [...l]]));
    try {
      return body();
    } finally {
      this.#values = saved;
    }
  }

  block(): string {
    return `^bb${++this.#blocks}`;
  }
}

const pickType = (w: Writer): string =>
  w.random.pick([...integers, ...floats, ...vectors, "index", "index"]);

// --- single operations ---------------------------------------------------------------------------

function integerOp(w: Writer, t: string): void {
  const { random } = w;
  const width = widthOf(t);
  const constantOf = (n: number): string => {
    const element = elementOf(t);
    const literal = element === "i1" ? "true" : String(n);
    if (t !== element) return w.hidden(`arith.constant dense<${literal}> : ${t}`);
    return w.hidden(`arith.constant ${literal}${element === "i1" ? "" : ` : ${t}`}`);
  };
  switch (random.int(0, 5)) {
    case 0: {
      const amount = constantOf(random.int(0, Math.min(width, 30) - 1));
      if (width === 1) return;
      w.emit(t, `arith.${random.pick(["shli", "shrsi", "shrui"])} ${w.any(t)}, ${amount} : ${t}`);
      return;
    }
    case 1: {
      if (width === 1) return;
      const op = random.pick([
        "divsi",
        "divui",
        "remsi",
        "remui",
        "ceildivsi",
        "ceildivui",
        "floordivsi",
      ]);
      const divisor = constantOf(
        random.pick([1, 2, 3, 7, -5].filter((n) => n > 0 || op.includes("s"))),
      );
      w.emit(t, `arith.${op} ${w.any(t)}, ${divisor} : ${t}`);
      return;
    }
    case 2: {
      const op = random.pick(["absi", "ctlz", "cttz", "ctpop"]);
      w.emit(t, `math.${op} ${w.any(t)} : ${t}`);
      return;
    }
    case 3: {
      const op = random.pick(["mulsi_extended", "mului_extended"]);
      const [low, high] = [w.fresh(), w.fresh()];
      w.lines.push(`  ${low}, ${high} = arith.${op} ${w.any(t)}, ${w.any(t)} : ${t}`);
      w.define(t, low);
      w.define(t, high);
      return;
    }
    default: {
      const ops = "addi subi muli andi ori xori maxsi minsi maxui minui".split(" ");
      w.emit(t, `arith.${random.pick(ops)} ${w.any(t)}, ${w.any(t)} : ${t}`);
    }
  }
}

function floatOp(w: Writer, t: string): void {
  const { random } = w;
  if (random.boolean(0.2)) {
    w.emit(t, `math.fma ${w.any(t)}, ${w.any(t)}, ${w.any(t)} : ${t}`);
  } else if (random.boolean(0.3)) {
    const op = random.pick([
      "math.absf",
      "math.floor",
      "math.ceil",
      "math.sqrt",
      "math.trunc",
      "math.roundeven",
      "math.round",
      "arith.negf",
    ]);
    w.emit(t, `${op} ${w.any(t)} : ${t}`);
  } else {
    const op = random.pick(["addf", "subf", "mulf", "divf", "maximumf", "minimumf", "remf"]);
    w.emit(t, `arith.${op} ${w.any(t)}, ${w.any(t)} : ${t}`);
  }
}

/** Indices stay small: every result is brought back below a bound. */
function indexOp(w: Writer): void {
  const op = w.random.pick(["addi", "muli", "maxui", "minsi", "andi", "xori"]);
  const v = w.emit("index", `arith.${op} ${w.any("index")}, ${w.any("index")} : index`);
  w.emit("index", `arith.remui ${v}, ${w.index(w.random.int(1, 50))} : index`);
}

function comparison(w: Writer, t: string): void {
  const { random } = w;
  const flag = t.replace(/(x?)(i\d+|f\d+|index)(>?)$/, "$1i1$3");
  let c: string;
  if (isFloat(t)) {
    const predicate = random.pick(
      "oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno".split(" "),
    );
    c = w.emit(flag, `arith.cmpf ${predicate}, ${w.any(t)}, ${w.any(t)} : ${t}`);
  } else {
    const predicate = random.pick("eq ne slt sle sgt sge ult ule ugt uge".split(" "));
    c = w.emit(flag, `arith.cmpi ${predicate}, ${w.any(t)}, ${w.any(t)} : ${t}`);
  }
  const types = flag === t ? t : `${flag}, ${t}`;
  if (flag === "i1" || flag !== t) {
    const text = flag === "i1" ? `: ${t}` : `: ${types}`;
    w.emit(t, `arith.select ${c}, ${w.any(t)}, ${w.any(t)} ${text}`);
  }
}

function castOp(w: Writer): void {
  const { random } = w;
  const from = random.pick([...integers, ...floats, "index"] as string[]);
  const to = random.pick([...integers, ...floats, "index"] as string[]);
  if (from === to) return;
  const v = w.any(from);
  const say = (op: string): void => void w.emit(to, `arith.${op} ${v} : ${from} to ${to}`);
  if (from === "index") {
    if (isInteger(to)) say(random.pick(["index_cast", "index_castui"]));
  } else if (to === "index") {
    if (!isInteger(from)) return;
    const wide = w.emit(
      "index",
      `arith.index_castui ${w.emit("i32", cast(w, from, "i32", v))} : i32 to index`,
    );
    w.emit("index", `arith.remui ${wide}, ${w.index(41)} : index`);
  } else if (isInteger(from) && isInteger(to)) w.emit(to, cast(w, from, to, v));
  else if (isInteger(from)) say(random.pick(["sitofp", "uitofp"]));
  else if (isFloat(from) && isFloat(to)) say(widthOf(from) < widthOf(to) ? "extf" : "truncf");
  else toInteger(w, from, to, v);
}

function cast(w: Writer, from: string, to: string, v: string): string {
  if (widthOf(from) === widthOf(to)) return `arith.addi ${v}, ${v} : ${to}`;
  if (widthOf(from) > widthOf(to)) return `arith.trunci ${v} : ${from} to ${to}`;
  return `arith.${w.random.pick(["extsi", "extui"])} ${v} : ${from} to ${to}`;
}

/** A float limited to 0 … 0.75 · 2^(width-1) first, and 0 for NaN: nothing is out of range. */
function toInteger(w: Writer, from: string, to: string, v: string): void {
  const zero = w.constant(from, "0.0");
  const most = w.constant(
    from,
    `${(0.75 * 2 ** (Math.min(widthOf(to), 50) - 1)).toExponential(6)}`.replace(
      /^(-?\d)(e)/,
      "$1.0$2",
    ),
  );
  const ordered = w.emit("i1", `arith.cmpf ord, ${v}, ${v} : ${from}`);
  const number = w.emit(from, `arith.select ${ordered}, ${v}, ${zero} : ${from}`);
  const low = w.emit(from, `arith.maximumf ${number}, ${zero} : ${from}`);
  const limited = w.emit(from, `arith.minimumf ${low}, ${most} : ${from}`);
  w.emit(to, `arith.${w.random.pick(["fptosi", "fptoui"])} ${limited} : ${from} to ${to}`);
}

// --- vectors -------------------------------------------------------------------------------------

function vectorOp(w: Writer): void {
  const { random } = w;
  const t = random.pick([...vectors]);
  const element = elementOf(t);
  const shape = shapeOf(t);
  const lanes = shape[shape.length - 1]!;
  const row = shape.length === 1 ? t : `vector<${lanes}x${element}>`;
  switch (random.int(0, 6)) {
    case 0:
      w.emit(t, `vector.broadcast ${w.any(element)} : ${element} to ${t}`);
      return;
    case 1: {
      if (shape.length > 1) {
        w.emit(
          row,
          `vector.extract ${w.any(t)}[${random.int(0, shape[0]! - 1)}] : ${row} from ${t}`,
        );
        return;
      }
      const at = random.boolean() ? String(random.int(0, lanes - 1)) : w.below(w.index(lanes));
      w.emit(element, `vector.extract ${w.any(t)}[${at}] : ${element} from ${t}`);
      return;
    }
    case 2: {
      const at = shape.map((n) => random.int(0, n - 1)).join(", ");
      w.emit(t, `vector.insert ${w.any(element)}, ${w.any(t)} [${at}] : ${element} into ${t}`);
      return;
    }
    case 3: {
      const kinds = isFloat(element)
        ? ["add", "mul", "minimumf", "maximumf"]
        : ["add", "mul", "and", "or", "xor", "minsi", "maxsi", "minui", "maxui"];
      const acc = random.boolean() ? `, ${w.any(element)}` : "";
      const kind = random.pick(kinds);
      if (shape.length > 1) return;
      w.emit(element, `vector.reduction <${kind}>, ${w.any(t)}${acc} : ${t} into ${element}`);
      return;
    }
    case 4: {
      if (shape.length > 1) return;
      const mask = Array.from({ length: lanes }, () => random.int(0, 2 * lanes - 1)).join(", ");
      w.emit(t, `vector.shuffle ${w.any(t)}, ${w.any(t)} [${mask}] : ${t}, ${t}`);
      return;
    }
    case 5:
      w.emit("vector<4xi1>", `vector.create_mask ${w.any("index")} : vector<4xi1>`);
      return;
    default:
      if (isFloat(t)) w.emit(t, `vector.fma ${w.any(t)}, ${w.any(t)}, ${w.any(t)} : ${t}`);
  }
}

// --- memory --------------------------------------------------------------------------------------

function extentOf(w: Writer, b: { type: string; name: string }, d: number): string {
  const n = shapeOf(b.type)[d]!;
  if (n >= 0) return w.index(n);
  return w.emit("index", `memref.dim ${b.name}, ${w.index(d)} : ${b.type}`);
}

function indicesInto(w: Writer, b: { type: string; name: string }): string {
  return shapeOf(b.type)
    .map((_, d) => w.below(extentOf(w, b, d)))
    .join(", ");
}

function memoryOp(w: Writer): void {
  const b = w.tryBuffer();
  if (b === undefined || w.random.boolean(0.15)) {
    localBuffer(w);
    return;
  }
  const element = elementOf(b.type);
  switch (w.random.int(0, 5)) {
    case 0:
    case 1:
      w.emit(element, `memref.load ${b.name}[${indicesInto(w, b)}] : ${b.type}`);
      return;
    case 2:
    case 3: {
      const at = indicesInto(w, b);
      w.lines.push(`  memref.store ${w.any(element)}, ${b.name}[${at}] : ${b.type}`);
      return;
    }
    case 4:
      vectorAccess(w, b);
      return;
    default:
      reshaped(w, b);
  }
}

/** A buffer of the function's own, filled before anything reads it. */
function localBuffer(w: Writer): void {
  const element = w.random.pick(["i1", "i32", "f32", "i64", "index", "i24"]);
  const onHeap = w.random.boolean();
  const size = onHeap ? "?" : "4";
  const type = `memref<${size}x${element}>`;
  const n = w.index(4);
  const alloc = onHeap ? `memref.alloc(${n}) : ${type}` : `memref.alloca() : ${type}`;
  const name = w.emit(type, alloc);
  for (let i = 0; i < 4; i++) {
    w.lines.push(`  memref.store ${w.any(element)}, ${name}[${w.index(i)}] : ${type}`);
  }
}

function vectorAccess(w: Writer, b: { type: string; name: string }): void {
  const { random } = w;
  const element = elementOf(b.type);
  const shape = shapeOf(b.type);
  if (b.type.includes("strided")) return;
  const lanes = 4;
  const v = `vector<${lanes}x${element}>`;
  const at = shape.map((_, d) => (d + 1 < shape.length ? w.below(extentOf(w, b, d)) : ""));
  const last = extentOf(w, b, shape.length - 1);
  // Rows have at least 4 elements: the first lanes of a row are there.
  at[at.length - 1] = w.index(0);
  const where = `${b.name}[${at.join(", ")}]`;
  const mask = w.emit("vector<4xi1>", `vector.create_mask ${w.any("index")} : vector<4xi1>`);
  const places = (): string => {
    const list = Array.from({ length: lanes }, () => w.below(last));
    let all = w.hidden("arith.constant dense<0> : vector<4xindex>");
    list.forEach((x, i) => {
      all = w.emit(
        "vector<4xindex>",
        `vector.insert ${x}, ${all} [${i}] : index into vector<4xindex>`,
      );
    });
    return all;
  };
  const value = (): string => {
    const known = w.emit(v, `vector.broadcast ${w.any(element)} : ${element} to ${v}`);
    return random.boolean() ? known : w.any(v);
  };
  switch (random.int(0, 5)) {
    case 0:
      w.emit(v, `vector.load ${where} : ${b.type}, ${v}`);
      return;
    case 1:
      w.lines.push(`  vector.store ${value()}, ${where} : ${b.type}, ${v}`);
      return;
    case 2:
      w.emit(
        v,
        `vector.maskedload ${where}, ${mask}, ${value()} : ${b.type}, vector<4xi1>, ${v} into ${v}`,
      );
      return;
    case 3:
      w.lines.push(
        `  vector.maskedstore ${where}, ${mask}, ${value()} : ${b.type}, vector<4xi1>, ${v}`,
      );
      return;
    case 4:
      w.emit(
        v,
        `vector.gather ${where} [${places()}], ${mask}, ${value()} : ${b.type}, vector<4xindex>, vector<4xi1>, ${v} into ${v}`,
      );
      return;
    default:
      w.lines.push(
        `  vector.scatter ${where} [${places()}], ${mask}, ${value()} : ${b.type}, vector<4xindex>, vector<4xi1>, ${v}`,
      );
  }
}

/** The same memory by another name. */
function reshaped(w: Writer, b: { type: string; name: string }): void {
  const element = elementOf(b.type);
  if (b.type === "memref<16xi8>") {
    const to = "memref<?xi8>";
    w.emit(to, `memref.cast ${b.name} : ${b.type} to ${to}`);
  } else if (b.type === "memref<2x3x4xf32>") {
    const to = "memref<6x4xf32>";
    w.emit(to, `memref.collapse_shape ${b.name} [[0, 1], [2]] : ${b.type} into ${to}`);
  } else if (b.type === "memref<4x?xf64>") {
    const to = "memref<2x?xf64, strided<[?, 2], offset: ?>>";
    const at = w.below(w.index(2));
    w.emit(to, `memref.subview ${b.name}[${at}, 0] [2, ${w.index(2)}] [2, 2] : ${b.type} to ${to}`);
  } else if (shapeOf(b.type).length === 1 && !b.type.includes("strided") && element === "i32") {
    const to = `memref<${shapeOf(b.type)[0]! < 0 ? "?" : shapeOf(b.type)[0]}x${element}>`;
    const other = w.emit(
      to,
      shapeOf(b.type)[0]! < 0
        ? `memref.alloc(${extentOf(w, b, 0)}) : ${to}`
        : `memref.alloc() : ${to}`,
    );
    w.lines.push(`  memref.copy ${b.name}, ${other} : ${b.type} to ${to}`);
  }
}

// --- control flow --------------------------------------------------------------------------------

/** Two ways that meet again, with values passed on. */
function diamond(w: Writer, depth: number): void {
  const types = Array.from({ length: w.random.int(0, 2) }, () => pickType(w));
  const [yes, no, join] = [w.block(), w.block(), w.block()];
  const c = w.any("i1");
  w.lines.push(`  cf.cond_br ${c}, ${yes}, ${no}`);
  for (const label of [yes, no]) {
    w.lines.push(`${label}:`);
    w.scoped(() => {
      statements(w, depth - 1, w.random.int(0, 3));
      w.lines.push(`  cf.br ${join}${passed(w, types)}`);
    });
  }
  enter(w, join, types);
}

/** Values for a block's arguments: `(%a, %b : i32, f32)`. */
function passed(w: Writer, types: readonly string[]): string {
  if (types.length === 0) return "";
  const values = types.map((t) => w.any(t));
  return `(${values.join(", ")} : ${types.join(", ")})`;
}

function enter(w: Writer, label: string, types: readonly string[]): void {
  const args = types.map((t) => `${w.define(t, w.fresh())}: ${t}`);
  w.lines.push(`${label}${args.length === 0 ? "" : `(${args.join(", ")})`}:`);
}

/** A loop that runs a few times and carries values. */
function loop(w: Writer, depth: number): void {
  const types = Array.from({ length: w.random.int(0, 2) }, () => pickType(w));
  const [head, body, end] = [w.block(), w.block(), w.block()];
  const start = w.index(0);
  const bound = w.index(w.random.int(0, 4));
  const initial = types.map((t) => w.any(t));
  const all = ["index", ...types].join(", ");
  w.lines.push(`  cf.br ${head}(${[start, ...initial].join(", ")} : ${all})`);
  const i = w.fresh();
  const carried = types.map(() => w.fresh());
  const args = [`${i}: index`, ...types.map((t, k) => `${carried[k]}: ${t}`)];
  w.lines.push(`${head}(${args.join(", ")}):`);
  const c = w.fresh();
  w.lines.push(`  ${c} = arith.cmpi slt, ${i}, ${bound} : index`);
  w.lines.push(`  cf.cond_br ${c}, ${body}, ${end}`);
  w.lines.push(`${body}:`);
  w.scoped(() => {
    w.define("index", i);
    types.forEach((t, k) => w.define(t, carried[k]!));
    statements(w, depth - 1, w.random.int(1, 3));
    const next = w.fresh();
    const one = w.index(1);
    w.lines.push(`  ${next} = arith.addi ${i}, ${one} : index`);
    const values = [next, ...types.map((t) => w.any(t))];
    w.lines.push(`  cf.br ${head}(${values.join(", ")} : ${all})`);
  });
  w.lines.push(`${end}:`);
  types.forEach((t, k) => w.define(t, carried[k]!));
}

function multiway(w: Writer): void {
  const t = pickType(w);
  const join = w.block();
  const flag = w.any("i8");
  const other = w.block();
  const cases = [0, 1, -1].map((n) => `    ${n}: ${join}(${w.any(t)} : ${t})`);
  w.lines.push(`  cf.switch ${flag} : i8, [`, `    default: ${other},`, cases.join(",\n"), "  ]");
  w.lines.push(`${other}:`);
  w.scoped(() => {
    w.lines.push(`  cf.br ${join}(${w.any(t)} : ${t})`);
  });
  enter(w, join, [t]);
}

function call(w: Writer): void {
  const callee = w.others.length === 0 ? undefined : w.random.pick(w.others);
  if (callee === undefined) return;
  if (callee.inputs.some((t) => t.startsWith("memref"))) return;
  const args = callee.inputs.map((t) => w.any(t));
  const results = callee.results.map(() => w.fresh());
  const type = `(${callee.inputs.join(", ")}) -> (${callee.results.join(", ")})`;
  const left = results.length === 0 ? "" : `${results.join(", ")} = `;
  w.lines.push(`  ${left}func.call @${callee.name}(${args.join(", ")}) : ${type}`);
  callee.results.forEach((t, i) => w.define(t, results[i]!));
}

function statements(w: Writer, depth: number, count: number): void {
  for (let n = 0; n < count; n++) {
    const kind = w.random.int(0, depth > 0 ? 11 : 8);
    const t = pickType(w);
    if (kind <= 2) {
      if (t === "index") indexOp(w);
      else if (isFloat(t)) floatOp(w, t);
      else integerOp(w, t);
    } else if (kind === 3) comparison(w, t);
    else if (kind === 4) castOp(w);
    else if (kind <= 6) memoryOp(w);
    else if (kind === 7) vectorOp(w);
    else if (kind === 8) call(w);
    else if (kind === 9) diamond(w, depth);
    else if (kind === 10) loop(w, depth);
    else multiway(w);
  }
}

/** A random function; it may call the others. */
export function randomFunction(
  name: string,
  seed: number,
  context: Context,
  others: readonly RandomFunction[] = [],
): RandomFunction {
  const w = new Writer(seed, context, others);
  const { random } = w;
  const inputs = [
    ...Array.from({ length: random.int(2, 6) }, () =>
      random.pick([...integers, ...floats, "index"] as string[]),
    ),
    ...Array.from({ length: random.int(0, 2) }, () => random.pick([...buffers])),
  ];
  const params = inputs.map((t) => `${w.define(t, w.fresh())}: ${t}`);
  statements(w, 2, random.int(6, 24));
  const types = w.scalarTypes();
  const results = Array.from({ length: types.length === 0 ? 0 : random.int(0, 4) }, () =>
    random.pick(types),
  );
  const values = results.map((t) => w.any(t));
  const end = results.length === 0 ? "" : ` ${values.join(", ")} : ${results.join(", ")}`;
  const signature = results.length === 0 ? "" : ` -> (${results.join(", ")})`;
  const text = [
    `func.func @${name}(${params.join(", ")})${signature} {`,
    ...w.lines,
    `  func.return${end}`,
    "}",
  ].join("\n");
  return { name, text, inputs, results };
}
