/**
 * Every scalar operation on every type that it admits, printed as OpenCL C and run by PoCL, against the
 * interpreter: bit for bit, but for functions whose accuracy OpenCL leaves open.
 */
import { arith, arithOps, ConstantOp, ScalingExtF, ScalingTruncF } from "@strata/arith";
import { emitKernels } from "@strata/emit-c";
import { func } from "@strata/func";
import { gpu, GpuModule } from "@strata/gpu";
import { createStore, type ElementStore, Interpreter, type ScalarValue } from "@strata/interpret";
import {
  bf16,
  builtin,
  collect,
  Context,
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
  type ModuleOp,
  type OpDefinition,
  parseModule,
  type Type,
  verify,
} from "@strata/ir";
import { math, mathOps } from "@strata/math";
import { memref } from "@strata/memref";
import { scf } from "@strata/scf";
import { DiagnosticError, Random } from "@strata/support";
import { randomScalar } from "@strata/testing";
import { skipPocl } from "@strata/testing/opencl-tools";
import { describe, expect, it } from "vitest";
import { type OpenClDevice, openClFlavour, openClProvider } from "@strata/backend-opencl";
import { buildProgram } from "../src/program.ts";

const context = new Context([builtin, arith, func, gpu, math, memref, scf]);
const types: readonly Type[] = [i1, i8, i16, i32, i64, index, f16, bf16, f32, f64];
const left = new Set<string>(
  [ConstantOp, ScalingExtF, ScalingTruncF].map((op) => op.definition.name),
);

/** One operation on one choice of types, in the generic form. */
interface Case {
  readonly name: string;
  readonly attributes: string;
  readonly inputs: readonly Type[];
  readonly outputs: readonly Type[];
}

const list = (all: readonly (Type | string)[]): string => all.map(String).join(", ");

function operation(c: Case, results: string, operands: readonly string[]): string {
  return `${results} = "${c.name}"(${operands.join(", ")}) ${c.attributes} : (${list(c.inputs)}) -> (${list(c.outputs)})`;
}

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, k) => `%${prefix}${k}`);

/** The operation as a function that the interpreter runs; undefined where the types do not fit. */
function tryFunction(c: Case): ModuleOp | undefined {
  const args = names("a", c.inputs.length);
  const results = names("r", c.outputs.length);
  const text = `func.func @f(${args.map((a, k) => `${a}: ${String(c.inputs[k])}`).join(", ")}) -> (${list(c.outputs)}) {
    ${operation(c, results.join(", "), args)}
    func.return ${results.join(", ")} : ${list(c.outputs)}
  }`;
  try {
    const module = parseModule(context, text);
    return verify(module).length === 0 ? module : undefined;
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

function attributeTexts({ attributes }: OpDefinition): string[] {
  const found = attributes.find((a) => a.constraint.cases !== undefined && !a.optional);
  if (found === undefined) return [""];
  return (found.constraint.cases ?? []).map((_, k) => `<{${found.name} = ${k} : i64}>`);
}

/** The choices of types for an operation. */
function casesOf(definition: OpDefinition): Case[] {
  const { name, operandGroups, resultGroups } = definition;
  const found = new Map<string, Case>();
  for (const attributes of attributeTexts(definition)) {
    for (const a of types) {
      for (const b of types) {
        const inputs =
          name === "arith.select"
            ? [i1, a, a]
            : name === "math.fpowi"
              ? [a, b]
              : operandGroups.map(() => a);
        const outputs = resultGroups.map((_, k) =>
          name === "math.fpowi" || (name === "arith.addui_extended" && k === 0) ? a : b,
        );
        const c = { name, attributes, inputs, outputs };
        const key = `${attributes} ${list(inputs)} ${list(outputs)}`;
        if (!found.has(key) && tryFunction(c) !== undefined) found.set(key, c);
      }
    }
  }
  return [...found.values()];
}

/** Samples of each case. */
const SAMPLES = 24;

/** The elements of one type that a program reads and writes: `SAMPLES` for each slot. */
class Slots {
  readonly counts = new Map<Type, number>();

  take(type: Type): number {
    const next = this.counts.get(type) ?? 0;
    this.counts.set(type, next + 1);
    return next;
  }

  stores(): Map<Type, ElementStore> {
    return new Map(
      types.map((t) => [t, createStore(t, SAMPLES * Math.max(1, this.counts.get(t) ?? 0))]),
    );
  }
}

interface Placed {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A kernel that applies every case to `SAMPLES` elements. */
function kernelText(cases: readonly Case[], placed: readonly Placed[]): string {
  const params = types.flatMap((t) => [
    `%in_${String(t)}: memref<?x${String(t)}>`,
    `%out_${String(t)}: memref<?x${String(t)}>`,
  ]);
  const lines: string[] = ["%i = gpu.thread_id x"];
  const at = (slot: number, name: string): string => {
    lines.push(
      `%${name}c = arith.constant ${slot * SAMPLES} : index`,
      `%${name} = arith.addi %i, %${name}c : index`,
    );
    return `%${name}`;
  };
  cases.forEach((c, k) => {
    const { inputs, outputs } = placed[k]!;
    const args = inputs.map((slot, j) => {
      const t = String(c.inputs[j]);
      const place = at(slot, `p${k}_${j}`);
      lines.push(`%v${k}_${j} = memref.load %in_${t}[${place}] : memref<?x${t}>`);
      return `%v${k}_${j}`;
    });
    const results = outputs.map((_, j) => `%r${k}_${j}`);
    lines.push(operation(c, results.join(", "), args));
    outputs.forEach((slot, j) => {
      const t = String(c.outputs[j]);
      const place = at(slot, `q${k}_${j}`);
      lines.push(`memref.store ${results[j]!}, %out_${t}[${place}] : memref<?x${t}>`);
    });
  });
  return `module attributes {gpu.container_module} { gpu.module @m {
    gpu.func @ops(${params.join(", ")}) kernel attributes {known_block_size = array<i32: ${SAMPLES}, 1, 1>, index_bitwidth = 64 : i32} {
      ${lines.join("\n      ")}
      gpu.return
    }
  } }`;
}

function bytesOf({ array }: ElementStore): Uint8Array {
  return new Uint8Array(array!.buffer, array!.byteOffset, array!.byteLength);
}

/** Functions that OpenCL computes to some units in the last place only. */
const loose =
  /^math\.(?!absf|ceil|floor|trunc|round|roundeven|copysign|fma|sqrt|clampf|is|abs[i]|c[t]|ipowi)/;

const unit = (t: Type): number => {
  if (t === f64) return 2 ** -52;
  return t === f32 ? 2 ** -23 : t === f16 ? 2 ** -10 : 2 ** -7;
};

function agrees(c: Case, t: Type, expected: ScalarValue, actual: ScalarValue): boolean {
  if (Object.is(expected, actual)) return true;
  if (!(t instanceof FloatType)) return false;
  const [e, a] = [Number(expected), Number(actual)];
  if (e === 0 && a === 0) return loose.test(c.name) || /fpowi|mod|rem/.test(c.name);
  if (!loose.test(c.name)) return false;
  const least = t === f16 ? 2 ** -24 : t === f64 ? 2 ** -1022 : 2 ** -126;
  return Math.abs(e - a) <= 32 * unit(t) * Math.abs(e) + 2 * least;
}

/** Whether the meaning of a sample is open: bits of NaN, and results that the IR leaves undefined. */
function isOpen(c: Case, args: readonly ScalarValue[]): boolean {
  const hasNaN = args.some((v) => Number.isNaN(v));
  return hasNaN && /bitcast|copysign|pow/.test(c.name);
}

async function compare(
  device: OpenClDevice,
  cases: readonly Case[],
  seed: number,
): Promise<number> {
  const [ins, outs] = [new Slots(), new Slots()];
  const placed = cases.map((c) => ({
    inputs: c.inputs.map((t) => ins.take(t)),
    outputs: c.outputs.map((t) => outs.take(t)),
  }));
  const module = parseModule(context, kernelText(cases, placed));
  const { source, kernels } = emitKernels(
    collect(module, GpuModule)[0]!,
    openClFlavour({ exactDivision: true, hasFp64: true }),
  );
  const { queue } = device;
  const program = buildProgram(queue, source, []);
  const kernel = queue.createKernel(program, kernels[0]!);
  const [inputs, outputs] = [ins.stores(), outs.stores()];
  const random = new Random(seed);
  for (const [t, store] of inputs) {
    for (let k = 0; k < store.length; k++) {
      const small = random.boolean(0.5) ? random.int(-5, 40) : random.int(-(2 ** 31), 2 ** 31 - 1);
      store.set(k, t === index ? small : randomScalar(t, random));
    }
  }
  const memories = types.map((t) => {
    const [from, to] = [bytesOf(inputs.get(t)!), bytesOf(outputs.get(t)!)];
    const [source, target] = [queue.alloc(from.length), queue.alloc(to.length)];
    queue.write(source, from);
    return { source, target, from, to };
  });
  const args = memories.flatMap(({ source: x, target, from, to }, k) => {
    const size = inputs.get(types[k]!)!.array!.BYTES_PER_ELEMENT;
    return [x, from.length / size, target, to.length / size];
  });
  queue.launch(kernel, [1, 1, 1], [SAMPLES, 1, 1], args);
  for (const { target, to } of memories) queue.read(target, to);
  let compared = 0;
  cases.forEach((c, k) => {
    const interpreter = new Interpreter(tryFunction(c)!);
    for (let i = 0; i < SAMPLES; i++) {
      const given = c.inputs.map(
        (t, j) => inputs.get(t)!.get(placed[k]!.inputs[j]! * SAMPLES + i) as ScalarValue,
      );
      if (isOpen(c, given)) continue;
      let expected: readonly unknown[];
      try {
        expected = interpreter.run("f", given);
      } catch (error) {
        if (error instanceof DiagnosticError) continue;
        throw error;
      }
      c.outputs.forEach((t, j) => {
        const actual = outputs.get(t)!.get(placed[k]!.outputs[j]! * SAMPLES + i) as ScalarValue;
        const wanted = expected[j] as ScalarValue;
        compared++;
        if (agrees(c, t, wanted, actual)) return;
        const told = `${c.name} ${c.attributes} (${list(c.inputs)}) -> (${list(c.outputs)})`;
        expect.fail(
          `${told} of ${given.join(", ")}: expected ${String(wanted)}, got ${String(actual)}`,
        );
      });
    }
  });
  for (const { source: x, target } of memories) {
    queue.free(x);
    queue.free(target);
  }
  queue.api.releaseKernel(kernel.handle);
  queue.api.releaseProgram(program);
  return compared;
}

describe.skipIf(skipPocl)("scalar operations in OpenCL C", () => {
  const definitions = [...arithOps, ...mathOps]
    .map((op) => op.definition)
    .filter(({ name }) => !left.has(name));
  const groups: readonly [string, RegExp][] = [
    [
      "of integers",
      /^arith\.(?!.*f$|.*fp|cmp|select|bitcast|index_cast).*|^math\.(abs[i]|c[t]|ipowi)/,
    ],
    [
      "of floats",
      /^arith\.(add|sub|mul|div|rem|neg|max.*|min.*)f$|^arith\.(maximumf|minimumf|maxnumf|minnumf)$/,
    ],
    ["that compare and choose", /^arith\.(cmp|select)/],
    ["that convert", /^arith\.(ext|trunc|.*to|bitcast|index_cast)/],
    ["of math", /^math\.(?!abs[i]|c[t]|ipowi)/],
  ];

  it.each(groups)(
    "%s mean what the interpreter says",
    async (_, pattern) => {
      const device = (await openClProvider.open(0)) as OpenClDevice;
      const cases = definitions.filter(({ name }) => pattern.test(name)).flatMap(casesOf);
      expect(cases.length).toBeGreaterThan(10);
      const compared = await compare(device, cases, Number(process.env["STRATA_SEED"] ?? 1));
      expect(compared).toBeGreaterThan(cases.length * 5);
      device.close();
    },
    240_000,
  );

  it("have a group each", () => {
    const missed = definitions.filter(({ name }) => !groups.some(([, p]) => p.test(name)));
    expect(missed.map(({ name }) => name)).toEqual([]);
  });
});
