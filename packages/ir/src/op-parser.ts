/**
 * What custom assembly and the declarative format parse into: the state of one operation whose name
 * has been read. `build` infers what the text left out and makes the operation.
 */
import type { AsmParser } from "./asm-parser.ts";
import type { Attribute } from "./attribute.ts";
import type { Block, Region } from "./block.ts";
import { Bindings } from "./constraint.ts";
import { inferResultTypes, propertyMap, withDefaults } from "./define-op.ts";
import type { Location } from "./location.ts";
import type { OpDefinition } from "./op-definition.ts";
import type { OperationParts } from "./operation.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** A value name as written, before its type is known. */
export interface UnresolvedOperand {
  readonly name: string;
  /** Number behind `#`; 0 without. */
  readonly number: number;
  readonly start: number;
}

/** A region argument as written: `%name[: type]`. */
export interface ParsedArgument {
  readonly name: string;
  readonly start: number;
  readonly type: Type | undefined;
  readonly attributes: ReadonlyMap<string, Attribute> | undefined;
  readonly location: Location | undefined;
}

/** What the parser of operations offers to the parser of one operation. */
export interface OpHost extends AsmParser {
  parseOperandName(): UnresolvedOperand;
  resolveOperand(u: UnresolvedOperand, type: Type): Value;
  parseRegionInto(region: Region, owner: OpDefinition, args?: readonly ParsedArgument[]): void;
  parseSuccessorName(): Block;
}

/** Collects the parts of one operation. */
export class OpParser {
  /** Tokens, types and attributes. */
  readonly asm: OpHost;
  readonly definition: OpDefinition;
  /** Offset of the operation's name. */
  readonly start: number;
  readonly #operands: (UnresolvedOperand[] | Value[] | undefined)[];
  readonly #operandTypes: (Type[] | undefined)[];
  readonly #resultTypes: (Type[] | undefined)[];
  readonly #attributes = new Map<string, Attribute>();
  readonly #regions: Region[] = [];
  readonly #successors: Block[] = [];

  constructor(asm: OpHost, definition: OpDefinition, start: number) {
    this.asm = asm;
    this.definition = definition;
    this.start = start;
    this.#operands = definition.operandGroups.map(() => undefined);
    this.#operandTypes = definition.operandGroups.map(() => undefined);
    this.#resultTypes = definition.resultGroups.map(() => undefined);
  }

  parseOperand(): UnresolvedOperand {
    return this.asm.parseOperandName();
  }

  tryOperand(): UnresolvedOperand | undefined {
    return this.asm.at("%") ? this.asm.parseOperandName() : undefined;
  }

  /** Names separated by commas, possibly none. */
  parseOperandList(): UnresolvedOperand[] {
    const list: UnresolvedOperand[] = [];
    if (!this.asm.at("%")) return list;
    do list.push(this.asm.parseOperandName());
    while (this.asm.tryConsume(","));
    return list;
  }

  /** The value of a name, checked to be of `type` (or promised to be, for forward references). */
  resolve(u: UnresolvedOperand, type: Type): Value {
    return this.asm.resolveOperand(u, type);
  }

  resolveAll(us: readonly UnresolvedOperand[], types: readonly Type[]): Value[] {
    if (us.length !== types.length) {
      this.asm.fail(
        "parse.operand-count",
        `${us.length} operands but ${types.length} types`,
        us[0]?.start ?? this.start,
      );
    }
    return us.map((u, i) => this.resolve(u, types[i]!));
  }

  /** `%name[: type]`, the type only if `typed`; with optional attributes and location. */
  parseArgument(typed: boolean): ParsedArgument {
    const { name, start } = this.asm.parseOperandName();
    let type: Type | undefined;
    let attributes: ReadonlyMap<string, Attribute> | undefined;
    if (typed) {
      this.asm.expect(":");
      type = this.asm.parseType();
      if (this.asm.at("{")) attributes = this.asm.parseDictionary();
    }
    return { name, start, type, attributes, location: this.asm.tryLocation() };
  }

  #group(name: string): number {
    const g = this.definition.operandGroups.findIndex((x) => x.name === name);
    if (g < 0) throw new Error(`${this.definition.name} has no operand \`${name}\``);
    return g;
  }

  #resultGroup(name: string): number {
    const g = this.definition.resultGroups.findIndex((x) => x.name === name);
    if (g < 0) throw new Error(`${this.definition.name} has no result \`${name}\``);
    return g;
  }

  /** Sets the operands of a declared group, resolved or not yet. */
  setOperands(name: string, list: readonly UnresolvedOperand[] | readonly Value[]): void {
    this.#operands[this.#group(name)] = [...list] as UnresolvedOperand[] | Value[];
  }

  setOperandTypes(name: string, types: readonly Type[]): void {
    this.#operandTypes[this.#group(name)] = [...types];
  }

  setResultTypes(name: string, types: readonly Type[]): void {
    this.#resultTypes[this.#resultGroup(name)] = [...types];
  }

  setAttr(name: string, value: Attribute): void {
    this.#attributes.set(name, value);
  }

  /** An attribute parsed so far. */
  getAttr(name: string): Attribute | undefined {
    return this.#attributes.get(name);
  }

  /** `{…}` if it comes next; with `keyword`, `attributes {…}`. */
  parseAttrDict(keyword = false): void {
    if (keyword && !this.asm.tryConsume("attributes")) return;
    if (!this.asm.at("{")) {
      if (keyword) this.asm.expect("{");
      return;
    }
    const start = this.asm.tokenStart();
    for (const [n, a] of this.asm.parseDictionary()) {
      if (this.#attributes.has(n)) {
        this.asm.fail("parse.duplicate-attribute", `the attribute \`${n}\` is given twice`, start);
      }
      this.#attributes.set(n, a);
    }
  }

  /** Parses a region in braces as the op's next one; `args` name the entry block's arguments. */
  parseRegion(region: Region, args?: readonly ParsedArgument[]): Region {
    this.asm.parseRegionInto(region, this.definition, args);
    this.#regions.push(region);
    return region;
  }

  /** Adds a region that was not written. */
  addRegion(region: Region): void {
    this.#regions.push(region);
  }

  parseSuccessor(): void {
    this.#successors.push(this.asm.parseSuccessorName());
  }

  /** All the operation's parts, with inferred types. */
  build(location: Location): OperationParts {
    const def = this.definition;
    const bindings = new Bindings();
    const isResolved = (list: readonly (UnresolvedOperand | Value)[]): list is Value[] =>
      list.length === 0 || !("start" in list[0]!);
    // Types that are written or known bind the variables; the others are inferred from them.
    const types: (readonly Type[] | undefined)[] = def.operandGroups.map((_, i) => {
      const list = this.#operands[i] ?? [];
      return isResolved(list) && list.length > 0 ? list.map((v) => v.type) : this.#operandTypes[i];
    });
    def.operandGroups.forEach((g, i) => types[i]?.forEach((t) => g.constraint.check(t, bindings)));
    def.resultGroups.forEach((g, i) =>
      this.#resultTypes[i]?.forEach((t) => g.constraint.check(t, bindings)),
    );
    const operands: Value[] = [];
    const groupTypes: Type[][] = [];
    def.operandGroups.forEach((g, i) => {
      const list = this.#operands[i] ?? [];
      let own = types[i];
      if (own === undefined) {
        const t =
          list.length === 0 ? undefined : (g.constraint.infer(bindings) ?? this.#fromTrait());
        if (t === undefined && list.length > 0) {
          this.asm.fail(
            "parse.operand-type",
            `the type of the operand \`${g.name}\` is neither written nor implied`,
            this.start,
          );
        }
        own = list.map(() => t!);
      }
      if (own.length !== list.length) {
        this.asm.fail(
          "parse.operand-count",
          `\`${g.name}\` has ${list.length} operands but ${own.length} types`,
          this.start,
        );
      }
      const values = isResolved(list) ? list : this.resolveAll(list, own);
      operands.push(...values);
      groupTypes.push(values.map((v) => v.type));
    });
    const discardable = new Map(this.#attributes);
    const properties = def.attributes.map((a) => {
      const v = this.#attributes.get(a.name);
      discardable.delete(a.name);
      return v;
    });
    withDefaults(def, properties);
    const infer = def.parts.inferResults;
    const inferred = inferResultTypes(
      def,
      groupTypes,
      this.#resultTypes,
      infer && (() => infer(operands, propertyMap(def, properties))),
    );
    if (inferred === undefined) {
      this.asm.fail(
        "parse.result-type",
        "the type of a result is neither written nor implied",
        this.start,
      );
    }
    return {
      location,
      operands,
      resultTypes: inferred.types,
      properties,
      discardable: discardable.size > 0 ? discardable : null,
      regions: this.#regions,
      successors: this.#successors,
      operandSegments: def.needsOperandSegments ? groupTypes.map((t) => t.length) : null,
      resultSegments: def.needsResultSegments ? inferred.segments : null,
    };
  }

  /** With "same operands and result type", any written type is the type. */
  #fromTrait(): Type | undefined {
    for (const t of this.definition.traits) {
      if (t.name !== "SameOperandsAndResultType" && t.name !== "SameTypeOperands") continue;
      const written =
        t.name === "SameTypeOperands"
          ? this.#operandTypes
          : [...this.#operandTypes, ...this.#resultTypes];
      const known = written.find((x) => x !== undefined && x.length > 0);
      if (known !== undefined) return known[0];
    }
    return undefined;
  }
}
