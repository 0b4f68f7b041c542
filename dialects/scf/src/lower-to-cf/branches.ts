/** Operations that run one of their regions, to blocks. */
import { IndexCast } from "@strata/arith";
import { BranchOp, CondBranchOp, SwitchOp } from "@strata/cf";
import {
  type Block,
  DenseArrayAttr,
  DenseElementsAttr,
  i64,
  IntegerAttr,
  type Operation,
  type Region,
  type Value,
  VectorType,
} from "@strata/ir";
import { conversionPattern, type Rewriter, type RewritePattern } from "@strata/rewrite";
import * as ops from "../ops.ts";
import { splitAround } from "./loops.ts";

/** Moves a region in front of `rest`; its yields go there. Returns its entry. */
function inlineBefore(source: Region, region: Region, rest: Block, r: Rewriter): Block {
  const entry = source.entry;
  for (const block of source.blocks()) {
    const last = block.lastOp;
    if (!(last instanceof ops.Yield)) continue;
    r.setBefore(last);
    r.insert(BranchOp.of({ dest: rest, destOperands: last.operands }));
    r.eraseOp(last);
  }
  r.inlineRegion(source, region, rest);
  return entry;
}

/** The values that a block with the results of `op` gets from those that go there. */
function joined(op: Operation, rest: Block): Value[] {
  return op.resultTypes.map((t) => rest.addArgument(t));
}

const branch = conversionPattern(
  "scf.if-to-cf",
  ops.If,
  (op, _adaptor, r) => {
    const { from, rest, region } = splitAround(op, r);
    const { condition } = op;
    const trueDest = inlineBefore(op.thenRegion, region, rest, r);
    const falseDest = op.elseRegion.isEmpty ? rest : inlineBefore(op.elseRegion, region, rest, r);
    r.setToEnd(from);
    r.insert(
      CondBranchOp.of({
        condition,
        trueDest,
        falseDest,
        trueDestOperands: [],
        falseDestOperands: [],
      }),
    );
    r.replaceOp(op, joined(op, rest));
    return true;
  },
  { doc: "A conditional branch around the regions." },
);

const switchOver = conversionPattern(
  "scf.index_switch-to-cf",
  ops.IndexSwitch,
  (op, _adaptor, r) => {
    const { from, rest, region } = splitAround(op, r);
    const cases = op.caseValues;
    const caseDestinations = op.caseRegions.map((c) => inlineBefore(c, region, rest, r));
    const defaultDestination = inlineBefore(op.defaultRegion, region, rest, r);
    r.setToEnd(from);
    const flag = r.insert(IndexCast.of({ in: op.arg }, { types: { out: i64 } })).out;
    const type = VectorType.get([cases.length], i64);
    r.insert(
      SwitchOp.of({
        flag,
        defaultOperands: [],
        caseOperands: [],
        case_values:
          cases.length === 0
            ? undefined
            : DenseElementsAttr.get(
                type,
                cases.map((n) => IntegerAttr.get(BigInt(n), i64)),
              ),
        case_operand_segments: DenseArrayAttr.i32(cases.map(() => 0)),
        defaultDestination,
        caseDestinations,
      }),
    );
    r.replaceOp(op, joined(op, rest));
    return true;
  },
  { doc: "A switch over the cases." },
);

const executeRegion = conversionPattern(
  "scf.execute_region-to-cf",
  ops.ExecuteRegion,
  (op, _adaptor, r) => {
    const { from, rest, region } = splitAround(op, r);
    const dest = inlineBefore(op.region, region, rest, r);
    r.setToEnd(from);
    r.insert(BranchOp.of({ dest, destOperands: [] }));
    r.replaceOp(op, joined(op, rest));
    return true;
  },
  { doc: "The blocks of the region stand in line." },
);

/** Patterns for what is no loop. */
export const branchPatterns: readonly RewritePattern[] = [branch, switchOver, executeRegion];
