/**
 * `scf.forall`: a parallel loop nest over a static or dynamic box whose results are tensors that its
 * iterations write disjoint slices of.
 */
import {
  AnyArrayAttr,
  AnyRankedTensor,
  attr,
  Block,
  type BlockArgument,
  defineOp,
  DenseArrayAttr,
  DenseI64Array,
  dynamicIndex,
  HasParent,
  index,
  Index,
  IsTerminator,
  joinMixed,
  mixedCountOk,
  type MixedIndex,
  NoTerminator,
  type Operation,
  type OpRef,
  optionalAttr,
  type ParsedArgument,
  parseDynamicIndexList,
  printDynamicIndexList,
  RecursiveMemoryEffects,
  region,
  Region,
  SingleBlockImplicitTerminator,
  type Type,
  type UnresolvedOperand,
  variadic,
  variadicResult,
} from "@strata/ir";
import { entryArgs, parseAssignments, typedArguments } from "./loop-ops.ts";
import { checkTypes } from "./yield.ts";

/** Ends the body of `scf.forall` with the slices its iterations insert into the results. */
export class InParallel extends defineOp("scf.forall.in_parallel", {
  summary: "Ends the body of a forall with the slices its iterations insert.",
  regions: { region: region({ singleBlock: true }) },
  traits: [IsTerminator, NoTerminator, RecursiveMemoryEffects, HasParent((): OpRef => Forall)],
  print(op, p) {
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false });
    p.attrDict(op);
  },
  parse(p) {
    p.parseRegion(new Region(), []);
    p.parseAttrDict();
  },
}) {
  /** The insertions; the terminator made for a body that has none is empty. */
  insertions(): readonly Operation[] {
    return [...(this.region.firstBlock?.ops() ?? [])];
  }
}

const constantsOf = (op: Operation, name: string): DenseArrayAttr => {
  const a = op.getAttr(name);
  return a instanceof DenseArrayAttr ? a : DenseArrayAttr.i64([]);
};

const isAll = (a: DenseArrayAttr, n: bigint): boolean => a.values.every((v) => v === n);

/** A parallel loop nest over a box; its results are tensors assembled from slices. */
export class Forall extends defineOp("scf.forall", {
  summary: "A parallel loop nest that assembles tensors from slices.",
  operands: {
    dynamicLowerBound: variadic(Index),
    dynamicUpperBound: variadic(Index),
    dynamicStep: variadic(Index),
    sharedOuts: variadic(AnyRankedTensor, "what the results are before any insertion"),
  },
  results: { outs: variadicResult(AnyRankedTensor) },
  attributes: {
    staticLowerBound: attr(DenseI64Array),
    staticUpperBound: attr(DenseI64Array),
    staticStep: attr(DenseI64Array),
    mapping: optionalAttr(AnyArrayAttr, "what each dimension is mapped to"),
  },
  regions: { region: region({ singleBlock: true }) },
  traits: [SingleBlockImplicitTerminator((): OpRef => InParallel), RecursiveMemoryEffects],
  print(op, p) {
    p.enterRegionOf(op);
    const args = entryArgs(op.regions[0]);
    const lower = constantsOf(op, "staticLowerBound");
    const upper = constantsOf(op, "staticUpperBound");
    const step = constantsOf(op, "staticStep");
    const round = ["(", ")"] as const;
    p.write(" (");
    p.operands(args.slice(0, upper.values.length));
    p.write(") ");
    if (isAll(lower, 0n) && isAll(step, 1n)) {
      p.write("in ");
      printDynamicIndexList(p, op.operandGroup(1), upper, round);
    } else {
      p.write("= ");
      printDynamicIndexList(p, op.operandGroup(0), lower, round);
      p.write(" to ");
      printDynamicIndexList(p, op.operandGroup(1), upper, round);
      p.write(" step ");
      printDynamicIndexList(p, op.operandGroup(2), step, round);
    }
    const outs = op.operandGroup(3);
    const shared = args.slice(upper.values.length);
    if (outs.length > 0) {
      p.write(" shared_outs(");
      p.list(shared.keys(), (i) => {
        p.operand(shared[i]!);
        p.write(" = ");
        p.operand(outs[i]!);
      });
      p.write(") -> (");
      p.types(op.resultTypes);
      p.write(")");
    }
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false, terminator: outs.length > 0 });
    p.attrDict(op, new Set(["staticLowerBound", "staticUpperBound", "staticStep"]));
  },
  parse(p) {
    const args: ParsedArgument[] = [];
    p.asm.parseCommaSeparated("(", ")", () =>
      args.push({ ...p.parseArgument(false), type: index }),
    );
    const round = ["(", ")"] as const;
    const set = (
      name: string,
      list: { values: UnresolvedOperand[]; constants: DenseArrayAttr },
    ): void => {
      p.setOperands(`dynamic${name}`, list.values);
      p.setAttr(`static${name}`, list.constants);
    };
    const constant = (n: number): { values: UnresolvedOperand[]; constants: DenseArrayAttr } => ({
      values: [],
      constants: DenseArrayAttr.i64(args.map(() => n)),
    });
    if (p.asm.tryConsume("in")) {
      set("LowerBound", constant(0));
      set("UpperBound", parseDynamicIndexList(p, round));
      set("Step", constant(1));
    } else {
      p.asm.expect("=");
      set("LowerBound", parseDynamicIndexList(p, round));
      p.asm.expect("to");
      set("UpperBound", parseDynamicIndexList(p, round));
      p.asm.expect("step");
      set("Step", parseDynamicIndexList(p, round));
    }
    let types: Type[] = [];
    if (p.asm.tryConsume("shared_outs")) {
      const list = parseAssignments(p);
      p.asm.expect("->");
      types = p.asm.parseResultTypes();
      args.push(...typedArguments(p, list.args, types));
      p.setOperands("sharedOuts", list.inits);
    }
    p.setOperandTypes("sharedOuts", types);
    p.setResultTypes("outs", types);
    const body = p.parseRegion(new Region(), args);
    const last = body.entry.lastOp;
    if (last instanceof InParallel && last.regions.length === 0) {
      // The terminator was left out: give it the region that its declaration asks for.
      last.erase();
      body.entry.append(InParallel.of({ region: new Region([new Block()]) }));
    }
    p.parseAttrDict();
  },
  verify(op, report) {
    const upper = constantsOf(op, "staticUpperBound");
    const rank = upper.values.length;
    for (const [g, name] of ["staticLowerBound", "staticUpperBound", "staticStep"].entries()) {
      const constants = constantsOf(op, name);
      if (constants.values.length !== rank || !mixedCountOk(op.operandGroup(g), constants)) {
        report("scf.forall-bounds", `\`${name}\` of \`scf.forall\` does not fit its operands`);
      }
    }
    const outs = op.operandGroup(3).map((v) => v.type);
    const args = entryArgs(op.regions[0]).map((a) => a.type);
    const wanted = [...Array.from({ length: rank }, () => index), ...outs];
    checkTypes(
      report,
      "scf.forall-args",
      "the arguments of the body of `scf.forall`",
      args,
      wanted,
    );
    checkTypes(report, "scf.forall-results", "the results of `scf.forall`", op.resultTypes, outs);
  },
}) {
  get body(): Block {
    return this.region.entry;
  }

  get rank(): number {
    return this.staticUpperBound.values.length;
  }

  get inductionVars(): readonly BlockArgument[] {
    return this.body.args.slice(0, this.rank);
  }

  get outArgs(): readonly BlockArgument[] {
    return this.body.args.slice(this.rank);
  }

  get lowerBounds(): MixedIndex[] {
    return joinMixed(this.dynamicLowerBound, this.staticLowerBound);
  }

  get upperBounds(): MixedIndex[] {
    return joinMixed(this.dynamicUpperBound, this.staticUpperBound);
  }

  get steps(): MixedIndex[] {
    return joinMixed(this.dynamicStep, this.staticStep);
  }
}

/** Whether every bound and step of a forall is a constant. */
export function hasConstantBounds(op: Forall): boolean {
  return [op.staticLowerBound, op.staticUpperBound, op.staticStep].every(
    (a) => !a.values.includes(dynamicIndex),
  );
}
