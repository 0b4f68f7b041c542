/**
 * Random kernel programs: the text of a kernel that composes patterns, with fitting arguments.
 *
 * Programs are exact: no reduction of floats whose order matters, no undefined integer operation.
 * Everything derives from plain numbers and lists, so that fast-check can shrink it.
 */
import {
  type DType,
  dtypeInfo,
  Random,
  type StorageArray,
  wrapInteger,
  writeElement,
} from "@strata/support";
import fc from "fast-check";

/** Element types of program arguments. */
export const programTypes: readonly DType[] = [
  "f32",
  "f64",
  "i32",
  "u8",
  "i8",
  "i16",
  "u16",
  "u32",
  "i64",
  "u64",
  "f16",
  "bf16",
];

/** An expression by choice numbers; what they mean depends on the type at hand. */
interface Expr {
  readonly op: number;
  readonly args: readonly Expr[];
  readonly literal: number;
}

/** One step of a program: which pattern on which tensors, with which body. */
interface Step {
  readonly pattern: number;
  readonly inputs: readonly [number, number];
  readonly boundary: number;
  readonly offsets: readonly (readonly [number, number, number])[];
  readonly body: Expr;
  readonly count: number;
  readonly convert: number;
}

/** What a program is made from. */
export interface ProgramPlan {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly steps: readonly Step[];
  readonly seed: number;
}

/** A tensor argument of a program. */
export interface ProgramTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: StorageArray;
}

/** A kernel's text and arguments. */
export interface KernelProgram {
  readonly text: string;
  readonly args: Readonly<Record<string, ProgramTensor>>;
}

/** Expressions up to a depth; the bound keeps the expected size of a program small. */
function exprOfDepth(depth: number): fc.Arbitrary<Expr> {
  const args: fc.Arbitrary<readonly Expr[]> =
    depth === 0 ? fc.constant([]) : fc.array(exprOfDepth(depth - 1), { maxLength: 2 });
  return fc.record({ op: fc.nat(30), args, literal: fc.integer({ min: -9, max: 9 }) });
}

const expr = exprOfDepth(4);

const offset = fc.tuple(
  fc.integer({ min: -2, max: 2 }),
  fc.integer({ min: -2, max: 2 }),
  fc.integer({ min: -1, max: 1 }),
);

const step: fc.Arbitrary<Step> = fc.record({
  pattern: fc.nat(11),
  inputs: fc.tuple(fc.nat(5), fc.nat(5)),
  boundary: fc.nat(5),
  offsets: fc.array(offset, { minLength: 1, maxLength: 4 }),
  body: expr,
  count: fc.nat(3),
  convert: fc.nat(programTypes.length - 1),
});

const shape = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 70 })),
  fc.tuple(fc.integer({ min: 0, max: 17 }), fc.integer({ min: 0, max: 23 })),
  fc.tuple(
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 0, max: 11 }),
  ),
);

/** Plans of programs. */
export const programPlan: fc.Arbitrary<ProgramPlan> = fc.record({
  dtype: fc.nat(programTypes.length - 1),
  shape,
  steps: fc.array(step, { minLength: 1, maxLength: 4 }),
  seed: fc.nat(),
});

const isFloat = (t: DType): boolean => dtypeInfo(t).kind === "float";
const isWide = (t: DType): boolean => t === "i64" || t === "u64";
const isUnsigned = (t: DType): boolean => dtypeInfo(t).kind === "uint";

function literal(n: number, t: DType): string {
  const value = isUnsigned(t) ? Math.abs(n) : n;
  if (isFloat(t)) return value < 0 ? `(${value / 4})` : String(value / 4);
  const text = isWide(t) ? `${value}n` : String(value);
  return value < 0 ? `(${text})` : text;
}

/** The text of an expression of type `t` over the given leaves. */
function textOf(e: Expr, t: DType, leaves: readonly string[]): string {
  const leaf = (k: number): string => leaves[k % leaves.length]!;
  const [a, b] = e.args;
  if (a === undefined) {
    return e.op % 4 === 3 ? literal(e.literal, t) : leaf(e.op);
  }
  const x = textOf(a, t, leaves);
  const y = b === undefined ? leaf(e.op + 1) : textOf(b, t, leaves);
  const shift = isWide(t) ? `${Math.abs(e.literal)}n` : String(Math.abs(e.literal));
  const common = [
    `(${x} + ${y})`,
    `(${x} - ${y})`,
    `(${x} * ${y})`,
    `Math.min(${x}, ${y})`,
    `Math.max(${x}, ${y})`,
    `(${x} < ${y} ? ${y} : ${x})`,
    `(${x} === ${y} ? ${leaf(e.op)} : ${y})`,
  ];
  const floats = [
    `Math.abs(${x})`,
    `Math.sqrt(Math.abs(${x}))`,
    `Math.floor(${x})`,
    `Math.round(${x})`,
    `(${x} / ${y})`,
    `(-${x})`,
    `Math.exp(Math.min(${x}, ${literal(8, t)}))`,
  ];
  const integers = [
    `(${x} & ${y})`,
    `(${x} | ${y})`,
    `(${x} ^ ${y})`,
    `(${x} << ${shift})`,
    `(${x} >> ${shift})`,
    `(~${x})`,
    isWide(t) ? `(${x} / ${Math.abs(e.literal) + 1}n)` : `idiv(${x}, ${Math.abs(e.literal) + 1})`,
    `(${x} % ${Math.abs(e.literal) + 1}${isWide(t) ? "n" : ""})`,
  ];
  const choices = [...common, ...(isFloat(t) ? floats : integers)];
  return choices[e.op % choices.length]!;
}

interface Named {
  readonly name: string;
  readonly dtype: DType;
}

const boundaries = ["clamp", "zero", "wrap", "reflect", "copy", "constant"];

/** The program that a plan stands for. */
export function programOf(plan: ProgramPlan): KernelProgram {
  const first = programTypes[plan.dtype]!;
  const rank = plan.shape.length;
  const dims = ["n", "m", "l"].slice(0, rank);
  const index = ["i", "j", "k"].slice(0, rank);
  const tensors: Named[] = [
    { name: "a", dtype: first },
    { name: "b", dtype: first },
  ];
  const lines: string[] = [];
  const results: string[] = [];
  plan.steps.forEach((s, k) => {
    const source = tensors[s.inputs[0] % tensors.length]!;
    const other = tensors.filter((t) => t.dtype === source.dtype);
    const second = other[s.inputs[1] % other.length]!;
    const t = source.dtype;
    const name = `t${k}`;
    const define = (text: string, dtype: DType = t): void => {
      lines.push(`const ${name} = ${text};`);
      tensors.push({ name, dtype });
      results.push(name);
    };
    const boundary = boundaries[s.boundary % boundaries.length]!;
    const how = boundary === "constant" ? `constant(${literal(s.count, t)})` : boundary;
    const reads = (c: string): string[] =>
      s.offsets.map((o) => `${c}(${o.slice(0, rank).join(", ")})`);
    const centre = `c(${dims.map(() => 0).join(", ")})`;
    switch (s.pattern % 12) {
      case 0:
        define(`map(${source.name}, (x): ${t} => ${textOf(s.body, t, ["x"])})`);
        break;
      case 1:
        define(`zip(${source.name}, ${second.name}, (x, y): ${t} => ${textOf(s.body, t, ["x", "y"])})`);
        break;
      case 2:
        define(`stencil(${source.name}, ${how}, (c): ${t} => ${textOf(s.body, t, [centre, ...reads("c")])})`);
        break;
      case 3: {
        const body = `(c): ${t} => ${textOf(s.body, t, [centre, ...reads("c")])}`;
        if (s.count < 2) {
          define(`stencil(${source.name}, ${how}, ${body}, { parity: ${s.count} })`);
          break;
        }
        // Of another shape: a result that no later step reads.
        const strides = dims.map((_, d) => 1 + ((s.boundary + d * s.count) % 3));
        const options = `{ stride: [${strides.join(", ")}] }`;
        lines.push(`const ${name} = stencil(${source.name}, ${how}, ${body}, ${options});`);
        results.push(name);
        break;
      }
      case 4: {
        const other = boundaries[(s.boundary + s.count) % 5]!;
        const each = s.count === 0 ? how : `[${how}, ${other}]`;
        define(`stencil([${source.name}, ${second.name}], ${each}, (c, d): ${t} => ` +
          `${textOf(s.body, t, [centre, ...reads("d"), ...reads("c")])})`);
        break;
      }
      case 5: {
        const at = index.map((x, d) => `${dims[d]!}0 - 1 - ${x}`).join(", ");
        const extents = dims.map((d) => `${d}0`).join(", ");
        define(`build([${extents}], (${index.join(", ")}): ${t} => ` +
          `${textOf(s.body, t, [`${source.name}.at(${at})`, `${second.name}.at(${index.join(", ")})`])})`);
        break;
      }
      case 6: {
        const options = `{ axis: ${s.count % rank}, exclusive: ${s.boundary % 2 === 0}, reverse: ${s.inputs[1] % 2 === 0} }`;
        const body = textOf(s.body, t, ["acc", "x"]);
        define(`scan(${source.name}, ${literal(s.count, t)}, (acc, x) => ${body}, ${options})`);
        break;
      }
      case 7: {
        const inner = textOf(s.body, t, [centre, ...reads("c")]);
        const stepText = `stencil(u, ${how}, (c): ${t} => ${inner})`;
        define(`iterate(${s.count}, ${source.name}, (u) => ${stepText})`);
        break;
      }
      case 8: {
        const to = programTypes[s.convert]!;
        define(`map(${source.name}, (x) => ${to}(${textOf(s.body, t, ["x"])}))`, to);
        break;
      }
      case 9: {
        // A branch with a loop inside; its trip count differs from element to element.
        const more = textOf(s.body, t, ["v", "x"]);
        const one = literal(4, t);
        define(`map(${source.name}, (x): ${t} => {\n` +
          `    let v = x;\n    let r = 0;\n` +
          `    while (v < ${literal(9, t)} && r < ${s.count + 1}) {\n` +
          `      v = v + ${one};\n      r = r + 1;\n    }\n` +
          `    if (r > 1) {\n      return ${more};\n    }\n    return v;\n  })`);
        break;
      }
      case 10: {
        const extreme = s.boundary % 2 === 0 ? "min" : "max";
        const of = `map(${source.name}, (x): ${t} => ${textOf(s.body, t, ["x"])})`;
        lines.push(`const ${name} = ${extreme}(${of});`);
        results.push(name);
        break;
      }
      default:
        if (isFloat(t)) {
          lines.push(`const ${name} = argmax(${source.name});`);
        } else {
          const body = textOf(s.body, t, ["x", "y"]);
          lines.push(
            `const ${name} = sum(zip(${source.name}, ${second.name}, (x, y): ${t} => ${body}));`,
          );
        }
        results.push(name);
    }
  });
  const tensor = (t: DType): string => `Tensor<${t}, [${dims.join(", ")}]>`;
  const extents = dims.map((d, k) => `const ${d}0 = a.shape[${k}];`);
  const generics = dims.map((d) => `${d} extends Dim`).join(", ");
  const text = [
    `export function program<${generics}>(a: ${tensor(first)}, b: ${tensor(first)}) {`,
    ...[...extents, ...lines, `return { ${results.join(", ")} };`].map((line) => `  ${line}`),
    "}",
    "",
  ].join("\n");
  const random = new Random(plan.seed);
  const argument = (): ProgramTensor => ({
    dtype: first,
    shape: plan.shape,
    data: randomData(
      first,
      plan.shape.reduce((n, d) => n * d, 1),
      random,
    ),
  });
  return { text, args: { a: argument(), b: argument() } };
}

/** Elements of a type: mostly small, with extremes, NaN and infinities among them. */
export function randomData(t: DType, count: number, random: Random): StorageArray {
  const { array, kind } = dtypeInfo(t);
  const data = new array(count);
  const special = [Number.NaN, Infinity, -Infinity, -0, 0, 1e30, -1e-40];
  for (let i = 0; i < count; i++) {
    const rare = random.int(0, 15) === 0;
    if (kind === "float") {
      const usual = random.int(-128, 128) / 16;
      writeElement(t, data, i, rare ? special[random.int(0, special.length - 1)]! : usual);
      continue;
    }
    const bits = BigInt(random.int(-(2 ** 31), 2 ** 31 - 1)) * 0x10001n;
    const value = rare ? bits : BigInt(random.int(-20, 20));
    writeElement(t, data, i, wrapInteger(t, value));
  }
  return data;
}
