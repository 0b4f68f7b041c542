/**
 * The loops of `scf`: counted, conditional and parallel ones.
 *
 * Invariants: the step of a counted or parallel loop is positive, and its trip count is
 * max(0, ⌈(upper − lower) / step⌉); loop-carried values have the types of the initial ones.
 */
import {
  anyOf,
  AnySignlessInteger,
  AnyType,
  Bindings,
  type Block,
  type BlockArgument,
  defineOp,
  HasParent,
  I1,
  index,
  Index,
  type IndexType,
  type IntegerType,
  IsTerminator,
  operand,
  type Operation,
  type OpParser,
  type OpRef,
  type ParsedArgument,
  Pure,
  RecursiveMemoryEffects,
  region,
  Region,
  ReturnLike,
  SingleBlockImplicitTerminator,
  type Type,
  typeVar,
  UnitAttr,
  unitAttr,
  type UnresolvedOperand,
  type Value,
  variadic,
  variadicRegion,
  variadicResult,
} from "@strata/ir";
import { checkTypes, checkYield, Yield } from "./yield.ts";

/** The arguments of a region's entry block; none for a region without blocks. */
export function entryArgs(r: Region | undefined): readonly BlockArgument[] {
  return r?.firstBlock?.args ?? [];
}

/** `(%a = %b, …)`: region arguments with their initial values. */
export function parseAssignments(p: OpParser): {
  args: ParsedArgument[];
  inits: UnresolvedOperand[];
} {
  const args: ParsedArgument[] = [];
  const inits: UnresolvedOperand[] = [];
  p.asm.parseCommaSeparated("(", ")", () => {
    args.push(p.parseArgument(false));
    p.asm.expect("=");
    inits.push(p.parseOperand());
  });
  return { args, inits };
}

/** Gives each argument its type; a diagnostic when there are not as many types. */
export function typedArguments(
  p: OpParser,
  args: readonly ParsedArgument[],
  types: readonly Type[],
): ParsedArgument[] {
  if (args.length !== types.length) {
    p.asm.fail(
      "parse.operand-count",
      `${args.length} values but ${types.length} types`,
      args[0]?.start ?? p.start,
    );
  }
  return args.map((a, i) => ({ ...a, type: types[i] }));
}

const InductionType = typeVar("T", anyOf(Index, AnySignlessInteger));

/**
 * A counted loop: runs its body for `lower`, `lower + step`, … below `upper`; the values the body
 * yields are the next iteration's arguments and at last the results.
 */
export class For extends defineOp("scf.for", {
  summary: "A counted loop with loop-carried values.",
  operands: {
    lowerBound: operand(InductionType, "first value of the induction variable"),
    upperBound: operand(InductionType, "bound that the induction variable stays below"),
    step: operand(InductionType, "positive distance between iterations"),
    initArgs: variadic(AnyType, "loop-carried values of the first iteration"),
  },
  results: { outs: variadicResult(AnyType) },
  attributes: { unsignedCmp: unitAttr("compare the bounds as unsigned integers") },
  regions: { region: region({ singleBlock: true }) },
  traits: [SingleBlockImplicitTerminator((): OpRef => Yield), RecursiveMemoryEffects],
  inferResults: (operands) => operands.slice(3).map((v) => v.type),
  print(op, p) {
    p.enterRegionOf(op);
    const [iv, ...iters] = entryArgs(op.regions[0]);
    const [lower, upper, step, ...inits] = op.operands;
    p.write(op.getAttr("unsignedCmp") === undefined ? " " : " unsigned ");
    p.operand(iv!);
    p.write(" = ");
    p.operand(lower!);
    p.write(" to ");
    p.operand(upper!);
    p.write(" step ");
    p.operand(step!);
    if (inits.length > 0) {
      p.write(" iter_args(");
      p.list(iters.keys(), (i) => {
        p.operand(iters[i]!);
        p.write(" = ");
        p.operand(inits[i]!);
      });
      p.write(") -> (");
      p.types(op.resultTypes);
      p.write(")");
    }
    if (lower!.type !== index) {
      p.write(" : ");
      p.type(lower!.type);
    }
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false, terminator: false });
    p.attrDict(op, new Set(["unsignedCmp"]));
  },
  parse(p) {
    if (p.asm.tryConsume("unsigned")) p.setAttr("unsignedCmp", UnitAttr.instance);
    const iv = p.parseArgument(false);
    p.asm.expect("=");
    p.setOperands("lowerBound", [p.parseOperand()]);
    p.asm.expect("to");
    p.setOperands("upperBound", [p.parseOperand()]);
    p.asm.expect("step");
    p.setOperands("step", [p.parseOperand()]);
    let args: ParsedArgument[] = [];
    let types: Type[] = [];
    if (p.asm.tryConsume("iter_args")) {
      const list = parseAssignments(p);
      p.asm.expect("->");
      types = p.asm.parseResultTypes();
      args = typedArguments(p, list.args, types);
      p.setOperands("initArgs", list.inits);
    }
    const type = p.asm.tryConsume(":") ? p.asm.parseType() : index;
    for (const name of ["lowerBound", "upperBound", "step"]) p.setOperandTypes(name, [type]);
    p.setOperandTypes("initArgs", types);
    p.setResultTypes("outs", types);
    p.parseRegion(new Region(), [{ ...iv, type }, ...args]);
    p.parseAttrDict();
  },
  verify(op, report) {
    const args = entryArgs(op.regions[0]);
    const inits = op.operandTypes.slice(3);
    checkTypes(
      report,
      "scf.for-args",
      "the arguments of the body of `scf.for`",
      args.map((a) => a.type),
      [op.operand(0).type, ...inits],
    );
    checkTypes(report, "scf.for-results", "the results of `scf.for`", op.resultTypes, inits);
    checkYield(op, op.regions[0], op.resultTypes, report);
  },
}) {
  /** The block executed in every iteration. */
  get body(): Block {
    return this.region.entry;
  }

  get inductionVar(): BlockArgument<IndexType | IntegerType> {
    return this.body.args[0]! as BlockArgument<IndexType | IntegerType>;
  }

  /** The loop-carried values inside the body. */
  get iterArgs(): readonly BlockArgument[] {
    return this.body.args.slice(1);
  }

  /** The values of the next iteration. */
  get yielded(): Value[] {
    return this.body.lastOp?.operands ?? [];
  }
}

/** Ends the first region of `scf.while`: whether to go on, and the values for body or results. */
export class Condition extends defineOp("scf.condition", {
  summary: "Ends the first region of a conditional loop: whether to go on, and with which values.",
  operands: { condition: operand(I1), args: variadic(AnyType) },
  traits: [IsTerminator, Pure, HasParent((): OpRef => While)],
  assembly: "`(` $condition `)` attr-dict ($args^ `:` type($args))?",
}) {}

/**
 * A conditional loop. `before` gets the initial or yielded values and ends with `scf.condition`;
 * while that holds, its values go to `after`, whose yield goes back to `before`; else they are the
 * results.
 */
export class While extends defineOp("scf.while", {
  summary: "A loop whose condition is computed in a region of its own.",
  operands: { inits: variadic(AnyType) },
  results: { outs: variadicResult(AnyType) },
  regions: { before: region({ singleBlock: true }), after: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects],
  print(op, p) {
    p.enterRegionOf(op);
    const args = entryArgs(op.regions[0]);
    p.write(" ");
    if (args.length > 0) {
      p.write("(");
      p.list(args.keys(), (i) => {
        p.operand(args[i]!);
        p.write(" = ");
        p.operand(op.operand(i));
      });
      p.write(") ");
    }
    p.write(": (");
    p.types(op.operandTypes);
    p.write(") -> ");
    p.resultTypes(op.resultTypes);
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false });
    p.write(" do ");
    p.region(op.regions[1]!);
    p.attrDict(op, undefined, true);
  },
  parse(p) {
    const list = p.asm.at("(") ? parseAssignments(p) : { args: [], inits: [] };
    p.asm.expect(":");
    const type = p.asm.parseFunctionType();
    p.setOperands("inits", list.inits);
    p.setOperandTypes("inits", type.inputs);
    p.setResultTypes("outs", type.results);
    p.parseRegion(new Region(), typedArguments(p, list.args, type.inputs));
    p.asm.expect("do");
    p.parseRegion(new Region());
    p.parseAttrDict(true);
  },
  verify(op, report) {
    const [before, after] = op.regions;
    const types = (r: Region | undefined): Type[] => entryArgs(r).map((a) => a.type);
    const what = "of `scf.while`";
    checkTypes(
      report,
      "scf.while-before",
      `the arguments of the first region ${what}`,
      types(before),
      op.operandTypes,
    );
    checkTypes(
      report,
      "scf.while-after",
      `the arguments of the second region ${what}`,
      types(after),
      op.resultTypes,
    );
    const condition = before?.firstBlock?.lastOp;
    if (!(condition instanceof Condition)) {
      report(
        "scf.while-condition",
        "the first region of `scf.while` must end with `scf.condition`",
      );
    } else {
      const passed = condition.operandTypes.slice(1);
      checkTypes(
        report,
        "scf.while-condition",
        `the values passed on by the condition ${what}`,
        passed,
        op.resultTypes,
      );
    }
    checkYield(op, after, op.operandTypes, report);
  },
}) {
  /** The terminator of the first region. */
  get conditionOp(): Condition {
    const last = this.before.entry.lastOp;
    if (!(last instanceof Condition)) throw new Error("`scf.while` has no `scf.condition`");
    return last;
  }
}

/** Ends one reduction of `scf.reduce` with the combined value. */
export class ReduceReturn extends defineOp("scf.reduce.return", {
  summary: "Ends one reduction with the combined value.",
  operands: { result: operand(AnyType) },
  traits: [IsTerminator, ReturnLike, Pure, HasParent((): OpRef => Reduce)],
  assembly: "$result attr-dict `:` type($result)",
}) {}

/**
 * Ends the body of `scf.parallel`: region `i` combines two values of the type of operand `i`. The
 * loop's result `i` is its initial value combined with operand `i` of every iteration.
 */
export class Reduce extends defineOp("scf.reduce", {
  summary: "Ends the body of a parallel loop with values to combine, and how.",
  operands: { inputs: variadic(AnyType) },
  regions: { reductions: variadicRegion({ singleBlock: true }) },
  traits: [IsTerminator, RecursiveMemoryEffects, HasParent((): OpRef => Parallel)],
  print(op, p) {
    if (op.numOperands > 0) {
      p.write("(");
      p.operands(op.operands);
      p.write(" : ");
      p.types(op.operandTypes);
      p.write(")");
    }
    if (op.regions.length > 0) p.write(" ");
    p.list(op.regions, (r) => p.region(r));
    p.attrDict(op);
  },
  parse(p) {
    if (p.asm.tryConsume("(")) {
      p.setOperands("inputs", p.parseOperandList());
      p.asm.expect(":");
      p.setOperandTypes("inputs", p.asm.parseTypeList());
      p.asm.expect(")");
    }
    if (p.asm.at("{") && !startsDictionary(p)) {
      do p.parseRegion(new Region());
      while (p.asm.tryConsume(","));
    }
    p.parseAttrDict();
  },
  verify(op, report) {
    if (op.regions.length !== op.numOperands) {
      report(
        "scf.reduce-regions",
        `\`scf.reduce\` needs one region for each of its ${op.numOperands} operands, found ${op.regions.length}`,
      );
      return;
    }
    op.regions.forEach((r, i) => {
      const type = op.operand(i).type;
      const args = entryArgs(r).map((a) => a.type);
      checkTypes(report, "scf.reduce-args", `the arguments of reduction ${i}`, args, [type, type]);
      const last = r.firstBlock?.lastOp;
      if (!(last instanceof ReduceReturn)) {
        report("scf.reduce-return", `reduction ${i} must end with \`scf.reduce.return\``);
      } else
        checkTypes(report, "scf.reduce-return", `the value of reduction ${i}`, last.operandTypes, [
          type,
        ]);
    });
  },
}) {}

/** Whether the brace ahead opens attributes: `{name = …`, `{name}` or `{}` is no block of ops. */
function startsDictionary(p: OpParser): boolean {
  const { asm } = p;
  const mark = asm.pos;
  asm.expect("{");
  const word = asm.tryKeyword();
  const dictionary = word !== undefined && (asm.at("=") || asm.at("}") || asm.at(","));
  asm.pos = mark;
  return dictionary;
}

/** A loop nest whose iterations are independent; values are combined by `scf.reduce`. */
export class Parallel extends defineOp("scf.parallel", {
  summary: "A loop nest whose iterations are independent.",
  operands: {
    lowerBound: variadic(Index, "first value in each dimension"),
    upperBound: variadic(Index, "bound in each dimension"),
    step: variadic(Index, "positive distance in each dimension"),
    initVals: variadic(AnyType, "initial values of the reductions"),
  },
  results: { outs: variadicResult(AnyType) },
  regions: { region: region({ singleBlock: true }) },
  traits: [SingleBlockImplicitTerminator((): OpRef => Reduce), RecursiveMemoryEffects],
  print(op, p) {
    p.enterRegionOf(op);
    const groups = [0, 1, 2, 3].map((g) => op.operandGroup(g));
    const bracketed = (before: string, values: readonly Value[]): void => {
      p.write(before);
      p.operands(values);
      p.write(")");
    };
    bracketed(" (", entryArgs(op.regions[0]));
    bracketed(" = (", groups[0]!);
    bracketed(" to (", groups[1]!);
    bracketed(" step (", groups[2]!);
    if (groups[3]!.length > 0) bracketed(" init (", groups[3]!);
    if (op.numResults > 0) {
      p.write(" -> ");
      p.resultTypes(op.resultTypes);
    }
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false });
    p.attrDict(op);
  },
  parse(p) {
    const args: ParsedArgument[] = [];
    p.asm.parseCommaSeparated("(", ")", () =>
      args.push({ ...p.parseArgument(false), type: index }),
    );
    const bracketed = (name: string): void => {
      p.asm.expect("(");
      p.setOperands(name, p.parseOperandList());
      p.asm.expect(")");
    };
    p.asm.expect("=");
    bracketed("lowerBound");
    p.asm.expect("to");
    bracketed("upperBound");
    p.asm.expect("step");
    bracketed("step");
    if (p.asm.tryConsume("init")) bracketed("initVals");
    const types = p.asm.tryConsume("->") ? p.asm.parseResultTypes() : [];
    p.setOperandTypes("initVals", types);
    p.setResultTypes("outs", types);
    p.parseRegion(new Region(), args);
    p.parseAttrDict();
  },
  verify(op, report) {
    const [lower, upper, step, inits] = [0, 1, 2, 3].map((g) => op.operandGroup(g));
    const rank = lower!.length;
    if (rank === 0 || upper!.length !== rank || step!.length !== rank) {
      report(
        "scf.parallel-rank",
        `\`scf.parallel\` needs as many lower bounds (${rank}) as upper bounds (${upper!.length}) and steps (${step!.length}), at least one`,
      );
      return;
    }
    const args = entryArgs(op.regions[0]).map((a) => a.type);
    checkTypes(
      report,
      "scf.parallel-args",
      "the arguments of the body of `scf.parallel`",
      args,
      lower!.map(() => index),
    );
    const types = inits!.map((v) => v.type);
    checkTypes(
      report,
      "scf.parallel-results",
      "the results of `scf.parallel`",
      op.resultTypes,
      types,
    );
    const last = op.regions[0]?.firstBlock?.lastOp;
    if (last instanceof Reduce) {
      checkTypes(
        report,
        "scf.parallel-reduce",
        "the values reduced by `scf.parallel`",
        last.operandTypes,
        types,
      );
    }
  },
}) {
  get body(): Block {
    return this.region.entry;
  }

  get inductionVars(): readonly BlockArgument[] {
    return this.body.args;
  }

  /** The terminator of the body. */
  get reduce(): Reduce {
    const last = this.body.lastOp;
    if (!(last instanceof Reduce)) throw new Error("`scf.parallel` has no `scf.reduce`");
    return last;
  }
}

/** Whether a type may be that of an induction variable of `scf.for`. */
export function isInductionType(type: Type): type is IndexType | IntegerType {
  return InductionType.base.check(type, new Bindings());
}

/** Whether an op is a counted loop that compares its bounds as unsigned. */
export function comparesUnsigned(op: Operation): boolean {
  return op instanceof For && op.unsignedCmp;
}
