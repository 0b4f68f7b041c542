/** Finds the functions of a module by their symbols, each looked up once. */
import { lookupSymbol, type Operation, symbolNameOf, type SymbolRefAttr } from "@strata/ir";
import { closest, DiagnosticError, userError } from "@strata/support";

/** The functions of a module that does not change. */
export class Functions {
  readonly #module: Operation;
  readonly #tables = new Map<Operation, ReadonlyMap<string, Operation>>();
  readonly #callees = new Map<Operation, Operation>();

  constructor(module: Operation) {
    this.#module = module;
  }

  /** The function of a symbol, as `from` sees it or else as the module does; fails without one. */
  resolve(symbol: string | SymbolRefAttr, from?: Operation): Operation {
    if (from === undefined || typeof symbol === "string") return this.#lookup(symbol);
    return this.tryCalleeOf(from, symbol) ?? this.#lookup(symbol);
  }

  /** The function that an operation calls. */
  tryCalleeOf(op: Operation, symbol: SymbolRefAttr): Operation | undefined {
    let callee = this.#callees.get(op);
    if (callee === undefined) {
      callee = lookupSymbol(op, symbol);
      if (callee !== undefined) this.#callees.set(op, callee);
    }
    return callee;
  }

  #symbols(table: Operation): ReadonlyMap<string, Operation> {
    let symbols = this.#tables.get(table);
    if (symbols === undefined) {
      const found = new Map<string, Operation>();
      for (const op of table.regions[0]?.firstBlock?.ops() ?? []) {
        const name = symbolNameOf(op);
        if (name !== undefined) found.set(name, op);
      }
      this.#tables.set(table, (symbols = found));
    }
    return symbols;
  }

  /** Follows a nested reference's path from the module down. */
  #lookup(symbol: string | SymbolRefAttr): Operation {
    const path = typeof symbol === "string" ? [symbol] : [symbol.root, ...symbol.nested];
    let found: Operation | undefined = this.#module;
    for (const name of path) found = found && this.#symbols(found).get(name);
    if (found !== undefined) return found;
    const text = path.join("::@");
    const like = closest(text, [...this.#symbols(this.#module).keys()]);
    throw new DiagnosticError(
      userError("interpret.unknown-symbol", `the module defines no @${text}`, {
        hint: like === undefined ? undefined : `did you mean @${like}?`,
      }),
    );
  }
}
