/**
 * The hand-written parser of MLIR's tokens, types and attributes. It works on characters: no token
 * objects are made. Positions are offsets into the source text.
 *
 * Invariant: between calls `pos` stands before a token or before white space.
 */
import {
  decodeBytes,
  DiagnosticError,
  encodeUtf8,
  type SourceFile,
  userError,
} from "@strata/support";
import {
  affineBinary,
  affineConst,
  type AffineConstraint,
  affineDim,
  type AffineExpr,
  AffineMap,
  affineSym,
  IntegerSet,
} from "./affine.ts";
import type { Attribute } from "./attribute.ts";
import {
  AffineMapAttr,
  ArrayAttr,
  DenseArrayAttr,
  DenseComplexElementsAttr,
  type DenseElement,
  DenseElementsAttr,
  DenseResourceElementsAttr,
  DictionaryAttr,
  FloatAttr,
  IntegerAttr,
  IntegerSetAttr,
  LocationAttr,
  OpaqueAttr,
  StridedLayoutAttr,
  StringAttr,
  SymbolRefAttr,
  TypeAttr,
  UnitAttr,
} from "./builtin-attributes.ts";
import {
  ComplexType,
  dynamic,
  f64,
  type FloatFormat,
  floatFormats,
  FloatType,
  FunctionType,
  i1,
  i64,
  IndexType,
  IntegerType,
  MemRefType,
  NoneType,
  OpaqueType,
  RankedTensorType,
  ShapedType,
  TupleType,
  UnrankedMemRefType,
  UnrankedTensorType,
  VectorType,
} from "./builtin-types.ts";
import { decodeDenseHex } from "./dense-hex.ts";
import type { Context, Dialect } from "./dialect.ts";
import {
  CallSiteLoc,
  FileLineColLoc,
  FusedLoc,
  type Location,
  NameLoc,
  unknownLoc,
} from "./location.ts";
import type { FileResources } from "./resources.ts";
import type { Type } from "./type.ts";

/** Nesting of types, attributes and regions beyond this is refused. */
export const maxNesting = 1000;

const charClass = {
  space: 1,
  digit: 2,
  letter: 4,
  suffix: 8,
} as const;

/** Character classes of ASCII. */
const classes = new Uint8Array(128);
for (const c of " \t\n\r") classes[c.charCodeAt(0)]! |= charClass.space;
for (let c = 48; c < 58; c++) classes[c]! |= charClass.digit | charClass.suffix;
for (let c = 65; c < 91; c++) classes[c]! |= charClass.letter | charClass.suffix;
for (let c = 97; c < 123; c++) classes[c]! |= charClass.letter | charClass.suffix;
for (const c of "_$.-") classes[c.charCodeAt(0)]! |= charClass.suffix;
classes[95]! |= charClass.letter;

const is = (c: number, cls: number): boolean => c < 128 && (classes[c]! & cls) !== 0;
const isIdentChar = (c: number): boolean =>
  c < 128 && (classes[c]! & charClass.suffix) !== 0 && c !== 45;
const isHex = (c: number): boolean =>
  is(c, charClass.digit) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102);

const simpleTypes = new Map<string, Type>([
  ["index", IndexType.instance],
  ["none", NoneType.instance],
  ...Object.keys(floatFormats).map((f): [string, Type] => [f, FloatType.get(f as FloatFormat)]),
]);

/** Reads tokens, types and attributes; base of the operation parser. */
export class AsmParser {
  readonly context: Context;
  readonly file: SourceFile;
  readonly text: string;
  /** The text's code units; `text.length` is the index of a closing 0. */
  protected readonly codes: Uint8Array | Uint16Array;
  pos = 0;
  protected readonly typeAliases = new Map<string, Type>();
  protected readonly attrAliases = new Map<string, Attribute>();
  protected readonly locAliases = new Map<string, Location>();
  #depth = 0;

  constructor(context: Context, file: SourceFile) {
    this.context = context;
    this.file = file;
    this.text = file.text;
    this.codes = file.codes;
  }

  // --- errors ------------------------------------------------------------------------------------

  /** Ends parsing with a diagnostic at `start`…`end` (default: the current token). */
  fail(
    code: string,
    message: string,
    start = this.tokenStart(),
    end?: number,
    hint?: string,
  ): never {
    throw new DiagnosticError(
      userError(code, message, {
        span: { file: this.file, start, end: end ?? this.#tokenEnd(start) },
        hint,
      }),
    );
  }

  #tokenEnd(start: number): number {
    let e = start;
    while (e < this.text.length && is(this.codes[e]!, charClass.suffix)) e++;
    return Math.min(Math.max(e, start + 1), this.text.length);
  }

  /** Runs `f` one nesting level deeper; custom syntax that nests must come through here. */
  nested<T>(f: () => T): T {
    if (++this.#depth > maxNesting) {
      this.fail("parse.nesting", `nesting deeper than ${maxNesting} levels`);
    }
    try {
      return f();
    } finally {
      this.#depth--;
    }
  }

  // --- tokens ------------------------------------------------------------------------------------

  /** Offset of the next token. */
  tokenStart(): number {
    this.skipSpace();
    return this.pos;
  }

  skipSpace(): void {
    const codes = this.codes;
    let p = this.pos;
    for (;;) {
      const c = codes[p]!;
      if (c === 32 || c === 10 || c === 9 || c === 13) p++;
      else if (c === 47 && codes[p + 1] === 47) {
        const eol = this.text.indexOf("\n", p);
        p = eol < 0 ? this.text.length : eol + 1;
      } else break;
    }
    this.pos = p;
  }

  get atEnd(): boolean {
    this.skipSpace();
    return this.pos >= this.text.length;
  }

  /** The first character code of the next token; 0 at the end. */
  peek(): number {
    this.skipSpace();
    return this.codes[this.pos]!;
  }

  /** Whether the next token begins with this punctuation. */
  at(punctuation: string): boolean {
    this.skipSpace();
    return this.#startsWith(punctuation);
  }

  #startsWith(token: string): boolean {
    const codes = this.codes;
    const at = this.pos;
    for (let i = 0; i < token.length; i++) {
      if (codes[at + i] !== token.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Consumes punctuation (or a keyword, then as a whole word) if it comes next. */
  tryConsume(token: string): boolean {
    this.skipSpace();
    if (!this.#startsWith(token)) return false;
    const end = this.pos + token.length;
    if (isIdentChar(token.charCodeAt(token.length - 1)) && isIdentChar(this.codes[end]!)) {
      return false;
    }
    this.pos = end;
    return true;
  }

  expect(token: string): void {
    if (!this.tryConsume(token)) {
      this.fail("parse.expected", `expected \`${token}\`${this.#found()}`);
    }
  }

  #found(): string {
    const start = this.tokenStart();
    if (start >= this.text.length) return ", found the end of the file";
    const word = this.text.slice(start, this.#tokenEnd(start));
    return `, found \`${word}\``;
  }

  /** `[A-Za-z_][A-Za-z0-9_$.]*`; undefined when something else comes. */
  tryKeyword(): string | undefined {
    this.skipSpace();
    const start = this.pos;
    if (!is(this.codes[start]!, charClass.letter)) return undefined;
    let p = start + 1;
    while (isIdentChar(this.codes[p]!)) p++;
    this.pos = p;
    return this.text.slice(start, p);
  }

  parseKeyword(what = "a keyword"): string {
    return this.tryKeyword() ?? this.fail("parse.expected", `expected ${what}${this.#found()}`);
  }

  /** One of a set of keywords. */
  parseKeywordOf<N extends string>(names: readonly N[], what: string): N {
    const start = this.tokenStart();
    const word = this.tryKeyword();
    const found = names.find((n) => n === word);
    if (found === undefined) {
      this.fail(
        "parse.keyword",
        `expected ${what}: ${names.join(", ")}${word === undefined ? "" : `; found \`${word}\``}`,
        start,
      );
    }
    return found;
  }

  /** The name after a sigil: digits, or a word of letters, digits, `_ $ . -`. */
  parseSuffixId(): string {
    const start = this.pos;
    let p = start;
    if (is(this.codes[p]!, charClass.digit)) {
      while (is(this.codes[p]!, charClass.digit)) p++;
    } else {
      while (is(this.codes[p]!, charClass.suffix)) p++;
    }
    if (p === start) this.fail("parse.expected", `expected a name${this.#found()}`, start);
    this.pos = p;
    return this.text.slice(start, p);
  }

  parseString(): string {
    this.skipSpace();
    const start = this.pos;
    if (this.codes[start] !== 34) {
      this.fail("parse.expected", `expected a string${this.#found()}`);
    }
    let p = start + 1;
    let plain = true;
    for (;;) {
      const c = this.codes[p]!;
      if (c === 34) break;
      if (p >= this.text.length || c === 10) {
        this.fail("parse.string", "the string does not end on its line", start, p);
      }
      if (c === 92) {
        plain = false;
        p++;
      }
      p++;
    }
    this.pos = p + 1;
    const raw = this.text.slice(start + 1, p);
    return plain ? raw : this.#unescape(raw, start);
  }

  #unescape(raw: string, start: number): string {
    const bytes: number[] = [];
    for (let i = 0; i < raw.length;) {
      const c = raw[i]!;
      if (c !== "\\") {
        const cp = String.fromCodePoint(raw.codePointAt(i)!);
        bytes.push(...encodeUtf8(cp));
        i += cp.length;
        continue;
      }
      const e = raw[i + 1];
      const simple = { '"': 34, "\\": 92, n: 10, t: 9 }[e ?? ""];
      if (simple !== undefined) {
        bytes.push(simple);
        i += 2;
      } else if (/^[0-9A-Fa-f]{2}/.test(raw.slice(i + 1, i + 3))) {
        bytes.push(Number.parseInt(raw.slice(i + 1, i + 3), 16));
        i += 3;
      } else {
        this.fail("parse.escape", `unknown escape \`\\${e}\``, start + 1 + i, start + 3 + i);
      }
    }
    return decodeBytes(Uint8Array.from(bytes));
  }

  /** `@name` or `@"any text"`. */
  parseSymbolName(): string {
    this.skipSpace();
    if (this.codes[this.pos] !== 64) {
      this.fail("parse.expected", `expected a symbol name \`@…\`${this.#found()}`);
    }
    this.pos++;
    return this.codes[this.pos] === 34 ? this.parseString() : this.parseSuffixId();
  }

  parseSymbolRef(): SymbolRefAttr {
    const root = this.parseSymbolName();
    const nested: string[] = [];
    while (this.at("::")) {
      this.pos += 2;
      nested.push(this.parseSymbolName());
    }
    return SymbolRefAttr.get(root, nested);
  }

  /** A decimal or hexadecimal integer with an optional minus; undefined if none comes. */
  tryInteger(): bigint | undefined {
    this.skipSpace();
    const start = this.pos;
    let p = start;
    if (this.codes[p] === 45) p++;
    const digits = p;
    if (this.codes[p] === 48 && this.codes[p + 1] === 120 && isHex(this.codes[p + 2]!)) {
      p += 2;
      while (isHex(this.codes[p]!)) p++;
    } else {
      while (is(this.codes[p]!, charClass.digit)) p++;
    }
    if (p === digits) return undefined;
    this.pos = p;
    const magnitude = BigInt(this.text.slice(digits, p));
    return digits > start ? -magnitude : magnitude;
  }

  parseInteger(): bigint {
    return this.tryInteger() ?? this.fail("parse.expected", `expected an integer${this.#found()}`);
  }

  /** An integer that is a safe JavaScript number. */
  parseSmallInteger(): number {
    const start = this.tokenStart();
    const v = Number(this.parseInteger());
    if (!Number.isSafeInteger(v)) this.fail("parse.integer", "the integer is too large", start);
    return v;
  }

  parseBool(): boolean {
    const start = this.tokenStart();
    if (this.tryConsume("true")) return true;
    if (this.tryConsume("false")) return false;
    const n = this.tryInteger();
    if (n === undefined) this.fail("parse.expected", "expected `true` or `false`", start);
    return n !== 0n;
  }

  /** A float literal (decimal, or bits in hexadecimal) of a type. */
  parseFloat(type: FloatType): FloatAttr {
    const a = this.#tryNumber();
    if (a === undefined) this.fail("parse.expected", `expected a number${this.#found()}`);
    return this.#toFloat(a, type);
  }

  /** Items between brackets, separated by commas; an empty list is fine. */
  parseCommaSeparated(open: string, close: string, item: () => void): void {
    if (open !== "") this.expect(open);
    if (close !== "" && this.tryConsume(close)) return;
    do item();
    while (this.tryConsume(","));
    if (close !== "") this.expect(close);
  }

  // --- types -------------------------------------------------------------------------------------

  parseType(): Type {
    return this.tryType() ?? this.fail("parse.type", `expected a type${this.#found()}`);
  }

  tryType(): Type | undefined {
    const c = this.peek();
    if (c === 33) return this.#dialectType();
    if (c === 40) return this.parseFunctionType();
    if (!is(c, charClass.letter)) return undefined;
    const start = this.pos;
    const word = this.tryKeyword()!;
    const simple = simpleTypes.get(word);
    if (simple !== undefined) return simple;
    const type = this.#builtinType(word, start);
    if (type === undefined) this.pos = start;
    return type;
  }

  #builtinType(word: string, start: number): Type | undefined {
    const int = /^([su]?)i(\d+)$/.exec(word);
    if (int !== null) {
      const width = Number(int[2]);
      if (width >= 1 << 24) {
        this.fail("parse.integer-width", "integer types have at most 16777215 bits", start);
      }
      const signedness = int[1] === "s" ? "signed" : int[1] === "u" ? "unsigned" : "signless";
      const type = IntegerType.get(width, signedness);
      simpleTypes.set(word, type);
      return type;
    }
    switch (word) {
      case "vector":
        return this.nested(() => this.#vectorType());
      case "tensor":
        return this.nested(() => this.#tensorType());
      case "memref":
        return this.nested(() => this.#memrefType());
      case "complex": {
        this.expect("<");
        const t = ComplexType.get(this.nested(() => this.parseType()));
        this.expect(">");
        return t;
      }
      case "tuple": {
        const types: Type[] = [];
        this.parseCommaSeparated("<", ">", () => types.push(this.nested(() => this.parseType())));
        return TupleType.get(types);
      }
      default:
        return undefined;
    }
  }

  /** Static extents, each followed by `x`: `4x8x`. */
  parseStaticShape(): number[] {
    return this.#dimensions(false);
  }

  /** Extents up to the element type: digits or `?`, each followed by `x`. */
  #dimensions(allowDynamic: boolean): number[] {
    const dims: number[] = [];
    for (;;) {
      const c = this.peek();
      if (c === 63) {
        if (!allowDynamic) this.fail("parse.dimension", "vectors have static extents");
        this.pos++;
        dims.push(dynamic);
      } else if (is(c, charClass.digit)) {
        let p = this.pos;
        while (is(this.codes[p]!, charClass.digit)) p++;
        const n = Number(this.text.slice(this.pos, p));
        if (!Number.isSafeInteger(n)) this.fail("parse.dimension", "the extent is too large");
        this.pos = p;
        dims.push(n);
      } else return dims;
      this.#x();
    }
  }

  #x(): void {
    if (this.codes[this.pos] !== 120) {
      this.fail("parse.dimension", "expected `x` after an extent", this.pos);
    }
    this.pos++;
  }

  #vectorType(): Type {
    this.expect("<");
    const shape: number[] = [];
    const scalable: boolean[] = [];
    for (;;) {
      if (this.tryConsume("[")) {
        shape.push(this.parseSmallInteger());
        scalable.push(true);
        this.expect("]");
        this.#x();
        continue;
      }
      const c = this.peek();
      if (!is(c, charClass.digit)) break;
      let p = this.pos;
      while (is(this.codes[p]!, charClass.digit)) p++;
      shape.push(Number(this.text.slice(this.pos, p)));
      scalable.push(false);
      this.pos = p;
      this.#x();
    }
    const element = this.parseType();
    this.expect(">");
    return VectorType.get(shape, element, scalable);
  }

  #tensorType(): Type {
    this.expect("<");
    if (this.tryConsume("*")) {
      this.#x();
      const element = this.parseType();
      this.expect(">");
      return UnrankedTensorType.get(element);
    }
    const shape = this.#dimensions(true);
    const element = this.parseType();
    const encoding = this.tryConsume(",") ? this.parseAttribute() : undefined;
    this.expect(">");
    return RankedTensorType.get(shape, element, encoding);
  }

  #memrefType(): Type {
    this.expect("<");
    const unranked = this.tryConsume("*");
    if (unranked) this.#x();
    const shape = unranked ? [] : this.#dimensions(true);
    const element = this.parseType();
    let layout: Attribute | undefined;
    let space: Attribute | undefined;
    while (this.tryConsume(",")) {
      const a = this.parseAttribute();
      if (a instanceof StridedLayoutAttr || a instanceof AffineMapAttr) layout = a;
      else space = a;
    }
    this.expect(">");
    if (unranked) return UnrankedMemRefType.get(element, space);
    const identity =
      layout instanceof AffineMapAttr &&
      layout.map.isIdentity &&
      layout.map.numDims === shape.length;
    return MemRefType.get(shape, element, identity ? undefined : layout, space);
  }

  /** `(types) -> type` or `(types) -> (types)`. */
  parseFunctionType(): FunctionType {
    return this.nested(() => {
      const inputs = this.parseTypeListParens();
      this.expect("->");
      return FunctionType.get(inputs, this.parseResultTypes());
    });
  }

  parseTypeListParens(): Type[] {
    const types: Type[] = [];
    this.parseCommaSeparated("(", ")", () => types.push(this.parseType()));
    return types;
  }

  /** One type without parentheses, or a list with. */
  parseResultTypes(): Type[] {
    return this.peek() === 40 ? this.parseTypeListParens() : [this.parseType()];
  }

  /** A comma-separated list of at least one type. */
  parseTypeList(): Type[] {
    const types = [this.parseType()];
    while (this.tryConsume(",")) types.push(this.parseType());
    return types;
  }

  #dialectType(): Type {
    const start = this.pos;
    this.pos++;
    const name = this.parseKeyword("a type's name");
    const alias = this.typeAliases.get(name);
    if (alias !== undefined) return alias;
    const dot = name.indexOf(".");
    const dialectName = dot < 0 ? name : name.slice(0, dot);
    const dialect = this.context.dialects.get(dialectName);
    const parse = (mnemonic: string): Type => {
      const syntax = dialect?.types.get(mnemonic);
      if (syntax !== undefined) return this.nested(() => syntax.parse(this));
      return this.fail(
        "parse.unknown-type",
        `the dialect \`${dialectName}\` has no type \`!${dialectName}.${mnemonic}\``,
        start,
      );
    };
    if (this.#isKeptUnknown(dialect, dialect?.types, name)) {
      return OpaqueType.get(this.text.slice(start + 1, this.#skipBody()));
    }
    if (dialect !== undefined && dot >= 0) return parse(name.slice(dot + 1));
    if (dialect !== undefined && this.at("<")) return this.#bracketed(parse);
    if (dot < 0 && !this.at("<")) {
      this.fail("parse.unknown-alias", `the type alias \`!${name}\` is not defined`, start);
    }
    this.#requireUnregistered(dialectName, start);
    return OpaqueType.get(this.text.slice(start + 1, this.#skipBody()));
  }

  /** `<mnemonic …>`: the longer way to write a type or attribute of a dialect. */
  #bracketed<T>(parse: (mnemonic: string) => T): T {
    this.expect("<");
    const made = parse(this.parseKeyword("a name in the dialect"));
    this.expect(">");
    return made;
  }

  /** Whether a type or attribute that its dialect does not declare is kept as it is. */
  #isKeptUnknown(
    dialect: Dialect | undefined,
    known: ReadonlyMap<string, unknown> | undefined,
    name: string,
  ): boolean {
    if (dialect?.parts.partial !== true || !this.context.allowUnregistered) return false;
    const dot = name.indexOf(".");
    if (dot >= 0) return known?.has(name.slice(dot + 1)) === false;
    if (!this.at("<")) return false;
    const start = this.pos;
    this.pos++;
    const mnemonic = this.tryKeyword();
    this.pos = start;
    return mnemonic !== undefined && known?.has(mnemonic) === false;
  }

  #requireUnregistered(dialectName: string, start: number): void {
    if (!this.context.allowUnregistered) {
      this.fail(
        "parse.unregistered",
        `the dialect \`${dialectName}\` is not loaded`,
        start,
        undefined,
        "allow unregistered dialects to keep it as it is",
      );
    }
  }

  /** Skips a balanced `<…>` if one follows; returns the offset behind it. */
  #skipBody(): number {
    if (this.codes[this.pos] !== 60) return this.pos;
    const start = this.pos;
    const closing: number[] = [];
    let p = start;
    do {
      const c = this.codes[p]!;
      if (p >= this.text.length) {
        this.fail("parse.unbalanced", "the `<` has no matching `>`", start);
      }
      if (c === 34) {
        this.pos = p;
        this.parseString();
        p = this.pos;
        continue;
      }
      if (c === 45 && this.codes[p + 1] === 62) {
        p += 2;
        continue;
      }
      if (c === 60) closing.push(62);
      else if (c === 40) closing.push(41);
      else if (c === 91) closing.push(93);
      else if (c === 123) closing.push(125);
      else if (c === 62 || c === 41 || c === 93 || c === 125) {
        if (closing.pop() !== c) {
          this.fail("parse.unbalanced", "brackets do not match", start, p + 1);
        }
      }
      p++;
    } while (closing.length > 0);
    this.pos = p;
    return p;
  }

  // --- attributes --------------------------------------------------------------------------------

  /** An attribute; numbers without a type take `type` if given, else i64 or f64. */
  parseAttribute(type?: Type): Attribute {
    return (
      this.tryAttribute(type) ??
      this.fail("parse.attribute", `expected an attribute${this.#found()}`)
    );
  }

  tryAttribute(type?: Type): Attribute | undefined {
    switch (this.peek()) {
      case 34: {
        const s = this.parseString();
        return StringAttr.get(s, this.#colonType());
      }
      case 35:
        return this.#dialectAttribute();
      case 64:
        return this.parseSymbolRef();
      case 91: {
        const values: Attribute[] = [];
        this.parseCommaSeparated("[", "]", () =>
          values.push(this.nested(() => this.parseAttribute())),
        );
        return ArrayAttr.get(values);
      }
      case 123:
        return DictionaryAttr.get(this.parseDictionary());
      case 33:
      case 40:
        return TypeAttr.get(this.parseType());
    }
    const number = this.#tryNumber();
    if (number !== undefined) return this.#typedNumber(number, type);
    const start = this.pos;
    const word = this.tryKeyword();
    if (word === undefined) return undefined;
    switch (word) {
      case "true":
        return IntegerAttr.bool(true);
      case "false":
        return IntegerAttr.bool(false);
      case "unit":
        return UnitAttr.instance;
      case "dense":
        return this.#dense(type);
      case "array":
        return this.#denseArray();
      case "dense_resource": {
        this.expect("<");
        const key = this.peek() === 34 ? JSON.stringify(this.parseString()) : this.parseSuffixId();
        this.expect(">");
        this.expect(":");
        return DenseResourceElementsAttr.get(key, this.parseType());
      }
      case "affine_map": {
        this.expect("<");
        const map = this.parseAffineMap();
        this.expect(">");
        return AffineMapAttr.get(map);
      }
      case "affine_set": {
        this.expect("<");
        const set = this.#integerSet();
        this.expect(">");
        return IntegerSetAttr.get(set);
      }
      case "strided":
        return this.#strided();
      case "loc":
        this.pos = start;
        return LocationAttr.get(this.parseLocation());
    }
    this.pos = start;
    const t = this.tryType();
    return t === undefined ? undefined : TypeAttr.get(t);
  }

  /** `{name = attr, flag, …}` as entries. */
  parseDictionary(): Map<string, Attribute> {
    const entries = new Map<string, Attribute>();
    this.parseCommaSeparated("{", "}", () => {
      const start = this.tokenStart();
      const name = this.peek() === 34 ? this.parseString() : this.parseKeyword("an attribute name");
      if (entries.has(name)) {
        this.fail("parse.duplicate-attribute", `the attribute \`${name}\` is given twice`, start);
      }
      entries.set(
        name,
        this.tryConsume("=") ? this.nested(() => this.parseAttribute()) : UnitAttr.instance,
      );
    });
    return entries;
  }

  #colonType(): Type | undefined {
    return this.tryConsume(":") ? this.parseType() : undefined;
  }

  /** Text of a number: kind and spelling. */
  #tryNumber(): { text: string; float: boolean; start: number } | undefined {
    this.skipSpace();
    const start = this.pos;
    let p = start;
    const codes = this.codes;
    if (codes[p] === 45 || codes[p] === 43) p++;
    if (!is(codes[p]!, charClass.digit)) return undefined;
    if (codes[p] === 48 && codes[p + 1] === 120 && isHex(codes[p + 2]!)) {
      p += 2;
      while (isHex(codes[p]!)) p++;
      this.pos = p;
      return { text: this.text.slice(start, p), float: false, start };
    }
    while (is(codes[p]!, charClass.digit)) p++;
    let float = false;
    if (codes[p] === 46) {
      float = true;
      p++;
      while (is(codes[p]!, charClass.digit)) p++;
      if (codes[p] === 101 || codes[p] === 69) {
        let q = p + 1;
        if (codes[q] === 45 || codes[q] === 43) q++;
        if (is(codes[q]!, charClass.digit)) {
          while (is(codes[q]!, charClass.digit)) q++;
          p = q;
        }
      }
    }
    this.pos = p;
    return { text: this.text.slice(start, p), float, start };
  }

  #toInteger(text: string): bigint {
    return text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text);
  }

  #toFloat(n: { text: string; float: boolean; start: number }, type: FloatType): FloatAttr {
    if (/^-?0x/.test(n.text)) {
      if (n.text.startsWith("-")) {
        this.fail("parse.float", "a hexadecimal float is its bits and has no sign", n.start);
      }
      const bits = BigInt(n.text);
      if (bits >> BigInt(type.width) !== 0n) {
        this.fail("parse.float", `the bits do not fit \`${type.toString()}\``, n.start);
      }
      return FloatAttr.fromBits(bits, type);
    }
    return FloatAttr.fromLiteral(n.text, type);
  }

  #toElement(n: { text: string; float: boolean; start: number }, type: Type): DenseElement {
    if (type instanceof FloatType) return this.#toFloat(n, type);
    if (type instanceof IntegerType || type instanceof IndexType) {
      if (n.float) {
        this.fail("parse.number", `\`${n.text}\` is no value of \`${type.toString()}\``, n.start);
      }
      const v = this.#toInteger(n.text);
      this.#checkRange(v, type, n);
      return IntegerAttr.get(v, type);
    }
    this.fail("parse.number", `\`${type.toString()}\` has no number literals`, n.start);
  }

  #checkRange(v: bigint, type: IntegerType | IndexType, n: { text: string; start: number }): void {
    const width = BigInt(type instanceof IntegerType ? type.width : 64);
    const signed = type instanceof IntegerType ? type.signedness : "signless";
    const low = signed === "unsigned" ? 0n : -(1n << (width > 0n ? width - 1n : 0n));
    const high = signed === "signed" ? (1n << (width - 1n)) - 1n : (1n << width) - 1n;
    if (v < low || v > high) {
      this.fail("parse.range", `${n.text} does not fit \`${type.toString()}\``, n.start);
    }
  }

  #typedNumber(n: { text: string; float: boolean; start: number }, given?: Type): Attribute {
    const type = this.#colonType() ?? given ?? (n.float ? f64 : i64);
    return this.#toElement(n, type);
  }

  #denseArray(): Attribute {
    this.expect("<");
    const element = this.parseType();
    if (!(element instanceof IntegerType || element instanceof FloatType)) {
      this.fail("parse.array", "the elements of `array<…>` are integers or floats");
    }
    const values: (bigint | number)[] = [];
    if (this.tryConsume(":")) {
      this.parseCommaSeparated("", "", () => {
        if (element === i1) values.push(this.parseBool() ? 1n : 0n);
        else if (element instanceof IntegerType) values.push(this.parseInteger());
        else values.push(this.parseFloat(element).value);
      });
    }
    this.expect(">");
    return DenseArrayAttr.get(element, values);
  }

  /** A literal of a dense constant, read before its type is known: offsets of the numbers. */
  #dense(given?: Type): Attribute {
    this.expect("<");
    const bodyStart = this.tokenStart();
    type Item = { text: string; float: boolean; start: number };
    const items: Item[] = [];
    const shape: number[] = [];
    let pairs = 0;
    let hex: string | undefined;
    const literal = (depth: number): void => {
      if (this.tryConsume("[")) {
        let count = 0;
        if (!this.tryConsume("]")) {
          do {
            this.nested(() => literal(depth + 1));
            count++;
          } while (this.tryConsume(","));
          this.expect("]");
        }
        if (shape[depth] === undefined) shape[depth] = count;
        else if (shape[depth] !== count) {
          this.fail("parse.dense", "the lists of a dense constant have unequal lengths", bodyStart);
        }
        return;
      }
      const start = this.tokenStart();
      if (this.tryConsume("(")) {
        pairs++;
        number(start);
        this.expect(",");
        number(start);
        this.expect(")");
      } else number(start);
    };
    const number = (start: number): void => {
      if (this.tryConsume("true")) items.push({ text: "1", float: false, start });
      else if (this.tryConsume("false")) items.push({ text: "0", float: false, start });
      else {
        const n = this.#tryNumber();
        if (n === undefined) this.fail("parse.dense", "expected a number or a list", start);
        items.push(n);
      }
    };
    if (this.peek() === 34) hex = this.parseString();
    else if (!this.at(">")) literal(0);
    this.expect(">");
    const type = this.tryConsume(":") ? this.parseType() : given;
    if (!(type instanceof ShapedType) || !type.hasStaticShape) {
      this.fail("parse.dense", "a dense constant needs a tensor or vector type of static shape");
    }
    const complex = type.elementType instanceof ComplexType;
    const element = complex ? (type.elementType as ComplexType).elementType : type.elementType;
    if (
      !(
        element instanceof FloatType ||
        element instanceof IntegerType ||
        element instanceof IndexType
      )
    ) {
      this.fail(
        "parse.dense-element",
        `dense constants of \`${element.toString()}\` are not supported`,
        bodyStart,
      );
    }
    const make = (elements: DenseElement[]): Attribute =>
      complex
        ? DenseComplexElementsAttr.get(type, elements)
        : DenseElementsAttr.get(type, elements);
    const width = complex ? 2 : 1;
    if (hex !== undefined) {
      const elements = decodeDenseHex(hex, type, element, width);
      if (elements === undefined) {
        this.fail("parse.dense-hex", `the bytes do not fill \`${type.toString()}\``, bodyStart);
      }
      return make(elements);
    }
    const elements = items.map((n) => this.#toElement(n, element));
    if (pairs * 2 !== (complex ? items.length : 0)) {
      const wanted = complex ? "pairs `(re, im)`" : "plain numbers";
      this.fail("parse.dense", `\`${type.toString()}\` has ${wanted} as elements`, bodyStart);
    }
    const splat = items.length === width && shape.length === 0;
    if (!splat && elements.length !== width * type.numElements) {
      const found = elements.length / width;
      this.fail(
        "parse.dense",
        `\`${type.toString()}\` needs ${type.numElements} elements, found ${found}`,
        bodyStart,
      );
    }
    if (!splat && elements.length > 0 && shape.join() !== type.shape.join()) {
      this.fail("parse.dense", `the nesting does not match \`${type.toString()}\``, bodyStart);
    }
    return make(elements);
  }

  #strided(): Attribute {
    const one = (): number =>
      this.tryConsume("?") ? StridedLayoutAttr.dynamic : this.parseSmallInteger();
    this.expect("<");
    const strides: number[] = [];
    this.parseCommaSeparated("[", "]", () => strides.push(one()));
    let offset = 0;
    if (this.tryConsume(",")) {
      this.expect("offset");
      this.expect(":");
      offset = one();
    }
    this.expect(">");
    return StridedLayoutAttr.get(strides, offset);
  }

  #dialectAttribute(): Attribute {
    const start = this.pos;
    this.pos++;
    const name = this.parseKeyword("an attribute's name");
    const alias = this.attrAliases.get(name);
    if (alias !== undefined) return alias;
    const dot = name.indexOf(".");
    const dialectName = dot < 0 ? name : name.slice(0, dot);
    const dialect = this.context.dialects.get(dialectName);
    const parse = (mnemonic: string): Attribute => {
      const syntax = dialect?.attributes.get(mnemonic);
      if (syntax !== undefined) return this.nested(() => syntax.parse(this));
      return this.fail(
        "parse.unknown-attribute",
        `the dialect \`${dialectName}\` has no attribute \`#${dialectName}.${mnemonic}\``,
        start,
      );
    };
    if (this.#isKeptUnknown(dialect, dialect?.attributes, name)) {
      const body = this.text.slice(start + 1, this.#skipBody());
      return OpaqueAttr.get(body, this.#colonType());
    }
    if (dialect !== undefined && dot >= 0) return parse(name.slice(dot + 1));
    if (dialect !== undefined && this.at("<")) return this.#bracketed(parse);
    if (dot < 0 && !this.at("<")) {
      this.fail("parse.unknown-alias", `the attribute alias \`#${name}\` is not defined`, start);
    }
    this.#requireUnregistered(dialectName, start);
    const body = this.text.slice(start + 1, this.#skipBody());
    return OpaqueAttr.get(body, this.#colonType());
  }

  // --- file metadata -----------------------------------------------------------------------------

  /** `{-# section: { owner: { key: value, … }, … }, … #-}`, behind its `{-#`. */
  protected parseResources(into: FileResources): void {
    const entries = (item: (name: string) => void): void => {
      while (!this.at("}") && !this.at("#-}")) {
        const name = this.peek() === 34 ? this.parseString() : this.parseKeyword("a name");
        this.expect(":");
        item(name);
        if (!this.tryConsume(",")) return;
      }
    };
    entries((section) => {
      this.expect("{");
      entries((owner) => {
        this.expect("{");
        entries((key) => {
          const start = this.tokenStart();
          if (this.peek() === 34) this.parseString();
          else this.parseKeywordOf(["true", "false"], "a resource");
          into.set(section, owner, key, this.text.slice(start, this.pos));
        });
        this.expect("}");
      });
      this.expect("}");
    });
    this.expect("#-}");
  }

  // --- affine ------------------------------------------------------------------------------------

  #affineHeader(): Map<string, AffineExpr> & { dims?: number; syms?: number } {
    const names: Map<string, AffineExpr> & { dims?: number; syms?: number } = new Map();
    let dims = 0;
    let syms = 0;
    this.parseCommaSeparated("(", ")", () => {
      names.set(this.parseKeyword("a dimension"), affineDim(dims++));
    });
    if (this.at("[")) {
      this.parseCommaSeparated("[", "]", () => {
        names.set(this.parseKeyword("a symbol"), affineSym(syms++));
      });
    }
    names.dims = dims;
    names.syms = syms;
    return names;
  }

  /** `(d0, …)[s0, …] -> (expr, …)`. */
  parseAffineMap(): AffineMap {
    const names = this.#affineHeader();
    this.expect("->");
    const results: AffineExpr[] = [];
    this.parseCommaSeparated("(", ")", () => results.push(this.#affineSum(names)));
    return AffineMap.get(names.dims ?? 0, names.syms ?? 0, results);
  }

  #integerSet(): IntegerSet {
    const names = this.#affineHeader();
    this.expect(":");
    const constraints: AffineConstraint[] = [];
    this.parseCommaSeparated("(", ")", () => {
      const lhs = this.#affineSum(names);
      const op = ["==", ">=", "<="].find((o) => this.tryConsume(o));
      if (op === undefined) this.fail("parse.expected", "expected `==`, `>=` or `<=`");
      const rhs = this.#affineSum(names);
      const [a, b] = op === "<=" ? [rhs, lhs] : [lhs, rhs];
      const expr = affineBinary("+", a, affineBinary("*", b, affineConst(-1)));
      constraints.push({ expr, equality: op === "==" });
    });
    return IntegerSet.get(names.dims ?? 0, names.syms ?? 0, constraints);
  }

  #affineSum(names: ReadonlyMap<string, AffineExpr>): AffineExpr {
    let e = this.#affineProduct(names);
    for (;;) {
      if (this.tryConsume("+")) e = affineBinary("+", e, this.#affineProduct(names));
      else if (!this.at("->") && this.tryConsume("-")) {
        e = affineBinary("+", e, affineBinary("*", this.#affineProduct(names), affineConst(-1)));
      } else return e;
    }
  }

  #affineProduct(names: ReadonlyMap<string, AffineExpr>): AffineExpr {
    let e = this.#affineAtom(names);
    for (;;) {
      const op = (["*", "floordiv", "ceildiv", "mod"] as const).find((o) => this.tryConsume(o));
      if (op === undefined) return e;
      e = affineBinary(op, e, this.#affineAtom(names));
    }
  }

  #affineAtom(names: ReadonlyMap<string, AffineExpr>): AffineExpr {
    return this.nested(() => {
      if (this.tryConsume("(")) {
        const e = this.#affineSum(names);
        this.expect(")");
        return e;
      }
      if (this.tryConsume("-")) {
        return affineBinary("*", this.#affineAtom(names), affineConst(-1));
      }
      const n = this.tryInteger();
      if (n !== undefined) return affineConst(n);
      const start = this.tokenStart();
      if (this.tryConsume("symbol")) {
        this.expect("(");
        const e = this.#affineSum(names);
        this.expect(")");
        return e;
      }
      const name = this.tryKeyword();
      const e = name === undefined ? undefined : names.get(name);
      if (e === undefined) {
        this.fail("parse.affine", `\`${name ?? ""}\` is no dimension or symbol of the map`, start);
      }
      return e;
    });
  }

  // --- locations ---------------------------------------------------------------------------------

  /** `loc(…)`. */
  parseLocation(): Location {
    this.expect("loc");
    this.expect("(");
    const l = this.nested(() => this.#locationBody());
    this.expect(")");
    return l;
  }

  tryLocation(): Location | undefined {
    return this.at("loc(") ? this.parseLocation() : undefined;
  }

  #locationBody(): Location {
    const start = this.tokenStart();
    if (this.peek() === 34) {
      const text = this.parseString();
      if (this.tryConsume(":")) {
        const line = this.parseSmallInteger();
        this.expect(":");
        const column = this.parseSmallInteger();
        if (this.tryConsume("to")) {
          if (this.tryInteger() !== undefined) this.expect(":");
          else this.expect(":");
          this.parseSmallInteger();
        }
        return new FileLineColLoc(text, line, column);
      }
      if (this.tryConsume("(")) {
        const child = this.nested(() => this.#locationBody());
        this.expect(")");
        return new NameLoc(text, child);
      }
      return new NameLoc(text);
    }
    if (this.tryConsume("unknown")) return unknownLoc;
    if (this.tryConsume("callsite")) {
      this.expect("(");
      const callee = this.nested(() => this.#locationBody());
      this.expect("at");
      const caller = this.nested(() => this.#locationBody());
      this.expect(")");
      return new CallSiteLoc(callee, caller);
    }
    if (this.tryConsume("fused")) {
      let metadata: string | undefined;
      if (this.tryConsume("<")) {
        metadata = this.parseAttribute().toString();
        this.expect(">");
      }
      const all: Location[] = [];
      this.parseCommaSeparated("[", "]", () => all.push(this.nested(() => this.#locationBody())));
      return new FusedLoc(all, metadata);
    }
    if (this.tryConsume("#")) {
      const alias = this.parseSuffixId();
      const known = this.locAliases.get(alias);
      if (known !== undefined) return known;
      const forward = new NameLoc(`#${alias}`);
      return forward;
    }
    this.fail("parse.location", "expected a location", start);
  }
}
