/**
 * The ops of `scf` that run one of their regions once: if, index_switch, execute_region.
 */
import {
  AnyType,
  attr,
  type Block,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  I1,
  index,
  Index,
  operand,
  type OpParser,
  type OpRef,
  type ParsedArgument,
  RecursiveMemoryEffects,
  region,
  Region,
  SingleBlockImplicitTerminator,
  type Type,
  UnitAttr,
  unitAttr,
  type Value,
  variadicRegion,
  variadicResult,
} from "@strata/ir";
import { checkYield, Yield } from "./yield.ts";

/** `-> types` if it comes next. */
function parseArrowTypes(p: OpParser): Type[] {
  return p.asm.tryConsume("->") ? p.asm.parseResultTypes() : [];
}

const noArguments: readonly ParsedArgument[] = [];

/** A region that begins with a block without arguments, written without its header. */
function parseBody(p: OpParser): Region {
  return p.parseRegion(new Region(), noArguments);
}

/** Runs one of two regions; without results the second may be left out. */
export class If extends defineOp("scf.if", {
  summary: "Runs one of two regions.",
  operands: { condition: operand(I1) },
  results: { outs: variadicResult(AnyType) },
  regions: { thenRegion: region({ singleBlock: true }), elseRegion: region({ singleBlock: true }) },
  traits: [SingleBlockImplicitTerminator((): OpRef => Yield), RecursiveMemoryEffects],
  print(op, p) {
    p.write(" ");
    p.operand(op.operand(0));
    if (op.numResults > 0) {
      p.write(" -> (");
      p.types(op.resultTypes);
      p.write(")");
    }
    p.write(" ");
    p.region(op.regions[0]!, { terminator: false });
    if (!op.regions[1]!.isEmpty) {
      p.write(" else ");
      p.region(op.regions[1]!, { terminator: false });
    }
    p.attrDict(op);
  },
  parse(p) {
    p.setOperands("condition", [p.parseOperand()]);
    p.setResultTypes("outs", parseArrowTypes(p));
    parseBody(p);
    if (p.asm.tryConsume("else")) parseBody(p);
    else p.addRegion(new Region());
    p.parseAttrDict();
  },
  verify(op, report) {
    const [then, otherwise] = op.regions;
    if (then!.isEmpty) report("scf.if-then", "`scf.if` needs a block in its first region");
    if (op.numResults > 0 && otherwise!.isEmpty) {
      report("scf.if-else", "an `scf.if` with results needs an `else` region");
    }
    for (const r of op.regions) {
      if ((r.firstBlock?.args.length ?? 0) > 0) {
        report("scf.region-args", "the regions of `scf.if` have no arguments");
      }
      checkYield(op, r, op.resultTypes, report);
    }
  },
}) {
  get thenBlock(): Block {
    return this.thenRegion.entry;
  }

  /** The block of the second region, if it has one. */
  get elseBlock(): Block | undefined {
    return this.elseRegion.firstBlock ?? undefined;
  }
}

/** Runs the region of the case equal to the operand, else the default region. */
export class IndexSwitch extends defineOp("scf.index_switch", {
  summary: "Runs the region of the case equal to the operand, else the default region.",
  operands: { arg: operand(Index) },
  results: { outs: variadicResult(AnyType) },
  attributes: { cases: attr(DenseI64Array) },
  regions: {
    defaultRegion: region({ singleBlock: true }),
    caseRegions: variadicRegion({ singleBlock: true }),
  },
  traits: [SingleBlockImplicitTerminator((): OpRef => Yield), RecursiveMemoryEffects],
  print(op, p) {
    p.write(" ");
    p.operand(op.operand(0));
    p.attrDict(op, new Set(["cases"]));
    if (op.numResults > 0) {
      p.write(" -> ");
      p.list(op.resultTypes, (t) => p.type(t));
    }
    const cases = op.getAttr("cases");
    const values = cases instanceof DenseArrayAttr ? cases.values : [];
    values.forEach((value, i) => {
      p.newline();
      p.write(`case ${value} `);
      p.region(op.regions[i + 1]!);
    });
    p.newline();
    p.write("default ");
    p.region(op.regions[0]!);
  },
  parse(p) {
    p.setOperands("arg", [p.parseOperand()]);
    p.setOperandTypes("arg", [index]);
    p.parseAttrDict();
    const list = p.asm.tryConsume("->") ? p.asm.at("(") : undefined;
    const types = list === undefined ? [] : list ? p.asm.parseResultTypes() : p.asm.parseTypeList();
    p.setResultTypes("outs", types);
    const values: bigint[] = [];
    // The default region is written last and stored first.
    const defaultRegion = new Region();
    p.addRegion(defaultRegion);
    while (p.asm.tryConsume("case")) {
      values.push(p.asm.parseInteger());
      parseBody(p);
    }
    p.setAttr("cases", DenseArrayAttr.i64(values));
    p.asm.expect("default");
    p.asm.parseRegionInto(defaultRegion, p.definition, noArguments);
  },
  verify(op, report) {
    const cases = op.getAttr("cases");
    const values = cases instanceof DenseArrayAttr ? cases.values : [];
    if (op.regions.length !== values.length + 1) {
      report(
        "scf.switch-cases",
        `\`scf.index_switch\` needs a region for each of its ${values.length} cases and the default, found ${op.regions.length}`,
      );
    }
    if (new Set(values).size !== values.length) {
      report("scf.switch-cases", "`scf.index_switch` has two cases of one value");
    }
    for (const r of op.regions) checkYield(op, r, op.resultTypes, report);
  },
}) {
  /** The values of the cases, in the order of `caseRegions`. */
  get caseValues(): number[] {
    return this.cases.numbers;
  }
}

/** Runs its region, which may have several blocks, once; ends where `scf.yield` is reached. */
export class ExecuteRegion extends defineOp("scf.execute_region", {
  summary: "Runs a region of any control flow once.",
  results: { outs: variadicResult(AnyType) },
  attributes: { no_inline: unitAttr("keep the region as it is") },
  regions: { region: region() },
  traits: [RecursiveMemoryEffects],
  print(op, p) {
    if (op.numResults > 0) {
      p.write(" -> ");
      p.resultTypes(op.resultTypes);
    }
    p.write(op.getAttr("no_inline") === undefined ? " " : " no_inline ");
    p.region(op.regions[0]!);
    p.attrDict(op, new Set(["no_inline"]));
  },
  parse(p) {
    p.setResultTypes("outs", parseArrowTypes(p));
    if (p.asm.tryConsume("no_inline")) p.setAttr("no_inline", UnitAttr.instance);
    p.parseRegion(new Region());
    p.parseAttrDict();
  },
  verify(op, report) {
    const body = op.regions[0]!;
    if (body.isEmpty) {
      report("scf.region-empty", "`scf.execute_region` needs a block");
      return;
    }
    if (body.entry.args.length > 0) {
      report("scf.region-args", "the region of `scf.execute_region` has no arguments");
    }
    for (const b of body.blocks()) {
      if (b.lastOp instanceof Yield && b.lastOp.numOperands !== op.numResults) {
        report(
          "scf.yield-count",
          `\`scf.execute_region\` needs ${op.numResults} yielded values, found ${b.lastOp.numOperands}`,
        );
      } else if (
        b.lastOp instanceof Yield &&
        b.lastOp.operands.some((v: Value, i: number) => v.type !== op.results[i]!.type)
      ) {
        report(
          "scf.yield-type",
          "the values yielded to `scf.execute_region` have other types than its results",
        );
      }
    }
  },
}) {}
