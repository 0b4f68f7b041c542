/** The operations of MLIR's builtin dialect. */
import { StrAttr, SymbolNameAttr } from "./attr-constraint.ts";
import { Block, Region } from "./block.ts";
import { StringAttr } from "./builtin-attributes.ts";
import { AnyType } from "./constraint.ts";
import { defineOp, optionalAttr, region, variadic, variadicResult } from "./define-op.ts";
import { defineDialect, type Dialect } from "./dialect.ts";
import { type Location, unknownLoc } from "./location.ts";
import type { Operation } from "./operation.ts";
import { IsolatedFromAbove, NoTerminator, Pure, SymbolTableTrait, SymbolTrait } from "./traits.ts";

/** A container of top-level operations. */
export class ModuleOp extends defineOp("builtin.module", {
  summary: "A container of top-level operations.",
  attributes: { sym_name: optionalAttr(SymbolNameAttr), sym_visibility: optionalAttr(StrAttr) },
  regions: { body: region({ singleBlock: true, graph: true }) },
  traits: [IsolatedFromAbove, NoTerminator, SymbolTableTrait, SymbolTrait],
  defaultDialect: "builtin",
  print(op, p) {
    const name = op.getAttr("sym_name");
    if (name instanceof StringAttr) {
      p.write(" ");
      p.symbolName(name.value);
    }
    p.attrDict(op, new Set(["sym_name"]), true);
    p.write(" ");
    p.region(op.regions[0]!);
  },
  parse(p) {
    if (p.asm.at("@")) p.setAttr("sym_name", SymbolNameAttr.parse!(p.asm));
    p.parseAttrDict(true);
    const r = p.parseRegion(new Region());
    if (r.isEmpty) r.append(new Block());
  },
}) {
  /** An empty module. */
  static create(location: Location = unknownLoc): ModuleOp {
    return ModuleOp.of({ body: new Region([new Block()]) }, { location });
  }

  /** The module's operations. */
  ops(): Generator<Operation, void> {
    return this.body.entry.ops();
  }

  /** Adds an operation at the end. */
  add(op: Operation): void {
    this.body.entry.append(op);
  }
}

/** A cast between types of a partial conversion, which a complete one must remove. */
export class UnrealizedConversionCastOp extends defineOp("builtin.unrealized_conversion_cast", {
  summary: "A cast that a complete conversion must remove.",
  operands: { inputs: variadic(AnyType) },
  results: { outputs: variadicResult(AnyType) },
  traits: [Pure],
  assembly: "($inputs^ `:` type($inputs))? `to` type($outputs) attr-dict",
}) {}

export const builtin: Dialect = defineDialect({
  name: "builtin",
  summary: "Modules and the cast of partial conversions.",
  ops: [ModuleOp, UnrealizedConversionCastOp],
});
