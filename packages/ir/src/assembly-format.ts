/**
 * The declarative assembly format, in the language of MLIR's `assemblyFormat`, compiled once per op
 * kind into a printer and a parser.
 *
 * Elements: `` `literal` ``, `$name` (operand, attribute, region, successor), `type($x)`,
 * `type(operands)`, `type(results)`, `functional-type(a, b)`, `operands`, `attr-dict`,
 * `attr-dict-with-keyword`, `( … )?` with an anchor `$x^`, `( … ) : ( … )?` with an alternative, and
 * `custom<DynamicIndexList>($values, $constants)`.
 */
import type { AttributeSpec, OpDefinition } from "./op-definition.ts";
import type { Operation } from "./operation.ts";
import type { OpParser } from "./op-parser.ts";
import type { AsmPrinter } from "./printer.ts";
import { Region } from "./block.ts";
import { attributeType, DenseArrayAttr, UnitAttr } from "./builtin-attributes.ts";
import { parseDynamicIndexList, printDynamicIndexList } from "./dynamic-index-list.ts";
import type { Type } from "./type.ts";

type Variable =
  | { readonly kind: "operand"; readonly index: number; readonly name: string }
  | { readonly kind: "result"; readonly index: number; readonly name: string }
  | { readonly kind: "attribute"; readonly spec: AttributeSpec; readonly name: string }
  | { readonly kind: "region"; readonly index: number; readonly name: string }
  | { readonly kind: "successor"; readonly index: number; readonly name: string };

type TypeArg = Variable | "operands" | "results";

type Element =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "space"; readonly text: string }
  | { readonly kind: "variable"; readonly variable: Variable }
  | { readonly kind: "all-operands" }
  | { readonly kind: "type"; readonly arg: TypeArg }
  | { readonly kind: "functional-type"; readonly inputs: TypeArg; readonly results: TypeArg }
  | { readonly kind: "attr-dict"; readonly keyword: boolean }
  | { readonly kind: "index-list"; readonly values: Variable; readonly constants: Variable }
  | {
      readonly kind: "optional";
      readonly then: readonly Element[];
      readonly otherwise: readonly Element[];
      readonly anchor: Variable;
    };

/** A compiled format. */
export interface CompiledAssembly {
  readonly print: (op: Operation, p: AsmPrinter) => void;
  readonly parse: (p: OpParser) => void;
}

const compiled = new WeakMap<OpDefinition, CompiledAssembly>();

/** The printer and parser for an op kind that declares an assembly format. */
export function compileAssembly(def: OpDefinition): CompiledAssembly {
  let c = compiled.get(def);
  if (c === undefined) compiled.set(def, (c = compile(def)));
  return c;
}

function compile(def: OpDefinition): CompiledAssembly {
  const elements = new FormatReader(def, def.parts.assembly ?? "").read();
  const elided = new Set<string>();
  const visit = (list: readonly Element[]): void => {
    for (const e of list) {
      if (e.kind === "variable" && e.variable.kind === "attribute") elided.add(e.variable.name);
      if (e.kind === "index-list") elided.add(e.constants.name);
      if (e.kind === "optional") {
        if (e.anchor.kind === "attribute") elided.add(e.anchor.name);
        visit(e.then);
        visit(e.otherwise);
      }
    }
  };
  visit(elements);
  return {
    print: (op, p) => new FormatPrinter(op, p, elided).print(elements),
    parse: (p) => parseElements(elements, p),
  };
}

class FormatReader {
  readonly #def: OpDefinition;
  readonly #text: string;
  #pos = 0;

  constructor(def: OpDefinition, text: string) {
    this.#def = def;
    this.#text = text;
  }

  read(): Element[] {
    const elements = this.#sequence();
    if (this.#pos < this.#text.length) this.#bad(`unexpected \`${this.#text[this.#pos]}\``);
    return elements;
  }

  #bad(message: string): never {
    throw new Error(`assembly format of ${this.#def.name}, offset ${this.#pos}: ${message}`);
  }

  #eat(token: string): boolean {
    while (/\s/.test(this.#text[this.#pos] ?? "")) this.#pos++;
    if (!this.#text.startsWith(token, this.#pos)) return false;
    this.#pos += token.length;
    return true;
  }

  #word(): string {
    while (/\s/.test(this.#text[this.#pos] ?? "")) this.#pos++;
    const m = /^[A-Za-z_][A-Za-z0-9_-]*/.exec(this.#text.slice(this.#pos));
    if (m === null) this.#bad("expected a directive");
    this.#pos += m[0].length;
    return m[0];
  }

  #variable(): Variable {
    const name = this.#word();
    const def = this.#def;
    let index = def.operandGroups.findIndex((g) => g.name === name);
    if (index >= 0) return { kind: "operand", index, name };
    index = def.resultGroups.findIndex((g) => g.name === name);
    if (index >= 0) return { kind: "result", index, name };
    const spec = def.attributes.find((a) => a.name === name);
    if (spec !== undefined) return { kind: "attribute", spec, name };
    index = def.parts.regions.findIndex((r) => r.name === name);
    if (index >= 0) return { kind: "region", index, name };
    index = def.parts.successors.findIndex((s) => s.name === name);
    if (index >= 0) return { kind: "successor", index, name };
    return this.#bad(`nothing is named \`${name}\``);
  }

  #typeArg(): TypeArg {
    if (this.#eat("$")) return this.#variable();
    const w = this.#word();
    return w === "operands" || w === "results" ? w : this.#bad(`no types of \`${w}\``);
  }

  #sequence(): Element[] {
    const elements: Element[] = [];
    for (;;) {
      if (this.#eat("`")) {
        const end = this.#text.indexOf("`", this.#pos);
        if (end < 0) this.#bad("the literal does not end");
        const text = this.#text.slice(this.#pos, end);
        this.#pos = end + 1;
        elements.push({ kind: text.trim() === "" ? "space" : "literal", text });
      } else if (this.#eat("$")) {
        elements.push({ kind: "variable", variable: this.#variable() });
        if (this.#eat("^")) this.#anchor = elements[elements.length - 1];
      } else if (this.#eat("(")) {
        elements.push(this.#optional());
      } else if (/[a-z]/.test(this.#peek())) {
        elements.push(this.#directive());
        if (this.#eat("^")) this.#anchor = elements[elements.length - 1];
      } else return elements;
    }
  }

  #anchor: Element | undefined;

  #peek(): string {
    while (/\s/.test(this.#text[this.#pos] ?? "")) this.#pos++;
    return this.#text[this.#pos] ?? "";
  }

  #optional(): Element {
    const outer = this.#anchor;
    this.#anchor = undefined;
    const then = this.#sequence();
    if (!this.#eat(")")) this.#bad("expected `)`");
    const found = this.#anchor as Element | undefined;
    this.#anchor = outer;
    let otherwise: Element[] = [];
    if (this.#eat(":")) {
      if (!this.#eat("(")) this.#bad("expected `(`");
      otherwise = this.#sequence();
      if (!this.#eat(")")) this.#bad("expected `)`");
    }
    if (!this.#eat("?")) this.#bad("expected `?`");
    const anchor =
      found?.kind === "variable"
        ? found.variable
        : found?.kind === "type" && typeof found.arg === "object"
          ? found.arg
          : undefined;
    if (anchor === undefined) this.#bad("an optional group needs an anchor `$x^`");
    return { kind: "optional", then, otherwise, anchor };
  }

  #directive(): Element {
    const w = this.#word();
    switch (w) {
      case "attr-dict":
        return { kind: "attr-dict", keyword: false };
      case "attr-dict-with-keyword":
        return { kind: "attr-dict", keyword: true };
      case "operands":
        return { kind: "all-operands" };
      case "qualified": {
        if (!this.#eat("(")) this.#bad("expected `(`");
        const inner = this.#eat("$")
          ? ({ kind: "variable", variable: this.#variable() } as const)
          : this.#directive();
        if (!this.#eat(")")) this.#bad("expected `)`");
        return inner;
      }
      case "type": {
        if (!this.#eat("(")) this.#bad("expected `(`");
        const arg = this.#typeArg();
        if (!this.#eat(")")) this.#bad("expected `)`");
        return { kind: "type", arg };
      }
      case "functional-type": {
        if (!this.#eat("(")) this.#bad("expected `(`");
        const inputs = this.#typeArg();
        if (!this.#eat(",")) this.#bad("expected `,`");
        const results = this.#typeArg();
        if (!this.#eat(")")) this.#bad("expected `)`");
        return { kind: "functional-type", inputs, results };
      }
      case "custom": {
        if (!this.#eat("<DynamicIndexList>(") || !this.#eat("$")) {
          this.#bad("expected `custom<DynamicIndexList>($values, $constants)`");
        }
        const values = this.#variable();
        if (!this.#eat(",") || !this.#eat("$")) this.#bad("expected `, $constants`");
        const constants = this.#variable();
        if (!this.#eat(")")) this.#bad("expected `)`");
        return { kind: "index-list", values, constants };
      }
      default:
        return this.#bad(`unknown directive \`${w}\``);
    }
  }
}

// --- printing ------------------------------------------------------------------------------------

function isPresent(op: Operation, v: Variable): boolean {
  switch (v.kind) {
    case "operand":
      return op.definition.operandLength(op, v.index) > 0;
    case "result":
      return op.definition.resultLength(op, v.index) > 0;
    case "attribute": {
      const a = op.getAttr(v.name);
      return a !== undefined && a !== v.spec.default;
    }
    case "region":
      return op.regions.length > v.index && !op.regions[v.index]!.isEmpty;
    case "successor":
      return op.successors.length > v.index;
  }
}

function typesOf(op: Operation, arg: TypeArg): Type[] {
  if (arg === "operands") return op.operandTypes;
  if (arg === "results") return op.resultTypes;
  if (arg.kind === "operand") return op.operandGroup(arg.index).map((v) => v.type);
  if (arg.kind === "result") return op.resultGroup(arg.index).map((v) => v.type);
  const attr = arg.kind === "attribute" ? op.getAttr(arg.name) : undefined;
  const t = attr === undefined ? undefined : attributeType(attr);
  return t === undefined ? [] : [t];
}

class FormatPrinter {
  readonly #op: Operation;
  readonly #p: AsmPrinter;
  readonly #elided: ReadonlySet<string>;
  #space = true;
  #punctuation = false;

  constructor(op: Operation, p: AsmPrinter, elided: ReadonlySet<string>) {
    this.#op = op;
    this.#p = p;
    this.#elided = elided;
  }

  print(elements: readonly Element[]): void {
    for (const e of elements) this.#element(e);
  }

  #before(): void {
    if (this.#space || !this.#punctuation) this.#p.write(" ");
    this.#space = true;
    this.#punctuation = false;
  }

  #element(e: Element): void {
    const { "0": p, "1": op } = [this.#p, this.#op] as const;
    switch (e.kind) {
      case "literal": {
        const first = e.text[0]!;
        const single = e.text.length === 1;
        const needs =
          (!single && e.text !== "->") ||
          (this.#punctuation ? !">)}],".includes(first) : !"<>(){}[],".includes(first));
        if (this.#space && needs) p.write(" ");
        p.write(e.text);
        this.#space = !single || !"<({[".includes(first);
        this.#punctuation = !/[A-Za-z_]/.test(first);
        return;
      }
      case "space":
        if (e.text === "\n") p.newline();
        else p.write(e.text);
        this.#space = false;
        this.#punctuation = true;
        return;
      case "variable":
        this.#variable(e.variable);
        return;
      case "all-operands":
        this.#before();
        p.operands(op.operands);
        return;
      case "type": {
        this.#before();
        p.types(typesOf(op, e.arg));
        return;
      }
      case "functional-type":
        this.#before();
        p.write("(");
        p.types(typesOf(op, e.inputs));
        p.write(") -> ");
        p.resultTypes(typesOf(op, e.results));
        return;
      case "attr-dict":
        p.attrDict(op, this.#elided, e.keyword);
        this.#space = true;
        this.#punctuation = false;
        return;
      case "index-list": {
        if (e.values.kind !== "operand") throw new Error(`\`${e.values.name}\` is no operand`);
        const constants = op.getAttr(e.constants.name);
        if (!(constants instanceof DenseArrayAttr)) return;
        this.#before();
        printDynamicIndexList(p, op.operandGroup(e.values.index), constants);
        return;
      }
      case "optional":
        this.print(isPresent(op, e.anchor) ? e.then : e.otherwise);
        return;
    }
  }

  #variable(v: Variable): void {
    const p = this.#p;
    const op = this.#op;
    switch (v.kind) {
      case "operand": {
        const values = op.operandGroup(v.index);
        if (values.length === 0) return;
        this.#before();
        p.operands(values);
        return;
      }
      case "attribute": {
        const a = op.getAttr(v.name);
        if (a === undefined || a === UnitAttr.instance) return;
        this.#before();
        const print = v.spec.constraint.print;
        if (print !== undefined) print(p, a);
        else p.attribute(a);
        return;
      }
      case "region": {
        const rest = op.definition.parts.regions[v.index]!.variadic
          ? op.regions.slice(v.index)
          : op.regions.slice(v.index, v.index + 1);
        this.#before();
        p.list(rest, (r) => p.region(r, { terminator: false }));
        return;
      }
      case "successor": {
        const rest = op.definition.parts.successors[v.index]!.variadic
          ? op.successors.slice(v.index)
          : op.successors.slice(v.index, v.index + 1);
        this.#before();
        p.list(rest, (b) => p.block(b));
        return;
      }
      case "result":
        throw new Error("results are not printed by an assembly format");
    }
  }
}

// --- parsing -------------------------------------------------------------------------------------

function parseTypes(p: OpParser, arg: TypeArg, single: boolean): void {
  const def = p.definition;
  const asm = p.asm;
  const typesOfGroups = (types: readonly Type[], groups: "operand" | "result"): void => {
    const list = groups === "operand" ? def.operandGroups : def.resultGroups;
    const fixed = list.filter((g) => g.multiplicity === "one").length;
    let at = 0;
    for (const g of list) {
      const n = g.multiplicity === "one" ? 1 : types.length - fixed;
      const own = types.slice(at, at + n);
      at += n;
      if (groups === "operand") p.setOperandTypes(g.name, own);
      else p.setResultTypes(g.name, own);
    }
  };
  if (arg === "operands" || arg === "results") {
    const types = single ? asm.parseResultTypes() : startsType(p) ? asm.parseTypeList() : [];
    typesOfGroups(types, arg === "operands" ? "operand" : "result");
    return;
  }
  const group =
    arg.kind === "operand"
      ? def.operandGroups[arg.index]!
      : arg.kind === "result"
        ? def.resultGroups[arg.index]!
        : undefined;
  if (group === undefined) throw new Error(`${def.name}: type($${arg.name}) cannot be parsed`);
  let types: Type[];
  if (group.multiplicity === "one") types = [asm.parseType()];
  else if (!startsType(p)) types = [];
  else types = group.multiplicity === "optional" ? [asm.parseType()] : asm.parseTypeList();
  if (arg.kind === "operand") p.setOperandTypes(arg.name, types);
  else p.setResultTypes(arg.name, types);
}

/** Whether a type may begin here. */
function startsType(p: OpParser): boolean {
  const c = p.asm.peek();
  return c === 33 || c === 40 || (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
}

function setGroupTypes(p: OpParser, arg: TypeArg, types: readonly Type[]): void {
  const def = p.definition;
  const spread = (
    groups: readonly { name: string; multiplicity: string }[],
    set: (name: string, t: readonly Type[]) => void,
  ): void => {
    const fixed = groups.filter((g) => g.multiplicity === "one").length;
    let at = 0;
    for (const g of groups) {
      const n = g.multiplicity === "one" ? 1 : types.length - fixed;
      set(g.name, types.slice(at, at + n));
      at += n;
    }
  };
  if (arg === "operands") spread(def.operandGroups, (n, t) => p.setOperandTypes(n, t));
  else if (arg === "results") spread(def.resultGroups, (n, t) => p.setResultTypes(n, t));
  else if (arg.kind === "operand") p.setOperandTypes(arg.name, types);
  else if (arg.kind === "result") p.setResultTypes(arg.name, types);
}

/** Whether an optional group is there: decided by its first element. */
function startsGroup(p: OpParser, group: readonly Element[], anchor: Variable): boolean {
  const first = group.find((e) => e.kind !== "space");
  if (first === undefined) return false;
  switch (first.kind) {
    case "literal":
      return p.asm.tryConsume(first.text);
    case "variable":
      if (first.variable.kind === "operand") return p.asm.at("%");
      if (first.variable.kind === "region") return p.asm.at("{");
      if (first.variable.kind === "successor") return p.asm.at("^");
      return startsAttribute(p, first.variable);
    case "type":
    case "functional-type":
      return startsType(p);
    case "all-operands":
      return p.asm.at("%");
    default:
      throw new Error(`${p.definition.name}: an optional group cannot begin so (${anchor.name})`);
  }
}

function startsAttribute(p: OpParser, v: Variable): boolean {
  if (v.kind !== "attribute") return false;
  const mark = p.asm.pos;
  const c = p.asm.peek();
  const constraint = v.spec.constraint;
  const word = p.asm.tryKeyword();
  p.asm.pos = mark;
  if (constraint.summary === "symbol name") return c === 64;
  if (constraint.cases !== undefined) return word !== undefined && constraint.cases.includes(word);
  return c === 34 || c === 35 || c === 64 || c === 91 || c === 45 || (c >= 48 && c <= 57);
}

function parseElements(elements: readonly Element[], p: OpParser, from = 0): void {
  for (let i = from; i < elements.length; i++) parseElement(elements[i]!, p);
}

function parseElement(e: Element, p: OpParser): void {
  const asm = p.asm;
  switch (e.kind) {
    case "literal":
      asm.expect(e.text);
      return;
    case "space":
      return;
    case "variable":
      parseVariable(e.variable, p);
      return;
    case "all-operands": {
      const list = p.parseOperandList();
      const groups = p.definition.operandGroups;
      const fixed = groups.filter((g) => g.multiplicity === "one").length;
      let at = 0;
      for (const g of groups) {
        const n = g.multiplicity === "one" ? 1 : list.length - fixed;
        p.setOperands(g.name, list.slice(at, at + n));
        at += n;
      }
      return;
    }
    case "type":
      parseTypes(p, e.arg, false);
      return;
    case "functional-type": {
      const inputs = asm.parseTypeListParens();
      asm.expect("->");
      setGroupTypes(p, e.inputs, inputs);
      setGroupTypes(p, e.results, asm.parseResultTypes());
      return;
    }
    case "attr-dict":
      p.parseAttrDict(e.keyword);
      return;
    case "index-list": {
      const { values, constants } = parseDynamicIndexList(p);
      p.setOperands(e.values.name, values);
      p.setAttr(e.constants.name, constants);
      return;
    }
    case "optional": {
      if (!startsGroup(p, e.then, e.anchor)) {
        parseElements(e.otherwise, p);
        return;
      }
      const skip = e.then.findIndex((x) => x.kind !== "space");
      const consumed = e.then[skip]!.kind === "literal";
      if (e.anchor.kind === "attribute" && isFlag(e.then, e.anchor)) {
        p.setAttr(e.anchor.name, UnitAttr.instance);
      }
      parseElements(e.then, p, consumed ? skip + 1 : 0);
    }
  }
}

/** A group whose anchor is a unit attribute: its presence is the attribute. */
function isFlag(group: readonly Element[], anchor: Variable): boolean {
  return (
    anchor.kind === "attribute" &&
    anchor.spec.constraint.check(UnitAttr.instance) &&
    group.some((e) => e.kind === "variable" && e.variable.name === anchor.name)
  );
}

function parseVariable(v: Variable, p: OpParser): void {
  const asm = p.asm;
  const def = p.definition;
  switch (v.kind) {
    case "operand": {
      const m = def.operandGroups[v.index]!.multiplicity;
      if (m === "variadic") p.setOperands(v.name, p.parseOperandList());
      else if (m === "one") p.setOperands(v.name, [p.parseOperand()]);
      else {
        const u = p.tryOperand();
        p.setOperands(v.name, u === undefined ? [] : [u]);
      }
      return;
    }
    case "attribute": {
      if (p.getAttr(v.name) !== undefined) return;
      const start = asm.tokenStart();
      const parse = v.spec.constraint.parse;
      const a = parse !== undefined ? parse(asm) : asm.parseAttribute();
      if (!v.spec.constraint.check(a)) {
        asm.fail(
          "parse.attribute-kind",
          `\`${v.name}\` must be ${v.spec.constraint.summary}`,
          start,
        );
      }
      p.setAttr(v.name, a);
      return;
    }
    case "region": {
      if (!def.parts.regions[v.index]!.variadic) {
        p.parseRegion(new Region());
        return;
      }
      while (asm.at("{")) {
        p.parseRegion(new Region());
        if (!asm.tryConsume(",")) break;
      }
      return;
    }
    case "successor":
      p.parseSuccessor();
      if (def.parts.successors[v.index]!.variadic) {
        while (asm.tryConsume(",")) p.parseSuccessor();
      }
      return;
    case "result":
      throw new Error(`${def.name}: results are not written in an assembly format`);
  }
}
