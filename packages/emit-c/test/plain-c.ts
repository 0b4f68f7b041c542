/** A flavour for tests: C with as little of its own as possible. */
import type { CFlavour, CKind, Helper } from "@strata/emit-c";

const types: Readonly<Record<CKind, string>> = {
  bool: "bool",
  i8: "i8",
  u8: "u8",
  i16: "i16",
  u16: "u16",
  i32: "int",
  u32: "uint",
  i64: "long",
  u64: "ulong",
  f32: "float",
  f64: "double",
};

const helper = (name: string): Helper => ({ name, text: `/* ${name} */` });

export const plainC: CFlavour = {
  name: "plain C",
  types,
  preamble: (features) => [...features].map((f) => `// needs ${f}`),
  helperQualifier: "static",
  kernelHead: (name, block) => `kernel${block === undefined ? "" : `<${block.join()}>`} ${name}`,
  pointer: (type, name, { constant, restrict }) =>
    `${constant ? "const " : ""}${type} *${restrict ? "restrict " : ""}${name}`,
  pointerTo: (space, type, constant) => `${space} ${constant ? "const " : ""}${type} *`,
  array: (space, type, name, length) => `${space} ${type} ${name}[${length}];`,
  id: (kind, dim) => `${kind}.${"xyz"[dim]!}`,
  barrier: "barrier()",
  bitcast: (_, to) => `as_${types[to]}`,
  math: (name) => (name === "erf" ? undefined : name),
  popcount: () => "popcount",
  countLeadingZeros: () => "clz",
  mulHigh: () => "mul_hi",
  minMax: (name) => name,
  vectorType: (kind, lanes) => `${types[kind]}${lanes}`,
  vectorValue: (kind, lanes) => `(${types[kind]}${lanes.length})(${lanes.join(", ")})`,
  atomic: ({ op, kind, place, value }) =>
    kind === "f64" ? undefined : { text: `atomic_${op}(&${place}, ${value})` },
  compareExchange: (kind, _, place, old, value) =>
    kind === "i8" ? undefined : { text: `swap(&${place}, ${old}, ${value})` },
  shuffle: (mode, value, offset, width) =>
    `shuffle_${mode}(${value.text}, ${offset.text}, ${width.text})`,
  halfHelpers: {
    decode: helper("half_decode"),
    encode: helper("half_encode"),
    encodeDouble: helper("half_encode_double"),
  },
  reserved: new Set(["reserved"]),
};
