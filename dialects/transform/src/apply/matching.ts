/** What matching does. */
import type { ArrayAttr, TypeAttr } from "@strata/ir";
import {
  type InterfaceBinding,
  LoopLikeInterface,
  type Operation,
  StringAttr,
  walk,
} from "@strata/ir";
import { ComparePredicate, MatchInterface } from "../attributes.ts";
import {
  MatchOperationEmptyOp,
  MatchOperationNameOp,
  MatchParamCmpIOp,
  StructuredMatchOp,
} from "../ops.ts";
import { transformOf } from "./interface.ts";
import { fail } from "./state.ts";

function namesOf(list: ArrayAttr | undefined): string[] | undefined {
  return list?.values.flatMap((v) => (v instanceof StringAttr ? [v.value] : []));
}

/** Whether an operation is what a match asks for. */
function isMatch(op: StructuredMatchOp): (candidate: Operation) => boolean {
  const names = namesOf(op.ops);
  const wanted = op.interface === undefined ? undefined : MatchInterface.nameOf(op.interface);
  const attributes = [...(op.op_attrs?.entries ?? [])];
  const operandTypes = op.filter_operand_types?.values.map((t) => (t as TypeAttr).value);
  const resultType = op.filter_result_type?.value;
  if (wanted !== undefined && wanted !== "LoopLikeInterface") {
    fail(op, "transform.match-interface", `no operation here has the interface \`${wanted}\``);
  }
  return (c) => {
    if (names !== undefined && !names.includes(c.name)) return false;
    if (wanted !== undefined && !c.definition.interfaces.has(LoopLikeInterface)) return false;
    if (!attributes.every(([name, value]) => c.getAttr(name) === value)) return false;
    if (resultType !== undefined) {
      if (c.results.length !== 1 || c.results[0]!.type !== resultType) return false;
    }
    if (operandTypes === undefined) return true;
    return (
      c.operands.length === operandTypes.length &&
      c.operands.every((v, i) => v.type === operandTypes[i])
    );
  };
}

const compare = {
  eq: (a: bigint, b: bigint) => a === b,
  ne: (a: bigint, b: bigint) => a !== b,
  le: (a: bigint, b: bigint) => a <= b,
  lt: (a: bigint, b: bigint) => a < b,
  ge: (a: bigint, b: bigint) => a >= b,
  gt: (a: bigint, b: bigint) => a > b,
};

/** What matching does. */
export const matchBehaviour: readonly InterfaceBinding[] = [
  transformOf(StructuredMatchOp, (op, state) => {
    const fits = isMatch(op);
    const found: Operation[] = [];
    for (const target of state.ops(op, op.target)) {
      walk(target, (o) => {
        if (o !== target && fits(o)) found.push(o);
      });
    }
    state.setOps(op.output, found);
  }),
  transformOf(MatchOperationNameOp, (op, state) => {
    const names = namesOf(op.op_names) ?? [];
    const odd = state.ops(op, op.operand_handle).find((o) => !names.includes(o.name));
    if (odd === undefined) return;
    fail(op, "transform.match-name", `\`${odd.name}\` is none of ${names.join(", ")}`);
  }),
  transformOf(MatchOperationEmptyOp, (op, state) => {
    const n = state.ops(op, op.operand_handle).length;
    if (n > 0) fail(op, "transform.match-empty", `the handle points to ${n} operations`);
  }),
  transformOf(MatchParamCmpIOp, (op, state) => {
    const [a, b] = [state.integers(op, op.param), state.integers(op, op.reference)];
    if (a.length !== b.length) {
      fail(op, "transform.match-count", `${a.length} parameters are compared with ${b.length}`);
    }
    const predicate = ComparePredicate.nameOf(op.predicate);
    const i = a.findIndex((x, k) => !compare[predicate](x, b[k]!));
    if (i >= 0) fail(op, "transform.match-param", `${a[i]} ${predicate} ${b[i]} does not hold`);
  }),
];
