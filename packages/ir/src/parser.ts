/**
 * Parses operations: the generic form of any, the pretty form of registered ones.
 *
 * Scopes: value names are visible in nested regions up to an isolated operation. A name used before
 * its definition stands for a placeholder that the definition replaces.
 */
import { DiagnosticError, SourceFile, userError } from "@strata/support";
import { compileAssembly } from "./assembly-format.ts";
import { AsmParser } from "./asm-parser.ts";
import type { Attribute } from "./attribute.ts";
import { Block, Region } from "./block.ts";
import { DenseArrayAttr } from "./builtin-attributes.ts";
import { FloatType, IndexType, IntegerType } from "./builtin-types.ts";
import { ModuleOp } from "./builtin-ops.ts";
import type { Context } from "./dialect.ts";
import { withDefaults } from "./define-op.ts";
import { type Location, SourceLoc } from "./location.ts";
import { type OpDefinition, operandSegmentSizes, resultSegmentSizes } from "./op-definition.ts";
import { type OpHost, OpParser, type ParsedArgument, type UnresolvedOperand } from "./op-parser.ts";
import type { Operation } from "./operation.ts";
import { FileResources, setResources } from "./resources.ts";
import { implicitTerminatorOf, IsolatedFromAbove } from "./traits.ts";
import type { Type } from "./type.ts";
import { unregisteredDefinition, UnregisteredOp } from "./unregistered.ts";
import { Value } from "./value.ts";

/** Stands for a value whose definition has not been read yet. */
class ForwardValue extends Value {
  readonly start: number;

  constructor(type: Type, start: number) {
    super(type);
    this.start = start;
  }

  get definingOp(): undefined {
    return undefined;
  }

  get parentBlock(): null {
    return null;
  }
}

type Named = Value | readonly Value[];

const noRegions: Region[] = [];
const noBlocks: Block[] = [];

/** The names of one isolated region. */
interface NameScope {
  /** Values by name, but for names that are plain numbers. */
  readonly names: Map<string, Named>;
  /** Values named by plain numbers, which most are. */
  readonly numbered: (Named | undefined)[];
  readonly forward: Map<string, ForwardValue>;
  /** Names in order of definition, to undo at the end of a region. */
  readonly log: (string | number)[];
}

function newNameScope(): NameScope {
  return { names: new Map(), numbered: [], forward: new Map(), log: [] };
}

/** Names up to this number are found by it. */
const maxNumber = 1 << 24;

/** The number that a name is the plain decimal spelling of; -1 for all other names. */
function numberOf(name: string): number {
  let n = name.charCodeAt(0) - 48;
  if (!(n >= 0 && n <= 9) || name.length > 8 || (n === 0 && name.length > 1)) return -1;
  for (let i = 1; i < name.length; i++) {
    const digit = name.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    n = n * 10 + digit;
  }
  return n < maxNumber ? n : -1;
}

/**
 * An operation name as it stands in the text, and what its last occurrence was read as: operations of
 * a kind mostly have equal properties and types, and equal text means the same.
 */
interface OpEntry {
  /** The name in the text, without quotes. */
  readonly start: number;
  readonly end: number;
  readonly definition: OpDefinition;
  readonly next: OpEntry | undefined;
  propertiesStart: number;
  propertiesEnd: number;
  properties: readonly (Attribute | undefined)[];
  typesStart: number;
  typesEnd: number;
  inputs: readonly Type[];
  results: readonly Type[];
}

const noTypes: readonly Type[] = [];
const noAttributes: readonly (Attribute | undefined)[] = [];

interface BlockScope {
  readonly blocks: Map<string, Block>;
  readonly undefinedAt: Map<string, number>;
  readonly outer: BlockScope | undefined;
}

class OperationParser extends AsmParser implements OpHost {
  #names: NameScope = newNameScope();
  readonly #entries: (OpEntry | undefined)[] = new Array<OpEntry | undefined>(256).fill(undefined);
  #blocks: BlockScope | undefined;
  #defaultDialect = "";
  readonly resources = new FileResources();
  /** Locations that name an alias defined further down. */
  readonly #locationFixups: { op: Operation; alias: string; start: number }[] = [];

  /** Reads the whole file. */
  parseTopLevel(): Operation[] {
    const ops: Operation[] = [];
    while (!this.atEnd) {
      const c = this.peek();
      if (c === 35 || c === 33) this.#alias(c);
      else if (c === 123 && this.tryConsume("{-#")) this.parseResources(this.resources);
      else ops.push(this.#operation());
    }
    this.#checkForward(this.#names);
    for (const { op, alias, start } of this.#locationFixups) {
      op.location =
        this.locAliases.get(alias) ??
        this.fail("parse.unknown-alias", `the location alias \`#${alias}\` is not defined`, start);
    }
    return ops;
  }

  #alias(sigil: number): void {
    const start = this.pos;
    this.pos++;
    const name = this.parseSuffixId();
    this.expect("=");
    if (sigil === 33) {
      this.typeAliases.set(name, this.parseType());
      return;
    }
    if (this.at("loc(")) {
      this.locAliases.set(name, this.parseLocation());
      return;
    }
    const a = this.parseAttribute();
    if (this.attrAliases.has(name)) {
      this.fail("parse.alias-redefined", `the alias \`#${name}\` is defined twice`, start);
    }
    this.attrAliases.set(name, a);
  }

  // --- names -------------------------------------------------------------------------------------

  parseOperandName(): UnresolvedOperand {
    this.skipSpace();
    const start = this.pos;
    if (this.codes[start] !== 37) {
      this.fail("parse.expected", "expected a value `%…`");
    }
    this.pos++;
    const name = this.parseSuffixId();
    let number = 0;
    if (this.codes[this.pos] === 35) {
      this.pos++;
      number = this.parseSmallInteger();
    }
    return { name, number, start };
  }

  #find(name: string): Named | undefined {
    const n = numberOf(name);
    return n >= 0 ? this.#names.numbered[n] : this.#names.names.get(name);
  }

  resolveOperand(u: UnresolvedOperand, type: Type): Value {
    const named = this.#find(u.name);
    let value: Value | undefined;
    if (named !== undefined) {
      value = named instanceof Value ? (u.number === 0 ? named : undefined) : named[u.number];
      if (value === undefined) {
        this.fail("parse.result-number", `\`%${u.name}\` has no result ${u.number}`, u.start);
      }
    } else {
      const key = `${u.name}#${u.number}`;
      value = this.#names.forward.get(key);
      if (value === undefined) {
        const forward = new ForwardValue(type, u.start);
        this.#names.forward.set(key, forward);
        return forward;
      }
    }
    if (value.type !== type) {
      this.fail(
        "parse.type-mismatch",
        `\`%${u.name}\` is used as \`${type.toString()}\` but is \`${value.type.toString()}\``,
        u.start,
        u.start + u.name.length + 1,
      );
    }
    return value;
  }

  #define(name: string, value: Named, start: number): void {
    const n = numberOf(name);
    if (n >= 0) {
      this.#defineNumber(n, value, start);
      return;
    }
    const scope = this.#names;
    if (scope.names.has(name)) this.#redefined(name, start);
    scope.names.set(name, value);
    scope.log.push(name);
    if (scope.forward.size > 0) this.#replaceForward(name, value);
  }

  #defineNumber(n: number, value: Named, start: number): void {
    const scope = this.#names;
    if (n < scope.numbered.length && scope.numbered[n] !== undefined) {
      this.#redefined(String(n), start);
    }
    scope.numbered[n] = value;
    scope.log.push(n);
    if (scope.forward.size > 0) this.#replaceForward(String(n), value);
  }

  #redefined(name: string, start: number): never {
    this.fail("parse.value-redefined", `the value \`%${name}\` is defined twice`, start);
  }

  #replaceForward(name: string, value: Named): void {
    const scope = this.#names;
    const list = value instanceof Value ? [value] : value;
    list.forEach((v, i) => {
      const key = `${name}#${i}`;
      const forward = scope.forward.get(key);
      if (forward === undefined) return;
      scope.forward.delete(key);
      if (forward.type !== v.type) {
        this.fail(
          "parse.type-mismatch",
          `\`%${name}\` is used as \`${forward.type.toString()}\` but is \`${v.type.toString()}\``,
          forward.start,
        );
      }
      forward.replaceAllUsesWith(v);
    });
  }

  #checkForward(scope: NameScope): void {
    for (const [key, v] of scope.forward) {
      const name = key.slice(0, key.lastIndexOf("#"));
      this.fail(
        "parse.undefined-value",
        `the value \`%${name}\` is not defined`,
        v.start,
        v.start + name.length + 1,
      );
    }
  }

  parseSuccessorName(): Block {
    this.skipSpace();
    const start = this.pos;
    if (this.codes[start] !== 94) this.fail("parse.expected", "expected a block `^…`");
    this.pos++;
    return this.#block(this.parseSuffixId(), start, false);
  }

  #block(name: string, start: number, defining: boolean): Block {
    const scope = this.#blocks;
    if (scope === undefined) this.fail("parse.block", "blocks stand in regions", start);
    let b = scope.blocks.get(name);
    if (b === undefined) {
      scope.blocks.set(name, (b = new Block()));
      if (!defining) scope.undefinedAt.set(name, start);
    } else if (defining && !scope.undefinedAt.delete(name)) {
      this.fail("parse.block-redefined", `the block \`^${name}\` is defined twice`, start);
    }
    return b;
  }

  // --- operations --------------------------------------------------------------------------------

  #operation(): Operation {
    this.skipSpace();
    const start = this.pos;
    const codes = this.codes;
    // One result with a plain number is the frequent case.
    if (codes[start] === 37) {
      let p = start + 1;
      let n = 0;
      let c = codes[p]!;
      while (c >= 48 && c <= 57 && p < start + 9) {
        n = n * 10 + c - 48;
        c = codes[++p]!;
      }
      const plain = p > start + 1 && (p === start + 2 || codes[start + 1] !== 48) && n < maxNumber;
      if (plain && c === 32 && codes[p + 1] === 61) {
        this.pos = p + 2;
        this.skipSpace();
        const at = this.pos;
        const op = codes[at] === 34 ? this.#genericOp(at) : this.#prettyOp(at);
        this.#trailing(op);
        if (op.results.length !== 1) this.#resultCount(op, 1, start);
        this.#defineNumber(n, op.results[0]!, start);
        return op;
      }
    }
    return this.#namedOperation(start);
  }

  #resultCount(op: Operation, named: number, start: number): never {
    this.fail(
      "parse.result-count",
      `\`${op.name}\` has ${op.results.length} results but ${named} are named`,
      start,
    );
  }

  #namedOperation(start: number): Operation {
    const results: { name: string; count: number; start: number }[] = [];
    if (this.codes[start] === 37) {
      do {
        const at = this.tokenStart();
        this.expect("%");
        const name = this.parseSuffixId();
        const count = this.tryConsume(":") ? this.parseSmallInteger() : 1;
        results.push({ name, count, start: at });
      } while (this.tryConsume(","));
      this.expect("=");
    }
    const nameStart = this.tokenStart();
    const op =
      this.codes[nameStart] === 34 ? this.#genericOp(nameStart) : this.#prettyOp(nameStart);
    this.#trailing(op);
    if (results.length > 0) this.#defineResults(op, results, start);
    return op;
  }

  /** `loc(…)` behind an operation, if it is there. */
  #trailing(op: Operation): void {
    this.skipSpace();
    if (this.codes[this.pos] !== 108) return;
    const location = this.#trailingLocation(op);
    if (location !== undefined) op.location = location;
  }

  #trailingLocation(op: Operation): Location | undefined {
    if (this.peek() !== 108 || !this.at("loc(")) return undefined;
    const alias = /^loc\(\s*#([A-Za-z0-9_$.-]+)\s*\)/.exec(
      this.text.slice(this.pos, this.pos + 100),
    );
    if (alias !== null && !this.locAliases.has(alias[1]!)) {
      this.#locationFixups.push({ op, alias: alias[1]!, start: this.pos });
    }
    return this.parseLocation();
  }

  #defineResults(
    op: Operation,
    names: readonly { name: string; count: number; start: number }[],
    start: number,
  ): void {
    if (names.length === 1 && names[0]!.count === 1 && op.results.length === 1) {
      this.#define(names[0]!.name, op.results[0]!, start);
      return;
    }
    const total = names.reduce((n, r) => n + r.count, 0);
    if (total !== op.results.length) this.#resultCount(op, total, start);
    let at = 0;
    for (const r of names) {
      const own = op.results.slice(at, at + r.count);
      at += r.count;
      this.#define(r.name, r.count === 1 ? own[0]! : own, r.start);
    }
  }

  #lookup(name: string, start: number): OpDefinition {
    const def = this.context.lookup(name);
    if (def !== undefined) return def;
    const dot = name.indexOf(".");
    const dialect = dot < 0 ? undefined : this.context.dialects.get(name.slice(0, dot));
    const isComplete = dialect !== undefined && dialect.parts.partial !== true;
    if (isComplete || !this.context.allowUnregistered || dot < 0) {
      if (dot < 0 && this.context.allowUnregistered) return unregisteredDefinition(name);
      const like = this.context.suggest(name);
      this.fail(
        "parse.unknown-op",
        `the operation \`${name}\` is not known`,
        start,
        undefined,
        like === undefined
          ? "load its dialect, or allow unregistered dialects"
          : `did you mean \`${like}\`?`,
      );
    }
    return unregisteredDefinition(name);
  }

  /** The entry of the operation name that stands here in quotes. */
  #opEntry(start: number): OpEntry {
    const codes = this.codes;
    let p = start + 1;
    let hash = 0;
    for (let c = codes[p]!; c !== 34 && c !== 92 && c !== 0; c = codes[++p]!) {
      hash = (hash * 31 + c) | 0;
    }
    const at = (hash ^ (hash >> 8)) & 255;
    for (let e = this.#entries[at]; e !== undefined; e = e.next) {
      if (e.end - e.start === p - start - 1 && this.#sameText(e.start, e.end, start + 1)) {
        this.pos = p + 1;
        return e;
      }
    }
    const name = this.parseString();
    const entry: OpEntry = {
      start: start + 1,
      end: this.pos - 1,
      definition: this.#lookup(name, start),
      next: this.#entries[at],
      propertiesStart: 0,
      propertiesEnd: 0,
      properties: noAttributes,
      typesStart: 0,
      typesEnd: 0,
      inputs: noTypes,
      results: noTypes,
    };
    // A name with escapes ends elsewhere than the scan above did; it is looked up each time.
    if (entry.end === p) this.#entries[at] = entry;
    return entry;
  }

  /** Whether the text from `start` to `end` stands at `at` as well. */
  #sameText(start: number, end: number, at: number): boolean {
    const codes = this.codes;
    const shift = at - start;
    for (let i = start; i < end; i++) if (codes[i] !== codes[i + shift]) return false;
    return true;
  }

  /** The value of the name that stands here; undefined (and nothing is read) if none has it yet. */
  #knownOperand(): Value | undefined {
    const codes = this.codes;
    const start = this.pos;
    if (codes[start] !== 37) return undefined;
    let p = start + 1;
    let n = 0;
    let c = codes[p]!;
    while (c >= 48 && c <= 57 && p < start + 9) {
      n = n * 10 + c - 48;
      c = codes[++p]!;
    }
    let named: Named | undefined;
    if (p > start + 1) {
      const zero = codes[start + 1] === 48 && p > start + 2;
      if (zero || (c >= 48 && c <= 57) || n >= maxNumber || c === 35) return undefined;
      const { numbered } = this.#names;
      named = n < numbered.length ? numbered[n] : undefined;
    } else {
      this.pos = p;
      named = this.#names.names.get(this.parseSuffixId());
      p = this.pos;
      this.pos = start;
      if (codes[p] === 35) return undefined;
    }
    if (!(named instanceof Value)) return undefined;
    this.pos = p;
    return named;
  }

  /**
   * Operands in parentheses, while all are known and single: undefined, and nothing is read, if not.
   */
  #knownOperands(): Value[] | undefined {
    const codes = this.codes;
    const start = this.pos;
    if (codes[start] !== 40) return undefined;
    this.pos++;
    if (codes[this.pos] === 41) {
      this.pos++;
      return [];
    }
    let values: Value[] | undefined;
    for (;;) {
      this.skipSpace();
      const value = this.#knownOperand();
      if (value === undefined) break;
      if (values === undefined) values = [value];
      else values.push(value);
      if (codes[this.pos] === 44) {
        this.pos++;
        continue;
      }
      if (codes[this.pos] !== 41) break;
      this.pos++;
      return values;
    }
    this.pos = start;
    return undefined;
  }

  #genericOp(start: number): Operation {
    const entry = this.#opEntry(start);
    const location = new SourceLoc(this.file, start, this.pos);
    const at = this.pos;
    const values = this.#knownOperands();
    if (values === undefined) return this.#generalOp(entry, start, location);
    const def = entry.definition;
    const codes = this.codes;
    this.skipSpace();
    let properties: (Attribute | undefined)[] | undefined;
    if (codes[this.pos] === 60) {
      const { propertiesStart, propertiesEnd } = entry;
      if (
        propertiesEnd === propertiesStart ||
        !this.#sameText(propertiesStart, propertiesEnd, this.pos)
      ) {
        this.pos = at;
        return this.#generalOp(entry, start, location);
      }
      this.pos += propertiesEnd - propertiesStart;
      properties = entry.properties.slice();
      this.skipSpace();
    }
    const { typesStart, typesEnd } = entry;
    const length = typesEnd - typesStart;
    if (
      codes[this.pos] !== 58 ||
      length === 0 ||
      codes[this.pos + length] !== 10 ||
      !this.#sameText(typesStart, typesEnd, this.pos) ||
      entry.inputs.length !== values.length ||
      !def.isRegistered ||
      def.needsOperandSegments ||
      def.needsResultSegments
    ) {
      this.pos = at;
      return this.#generalOp(entry, start, location);
    }
    for (let i = 0; i < values.length; i++) {
      if (values[i]!.type !== entry.inputs[i]) {
        this.pos = at;
        return this.#generalOp(entry, start, location);
      }
    }
    this.pos += length;
    if (properties === undefined) {
      properties = [];
      for (const a of def.attributes) properties.push(a.default);
    }
    return def.construct({
      location,
      operands: values,
      resultTypes: entry.results,
      properties,
      discardable: null,
      regions: noRegions,
      successors: noBlocks,
      operandSegments: null,
      resultSegments: null,
    });
  }

  /** An operation in the generic form, of which the name has been read. */
  #generalOp(entry: OpEntry, start: number, location: Location): Operation {
    const def = entry.definition;
    this.expect("(");
    const operands: UnresolvedOperand[] = [];
    if (this.peek() === 37) {
      do operands.push(this.parseOperandName());
      while (this.tryConsume(","));
    }
    this.expect(")");
    const successors: Block[] = [];
    if (this.peek() === 91) {
      this.parseCommaSeparated("[", "]", () => successors.push(this.parseSuccessorName()));
    }
    let properties: Map<string, Attribute> | undefined;
    const propertiesStart = this.tokenStart();
    if (this.peek() === 60) {
      this.expect("<");
      properties = this.parseDictionary();
      this.expect(">");
    }
    const propertiesEnd = this.pos;
    const regions: Region[] = [];
    if (this.peek() === 40) {
      this.parseCommaSeparated("(", ")", () => {
        const r = new Region();
        this.nested(() => this.#region(r, def, undefined, false));
        regions.push(r);
      });
    }
    const discardable = this.peek() === 123 ? this.parseDictionary() : undefined;
    const typesStart = this.tokenStart();
    this.expect(":");
    const inputs = this.parseTypeListParens();
    this.expect("->");
    const resultTypes = this.parseResultTypes();
    const typesEnd = this.pos;
    if (inputs.length !== operands.length) {
      this.fail(
        "parse.operand-count",
        `${operands.length} operands but ${inputs.length} types`,
        start,
      );
    }
    const values: Value[] = [];
    for (let i = 0; i < operands.length; i++) {
      values.push(this.resolveOperand(operands[i]!, inputs[i]!));
    }
    const hadProperties = properties !== undefined;
    const op = this.#assemble(
      def,
      start,
      location,
      values,
      resultTypes,
      properties,
      discardable,
      regions,
      successors,
    );
    // What the text ends with must not be able to go on: a newline follows, and the last type is closed.
    const last = resultTypes[resultTypes.length - 1];
    const closed =
      this.codes[typesEnd - 1] === 41 ||
      last instanceof IntegerType ||
      last instanceof FloatType ||
      last instanceof IndexType;
    if (closed && this.codes[typesEnd] === 10) {
      entry.typesStart = typesStart;
      entry.typesEnd = typesEnd;
      entry.inputs = inputs;
      entry.results = resultTypes;
    }
    if (hadProperties && discardable === undefined && op.definition === def) {
      entry.propertiesStart = propertiesStart;
      entry.propertiesEnd = propertiesEnd;
      entry.properties = op.properties.slice();
    }
    return op;
  }

  #assemble(
    def: OpDefinition,
    start: number,
    location: Location,
    operands: Value[],
    resultTypes: Type[],
    given: Map<string, Attribute> | undefined,
    discardable: Map<string, Attribute> | undefined,
    regions: Region[],
    successors: Block[],
  ): Operation {
    if (!def.isRegistered || (given !== undefined && this.#goesBeyond(def, given))) {
      const op = unregisteredDefinition(def.name).construct({
        location,
        operands,
        resultTypes,
        regions,
        successors,
        discardable: discardable ?? null,
      });
      if (given !== undefined && op instanceof UnregisteredOp) op.opaqueProperties = given;
      return op;
    }
    const properties: (Attribute | undefined)[] = new Array(def.attributes.length);
    for (let i = 0; i < properties.length; i++) {
      const name = def.attributes[i]!.name;
      let v = given?.get(name);
      if (v !== undefined) given!.delete(name);
      else if (discardable !== undefined && given === undefined) {
        v = discardable.get(name);
        discardable.delete(name);
      }
      properties[i] = v;
    }
    withDefaults(def, properties);
    const segments = (attr: string, count: number, groups: number): number[] => {
      const a = given?.get(attr) ?? discardable?.get(attr);
      given?.delete(attr);
      discardable?.delete(attr);
      if (!(a instanceof DenseArrayAttr) || a.values.length !== groups) {
        this.fail(
          "parse.segments",
          `\`${def.name}\` needs \`${attr}\` with ${groups} sizes`,
          start,
        );
      }
      const sizes = a.numbers;
      if (sizes.some((s) => s < 0) || sizes.reduce((x, y) => x + y, 0) !== count) {
        this.fail("parse.segments", `\`${attr}\` does not add up to ${count}`, start);
      }
      return sizes;
    };
    const operandSegments = def.needsOperandSegments
      ? segments(operandSegmentSizes, operands.length, def.operandGroups.length)
      : null;
    const resultSegments = def.needsResultSegments
      ? segments(resultSegmentSizes, resultTypes.length, def.resultGroups.length)
      : null;
    if (given !== undefined && given.size > 0) {
      const unknown = [...given.keys()][0]!;
      this.fail("parse.unknown-property", `\`${def.name}\` has no property \`${unknown}\``, start);
    }
    return def.construct({
      location,
      operands,
      resultTypes,
      properties,
      discardable: discardable !== undefined && discardable.size > 0 ? discardable : null,
      regions,
      successors,
      operandSegments,
      resultSegments,
    });
  }

  /** Whether an operation of a partly declared dialect has properties that are not declared. */
  #goesBeyond(def: OpDefinition, given: ReadonlyMap<string, Attribute>): boolean {
    if (def.dialect?.parts.partial !== true || !this.context.allowUnregistered) return false;
    return [...given.keys()].some(
      (name) =>
        def.attributeSlot(name) === undefined &&
        !(name === operandSegmentSizes && def.needsOperandSegments) &&
        !(name === resultSegmentSizes && def.needsResultSegments),
    );
  }

  #prettyOp(start: number): Operation {
    const word = this.parseKeyword("an operation");
    let def: OpDefinition | undefined;
    if (!word.includes(".")) {
      def =
        (this.#defaultDialect === ""
          ? undefined
          : this.context.lookup(`${this.#defaultDialect}.${word}`)) ??
        this.context.lookup(`builtin.${word}`) ??
        this.context.lookup(`func.${word}`);
    }
    def ??= this.context.lookup(word);
    if (def === undefined) {
      const like = this.context.suggest(word);
      this.fail(
        "parse.unknown-op",
        `the operation \`${word}\` is not known`,
        start,
        undefined,
        like === undefined
          ? "operations of dialects that are not loaded are written in the generic form"
          : `did you mean \`${like}\`?`,
      );
    }
    const { parse, assembly } = def.parts;
    const p = new OpParser(this, def, start);
    if (parse !== undefined) parse(p);
    else if (assembly !== undefined) compileAssembly(def).parse(p);
    else this.fail("parse.no-pretty-form", `\`${word}\` has only the generic form`, start);
    return def.construct(p.build(new SourceLoc(this.file, start, start + word.length)));
  }

  // --- regions -----------------------------------------------------------------------------------

  parseRegionInto(region: Region, owner: OpDefinition, args?: readonly ParsedArgument[]): void {
    this.nested(() => this.#region(region, owner, args, true));
  }

  /** `pretty`: the text may leave out what the op's kind implies, which the generic form states. */
  #region(
    region: Region,
    owner: OpDefinition,
    args: readonly ParsedArgument[] | undefined,
    pretty: boolean,
  ): void {
    const isolated = owner.hasTrait(IsolatedFromAbove);
    const outerNames = this.#names;
    const outerDialect = this.#defaultDialect;
    this.#defaultDialect = owner.parts.defaultDialect;
    if (isolated) {
      this.#names = newNameScope();
    }
    const mark = this.#names.log.length;
    this.#blocks = { blocks: new Map(), undefinedAt: new Map(), outer: this.#blocks };
    this.expect("{");
    const hasEntry = args !== undefined || (!this.at("^") && !this.at("}"));
    if (hasEntry) {
      const entry = new Block();
      region.append(entry);
      for (const a of args ?? []) {
        if (a.type === undefined) throw new Error(`region argument %${a.name} has no type`);
        this.#define(a.name, entry.addArgument(a.type), a.start);
      }
      this.#blockBody(entry);
    }
    while (this.at("^")) this.#labelledBlock(region);
    this.expect("}");
    for (const [name, at] of this.#blocks.undefinedAt) {
      this.fail("parse.undefined-block", `the block \`^${name}\` is not defined`, at);
    }
    const implicit = pretty ? implicitTerminatorOf({ definition: owner }) : undefined;
    if (implicit !== undefined && region.firstBlock === null) region.append(new Block());
    if (implicit !== undefined && region.hasOneBlock) {
      const last = region.entry.lastOp;
      if (last === null || !last.definition.isTerminator) {
        region.entry.append(implicit.definition.construct(implicitParts(implicit.definition)));
      }
    }
    this.#blocks = this.#blocks.outer;
    if (isolated) this.#checkForward(this.#names);
    else {
      const { log, names, numbered } = this.#names;
      while (log.length > mark) {
        const name = log.pop()!;
        if (typeof name === "string") names.delete(name);
        else numbered[name] = undefined;
      }
    }
    this.#names = outerNames;
    this.#defaultDialect = outerDialect;
  }

  #labelledBlock(region: Region): void {
    const start = this.tokenStart();
    this.pos++;
    const name = this.parseSuffixId();
    const block = this.#block(name, start, true);
    region.append(block);
    if (this.at("(")) {
      this.parseCommaSeparated("(", ")", () => {
        const a = this.parseOperandName();
        this.expect(":");
        this.#define(a.name, block.addArgument(this.parseType()), a.start);
        this.tryLocation();
      });
    }
    this.expect(":");
    this.#blockBody(block);
  }

  #blockBody(block: Block): void {
    for (;;) {
      const c = this.peek();
      if (c === 125 || c === 94 || (c === 0 && this.atEnd)) return;
      block.append(this.#operation());
    }
  }
}

function implicitParts(def: OpDefinition): { properties: (Attribute | undefined)[] } {
  return { properties: withDefaults(def, new Array(def.attributes.length)) };
}

/** Parses every operation of a text; errors are thrown as a `DiagnosticError`. */
export function parseOperations(context: Context, file: SourceFile): Operation[] {
  return new OperationParser(context, file).parseTopLevel();
}

/**
 * Parses a module: the file's only operation if it is `builtin.module`, else a module around all.
 */
export function parseModule(context: Context, source: SourceFile | string): ModuleOp {
  const file = typeof source === "string" ? new SourceFile("<input>", source) : source;
  const parser = new OperationParser(context, file);
  const ops = parser.parseTopLevel();
  const only = ops.length === 1 ? ops[0] : undefined;
  const module = only instanceof ModuleOp ? only : ModuleOp.create();
  if (module !== only) for (const op of ops) module.body.entry.append(op);
  setResources(module, parser.resources);
  return module;
}

/** Parses one type; the whole text must be used. */
export function parseType(context: Context, text: string): Type {
  const p = new AsmParser(context, new SourceFile("<type>", text));
  const t = p.parseType();
  requireEnd(p);
  return t;
}

/** Parses one attribute; the whole text must be used. */
export function parseAttribute(context: Context, text: string): Attribute {
  const p = new AsmParser(context, new SourceFile("<attribute>", text));
  const a = p.parseAttribute();
  requireEnd(p);
  return a;
}

function requireEnd(p: AsmParser): void {
  if (p.atEnd) return;
  throw new DiagnosticError(
    userError("parse.trailing", "unexpected text behind the end", {
      span: { file: p.file, start: p.pos, end: p.text.length },
    }),
  );
}
