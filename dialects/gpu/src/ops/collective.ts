/**
 * What threads of a block or lanes of a subgroup do together: barriers, shuffles, reductions.
 */
import { canCombine } from "@strata/interpret";
import {
  AnySignlessInteger,
  AnyFloat,
  AnyType,
  anyOf,
  attr,
  defaultAttr,
  defineOp,
  elementTypeOf,
  FloatType,
  I,
  I1,
  I32Attr,
  type AttrConstraint,
  IntegerAttr,
  IntegerType,
  i32,
  IsolatedFromAbove,
  IsTerminator,
  operand,
  type Operation,
  optionalAttr,
  optionalOperand,
  Pure,
  region,
  type Report,
  result,
  ReturnLike,
  SameOperandsAndResultType,
  StrAttr,
  type Type,
  typeVar,
  typeWhere,
  unitAttr,
  variadic,
  VectorType,
} from "@strata/ir";
import {
  AllReduceOperationAttr,
  BroadcastTypeAttr,
  BroadcastTypeC,
  ReductionC,
  ShuffleModeC,
} from "../attributes.ts";

const isScalar = (t: Type): boolean =>
  t instanceof FloatType || (t instanceof IntegerType && t.signedness === "signless");

const Scalar = anyOf(AnySignlessInteger, AnyFloat);
const Value = typeVar(
  "T",
  typeWhere(
    "integer, floating-point or vector of rank 1 of them",
    (t) => isScalar(t) || (t instanceof VectorType && t.rank === 1 && isScalar(t.elementType)),
  ),
);

/** Waits until all threads of the block are here; what they wrote before is visible behind. */
export class Barrier extends defineOp("gpu.barrier", {
  summary: "Waits until all threads of the block have come here.",
  assembly: "attr-dict",
}) {}

/** Reads the value of another lane of the subgroup. */
export class Shuffle extends defineOp("gpu.shuffle", {
  summary: "Reads the value of another lane of the subgroup.",
  operands: {
    value: operand(Value),
    offset: operand(I(32), "which lane, as the mode says"),
    width: operand(I(32), "how many lanes take part"),
  },
  results: { shuffleResult: result(Value), valid: result(I1) },
  attributes: { mode: attr(ShuffleModeC) },
  traits: [Pure],
  resultNames: () => ["shuffleResult", "valid"],
  assembly: "$mode $value `,` $offset `,` $width attr-dict `:` type($value)",
}) {}

const powerOfTwo = (n: bigint): boolean => n > 0n && (n & (n - 1n)) === 0n;

const i32Where = (summary: string, holds: (n: bigint) => boolean): AttrConstraint<IntegerAttr> => ({
  ...I32Attr,
  summary,
  check: (a) => a instanceof IntegerAttr && a.type === i32 && holds(a.value),
});

/** Reads the value of the lane `offset` further, around within groups of `width` lanes. */
export class Rotate extends defineOp("gpu.rotate", {
  summary: "Reads the value of the lane `offset` further, around within groups of lanes.",
  operands: { value: operand(Value) },
  results: { rotateResult: result(Value), valid: result(I1) },
  attributes: {
    offset: attr(i32Where("i32 attribute of at least 0", (n) => n >= 0n)),
    width: attr(i32Where("i32 attribute that is a power of two", powerOfTwo)),
  },
  traits: [Pure],
  resultNames: () => ["rotateResult", "valid"],
  assembly: "$value `,` $offset `,` $width attr-dict `:` type($value)",
  verify(op, report) {
    const [offset, width] = [op.getAttr("offset"), op.getAttr("width")];
    if (!(offset instanceof IntegerAttr && width instanceof IntegerAttr)) return;
    if (offset.value < width.value) return;
    report("gpu.rotate-offset", `the offset must be less than ${width.value}`);
  },
}) {}

/** Gives all lanes of the subgroup the value of one. */
export class SubgroupBroadcast extends defineOp("gpu.subgroup_broadcast", {
  summary: "Gives all lanes of the subgroup the value of one.",
  operands: { src: operand(typeVar("B", AnyType)), lane: optionalOperand(I(32)) },
  results: { result: result(AnyType) },
  attributes: { broadcast_type: attr(BroadcastTypeC) },
  inferResults: (operands) => [operands[0]!.type],
  assembly: "$src `,` $broadcast_type ($lane^)? attr-dict `:` type($src)",
  verify(op, report) {
    if (op.operand(0).type !== op.resultTypes[0]) {
      report("gpu.broadcast-type", "the result has the type of the value");
    }
    const type = op.getAttr("broadcast_type");
    const wanted = type instanceof BroadcastTypeAttr && type.value === "specific_lane" ? 2 : 1;
    if (op.numOperands !== wanted) {
      report(
        "gpu.broadcast-lane",
        wanted === 2 ? "`specific_lane` needs a lane" : "only `specific_lane` has a lane",
      );
    }
  },
}) {}

/** Ends a region of an operation of the dialect with its values. */
export class Yield extends defineOp("gpu.yield", {
  summary: "Ends a region with its values.",
  operands: { values: variadic(AnyType) },
  traits: [Pure, IsTerminator, ReturnLike],
  assembly: "attr-dict ($values^ `:` type($values))?",
}) {}

function verifyKind(op: Operation, report: Report): void {
  const kind = op.getAttr("op");
  if (!(kind instanceof AllReduceOperationAttr)) return;
  const type = elementTypeOf(op.operand(0).type);
  if (canCombine(kind.value, type)) return;
  report(
    "gpu.reduction-kind",
    `\`${kind.value}\` does not combine values of \`${type.toString()}\``,
  );
}

function verifyReduction(op: Operation, report: Report): void {
  verifyKind(op, report);
  const body = op.regions[0];
  const isEmpty = body === undefined || body.isEmpty;
  if (isEmpty === (op.getAttr("op") === undefined)) {
    report("gpu.reduction-body", "a reduction has either an operation, e.g. `add`, or a body");
    return;
  }
  if (isEmpty) return;
  const type = op.operand(0).type;
  const args = body.entry.args;
  if (args.length !== 2 || args.some((a) => a.type !== type)) {
    report("gpu.reduction-body", `the body has two arguments of \`${type.toString()}\``);
  }
  for (const block of body.blocks()) {
    const last = block.lastOp;
    if (last === null || last.successors.length > 0) continue;
    if (last instanceof Yield && last.numOperands === 1 && last.operandTypes[0] === type) continue;
    report("gpu.reduction-body", `the body ends with \`gpu.yield\` of one \`${type.toString()}\``);
  }
}

/** Combines the values of all threads of the block; all get the result. */
export class AllReduce extends defineOp("gpu.all_reduce", {
  summary: "Combines the values of all threads of the block; all get the result.",
  operands: { value: operand(Scalar) },
  results: { result: result(Scalar) },
  attributes: {
    op: optionalAttr(ReductionC, "how values are combined, if there is no body"),
    uniform: unitAttr("all threads of a block execute it, or none"),
  },
  regions: { body: region() },
  traits: [SameOperandsAndResultType, IsolatedFromAbove],
  assembly:
    "($op^)? $value (`uniform` $uniform^)? $body attr-dict `:` functional-type(operands, results)",
  verify: verifyReduction,
}) {}

/** Combines the values of lanes of the subgroup; all lanes of a cluster get its result. */
export class SubgroupReduce extends defineOp("gpu.subgroup_reduce", {
  summary: "Combines the values of the lanes of a subgroup, or of clusters of them.",
  operands: { value: operand(Value) },
  results: { result: result(Value) },
  attributes: {
    op: attr(ReductionC, "how values are combined"),
    uniform: unitAttr("all lanes of a subgroup execute it, or none"),
    cluster_size: optionalAttr(I32Attr, "number of lanes combined; all without it"),
    cluster_stride: defaultAttr(I32Attr, IntegerAttr.get(1, i32), "distance of combined lanes"),
  },
  traits: [SameOperandsAndResultType],
  assembly:
    "$op $value (`uniform` $uniform^)? " +
    "(`cluster` `(` `size` `=` $cluster_size^ (`,` `stride` `=` $cluster_stride^)? `)`)? " +
    "attr-dict `:` functional-type(operands, results)",
  verify(op, report) {
    verifyKind(op, report);
    const [size, stride] = [op.getAttr("cluster_size"), op.getAttr("cluster_stride")];
    if (size instanceof IntegerAttr && !powerOfTwo(size.value)) {
      report("gpu.cluster", `the cluster size ${size.value} is no power of two`);
    }
    if (!(stride instanceof IntegerAttr)) return;
    if (!powerOfTwo(stride.value)) {
      report("gpu.cluster", `the cluster stride ${stride.value} is no power of two`);
    } else if (stride.value !== 1n && size === undefined) {
      report("gpu.cluster", "a cluster stride needs a cluster size");
    }
  },
}) {}

/** Prints from a thread, for debugging, formatted as C's `printf` does. */
export class Printf extends defineOp("gpu.printf", {
  summary: "Prints from a thread, formatted as C's `printf` does.",
  operands: { args: variadic(AnyType) },
  attributes: { format: attr(StrAttr) },
  assembly: "$format attr-dict (`,` $args^ `:` type($args))?",
}) {}
