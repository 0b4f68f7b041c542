/**
 * Random functions that are both JavaScript and the kernel language: doubles, loops that end, and
 * every way of leaving a loop or the function.
 */
import type { Random } from "@strata/support";

/** What a function may use. */
export interface ProgramForm {
  /** Names of doubles that are given. */
  readonly inputs: readonly string[];
  /** Name of an accessor of one axis; loops then count offsets. */
  readonly accessor?: string;
}

interface Place {
  readonly random: Random;
  readonly form: ProgramForm;
  /** Variables that may be assigned. */
  readonly variables: readonly string[];
  /** All doubles in scope. */
  readonly readable: readonly string[];
  /** Loop counters in scope. */
  readonly counters: readonly string[];
  readonly inLoop: boolean;
  readonly depth: number;
  readonly names: { next: number };
}

function literal(random: Random): string {
  return random.pick(["0.5", "1.0", "2.0", "-1.5", "3.25", "0.0", "10.0"]);
}

function expression(place: Place, depth: number = 2): string {
  const { random } = place;
  if (depth === 0 || random.boolean(0.25)) {
    const { accessor } = place.form;
    const kinds = ["name", "name", "literal"];
    if (place.counters.length > 0) kinds.push("counter");
    if (accessor !== undefined) kinds.push("read");
    switch (random.pick(kinds)) {
      case "counter":
        return `f64(${random.pick(place.counters)})`;
      case "read":
        return `${accessor}(${place.counters.length > 0 ? random.pick(place.counters) : random.int(-2, 2)})`;
      case "literal":
        return literal(random);
      default:
        return random.pick(place.readable);
    }
  }
  const part = (): string => expression(place, depth - 1);
  switch (random.int(0, 7)) {
    case 0:
      return `(${part()} - ${part()})`;
    case 1:
      return `(${part()} * ${literal(random)})`;
    case 2:
      return `Math.min(${part()}, ${part()})`;
    case 3:
      return `(${condition(place, depth - 1)} ? ${part()} : ${part()})`;
    case 4:
      return `Math.abs(${part()})`;
    case 5:
      return `(${part()} / ${literal(random)})`;
    default:
      return `(${part()} + ${part()})`;
  }
}

function condition(place: Place, depth: number = 1): string {
  const { random } = place;
  if (depth > 0 && random.boolean(0.3)) {
    const [a, b] = [condition(place, depth - 1), condition(place, depth - 1)];
    return random.pick([`(${a} && ${b})`, `(${a} || ${b})`, `!(${a})`]);
  }
  if (place.counters.length > 0 && random.boolean(0.3)) {
    return `${random.pick(place.counters)} ${random.pick(["<", "===", ">=", "!=="])} ${random.int(-1, 2)}`;
  }
  const op = random.pick(["<", "<=", ">", ">=", "===", "!=="]);
  return `${expression(place, 1)} ${op} ${expression(place, 1)}`;
}

function block(place: Place, most: number): string {
  const { random } = place;
  const lines: string[] = [];
  const variables = [...place.variables];
  const readable = [...place.readable];
  const inner: Place = { ...place, variables, readable, depth: place.depth - 1 };
  const count = random.int(1, most);
  for (let k = 0; k < count; k++) {
    if (random.boolean(0.25)) {
      const name = `v${place.names.next++}`;
      const keyword = random.pick(["let", "const"]);
      lines.push(`${keyword} ${name} = ${expression(inner)};`);
      if (keyword === "let") variables.push(name);
      readable.push(name);
    } else {
      lines.push(statement(inner));
    }
  }
  return `{ ${lines.join(" ")} }`;
}

function jump(place: Place): string {
  const { random } = place;
  const kinds = place.inLoop ? ["break;", "continue;", "return"] : ["return"];
  const kind = random.pick(kinds);
  return kind === "return" ? `return ${expression(place)};` : kind;
}

function statement(place: Place): string {
  const { random } = place;
  const name = random.pick(place.variables);
  const simple = (): string => {
    const op = random.pick(["=", "+=", "-=", "*="]);
    return `${name} ${op} ${expression(place)};`;
  };
  if (place.depth <= 0) return simple();
  switch (random.int(0, 9)) {
    case 0:
    case 1:
      return `if (${condition(place)}) ${block(place, 3)}`;
    case 2:
      return `if (${condition(place)}) ${block(place, 2)} else ${block(place, 2)}`;
    case 3:
      return `if (${condition(place)}) ${jump(place)}`;
    case 4:
      return `if (${condition(place)}) { ${simple()} ${jump(place)} } else ${block(place, 2)}`;
    case 5:
    case 6:
      return forLoop(place);
    case 7:
      return whileLoop(place);
    case 8:
      return block(place, 2);
    default:
      return simple();
  }
}

function forLoop(place: Place): string {
  const { random, names } = place;
  const name = `i${names.next++}`;
  const inner = { ...place, inLoop: true, counters: [...place.counters, name] };
  const low = random.int(-2, 1);
  const high = low + random.int(-1, 3);
  const step = random.int(1, 2);
  const head = random.pick([
    `let ${name} = ${low}; ${name} < ${high}; ${name}++`,
    `let ${name} = ${low}; ${name} <= ${high}; ${name} += ${step}`,
    `let ${name} = ${high}; ${name} > ${low}; ${name}--`,
    `let ${name} = ${high}; ${name} >= ${low}; ${name} -= ${step}`,
  ]);
  return `for (${head}) ${block(inner, 3)}`;
}

/** A loop that counts what is left to it, so that it ends whatever its condition says. */
function whileLoop(place: Place): string {
  const { random, names } = place;
  const fuel = `w${names.next++}`;
  const inner = { ...place, inLoop: true };
  const body = block(inner, 3);
  const test = `${fuel} < 3.0 && ${condition(inner)}`;
  switch (random.int(0, 2)) {
    case 0:
      return `let ${fuel} = 0.0; do { ${fuel} += 1.0; ${body} } while (${test});`;
    case 1:
      return `let ${fuel} = 0.0; for (;; ${fuel} += 1.0) { if (!(${test})) break; ${body} }`;
    default:
      return `let ${fuel} = 0.0; while (${test}) { ${fuel} += 1.0; ${body} }`;
  }
}

/** The statements of a function whose paths all return a double. */
export function randomBody(random: Random, form: ProgramForm): string {
  const place: Place = {
    random,
    form,
    variables: ["a", "b"],
    readable: [...form.inputs, "a", "b"],
    counters: [],
    inLoop: false,
    depth: 3,
    names: { next: 0 },
  };
  const count = random.int(2, 5);
  const lines = Array.from({ length: count }, () => statement(place));
  const [x = "1.0", y = "2.0"] = form.inputs;
  return `let a = ${x} + 0.0, b = ${y} * 1.0;\n  ${lines.join("\n  ")}\n  return a + b * 2.0;`;
}
