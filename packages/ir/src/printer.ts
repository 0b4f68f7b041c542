/**
 * Prints types, attributes and operations in MLIR's textual form, generic or pretty.
 *
 * Values are numbered when the enclosing isolated operation is entered, so that uses before the
 * definition (graph regions, loops in the control flow) print the same name.
 */
import { decodeBytes, encodeUtf8 } from "@strata/support";
import { compileAssembly } from "./assembly-format.ts";
import type { Attribute } from "./attribute.ts";
import type { Block, Region } from "./block.ts";
import { DenseArrayAttr, UnitAttr } from "./builtin-attributes.ts";
import { FunctionType } from "./builtin-types.ts";
import type { Location } from "./location.ts";
import { type OpDefinition, operandSegmentSizes, resultSegmentSizes } from "./op-definition.ts";
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

/** What stands in quotes as it is. */
const plainText = /^[ !#-[\]-~]*$/;

const identifier = /^[A-Za-z_][A-Za-z0-9_$.]*$/;

interface Scope {
  readonly taken: Set<string>;
  nextValue: number;
  nextArg: number;
  /** Behind names that are taken; shared by all, so that finding one takes one step. */
  nextSuffix: number;
}

/** Where in the output something stands that may be needed again. */
interface Stretch {
  start: number;
  end: number;
}

/** How the last operation of a kind was printed in the generic form, to be repeated where equal. */
interface GenericForm {
  readonly name: Stretch;
  readonly properties: Stretch;
  propertyValues: readonly (Attribute | undefined)[];
  readonly types: Stretch;
  operandTypes: readonly Type[];
  resultTypes: readonly Type[];
}

const newStretch = (): Stretch => ({ start: 0, end: 0 });

/** Writes textual IR, as UTF-8. */
export class AsmPrinter {
  readonly options: PrintOptions;
  /** True while printing where i64 and f64 need no type. */
  elideDefaultTypes = false;
  #bytes = new Uint8Array(256);
  #length = 0;
  #indent = 0;
  #scope: Scope | undefined;
  #defaultDialect = "builtin";
  /** Values that have names; each holds its position in `slot`. */
  readonly #named: Value[] = [];
  /** Their names: a number n stands for `%n`. */
  readonly #names: (string | number)[] = [];
  #blocks: Map<Block, string> | undefined;
  #forms: Map<OpDefinition, GenericForm> | undefined;

  constructor(options: PrintOptions = {}) {
    this.options = options;
  }

  /** What has been printed. */
  text(): string {
    return decodeBytes(this.bytes());
  }

  /** What has been printed, as UTF-8; valid until more is printed. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room for `n` more bytes. */
  #reserve(n: number): void {
    if (this.#length + n <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + n));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  write(text: string): void {
    const n = text.length;
    this.#reserve(n);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < n; i++) {
      const c = text.charCodeAt(i);
      if (c > 127) {
        this.#writeEncoded(text);
        return;
      }
      bytes[at++] = c;
    }
    this.#length = at;
  }

  #writeEncoded(text: string): void {
    const encoded = encodeUtf8(text);
    this.#reserve(encoded.length);
    this.#bytes.set(encoded, this.#length);
    this.#length += encoded.length;
  }

  /** Writes again what stands in the output already. */
  #repeat(s: Stretch): void {
    const { start, end } = s;
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = start; i < end; i++) bytes[at++] = bytes[i]!;
    this.#length = at;
  }

  /** A character of ASCII. */
  #char(c: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = c;
  }

  newline(): void {
    const spaces = 2 * this.#indent;
    this.#reserve(1 + spaces);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = 10;
    for (let i = 0; i < spaces; i++) bytes[at++] = 32;
    this.#length = at;
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
    if (plainText.test(text)) {
      this.write(`"${text}"`);
      return;
    }
    let out = '"';
    for (const ch of text) {
      const c = ch.codePointAt(0)!;
      if (ch === '"') out += "\\22";
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
    const name = this.#nameOf(v);
    if (typeof name === "string") this.write(name);
    else this.#number(name);
  }

  /** `%n`. */
  #number(n: number): void {
    this.#reserve(17);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = 37;
    if (n < 10) bytes[at++] = 48 + n;
    else {
      let digits = 1;
      for (let m = 10; m <= n; m *= 10) digits++;
      let rest = n;
      for (let i = at + digits - 1; i >= at; i--) {
        const tens = Math.floor(rest / 10);
        bytes[i] = 48 + rest - 10 * tens;
        rest = tens;
      }
      at += digits;
    }
    this.#length = at;
  }

  #nameOf(v: Value): string | number {
    return this.#isNamed(v) ? this.#names[v.slot]! : "%<<unknown value>>";
  }

  #isNamed(v: Value): boolean {
    const { slot } = v;
    return slot >= 0 && slot < this.#named.length && this.#named[slot] === v;
  }

  #setName(v: Value, name: string | number): void {
    v.slot = this.#named.length;
    this.#named.push(v);
    this.#names.push(name);
  }

  operands(vs: Iterable<Value>): void {
    this.list(vs, (v) => this.operand(v));
  }

  block(b: Block): void {
    this.write(this.#blocks?.get(b) ?? "^<<unknown block>>");
  }

  #name(v: Value): string {
    const name = this.#nameOf(v);
    return typeof name === "string" ? name : `%${name}`;
  }

  // --- operations --------------------------------------------------------------------------------

  /** A whole operation, results included, without the trailing newline. */
  operation(op: Operation, options?: { results?: boolean }): void {
    const count = op.results.length;
    if (count > 0) {
      if (!this.#isNamed(op.results[0]!)) this.#numberOp(op, this.#scoped());
      if (options?.results === false) {
        // The caller has printed them.
      } else if (count === 1) {
        this.operand(op.results[0]!);
        this.write(" = ");
      } else this.#multipleResults(op);
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
    const forms = (this.#forms ??= new Map<OpDefinition, GenericForm>());
    let form = forms.get(op.definition);
    if (form === undefined) {
      form = {
        name: newStretch(),
        properties: newStretch(),
        propertyValues: [],
        types: newStretch(),
        operandTypes: [],
        resultTypes: [],
      };
      forms.set(op.definition, form);
      form.name.start = this.#length;
      this.string(op.name);
      form.name.end = this.#length;
    } else this.#repeat(form.name);
    this.#char(40);
    const uses = op.operandUses;
    for (let i = 0; i < uses.length; i++) {
      if (i > 0) this.write(", ");
      this.operand(uses[i]!.value);
    }
    this.#char(41);
    if (op.successors.length > 0) {
      this.write("[");
      this.list(op.successors, (b) => this.block(b));
      this.write("]");
    }
    this.#genericProperties(op, form);
    if (op.regions.length > 0) {
      this.write(" (");
      this.list(op.regions, (r) => this.region(r));
      this.write(")");
    }
    if (op.discardable !== null && op.discardable.size > 0) {
      this.write(" ");
      this.dictionary(sorted(op.discardable));
    }
    this.#genericTypes(op, form);
  }

  #genericProperties(op: Operation, form: GenericForm): void {
    const def = op.definition;
    const repeatable = def.isRegistered && !def.needsOperandSegments && !def.needsResultSegments;
    if (repeatable) {
      const { properties } = op;
      const before = form.propertyValues;
      let same = before.length === properties.length;
      for (let i = 0; same && i < properties.length; i++) same = before[i] === properties[i];
      if (same) {
        this.#repeat(form.properties);
        return;
      }
    }
    const start = this.#length;
    const properties = genericProperties(op);
    if (properties.length > 0) {
      this.write(" <");
      this.dictionary(properties);
      this.write(">");
    }
    if (!repeatable) return;
    form.properties.start = start;
    form.properties.end = this.#length;
    form.propertyValues = [...op.properties];
  }

  #genericTypes(op: Operation, form: GenericForm): void {
    const uses = op.operandUses;
    const { results } = op;
    const { operandTypes, resultTypes, types } = form;
    let same =
      types.end > 0 && operandTypes.length === uses.length && resultTypes.length === results.length;
    for (let i = 0; same && i < uses.length; i++) same = uses[i]!.value.type === operandTypes[i];
    for (let i = 0; same && i < results.length; i++) same = results[i]!.type === resultTypes[i];
    if (same) {
      this.#repeat(types);
      return;
    }
    form.operandTypes = op.operandTypes;
    form.resultTypes = op.resultTypes;
    types.start = this.#length;
    this.write(" : (");
    this.types(form.operandTypes);
    this.write(") -> ");
    this.resultTypes(form.resultTypes);
    types.end = this.#length;
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
      if (isolated) this.#scope = newScope(this.#scoped());
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
    this.#scope = newScope(this.#scoped());
    this.#numberRegion(r);
    header();
    if (!r.isEmpty) {
      this.write(" ");
      this.region(r, { ...options, entryArgs: false });
    }
    this.#scope = outer;
  }

  #isNumbered(r: Region): boolean {
    return r.firstBlock === null || this.#blocks?.has(r.firstBlock) === true;
  }

  #scoped(): Scope {
    return (this.#scope ??= newScope());
  }

  #numberRegion(root: Region): void {
    const scope = this.#scoped();
    const blocks = (this.#blocks ??= new Map<Block, string>());
    const regions: { region: Region; block: Block | null; op: Operation | null }[] = [];
    const enterBlock = (b: Block, entry: boolean, number: number): void => {
      blocks.set(b, `^bb${number}`);
      for (const a of b.args) {
        const hint = this.options.generic ? undefined : nameHints.get(a);
        if (hint !== undefined) this.#setName(a, unique(scope, hint));
        else if (entry) this.#setName(a, unique(scope, `arg${scope.nextArg++}`));
        else this.#setName(a, scope.nextValue++);
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
      this.#numberOp(op, scope);
      if (op.regions.length === 0 || op.definition.isIsolated) continue;
      for (let i = op.regions.length - 1; i >= 0; i--) push(op.regions[i]!);
    }
  }

  #numberOp(op: Operation, scope: Scope): void {
    const n = op.results.length;
    if (n === 0) return;
    let hint: string | readonly string[] | undefined;
    if (!this.options.generic) {
      hint = nameHints.get(op.results[0]!) ?? op.definition.parts.resultNames?.(op);
    }
    if (typeof hint === "object") {
      const names = hint;
      op.results.forEach((r, i) => this.#setName(r, unique(scope, names[i] ?? "result")));
      return;
    }
    const name = hint === undefined ? scope.nextValue++ : unique(scope, hint);
    if (n === 1) {
      this.#setName(op.results[0]!, name);
      return;
    }
    const group = typeof name === "string" ? name : `%${name}`;
    op.results.forEach((r, i) => this.#setName(r, `${group}#${i}`));
  }
}

/** A scope whose names do not hide those around it: MLIR's parser allows no shadowing. */
function newScope(outer?: Scope): Scope {
  return {
    taken: new Set(outer?.taken),
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
  return printed(op, options).text();
}

/** The textual form of an operation as UTF-8, ending in a newline. */
export function encodeOperation(op: Operation, options: PrintOptions = {}): Uint8Array {
  return printed(op, options).bytes();
}

function printed(op: Operation, options: PrintOptions): AsmPrinter {
  const p = new AsmPrinter(options);
  p.operation(op);
  p.write("\n");
  const resources = resourcesOf(op);
  if (resources !== undefined) p.write(`\n${resources.toString()}`);
  return p;
}

installTextOf((printable) => {
  const p = new AsmPrinter();
  printable.print(p);
  return p.text();
});
