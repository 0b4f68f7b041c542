/** What must hold of a function beyond its declared parts. */
import {
  ArrayAttr,
  DictionaryAttr,
  FunctionType,
  type Operation,
  type Report,
  StringAttr,
  TypeAttr,
} from "@strata/ir";

const visibilities = new Set(["public", "private", "nested"]);

function verifyVisibility(op: Operation, report: Report): void {
  const visibility = op.getAttr("sym_visibility");
  const text = visibility instanceof StringAttr ? visibility.value : "public";
  if (!visibilities.has(text)) {
    report(
      "func.visibility",
      `a function is public, private or nested, not \`${text}\``,
      "leave out `sym_visibility` for a public function",
    );
  } else if (text === "public" && op.regions[0]?.isEmpty !== false) {
    report(
      "func.public-declaration",
      "a function without a body cannot be public",
      "write `private` in front of its name, or give it a body",
    );
  }
}

function verifyDictionaries(op: Operation, report: Report, name: string, count: number): void {
  const list = op.getAttr(name);
  if (!(list instanceof ArrayAttr)) return;
  const dictionaries = list.values.filter((d) => d instanceof DictionaryAttr);
  if (list.values.length !== count || dictionaries.length !== count) {
    report("func.attribute-list", `\`${name}\` of a function must be ${count} dictionaries`);
  }
  for (const d of dictionaries) {
    const bare = [...d.entries.keys()].find((key) => !key.includes("."));
    if (bare === undefined) continue;
    report(
      "func.attribute-prefix",
      `the attribute \`${bare}\` of a function's argument or result names no dialect`,
      `write it with a dialect's prefix, e.g. \`acme.${bare}\``,
    );
    return;
  }
}

/** Checks visibility, attribute lists and the entry block's arguments. */
export function verifyFunction(op: Operation, report: Report): void {
  const attr = op.getAttr("function_type");
  const type = attr instanceof TypeAttr ? attr.value : undefined;
  if (!(type instanceof FunctionType)) return;
  verifyVisibility(op, report);
  verifyDictionaries(op, report, "arg_attrs", type.inputs.length);
  verifyDictionaries(op, report, "res_attrs", type.results.length);
  const entry = op.regions[0]?.firstBlock;
  if (!entry) return;
  const args = entry.args.map((a) => a.type);
  if (args.length === type.inputs.length && args.every((t, i) => t === type.inputs[i])) return;
  report(
    "func.entry-arguments",
    `the entry block has arguments (${args.join(", ")}) but the function takes ` +
      `(${type.inputs.join(", ")})`,
  );
}
