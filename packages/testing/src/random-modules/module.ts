/**
 * Random well-formed modules as text: functions of several blocks, structured control flow, calls,
 * memory, tensors and vectors. Values are used only where they dominate; functions call only those
 * that follow, so that no call recurs; structured loops end. Accesses stay inside.
 */
import {
  bitWidthOf,
  elementTypeOf,
  f32,
  f64,
  i1,
  i32,
  i64,
  i8,
  index,
  type Type,
  VectorType,
} from "@strata/ir";
import type fc from "fast-check";
import { arithmeticMakers } from "./arithmetic.ts";
import { attributeFrom } from "./attributes.ts";
import { controlMakers } from "./control.ts";
import { graphFrom } from "./graph.ts";
import { familyTypes, memoryMakers } from "./memory.ts";
import { fromTape, type Tape } from "./tape.ts";
import { typeFrom } from "./types.ts";
import {
  type Callable,
  canMake,
  families,
  type Family,
  ModuleWriter,
  type NamedValue,
} from "./writer.ts";

/** What a module may consist of. */
export interface ModuleOptions {
  /** All by default. */
  readonly families?: readonly Family[];
  /** Functions, at least one; the first is `f`, whose arguments are numbers and vectors. */
  readonly maxFunctions?: number;
  /** Operations in one function, about. */
  readonly maxOperations?: number;
  readonly maxBlocks?: number;
  /** Values are printed as they are computed, so that whoever runs the module sees them. */
  readonly observed?: boolean;
  /** Types that only pass through, and discardable attributes. */
  readonly decorations?: boolean;
}

type Maker = (w: ModuleWriter) => void;

/** Whether operations of a family may be written, and how. */
function makersFor(enabled: ReadonlySet<Family>, observed: boolean): Maker[] {
  const body = (w: ModuleWriter): void => writeSome(w, all, w.tape.int(0, 3));
  const control = controlMakers(body);
  const makers: Maker[] = [];
  for (const family of enabled) {
    if (family === "arith" || family === "math") makers.push(...arithmeticMakers[family]);
    else if (family === "scf" || family === "call") makers.push(...control[family]);
    else if (family !== "cf") makers.push(...memoryMakers[family]);
  }
  const all = observed ? makers.map(printing) : makers;
  return all;
}

const isPrinted = (t: Type): boolean => {
  const e = elementTypeOf(t);
  return (t === e || t instanceof VectorType) && bitWidthOf(e === index ? i64 : e) !== undefined;
};

/** Prints the latest value after an operation has been written, half of the time. */
const printing =
  (make: Maker): Maker =>
  (w) => {
    make(w);
    if (w.tape.chance(2)) return;
    const latest = w.visible(isPrinted).at(-1);
    if (latest !== undefined) w.line(`vector.print ${latest.name} : ${latest.type.toString()}`);
  };

function writeSome(w: ModuleWriter, makers: readonly Maker[], count: number): void {
  for (let i = 0; i < count && w.budget > 0 && !w.tape.isAtEnd; i++) {
    w.budget--;
    w.tape.pick(makers)(w);
  }
}

const numberTypes: readonly Type[] = [i32, index, f32, i1, i64, i8, f64];

function typesFor(
  tape: Tape,
  enabled: ReadonlySet<Family>,
  most: number,
  plain: boolean,
  least = 0,
): Type[] {
  const pool: Type[] = [...numberTypes];
  if (enabled.has("vector")) pool.push(...familyTypes.vector);
  if (enabled.has("tensor")) pool.push(...familyTypes.tensor);
  if (enabled.has("memref") && !plain) pool.push(...familyTypes.memref);
  return tape.list(least, most, () => tape.pick(pool));
}

const listText = (types: readonly Type[]): string => types.map((t) => t.toString()).join(", ");

const passed = (values: readonly string[], types: readonly Type[]): string =>
  values.length === 0 ? "" : `(${values.join(", ")} : ${listText(types)})`;

/** Writes the end of a block that leads to these blocks. */
function writeBranch(
  w: ModuleWriter,
  targets: readonly number[],
  args: readonly (readonly NamedValue[])[],
  results: readonly Type[],
): void {
  // Upstream does not read `%v#1` among the operands of a switch.
  const value = (t: Type): string => {
    const name = w.value(t);
    return targets.length > 2 && name.includes("#") ? w.constant(t) : name;
  };
  const to = (b: number): string => {
    const types = args[b]!.map((a) => a.type);
    return `^bb${b}${passed(types.map(value), types)}`;
  };
  if (targets.length === 0) {
    const values = results.map((t) => w.value(t));
    w.line(results.length === 0 ? "return" : `return ${values.join(", ")} : ${listText(results)}`);
  } else if (targets.length === 1) {
    w.line(`cf.br ${to(targets[0]!)}`);
  } else if (targets.length === 2) {
    const c = w.value(i1);
    const [a, b] = [to(targets[0]!), to(targets[1]!)];
    w.line(`cf.cond_br ${c}, ${a}, ${b}`);
  } else {
    const flag = w.value(i32);
    const [otherwise, ...cases] = targets.map(to);
    w.line(`cf.switch ${flag} : i32, [`);
    w.line(`  default: ${otherwise!},`);
    cases.forEach((c, k) => w.line(`  ${k}: ${c}${k === cases.length - 1 ? "" : ","}`));
    w.line("]");
  }
}

function writeFunction(
  w: ModuleWriter,
  f: Callable,
  makers: readonly Maker[],
  options: Required<ModuleOptions>,
): void {
  const { tape } = w;
  w.budget = tape.int(Math.min(4, options.maxOperations), options.maxOperations);
  const decoration =
    options.decorations && tape.chance(3)
      ? ` attributes {test.note = ${attributeFrom(tape).toString()}}`
      : "";
  const params = f.inputs.map((type) => ({ name: w.fresh(), type }));
  const signature = params.map((p) => `${p.name}: ${p.type.toString()}`).join(", ");
  const visibility = f.name === "f" || !tape.chance(2) ? "" : "private ";
  const results = f.results.length === 0 ? "" : ` -> (${listText(f.results)})`;
  w.line(`func.func ${visibility}@${f.name}(${signature})${results}${decoration} {`);
  const graph = graphFrom(tape, w.families.has("cf") ? options.maxBlocks : 1);
  const args = graph.successors.map((_, b): NamedValue[] =>
    b === 0 ? [] : typesFor(tape, w.families, 2, false).map((type) => ({ name: w.fresh(), type })),
  );
  const offered: NamedValue[][] = [];
  // Dominators come first: they have fewer dominators themselves. The text keeps the order.
  const bodies = new Map<number, string>();
  const order = graph.successors
    .map((_, b) => b)
    .sort((a, b) => graph.dominators[a]!.length - graph.dominators[b]!.length || a - b);
  for (const b of order) {
    const known = graph.dominators[b]!.flatMap((d) => offered[d]!);
    const before = w.mark();
    offered[b] = w
      .within([...(b === 0 ? params : []), ...known, ...args[b]!], () => {
        const share = Math.ceil(w.budget / graph.successors.length);
        writeSome(w, makers, tape.int(share >> 1, share));
        writeBranch(w, graph.successors[b]!, args, f.results);
      })
      .filter((v) => !known.includes(v));
    bodies.set(b, w.cutSince(before));
  }
  graph.successors.forEach((_, b) => {
    const list = args[b]!.map((a) => `${a.name}: ${a.type.toString()}`).join(", ");
    if (b > 0) w.line(`^bb${b}${list === "" ? "" : `(${list})`}:`);
    w.paste(bodies.get(b)!);
  });
  w.line("}");
}

/** The text of a module made by a tape. */
export function moduleTextFrom(tape: Tape, options: ModuleOptions = {}): string {
  const all: Required<ModuleOptions> = {
    families,
    maxFunctions: 3,
    maxOperations: 32,
    maxBlocks: 6,
    observed: false,
    decorations: false,
    ...options,
  };
  const enabled = new Set(all.families);
  const makers = makersFor(enabled, all.observed);
  const w = new ModuleWriter(tape, enabled);
  const count = tape.int(1, all.maxFunctions);
  const functions = Array.from({ length: count }, (_, k): Callable => {
    const name = k === 0 ? "f" : `g${k}`;
    const inputs = typesFor(tape, enabled, 4, k === 0);
    if (all.decorations && k > 0 && tape.chance(3)) inputs.push(typeFrom(tape));
    return { name, inputs, results: typesFor(tape, enabled, 6, k === 0, 1) };
  });
  functions.forEach((f, k) => {
    // Values of any type cannot be made: functions that need one are not called.
    w.callables = functions.slice(k + 1).filter((g) => g.inputs.every(canMake));
    writeFunction(w, f, makers, all);
  });
  return w.text;
}

/** The text of any module. */
export function moduleTexts(options: ModuleOptions = {}): fc.Arbitrary<string> {
  return fromTape(400, (tape) => moduleTextFrom(tape, options));
}
