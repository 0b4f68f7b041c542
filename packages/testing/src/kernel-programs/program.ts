/**
 * Random kernel programs: the text of a kernel that composes patterns, with fitting arguments.
 *
 * Programs are exact: no reduction of floats whose order matters, no undefined integer operation.
 * Everything derives from a list of numbers, so that fast-check can shrink it.
 */
import { type DType, Random, type StorageArray } from "@strata/support";
import fc from "fast-check";
import { choices, Tape } from "../random-modules/tape.ts";
import { randomData } from "./data.ts";
import {
  arrowBody,
  expression,
  type ExpressionScope,
  type Helper,
  isFloat,
  type Leaf,
  literal,
} from "./expressions.ts";

/** Element types of program arguments. */
export const programTypes: readonly DType[] = [
  "f32",
  "i32",
  "f64",
  "u8",
  "i8",
  "bool",
  "i16",
  "u16",
  "u32",
  "i64",
  "u64",
  "f16",
  "bf16",
];

/** What a program is made from: choices, and the seed of its arguments. */
export interface ProgramPlan {
  readonly choices: readonly number[];
  readonly seed: number;
}

/** A tensor argument of a program. */
export interface ProgramTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: StorageArray;
}

/** A scalar argument of a program. */
export interface ProgramScalar {
  readonly dtype: "f32" | "i32";
  readonly value: number;
}

/** A kernel's text and arguments. */
export interface KernelProgram {
  readonly text: string;
  readonly args: Readonly<Record<string, ProgramTensor | ProgramScalar>>;
}

/** Plans of programs. */
export const programPlan: fc.Arbitrary<ProgramPlan> = fc.record({
  choices: choices(320),
  seed: fc.nat(),
});

interface Named {
  readonly name: string;
  readonly dtype: DType;
}

const boundaries = ["clamp", "zero", "wrap", "reflect", "copy", "constant"];
const counters = ["i", "j", "k"];

function shapeFrom(tape: Tape): number[] {
  switch (tape.int(0, 3)) {
    case 1:
      return [tape.int(0, 17), tape.int(0, 23)];
    case 2:
      return [tape.int(0, 5), tape.int(0, 6), tape.int(0, 11)];
    case 3:
      return [tape.pick([64, 65, 63, 33, 17, 70])];
    default:
      return [tape.int(0, 70)];
  }
}

/** Writes one program. */
class ProgramWriter {
  readonly tape: Tape;
  readonly shape: readonly number[];
  readonly #lines: string[] = [];
  readonly #results: string[] = [];
  readonly #helpers: Helper[] = [];
  readonly #helperTexts: string[] = [];
  /** Tensors of the shape of the arguments. */
  readonly #tensors: Named[];
  readonly #scalars: Leaf[] = [
    { text: "s", dtype: "f32" },
    { text: "z", dtype: "i32" },
  ];
  #next = 0;

  constructor(tape: Tape) {
    this.tape = tape;
    this.shape = shapeFrom(tape);
    const [a, b] = [tape.pick(programTypes), tape.pick(programTypes)];
    this.#tensors = [
      { name: "a", dtype: a },
      { name: "b", dtype: tape.chance(3) ? b : a },
    ];
    for (let k = tape.int(0, 1); k > 0; k--) this.#writeHelper(a);
  }

  get arguments(): readonly Named[] {
    return this.#tensors.slice(0, 2);
  }

  get rank(): number {
    return this.shape.length;
  }

  get #index(): string[] {
    return counters.slice(0, this.rank);
  }

  get #extents(): string[] {
    return this.#index.map((_, d) => `e${d}`);
  }

  #writeHelper(t: DType): void {
    if (t === "bool") return;
    const name = `h${this.#helpers.length}`;
    const leaves = ["x", "y"].map((text) => ({ text, dtype: t }));
    const body = expression({ tape: this.tape, leaves, helpers: this.#helpers }, t, 2);
    const params = leaves.map((l) => `${l.text}: ${t}`).join(", ");
    this.#helperTexts.push(`function ${name}(${params}): ${t} {\n  return ${body};\n}\n`);
    this.#helpers.push({ name, dtype: t, parameters: 2 });
  }

  /** What expressions of a body read: these, and scalars computed before. */
  #scope(leaves: readonly Leaf[]): ExpressionScope {
    // Own operands are likelier than what is outside of the body.
    const outside = this.tape.chance(4) ? this.#scalars : [];
    return { tape: this.tape, leaves: [...leaves, ...outside], helpers: this.#helpers };
  }

  #body(leaves: readonly Leaf[], t: DType): string {
    return arrowBody(this.#scope(leaves), t, this.tape.int(1, 4));
  }

  /** The type of what a body makes: usually that of its input. */
  #resultType(t: DType): DType {
    return this.tape.chance(4) ? this.tape.pick(programTypes) : t;
  }

  #tensor(): Named {
    // Later ones are likelier: they make longer chains.
    const k = Math.max(this.tape.int(0, 7), this.tape.int(0, 7));
    return this.#tensors[k % this.#tensors.length]!;
  }

  #define(text: string, dtype: DType | undefined): void {
    const name = `t${this.#next++}`;
    this.#lines.push(`const ${name} = ${text};`);
    this.#results.push(name);
    if (dtype !== undefined) this.#tensors.push({ name, dtype });
  }

  #defineScalar(text: string, dtype: DType): void {
    const name = `t${this.#next++}`;
    this.#lines.push(`const ${name}: ${dtype} = ${text};`);
    this.#results.push(name);
    this.#scalars.push({ text: name, dtype });
  }

  #boundary(t: DType): { text: string; isCopy: boolean } {
    const name = this.tape.pick(boundaries);
    const text = name === "constant" ? `constant(${literal(this.tape.int(0, 9), t)})` : name;
    return { text, isCopy: name === "copy" };
  }

  #reads(accessor: string, dtype: DType): Leaf[] {
    const { tape } = this;
    const read = (): Leaf => {
      const offsets = this.shape.map((_, d) => tape.int(0, d === 2 ? 2 : 4) - (d === 2 ? 1 : 2));
      return { text: `${accessor}(${offsets.join(", ")})`, dtype };
    };
    const centre = { text: `${accessor}(${this.shape.map(() => 0).join(", ")})`, dtype };
    return [centre, ...tape.list(1, 4, read)];
  }

  /** One element of a source that is itself computed where it is used. */
  #inline(): { text: string; dtype: DType } {
    const source = this.#tensor();
    if (!this.tape.chance(4)) return { text: source.name, dtype: source.dtype };
    const body = this.#body([{ text: "w", dtype: source.dtype }], source.dtype);
    return { text: `map(${source.name}, (w): ${source.dtype} => ${body})`, dtype: source.dtype };
  }

  readonly #patterns: readonly (() => void)[] = [
    () => {
      const source = this.#inline();
      const t = this.#resultType(source.dtype);
      const body = this.#body([{ text: "x", dtype: source.dtype }], t);
      this.#define(`map(${source.text}, (x): ${t} => ${body})`, t);
    },
    () => {
      const [x, y] = [this.#inline(), this.#tensor()];
      const t = this.#resultType(x.dtype);
      const leaves = [
        { text: "x", dtype: x.dtype },
        { text: "y", dtype: y.dtype },
      ];
      const body = this.#body(leaves, t);
      this.#define(`zip(${x.text}, ${y.name}, (x, y): ${t} => ${body})`, t);
    },
    () => this.#stencil(),
    () => this.#stencil(),
    () => {
      const [first, second] = [this.#tensor(), this.#tensor()];
      const [own, others] = [this.#boundary(first.dtype), this.#boundary(second.dtype)];
      const each = this.tape.chance(2);
      const isCopy = own.isCopy || (each && others.isCopy);
      const t = isCopy ? first.dtype : this.#resultType(first.dtype);
      // A constant beyond the border of all has the type of every input.
      const other = !each && own.text.startsWith("constant") ? first : second;
      const usable = [...this.#reads("c", first.dtype), ...this.#reads("d", other.dtype)];
      const names = `[${first.name}, ${other.name}]`;
      const how = each ? `[${own.text}, ${others.text}]` : own.text;
      this.#define(`stencil(${names}, ${how}, (c, d): ${t} => ${this.#body(usable, t)})`, t);
    },
    () => {
      const [first, second] = [this.#tensor(), this.#tensor()];
      const t = this.#resultType(first.dtype);
      const mirrored = this.#index.map((x, d) => `${this.#extents[d]} - 1 - ${x}`).join(", ");
      const leaves = [
        { text: `${first.name}.at(${mirrored})`, dtype: first.dtype },
        { text: `${second.name}.at(${this.#index.join(", ")})`, dtype: second.dtype },
        { text: `i32(${this.#index[0]})`, dtype: "i32" as const },
      ];
      const head = `build([${this.#extents.join(", ")}], (${this.#index.join(", ")})`;
      this.#define(`${head}: ${t} => ${this.#body(leaves, t)})`, t);
    },
    () => this.#scan(),
    () => {
      const source = this.#tensor();
      const t = source.dtype;
      const { text: how } = this.#boundary(t);
      const body = expression(this.#scope(this.#reads("c", t)), t, 2);
      const step = `stencil(u, ${how}, (c): ${t} => ${body})`;
      this.#define(`iterate(${this.tape.int(0, 3)}, ${source.name}, (u) => ${step})`, t);
    },
    () => {
      const source = this.#tensor();
      const to = this.tape.pick(programTypes);
      const body = this.#body([{ text: "x", dtype: source.dtype }], source.dtype);
      const inner = body.startsWith("{") ? "x" : body;
      this.#define(`map(${source.name}, (x): ${to} => ${to}(${inner}))`, to);
    },
    () => {
      const { text, dtype } = this.#inline();
      if (dtype === "bool")
        return this.#defineScalar(`${this.tape.pick(["any", "all"])}(${text})`, dtype);
      return this.#defineScalar(`${this.tape.pick(["min", "max"])}(${text})`, dtype);
    },
    () => {
      const { text, dtype } = this.#inline();
      if (dtype === "bool") return this.#defineScalar(`any(${text})`, dtype);
      const name = this.tape.pick(["argmax", "argmin"]);
      if (this.tape.chance(2)) return this.#defineScalar(`${name}(${text})`, "i32");
      return this.#define(`${name}(${text}, ${this.tape.int(0, this.rank - 1)})`, undefined);
    },
    () => {
      // Sums and products of integers, whole or along an axis.
      const [x, y] = [this.#tensor(), this.#tensor()];
      const t = isFloat(x.dtype) || x.dtype === "bool" ? "i32" : x.dtype;
      const leaves = [
        { text: "x", dtype: x.dtype },
        { text: "y", dtype: y.dtype },
      ];
      const of = `zip(${x.name}, ${y.name}, (x, y): ${t} => ${this.#body(leaves, t)})`;
      const name = this.tape.pick(["sum", "prod", "max"]);
      if (this.tape.chance(2)) return this.#defineScalar(`${name}(${of})`, t);
      return this.#define(`${name}(${of}, ${this.tape.int(0, this.rank - 1)})`, undefined);
    },
    () => {
      const { name, dtype } = this.#tensor();
      const leaves = [{ text: "x", dtype }];
      const bin = expression(this.#scope(leaves), "i32", 2);
      const weightType = this.tape.pick(["i32", "u8", "i64"] as const);
      const weight = this.tape.chance(2)
        ? `, (x): ${weightType} => ${expression(this.#scope(leaves), weightType, 2)}`
        : "";
      const bins = this.tape.int(1, 9);
      this.#define(`histogram(${name}, ${bins}, (x): i32 => ${bin}${weight})`, undefined);
    },
    () => {
      // Contractions of integers: a product and its sum for each point, indices affine or not.
      const [x, y] = [this.#tensor(), this.#tensor()];
      const t = isFloat(x.dtype) || x.dtype === "bool" ? "i32" : x.dtype;
      const at = (name: string, k: number): string => {
        const places = this.#index.map((i, d) => (d === k ? "p" : i));
        return `${name}.at(${places.join(", ")})`;
      };
      const k = this.tape.int(0, this.rank - 1);
      const leaves = [
        { text: at(x.name, k), dtype: x.dtype },
        { text: at(y.name, k), dtype: y.dtype },
        { text: "i32(p)", dtype: "i32" as const },
      ];
      const name = this.tape.pick(["sum", "prod", "max"]);
      const term = expression(this.#scope(leaves), t, 2);
      const head = `build([${this.#extents.join(", ")}], (${this.#index.join(", ")})`;
      this.#define(`${head}: ${t} => ${name}(${this.#extents[k]}, (p): ${t} => ${term}))`, t);
    },
    () => {
      // Rows to places and from places along the first axis, some outside for scatter.
      const source = this.#tensor();
      const rows = this.shape[0]!;
      const count = this.tape.int(0, 6);
      const places = `build([${count}], (i): i32 => i32(i) * ${this.tape.int(1, 5)}`;
      if (this.tape.chance(2) && rows > 0) {
        this.#define(`gather(${source.name}, ${places} % ${rows}))`, undefined);
        return;
      }
      const tail = this.#index.slice(1);
      const sizes = [String(count), ...this.#extents.slice(1)].join(", ");
      const t = source.dtype;
      const values = `build([${sizes}], (${["i", ...tail].join(", ")}): ${t} => ${t}(i32(i) * 3))`;
      const leaves = [
        { text: "x", dtype: t },
        { text: "y", dtype: t },
      ];
      const combine = this.tape.chance(2)
        ? `, (x, y): ${t} => ${expression(this.#scope(leaves), t, 2)}`
        : "";
      const offset = this.tape.int(0, 2);
      this.#define(`scatter(${source.name}, ${places} - ${offset}), ${values}${combine})`, t);
    },
    () => {
      // Tensors made and carried by a loop.
      const source = this.#tensor();
      const t = source.dtype;
      const name = `u${this.#next}`;
      const inner = expression(this.#scope([{ text: "x", dtype: t }]), t, 2);
      const leaves = [
        { text: "x", dtype: t },
        { text: "y", dtype: t },
      ];
      const outer = expression(this.#scope(leaves), t, 2);
      const steps = this.tape.int(0, 3);
      this.#lines.push(
        `let ${name} = ${source.name};`,
        `for (let q = 0; q < ${steps}; q++) {`,
        `  const v = map(${name}, (x): ${t} => ${inner});`,
        `  ${name} = zip(v, ${name}, (x, y): ${t} => ${outer});`,
        `}`,
      );
      this.#define(`map(${name}, (x): ${t} => x)`, t);
    },
    () => {
      // Several tensors carried by one iteration.
      const [u, v] = [this.#tensor(), this.#tensor()];
      const body = expression(
        this.#scope([
          { text: "x", dtype: u.dtype },
          { text: "y", dtype: v.dtype },
        ]),
        u.dtype,
        2,
      );
      const next = `zip(p, q, (x, y): ${u.dtype} => ${body})`;
      const other = u.dtype === v.dtype && this.tape.chance(2) ? "p" : "q";
      const second = other === "p" ? "p" : `map(q, (x): ${v.dtype} => x)`;
      const head = `const [v${this.#next}, w${this.#next}] = iterate(${this.tape.int(0, 3)}`;
      const [a, b] = [`v${this.#next}`, `w${this.#next}`];
      this.#next++;
      const pair = `[${u.name}, ${v.name}], (p, q) => [${next}, ${second}]);`;
      this.#lines.push(`${head}, ${pair}`);
      this.#results.push(a, b);
      this.#tensors.push({ name: a, dtype: u.dtype }, { name: b, dtype: v.dtype });
    },
  ];

  #stencil(): void {
    const source = this.#inline();
    const { text: how, isCopy } = this.#boundary(source.dtype);
    const choice = this.tape.int(0, 7);
    const keeps = isCopy || choice === 1;
    const t = keeps ? source.dtype : this.#resultType(source.dtype);
    const body = this.#body(this.#reads("c", source.dtype), t);
    const start = `stencil(${source.text}, ${how}, (c): ${t} => ${body}`;
    if (choice === 1) this.#define(`${start}, { parity: ${this.tape.int(0, 1)} })`, t);
    else if (choice === 2) {
      // Of another shape: no later step reads it.
      const strides = this.shape.map(() => this.tape.int(1, 3));
      this.#define(`${start}, { stride: [${strides.join(", ")}] })`, undefined);
    } else this.#define(`${start})`, t);
  }

  #scan(): void {
    const { tape } = this;
    const { name, dtype } = this.#tensor();
    const t = dtype === "bool" ? "i32" : dtype;
    const leaves = [
      { text: "acc", dtype: t },
      { text: "x", dtype },
    ];
    const flags = `exclusive: ${tape.chance(2)}, reverse: ${tape.chance(2)}`;
    const options = `{ axis: ${tape.int(0, this.rank - 1)}, ${flags} }`;
    const body = expression(this.#scope(leaves), t, 3);
    const init = `${t}(${literal(tape.int(0, 9), t)})`;
    this.#define(`scan(${name}, ${init}, (acc, x): ${t} => ${body}, ${options})`, t);
  }

  write(): string {
    const steps = this.tape.int(1, 5);
    for (let k = 0; k < steps && (k === 0 || !this.tape.isAtEnd); k++) {
      this.tape.pick(this.#patterns)();
    }
    const dims = ["n", "m", "l"].slice(0, this.rank);
    const tensor = (t: DType): string => `Tensor<${t}, [${dims.join(", ")}]>`;
    const params = this.arguments.map(({ name, dtype }) => `${name}: ${tensor(dtype)}`);
    const generics = dims.map((d) => `${d} extends Dim`).join(", ");
    const extents = dims.map((_, k) => `const e${k} = a.shape[${k}];`);
    const end = `return { ${this.#results.join(", ")} };`;
    return [
      ...this.#helperTexts,
      `export function program<${generics}>(${params.join(", ")}, s: f32, z: i32) {`,
      ...[...extents, ...this.#lines, end].map((line) => `  ${line}`),
      "}",
      "",
    ].join("\n");
  }
}

/** The program that a plan stands for. */
export function programOf(plan: ProgramPlan): KernelProgram {
  const writer = new ProgramWriter(new Tape(plan.choices));
  const text = writer.write();
  const random = new Random(plan.seed);
  const { shape } = writer;
  const elements = shape.reduce((n, d) => n * d, 1);
  const tensors = writer.arguments.map(({ name, dtype }) => {
    return [name, { dtype, shape, data: randomData(dtype, elements, random) }] as const;
  });
  const s = { dtype: "f32" as const, value: random.int(-40, 40) / 8 };
  const z = { dtype: "i32" as const, value: random.int(-20, 20) };
  return { text, args: { ...Object.fromEntries(tensors), s, z } };
}
