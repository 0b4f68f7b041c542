/**
 * Prints types, attributes and operations in MLIR's textual form, generic or pretty.
 *
 * Values are numbered when the enclosing isolated operation is entered, so that uses before the
 * definition (graph regions, loops in the control flow) print the same name.
 */
import { encodeUtf8 } from "@strata/support";
import { compileAssembly } from "./assembly-format.ts";
import type { Attribute } from "./attribute.ts";
import type { Block, Region } from "./block.ts";
import { DenseArrayAttr, UnitAttr } from "./builtin-attributes.ts";
import { FunctionType } from "./builtin-types.ts";
import type { Location } from "./location.ts";
import { operandSegmentSizes, resultSegmentSizes } from "./op-definition.ts";
import type { Operation } from "./operation.ts";
import { resourcesOf } from "./resources.ts";
import { UnregisteredOp } from "./unregistered.ts";
import { implicitTerminatorOf, IsolatedFromAbove } from "./traits.ts";
import { installTextOf, type Type } from "./type.ts";
import type { Value } from "./value.ts";

/** How operations are printed. */
export interface PrintOptions {
  /** Print every operation in the generic form. */
  readonly generic?: boolean;
  /** Print `loc(…)` behind every operation. */
  readonly locations?: boolean;
}

const nameHints = new WeakMap<Value, string>();

/** Suggests a name for a value in printed text; letters, digits and `_` are kept. */
export function setNameHint(value: Value, name: string): void {
  const clean = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_");
  if (clean !== "") nameHints.set(value, clean);
}

/** The name suggested for a value. */
export function nameHintOf(value: Value): string | undefined {
  return nameHints.get(value);
}

const identifier = /^[A-Za-z_][A-Za-z0-9_$.]*$/;

interface Scope {
  readonly names: Map<Value, string>;
  readonly taken: Set<string>;
  readonly blocks: Map<Block, string>;
  nextValue: number;
  nextArg: number;
  /** Behind names that are taken; shared by all, so that finding one takes one step. */
  nextSuffix: number;
}

/** Writes textual IR. */
export class AsmPrinter {
  readonly options: PrintOptions;
  /** True while printing where i64 and f64 need no type. */
  elideDefaultTypes = false;
  readonly #chunks: string[] = [];
  #buffer = "";
  #indent = 0;
  #scope: Scope = newScope();
  #defaultDialect = "builtin";

  constructor(options: PrintOptions = {}) {
    this.options = options;
  }

  /** What has been printed. */
  text(): string {
    this.#chunks.push(this.#buffer);
    this.#buffer = "";
    return this.#chunks.join("");
  }

  write(text: string): void {
    this.#buffer += text;
    if (this.#buffer.length > 1 << 16) {
      this.#chunks.push(this.#buffer);
      this.#buffer = "";
    }
  }

  newline(): void {
    this.write(`\n${"  ".repeat(this.#indent)}`);
  }

  /** Prints lines inside one level deeper. */
  indented(body: () => void): void {
    this.#indent++;
    body();
    this.#indent--;
  }

  /** Items separated by `, `. */
  list<T>(items: Iterable<T>, print: (item: T) => void): void {
    let first = true;
    for (const item of items) {
      if (!first) this.write(", ");
      first = false;
      print(item);
    }
  }

  type(t: Type): void {
    this.write(t.toString());
  }

  types(ts: Iterable<Type>): void {
    this.list(ts, (t) => this.type(t));
  }

  /** Result types of a function type: parentheses unless there is exactly one, no function. */
  resultTypes(ts: readonly Type[]): void {
    const bare = ts.length === 1 && !(ts[0] instanceof FunctionType);
    if (!bare) this.write("(");
    this.types(ts);
    if (!bare) this.write(")");
  }

  attribute(a: Attribute): void {
    this.write(a.toString());
  }

  string(text: string): void {
    let out = '"';
    for (const ch of text) {
      const c = ch.codePointAt(0)!;
      if (ch === '"') out += '\\"';
      else if (ch === "\\") out += "\\\\";
      else if (c >= 32 && c < 127) out += ch;
      else {
        for (const b of encodeUtf8(ch)) {
          out += `\\${b.toString(16).toUpperCase().padStart(2, "0")}`;
        }
      }
    }
    this.write(`${out}"`);
  }

  symbolName(name: string): void {
    this.write("@");
    if (/^[A-Za-z_][A-Za-z0-9_$.]*$/.test(name)) this.write(name);
    else this.string(name);
  }

  /** `{name = value, …}`. */
  dictionary(entries: Iterable<readonly [string, Attribute]>): void {
    this.write("{");
    this.list(entries, ([name, a]) => {
      if (identifier.test(name)) this.write(name);
      else this.string(name);
      if (a !== UnitAttr.instance) {
        this.write(" = ");
        this.attribute(a);
      }
    });
    this.write("}");
  }

  location(l: Location): void {
    this.write(`loc(${l.print()})`);
  }

  // --- values and blocks -------------------------------------------------------------------------

  operand(v: Value): void {
    this.write(this.#name(v));
  }

  operands(vs: Iterable<Value>): void {
    this.list(vs, (v) => this.operand(v));
  }

  block(b: Block): void {
    this.write(this.#scope.blocks.get(b) ?? "^<<unknown block>>");
  }

  #name(v: Value): string {
    return this.#scope.names.get(v) ?? "%<<unknown value>>";
  }

  // --- operations --------------------------------------------------------------------------------

  /** A whole operation, results included, without the trailing newline. */
  operation(op: Operation, options: { results?: boolean } = {}): void {
    if (!this.#scope.names.has(op.results[0]!) && op.results.length > 0) this.#numberOp(op);
    if (op.results.length > 0 && options.results !== false) {
      const head = this.#name(op.results[0]!);
      if (op.results.length === 1) this.write(`${head} = `);
      else this.#multipleResults(op);
    }
    const parts = op.definition.parts;
    const format =
      this.options.generic || !op.definition.isRegistered
        ? undefined
        : (parts.print ??
          (parts.assembly === undefined ? undefined : compileAssembly(op.definition).print));
    if (format === undefined) this.#generic(op);
    else {
      const prefix = `${this.#defaultDialect}.`;
      const short = op.name.slice(prefix.length);
      const elide =
        this.#defaultDialect !== "" && op.name.startsWith(prefix) && !short.includes(".");
      this.write(elide ? short : op.name);
      format(op, this);
    }
    if (this.options.locations) {
      this.write(" ");
      this.location(op.location);
    }
  }

  /** Results print as a group `%0:2 = …`, or by their names `%low, %high = …`. */
  #multipleResults(op: Operation): void {
    const first = this.#name(op.results[0]!);
    const group = first.lastIndexOf("#");
    if (group >= 0) this.write(`${first.slice(0, group)}:${op.results.length} = `);
    else {
      this.operands(op.results);
      this.write(" = ");
    }
  }

  #generic(op: Operation): void {
    this.string(op.name);
    this.write("(");
    this.operands(op.operands);
    this.write(")");
    if (op.successors.length > 0) {
      this.write("[");
      this.list(op.successors, (b) => this.block(b));
      this.write("]");
    }
    const properties = genericProperties(op);
    if (properties.length > 0) {
      this.write(" <");
      this.dictionary(properties);
      this.write(">");
    }
    if (op.regions.length > 0) {
      this.write(" (");
      this.list(op.regions, (r) => this.region(r));
      this.write(")");
    }
    if (op.discardable !== null && op.discardable.size > 0) {
      this.write(" ");
      this.dictionary(sorted(op.discardable));
    }
    this.write(" : (");
    this.types(op.operandTypes);
    this.write(") -> ");
    this.resultTypes(op.resultTypes);
  }

  /**
   * The attributes of an op that are not in `elided` and not at their default, as ` {…}`; nothing
   * if there are none. With a keyword: ` attributes {…}`.
   */
  attrDict(op: Operation, elided: ReadonlySet<string> = new Set(), keyword = false): void {
    const entries: [string, Attribute][] = [];
    op.definition.attributes.forEach((a, i) => {
      const v = op.properties[i];
      if (v !== undefined && v !== a.default && !elided.has(a.name)) entries.push([a.name, v]);
    });
    if (op instanceof UnregisteredOp) entries.push(...op.opaqueProperties);
    if (op.discardable !== null) {
      for (const e of op.discardable) if (!elided.has(e[0])) entries.push(e);
    }
    if (entries.length === 0) return;
    this.write(keyword ? " attributes " : " ");
    this.dictionary(sorted(entries));
  }

  /**
   * A region in braces. `entryArgs: false` leaves out the entry block's header (its arguments are
   * printed by the op); `terminator: false` leaves out an implicit terminator without operands.
   */
  region(r: Region, options: { entryArgs?: boolean; terminator?: boolean } = {}): void {
    const isolated = r.parent?.definition.hasTrait(IsolatedFromAbove) === true;
    const outer = this.#scope;
    const outerDialect = this.#defaultDialect;
    this.#defaultDialect = r.parent?.definition.parts.defaultDialect ?? "";
    if (!this.#isNumbered(r)) {
      if (isolated) this.#scope = newScope(this.#scope);
      this.#numberRegion(r);
    }
    this.write("{");
    this.#indent++;
    const implicit =
      options.terminator === false && r.parent !== null
        ? implicitTerminatorOf(r.parent)
        : undefined;
    for (const b of r.blocks()) {
      const header =
        b.prev !== null ||
        (b.args.length > 0 && options.entryArgs !== false) ||
        (b.isEmpty && b.next !== null);
      if (header || (b.isEmpty && b.next === null && this.options.generic)) this.#blockHeader(b);
      for (let op = b.firstOp; op !== null; op = op.next) {
        if (op.next === null && implicit !== undefined && isBare(op, implicit.definition)) continue;
        this.newline();
        this.operation(op);
      }
    }
    this.#indent--;
    this.newline();
    this.write("}");
    this.#scope = outer;
    this.#defaultDialect = outerDialect;
  }

  #blockHeader(b: Block): void {
    this.#indent--;
    this.newline();
    this.block(b);
    if (b.args.length > 0) {
      this.write("(");
      this.list(b.args, (a) => {
        this.operand(a);
        this.write(": ");
        this.type(a.type);
      });
      this.write(")");
    }
    this.write(":");
    this.#indent++;
  }

  /** Gives names to everything in a region that the op prints piecemeal; call before the region. */
  enterRegionOf(op: Operation): void {
    if (op.definition.hasTrait(IsolatedFromAbove)) {
      throw new Error("an isolated op prints its region arguments through `isolatedRegion`");
    }
    for (const r of op.regions) if (!this.#isNumbered(r)) this.#numberRegion(r);
  }

  /**
   * For isolated ops whose header shows region arguments (functions): names the region, lets
   * `header` print, then prints the region without its entry header.
   */
  isolatedRegion(r: Region, header: () => void, options: { terminator?: boolean } = {}): void {
    const outer = this.#scope;
    this.#scope = newScope(outer);
    this.#numberRegion(r);
    header();
    if (!r.isEmpty) {
      this.write(" ");
      this.region(r, { ...options, entryArgs: false });
    }
    this.#scope = outer;
  }

  #isNumbered(r: Region): boolean {
    return r.firstBlock === null || this.#scope.blocks.has(r.firstBlock);
  }

  #numberRegion(root: Region): void {
    const scope = this.#scope;
    const regions: { region: Region; block: Block | null; op: Operation | null }[] = [];
    const enterBlock = (b: Block, entry: boolean, number: number): void => {
      scope.blocks.set(b, `^bb${number}`);
      for (const a of b.args) {
        const hint = this.options.generic ? undefined : nameHints.get(a);
        if (hint !== undefined) scope.names.set(a, unique(scope, hint));
        else if (entry) scope.names.set(a, unique(scope, `arg${scope.nextArg++}`));
        else scope.names.set(a, `%${scope.nextValue++}`);
      }
    };
    const push = (r: Region): void => {
      if (r.firstBlock === null) return;
      // All blocks of a region are named before its ops, so that branches forward have names.
      let number = 0;
      for (const b of r.blocks()) enterBlock(b, b === r.firstBlock, number++);
      regions.push({ region: r, block: r.firstBlock, op: r.firstBlock.firstOp });
    };
    push(root);
    while (regions.length > 0) {
      const f = regions[regions.length - 1]!;
      if (f.op === null) {
        f.block = f.block === null ? null : f.block.next;
        if (f.block === null) regions.pop();
        else f.op = f.block.firstOp;
        continue;
      }
      const op = f.op;
      f.op = op.next;
      this.#numberOp(op);
      if (op.definition.hasTrait(IsolatedFromAbove)) continue;
      for (let i = op.regions.length - 1; i >= 0; i--) push(op.regions[i]!);
    }
  }

  #numberOp(op: Operation): void {
    const n = op.results.length;
    if (n === 0) return;
    const scope = this.#scope;
    let hint: string | readonly string[] | undefined;
    if (!this.options.generic) {
      hint = nameHints.get(op.results[0]!) ?? op.definition.parts.resultNames?.(op);
    }
    if (typeof hint === "object") {
      const names = hint;
      op.results.forEach((r, i) => scope.names.set(r, unique(scope, names[i] ?? "result")));
      return;
    }
    const name = hint === undefined ? `%${scope.nextValue++}` : unique(scope, hint);
    if (n === 1) scope.names.set(op.results[0]!, name);
    else op.results.forEach((r, i) => scope.names.set(r, `${name}#${i}`));
  }
}

/** A scope whose names do not hide those around it: MLIR's parser allows no shadowing. */
function newScope(outer?: Scope): Scope {
  return {
    names: new Map(),
    taken: new Set(outer?.taken),
    blocks: new Map(),
    nextValue: outer?.nextValue ?? 0,
    nextArg: outer?.nextArg ?? 0,
    nextSuffix: outer?.nextSuffix ?? 0,
  };
}

function unique(scope: Scope, hint: string): string {
  let name = hint;
  while (scope.taken.has(name)) name = `${hint}_${scope.nextSuffix++}`;
  scope.taken.add(name);
  return `%${name}`;
}

function isBare(op: Operation, def: Operation["definition"]): boolean {
  return (
    op.definition === def &&
    op.numOperands === 0 &&
    op.numResults === 0 &&
    (op.discardable === null || op.discardable.size === 0)
  );
}

function sorted(entries: Iterable<readonly [string, Attribute]>): (readonly [string, Attribute])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The inherent attributes of the generic form, segment sizes included, sorted by name. */
function genericProperties(op: Operation): readonly (readonly [string, Attribute])[] {
  if (op instanceof UnregisteredOp) return sorted(op.opaqueProperties);
  const def = op.definition;
  const entries: [string, Attribute][] = [];
  def.attributes.forEach((a, i) => {
    const v = op.properties[i];
    if (v !== undefined) entries.push([a.name, v]);
  });
  if (def.needsOperandSegments) {
    entries.push([operandSegmentSizes, DenseArrayAttr.i32([...(op.operandSegments ?? [])])]);
  }
  if (def.needsResultSegments) {
    entries.push([resultSegmentSizes, DenseArrayAttr.i32([...(op.resultSegments ?? [])])]);
  }
  return def.needsOperandSegments || def.needsResultSegments ? sorted(entries) : entries;
}

/** The textual form of an operation, ending in a newline. */
export function printOperation(op: Operation, options: PrintOptions = {}): string {
  const p = new AsmPrinter(options);
  p.operation(op);
  p.write("\n");
  const resources = resourcesOf(op);
  if (resources !== undefined) p.write(`\n${resources.toString()}`);
  return p.text();
}

installTextOf((printable) => {
  const p = new AsmPrinter();
  printable.print(p);
  return p.text();
});
