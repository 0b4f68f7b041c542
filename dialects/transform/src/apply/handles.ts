/** What the operations on handles and parameters do. */
import {
  type Attribute,
  ArrayAttr,
  type DenseArrayAttr,
  DenseElementsAttr,
  elementTypeOf,
  i64,
  IntegerAttr,
  type InterfaceBinding,
  IsolatedFromAbove,
  type Operation,
  type Value,
} from "@strata/ir";
import {
  CastOp,
  GetConsumersOfResultOp,
  GetDefiningOp,
  GetOperandOp,
  GetParentOp,
  GetProducerOfOperandOp,
  GetResultOp,
  GetTypeOp,
  KnobOp,
  MergeHandlesOp,
  NumAssociationsOp,
  ParamConstantOp,
  SelectOp,
  SplitHandleOp,
} from "../ops.ts";
import { transformOf } from "./interface.ts";
import { type Association, fail, type ScheduleState } from "./state.ts";

/** Without repetitions, in order of first occurrence. */
const once = <T>(items: readonly T[]): T[] => [...new Set(items)];

function merge(op: MergeHandlesOp, state: ScheduleState): void {
  const lists = op.operands.map((v) => state.get(v));
  const items: Association["items"][number][] = [];
  for (const l of lists) items.push(...l.items);
  const kind = lists[0]?.kind ?? "ops";
  state.set(op.output, { kind, items: op.deduplicate ? once(items) : items } as Association);
}

function split(op: SplitHandleOp, state: ScheduleState): void {
  const from = state.get(op.handle);
  const { items } = from;
  const n = op.results.length;
  const put = (i: number, part: readonly unknown[]): void =>
    state.set(op.results[i]!, { kind: from.kind, items: part } as Association);
  if (items.length === 0 && op.pass_through_empty_handle.isTrue) {
    for (let i = 0; i < n; i++) put(i, []);
    return;
  }
  const overflow = op.overflow_result === undefined ? undefined : Number(op.overflow_result.value);
  const tooFew = items.length < n && op.fail_on_payload_too_small.isTrue;
  if (tooFew || (items.length > n && overflow === undefined)) {
    fail(
      op,
      "transform.split-count",
      `the handle points to ${items.length} things but is split into ${n}`,
    );
  }
  const parts = Array.from({ length: n }, (_, i): unknown[] =>
    i < items.length ? [items[i]] : [],
  );
  if (overflow !== undefined) parts[overflow]?.push(...items.slice(n));
  parts.forEach((part, i) => put(i, part));
}

function parentOf(op: GetParentOp, state: ScheduleState, from: Operation): Operation | undefined {
  const name = op.op_name?.value;
  let at: Operation = from;
  for (let n = 0; n < Number(op.nth_parent.value); n++) {
    let up = at.parentOp;
    const fits = (o: Operation): boolean =>
      (name === undefined || o.name === name) &&
      (!op.isolated_from_above || o.definition.hasTrait(IsolatedFromAbove));
    while (up !== null && at !== state.root && !fits(up))
      up = up === state.root ? null : up.parentOp;
    if (up === null || at === state.root) return undefined;
    at = up;
  }
  return at;
}

function parents(op: GetParentOp, state: ScheduleState): void {
  const found = state.ops(op, op.target).flatMap((o) => {
    const parent = parentOf(op, state, o);
    if (parent !== undefined) return [parent];
    if (op.allow_empty_results) return [];
    return fail(op, "transform.no-parent", `\`${o.name}\` has no parent of the kind asked for`);
  });
  state.setOps(op.parent_op, op.deduplicate ? once(found) : found);
}

interface Positions extends Operation {
  readonly raw_position_list: DenseArrayAttr;
  readonly is_inverted: boolean;
  readonly is_all: boolean;
}

/** The values at positions, which may count from the end. */
function at(op: Positions, of: readonly Value[]): Value[] {
  const n = of.length;
  const listed = op.raw_position_list.values.map((p) => (p < 0n ? n + Number(p) : Number(p)));
  const wrong = listed.find((p) => p < 0 || p >= n);
  if (wrong !== undefined) {
    fail(op, "transform.position", `there is no position ${wrong}: the operation has ${n}`);
  }
  if (op.is_all) return [...of];
  return op.is_inverted ? of.filter((_, i) => !listed.includes(i)) : listed.map((p) => of[p]!);
}

/** The options of a knob as a list of attributes. */
export function knobOptions(op: KnobOp): Attribute[] {
  const { options } = op;
  if (options instanceof ArrayAttr) return [...options.values];
  if (options instanceof DenseElementsAttr) {
    return Array.from({ length: options.type.numElements }, (_, i) => options.at(i));
  }
  return [options];
}

function knob(op: KnobOp, state: ScheduleState): void {
  const { selected } = op;
  if (selected === undefined) {
    fail(
      op,
      "transform.knob-open",
      `nothing is chosen for the knob \`${op.knob.value}\``,
      "choose one of its options: `= 4 from options = […]`",
    );
  }
  if (!knobOptions(op).some((o) => o === selected)) {
    fail(
      op,
      "transform.knob-option",
      `\`${selected.toString()}\` is no option of \`${op.knob.value}\``,
    );
  }
  state.set(op.output, { kind: "params", items: [selected] });
}

/** What handles and parameters do. */
export const handleBehaviour: readonly InterfaceBinding[] = [
  transformOf(CastOp, (op, state) => state.setOps(op.output, state.ops(op, op.input))),
  transformOf(MergeHandlesOp, merge),
  transformOf(SplitHandleOp, split),
  transformOf(SelectOp, (op, state) => {
    const chosen = state.ops(op, op.target).filter((o) => o.name === op.op_name.value);
    state.setOps(op.output, chosen);
  }),
  transformOf(GetParentOp, parents),
  transformOf(GetResultOp, (op, state) => {
    const items = state.ops(op, op.target).flatMap((o) => at(op, o.results));
    state.set(op.output, { kind: "values", items });
  }),
  transformOf(GetOperandOp, (op, state) => {
    const items = state.ops(op, op.target).flatMap((o) => at(op, o.operands));
    state.set(op.output, { kind: "values", items });
  }),
  transformOf(GetDefiningOp, (op, state) => {
    const found = state.values(op.target).map((v) => {
      const by = v.definingOp;
      return by ?? fail(op, "transform.block-argument", "an argument of a block has no operation");
    });
    state.setOps(op.output, found);
  }),
  transformOf(GetConsumersOfResultOp, (op, state) => {
    const of = state.onlyOp(op, op.target);
    const value = of.results[Number(op.result_number.value)];
    if (value === undefined) {
      fail(op, "transform.position", `\`${of.name}\` has ${of.results.length} results`);
    }
    state.setOps(op.consumers, once(value.users()));
  }),
  transformOf(GetProducerOfOperandOp, (op, state) => {
    const found = state.ops(op, op.target).map((o) => {
      const producer = o.operands[Number(op.operand_number.value)]?.definingOp;
      return (
        producer ??
        fail(op, "transform.position", `no operation makes this operand of \`${o.name}\``)
      );
    });
    state.setOps(op.producer, found);
  }),
  transformOf(GetTypeOp, (op, state) => {
    const items = state
      .values(op.value)
      .map(({ type }) => (op.elemental ? elementTypeOf(type) : type));
    state.set(op.type_param, { kind: "params", items });
  }),
  transformOf(NumAssociationsOp, (op, state) => {
    const n = state.get(op.handle).items.length;
    state.set(op.num, { kind: "params", items: [IntegerAttr.get(n, i64)] });
  }),
  transformOf(ParamConstantOp, (op, state) => {
    state.set(op.param, { kind: "params", items: [op.value] });
  }),
  transformOf(KnobOp, knob),
];
