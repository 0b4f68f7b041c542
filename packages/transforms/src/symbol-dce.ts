/**
 * Erases symbols that nobody can see: private ones that nothing refers to, and so on until all are
 * referred to from outside or from what stays.
 */
import {
  type Operation,
  StringAttr,
  SymbolRefAttr,
  SymbolTableTrait,
  symbolNameOf,
  type Attribute,
  ArrayAttr,
  DictionaryAttr,
  walk,
} from "@strata/ir";
import { definePass } from "@strata/pass";

/** Calls `visit` for each symbol reference in an attribute. */
function forEachReference(a: Attribute, visit: (ref: SymbolRefAttr) => void): void {
  if (a instanceof SymbolRefAttr) visit(a);
  else if (a instanceof ArrayAttr) for (const v of a.values) forEachReference(v, visit);
  else if (a instanceof DictionaryAttr) {
    for (const v of a.entries.values()) forEachReference(v, visit);
  }
}

function isPrivate(op: Operation): boolean {
  const a = op.getAttr("sym_visibility");
  return a instanceof StringAttr && a.value === "private";
}

/** The names that an operation and what is nested in it refer to, at any place of a path. */
function referencesIn(op: Operation): Set<string> {
  const names = new Set<string>();
  const add = (ref: SymbolRefAttr): void => {
    names.add(ref.root);
    for (const n of ref.nested) names.add(n);
  };
  walk(op, (inner) => {
    for (const a of inner.properties) if (a !== undefined) forEachReference(a, add);
    for (const a of inner.discardable?.values() ?? []) forEachReference(a, add);
  });
  return names;
}

/** Erases private symbols of a table that nothing that stays refers to; returns how many. */
function eraseUnused(table: Operation): number {
  const ops = [...(table.regions[0]?.firstBlock?.ops() ?? [])];
  const isRoot = (op: Operation): boolean => symbolNameOf(op) === undefined || !isPrivate(op);
  const byName = new Map<string, Operation>();
  for (const op of ops) {
    const name = symbolNameOf(op);
    if (name !== undefined) byName.set(name, op);
  }
  const kept = new Set<Operation>(ops.filter(isRoot));
  for (const op of kept) {
    for (const name of referencesIn(op)) {
      const found = byName.get(name);
      if (found !== undefined) kept.add(found);
    }
  }
  const dead = ops.filter((op) => !kept.has(op));
  for (const op of dead) op.dropAllReferences();
  for (const op of dead) op.erase();
  return dead.length;
}

/** Erases symbols inside of `root` that nobody can see; returns how many. */
export function eraseDeadSymbols(root: Operation): number {
  const tables: Operation[] = [];
  walk(root, (op) => {
    if (op.definition.hasTrait(SymbolTableTrait)) tables.push(op);
  });
  let erased = 0;
  for (const table of tables.reverse()) {
    // A private symbol of a nested table may be named from outside by a path.
    const outside = table === root ? new Set<string>() : referencesIn(root);
    const isSeen = [...(table.regions[0]?.firstBlock?.ops() ?? [])].some((op) =>
      outside.has(symbolNameOf(op) ?? ""),
    );
    if (!isSeen) erased += eraseUnused(table);
  }
  return erased;
}

/** The pass `symbol-dce`. */
export const symbolDce = definePass("symbol-dce", {
  summary: "Erase symbols that nobody can see.",
  on: "any",
  run(op, _, cx) {
    const erased = eraseDeadSymbols(op);
    if (erased > 0) cx.count("erased", erased);
    return erased > 0;
  },
});
