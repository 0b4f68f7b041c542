/** Random structured control flow and calls; every loop ends. */
import { elementTypeOf, FloatType, i1, i32, index, type Type } from "@strata/ir";
import { canMake, type ModuleWriter, type NamedValue } from "./writer.ts";

type Maker = (w: ModuleWriter) => void;

/** Writes some operations; given by the module's maker. */
export type Body = (w: ModuleWriter) => void;

const typeText = (types: readonly Type[]): string => types.map((t) => t.toString()).join(", ");

/** Types that values of loops and branches have. */
function carriedTypes(w: ModuleWriter): Type[] {
  const known = [...new Set(w.visible(canMake).map((v) => v.type))];
  return w.tape.list(0, 2, () => (known.length === 0 ? i32 : w.tape.pick(known)));
}

const valuesOf = (w: ModuleWriter, types: readonly Type[]): string[] =>
  types.map((t) => w.value(t));

/** `scf.yield` of values of these types; nothing where there are none. */
function yieldOf(w: ModuleWriter, types: readonly Type[]): void {
  const values = valuesOf(w, types);
  if (types.length > 0) w.line(`scf.yield ${values.join(", ")} : ${typeText(types)}`);
}

const constantIndex = (w: ModuleWriter, n: number): string =>
  w.emit(`arith.constant ${n} : index`, index);

function named(w: ModuleWriter, types: readonly Type[]): NamedValue[] {
  return types.map((type) => ({ name: w.fresh(), type }));
}

/** Opens a result list: `%v:2 = ` and the names, or nothing. */
function resultsOf(
  w: ModuleWriter,
  types: readonly Type[],
): { head: string; values: NamedValue[] } {
  if (types.length === 0) return { head: "", values: [] };
  const name = w.fresh();
  const values = types.map((type, i) => ({
    name: types.length === 1 ? name : `${name}#${i}`,
    type,
  }));
  return { head: `${name}${types.length === 1 ? "" : `:${types.length}`} = `, values };
}

function bounds(w: ModuleWriter): [string, string, string] {
  const low = constantIndex(w, w.tape.int(0, 4) - 2);
  const high = w.tape.chance(2) ? w.indexBelow(4) : constantIndex(w, w.tape.int(0, 5) - 1);
  return [low, high, constantIndex(w, w.tape.int(1, 3))];
}

function forLoop(w: ModuleWriter, body: Body): void {
  const types = carriedTypes(w);
  const inits = valuesOf(w, types);
  const [low, high, step] = bounds(w);
  const [iv, ...args] = named(w, [index, ...types]);
  const { head, values } = resultsOf(w, types);
  const carried = args.map((a, i) => `${a.name} = ${inits[i]!}`).join(", ");
  const iter = types.length === 0 ? "" : ` iter_args(${carried}) -> (${typeText(types)})`;
  w.line(`${head}scf.for ${iv!.name} = ${low} to ${high} step ${step}${iter} {`);
  w.nested(() => {
    w.offer(iv!, ...args);
    body(w);
    yieldOf(w, types);
  });
  w.line("}");
  w.offer(...values);
}

function branch(w: ModuleWriter, body: Body): void {
  const types = carriedTypes(w);
  const c = w.value(i1);
  const { head, values } = resultsOf(w, types);
  w.line(`${head}scf.if ${c}${types.length === 0 ? "" : ` -> (${typeText(types)})`} {`);
  const part = (): void =>
    w.nested(() => {
      body(w);
      yieldOf(w, types);
    });
  part();
  if (types.length > 0 || w.tape.chance(2)) {
    w.line("} else {");
    part();
  }
  w.line("}");
  w.offer(...values);
}

/** A loop of at most three rounds, which a condition of its own may end. */
function whileLoop(w: ModuleWriter, body: Body): void {
  const types = carriedTypes(w);
  const inits = [constantIndex(w, 0), ...valuesOf(w, types)];
  const all: Type[] = [index, ...types];
  const [before, after] = [named(w, all), named(w, all)];
  const { head, values } = resultsOf(w, all);
  const list = before.map((a, i) => `${a.name} = ${inits[i]!}`).join(", ");
  w.line(`${head}scf.while (${list}) : (${typeText(all)}) -> (${typeText(all)}) {`);
  w.nested(() => {
    w.offer(...before);
    body(w);
    const limit = constantIndex(w, w.tape.int(0, 3));
    const more = w.emit(`arith.cmpi ult, ${before[0]!.name}, ${limit} : index`, i1);
    const goes = w.tape.chance(2) ? w.emit(`arith.andi ${more}, ${w.value(i1)} : i1`, i1) : more;
    const passed = [before[0]!.name, ...valuesOf(w, types)];
    w.line(`scf.condition(${goes}) ${passed.join(", ")} : ${typeText(all)}`);
  });
  w.line("} do {");
  w.line(`^bb0(${after.map((a) => `${a.name}: ${a.type.toString()}`).join(", ")}):`);
  w.nested(() => {
    w.offer(...after);
    body(w);
    const next = w.emit(`arith.addi ${after[0]!.name}, ${constantIndex(w, 1)} : index`, index);
    w.line(`scf.yield ${[next, ...valuesOf(w, types)].join(", ")} : ${typeText(all)}`);
  });
  w.line("}");
  w.offer(...values);
}

const combiners = (t: Type): string =>
  elementTypeOf(t) instanceof FloatType ? "maximumf" : "addi";

/** A loop without an order: it reduces by operations that have none. */
function parallelLoop(w: ModuleWriter, body: Body): void {
  const types = w.tape.chance(2) ? [i32] : [];
  const inits = valuesOf(w, types);
  const lows = [constantIndex(w, 0)];
  const highs = [constantIndex(w, w.tape.int(0, 4))];
  const steps = [constantIndex(w, w.tape.int(1, 2))];
  const [iv] = named(w, [index]);
  const { head, values } = resultsOf(w, types);
  const init = types.length === 0 ? "" : ` init (${inits.join(", ")}) -> ${typeText(types)}`;
  const range = `(${lows.join()}) to (${highs.join()}) step (${steps.join()})`;
  w.line(`${head}scf.parallel (${iv!.name}) = ${range}${init} {`);
  w.nested(() => {
    w.offer(iv!);
    body(w);
    if (types.length === 0) {
      w.line("scf.reduce");
      return;
    }
    const given = valuesOf(w, types);
    w.line(`scf.reduce(${given.join(", ")} : ${typeText(types)}) {`);
    const [a, b] = named(w, [types[0]!, types[0]!]);
    const t = types[0]!.toString();
    w.line(`^bb0(${a!.name}: ${t}, ${b!.name}: ${t}):`);
    w.nested(() => {
      const sum = w.emit(`arith.${combiners(types[0]!)} ${a!.name}, ${b!.name} : ${t}`, types[0]!);
      w.line(`scf.reduce.return ${sum} : ${t}`);
    });
    w.line("}");
  });
  w.line("}");
  w.offer(...values);
}

function indexSwitch(w: ModuleWriter, body: Body): void {
  const types = carriedTypes(w);
  const arg = w.indexBelow(4);
  const { head, values } = resultsOf(w, types);
  w.line(`${head}scf.index_switch ${arg}${types.length === 0 ? "" : ` -> ${typeText(types)}`}`);
  const part = (label: string): void => {
    w.line(`${label} {`);
    w.nested(() => {
      body(w);
      const given = valuesOf(w, types);
      w.line(
        types.length === 0 ? "scf.yield" : `scf.yield ${given.join(", ")} : ${typeText(types)}`,
      );
    });
    w.line("}");
  };
  const cases = w.tape.int(0, 2);
  for (let k = 0; k < cases; k++) part(`case ${2 * k + 1}`);
  part("default");
  w.offer(...values);
}

function executeRegion(w: ModuleWriter, body: Body): void {
  const types = carriedTypes(w);
  const { head, values } = resultsOf(w, types);
  const to =
    types.length === 0
      ? ""
      : ` -> ${types.length === 1 ? typeText(types) : `(${typeText(types)})`}`;
  w.line(`${head}scf.execute_region${to} {`);
  w.nested(() => {
    body(w);
    const given = valuesOf(w, types);
    w.line(types.length === 0 ? "scf.yield" : `scf.yield ${given.join(", ")} : ${typeText(types)}`);
  });
  w.line("}");
  w.offer(...values);
}

function call(w: ModuleWriter): void {
  if (w.callables.length === 0) return;
  const f = w.tape.pick(w.callables);
  const args = valuesOf(w, f.inputs);
  const type = `(${typeText(f.inputs)}) -> ${f.results.length === 1 ? typeText(f.results) : `(${typeText(f.results)})`}`;
  w.emitAll(`func.call @${f.name}(${args.join(", ")}) : ${type}`, f.results);
}

/** Makers of one operation each, by family; bodies are written by `body`. */
export function controlMakers(body: Body): {
  readonly scf: readonly Maker[];
  readonly call: readonly Maker[];
} {
  const structured = [branch, forLoop, whileLoop, indexSwitch, executeRegion, parallelLoop];
  return { scf: structured.map((make) => (w) => make(w, body)), call: [call] };
}
