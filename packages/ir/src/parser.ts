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

/** The names of one isolated region. */
interface NameScope {
  readonly names: Map<string, Named>;
  readonly forward: Map<string, ForwardValue>;
  /** Names in order of definition, with what they hid, to undo at the end of a region. */
  readonly log: { name: string; hidden: Named | undefined }[];
  readonly outer: NameScope | undefined;
}

interface BlockScope {
  readonly blocks: Map<string, Block>;
  readonly undefinedAt: Map<string, number>;
  readonly outer: BlockScope | undefined;
}

class OperationParser extends AsmParser implements OpHost {
  #names: NameScope = { names: new Map(), forward: new Map(), log: [], outer: undefined };
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

  resolveOperand(u: UnresolvedOperand, type: Type): Value {
    const named = this.#names.names.get(u.name);
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
    const scope = this.#names;
    const hidden = scope.names.get(name);
    if (hidden !== undefined) {
      this.fail("parse.value-redefined", `the value \`%${name}\` is defined twice`, start);
    }
    scope.names.set(name, value);
    scope.log.push({ name, hidden });
    if (scope.forward.size === 0) return;
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
    const location = this.#trailingLocation(op);
    if (location !== undefined) op.location = location;
    if (results.length > 0) this.#defineResults(op, results, start);
    return op;
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
    if (total !== op.results.length) {
      this.fail(
        "parse.result-count",
        `\`${op.name}\` has ${op.results.length} results but ${total} are named`,
        start,
      );
    }
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

  #genericOp(start: number): Operation {
    const name = this.parseString();
    const def = this.#lookup(name, start);
    const location = new SourceLoc(this.file, start, start + name.length + 2);
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
    if (this.peek() === 60) {
      this.expect("<");
      properties = this.parseDictionary();
      this.expect(">");
    }
    const regions: Region[] = [];
    if (this.peek() === 40) {
      this.parseCommaSeparated("(", ")", () => {
        const r = new Region();
        this.nested(() => this.#region(r, def, undefined, false));
        regions.push(r);
      });
    }
    const discardable = this.peek() === 123 ? this.parseDictionary() : undefined;
    this.expect(":");
    const inputs = this.parseTypeListParens();
    this.expect("->");
    const resultTypes = this.parseResultTypes();
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
    return this.#assemble(
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
      this.#names = { names: new Map(), forward: new Map(), log: [], outer: outerNames };
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
    const log = this.#names.log;
    while (log.length > mark) {
      const { name, hidden } = log.pop()!;
      if (hidden === undefined) this.#names.names.delete(name);
      else this.#names.names.set(name, hidden);
    }
    if (isolated) this.#checkForward(this.#names);
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
