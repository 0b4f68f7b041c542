/** `cf` to the LLVM dialect: branches with flattened values, and assertions that stop the program. */
import { DenseArrayAttr, i32, type Value } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { callLibrary, stringConstant } from "@strata/llvm/lowering";
import { conversionPattern, type RewritePattern, type TypeConverter } from "@strata/rewrite";
import * as ops from "./ops.ts";

function branch(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "cf.br-to-llvm",
    ops.BranchOp,
    (op, adaptor, r) => {
      const destOperands = adaptor.convertedOperands.flat();
      r.replaceOpWith(op, llvm.BrOp.of({ destOperands, dest: op.dest }));
      return true;
    },
    { converter },
  );
}

function conditionalBranch(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "cf.cond_br-to-llvm",
    ops.CondBranchOp,
    (op, adaptor, r) => {
      const [condition, ...passed] = adaptor.convertedOperands;
      const taken = op.trueDestOperands.length;
      r.replaceOpWith(
        op,
        llvm.CondBrOp.of({
          condition: condition![0]!,
          trueDestOperands: passed.slice(0, taken).flat(),
          falseDestOperands: passed.slice(taken).flat(),
          branch_weights: op.branch_weights,
          trueDest: op.trueDest,
          falseDest: op.falseDest,
        }),
      );
      return true;
    },
    { converter },
  );
}

function switchOver(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "cf.switch-to-llvm",
    ops.SwitchOp,
    (op, adaptor, r) => {
      const [flag, ...passed] = adaptor.convertedOperands;
      const defaults = op.defaultOperands.length;
      let at = defaults;
      const groups: Value[][] = op.case_operand_segments.numbers.map((n) =>
        passed.slice(at, (at += n)).flat(),
      );
      r.replaceOpWith(
        op,
        llvm.SwitchOp.of({
          value: flag![0]!,
          defaultOperands: passed.slice(0, defaults).flat(),
          caseOperands: groups.flat(),
          case_values: op.case_values,
          case_operand_segments: DenseArrayAttr.i32(groups.map((g) => g.length)),
          defaultDestination: op.defaultDestination,
          caseDestinations: op.caseDestinations,
        }),
      );
      return true;
    },
    { converter },
  );
}

/**
 * Prints the message and aborts where the condition does not hold.
 *
 *     cf.assert %c, "why"   →   llvm.cond_br %c, ^next, ^failed
 *                               ^failed: puts("why"); abort(); unreachable
 */
function assertion(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "cf.assert-to-llvm",
    ops.AssertOp,
    (op, adaptor, r) => {
      const block = op.parent!;
      const condition = adaptor.arg;
      const message = op.msg.value;
      const next = r.splitBlock(op);
      const failed = r.createBlockBefore(next.parent!, next);
      const text = stringConstant(r, message);
      callLibrary(r, "puts", i32, [text]);
      callLibrary(r, "abort", llvm.voidType, []);
      r.insert(llvm.UnreachableOp.of({}));
      r.setToEnd(block);
      r.insert(
        llvm.CondBrOp.of({
          condition,
          trueDestOperands: [],
          falseDestOperands: [],
          trueDest: next,
          falseDest: failed,
        }),
      );
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

/** Patterns that convert every operation of the dialect. */
export function cfToLLVM(converter: TypeConverter): RewritePattern[] {
  return [
    branch(converter),
    conditionalBranch(converter),
    switchOver(converter),
    assertion(converter),
  ];
}
