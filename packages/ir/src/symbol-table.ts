/** Symbol tables: finding and renaming the operations that symbol references name. */
import { StringAttr, SymbolRefAttr } from "./builtin-attributes.ts";
import { type Operation, walk } from "./operation.ts";
import { SymbolTableTrait, SymbolTrait } from "./traits.ts";

/** The name an operation defines; undefined when it defines none. */
export function symbolNameOf(op: Operation): string | undefined {
  if (!op.definition.hasTrait(SymbolTrait)) return undefined;
  const a = op.getAttr("sym_name");
  return a instanceof StringAttr ? a.value : undefined;
}

/** The symbols of one symbol-table operation, by name. */
export class SymbolTable {
  readonly owner: Operation;
  readonly #symbols = new Map<string, Operation>();

  constructor(owner: Operation) {
    if (!owner.definition.hasTrait(SymbolTableTrait)) {
      throw new Error(`${owner.name} is no symbol table`);
    }
    this.owner = owner;
    for (const op of owner.regions[0]?.firstBlock?.ops() ?? []) {
      const name = symbolNameOf(op);
      if (name !== undefined) this.#symbols.set(name, op);
    }
  }

  lookup(name: string): Operation | undefined {
    return this.#symbols.get(name);
  }

  /** Adds a detached symbol operation, renamed if its name is taken; returns its name. */
  insert(op: Operation): string {
    const wanted = symbolNameOf(op);
    if (wanted === undefined) throw new Error(`${op.name} defines no symbol`);
    let name = wanted;
    for (let i = 0; this.#symbols.has(name); i++) name = `${wanted}_${i}`;
    if (name !== wanted) op.setAttr("sym_name", StringAttr.get(name));
    this.owner.regions[0]!.entry.append(op);
    this.#symbols.set(name, op);
    return name;
  }

  erase(op: Operation): void {
    const name = symbolNameOf(op);
    if (name !== undefined) this.#symbols.delete(name);
    op.erase();
  }
}

/** The nearest enclosing symbol table operation. */
export function nearestSymbolTable(op: Operation): Operation | undefined {
  for (let o: Operation | null = op; o !== null; o = o.parentOp) {
    if (o.definition.hasTrait(SymbolTableTrait)) return o;
  }
  return undefined;
}

/** The operation a reference names, seen from `from`: enclosing tables are tried outwards. */
export function lookupSymbol(from: Operation, ref: SymbolRefAttr | string): Operation | undefined {
  const path = typeof ref === "string" ? [ref] : [ref.root, ...ref.nested];
  let table = nearestSymbolTable(from);
  while (table !== undefined) {
    let found: Operation | undefined = table;
    for (const name of path) {
      found = found === undefined ? undefined : symbolIn(found, name);
    }
    if (found !== undefined) return found;
    table = table.parentOp === null ? undefined : nearestSymbolTable(table.parentOp);
  }
  return undefined;
}

function symbolIn(table: Operation, name: string): Operation | undefined {
  for (const op of table.regions[0]?.firstBlock?.ops() ?? []) {
    if (symbolNameOf(op) === name) return op;
  }
  return undefined;
}

/** Every operation inside `root` with an attribute that refers to `name`. */
export function symbolUsers(root: Operation, name: string): Operation[] {
  const out: Operation[] = [];
  walk(root, (op) => {
    const refers = (a: unknown): boolean => a instanceof SymbolRefAttr && a.root === name;
    if (op.properties.some(refers) || [...(op.discardable?.values() ?? [])].some(refers)) {
      out.push(op);
    }
  });
  return out;
}
