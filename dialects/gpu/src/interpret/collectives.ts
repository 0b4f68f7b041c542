/** What lanes of a subgroup, and threads of a block, compute together. */
import {
  type CombiningKind,
  combinerOf,
  failAt,
  type InterpreterContext,
  type RuntimeValue,
  uninitializedValue,
  VectorValue,
} from "@strata/interpret";
import { elementTypeOf, type Operation, type Type } from "@strata/ir";
import * as ops from "../ops.ts";
import { type BlockState, describeThread, laneOf, type ThreadState } from "./threads.ts";

/** Results for each of the threads, in their order. */
export type Answers = readonly (readonly RuntimeValue[])[];

const argument = (t: ThreadState, i: number): RuntimeValue => t.waiting!.args[i]!;

/** An operand that all lanes give alike; fails where they differ. */
function uniformArgument(
  op: Operation,
  lanes: readonly ThreadState[],
  i: number,
  what: string,
): number {
  const [first, ...others] = lanes;
  const value = argument(first!, i) as number;
  const other = others.find((t) => argument(t, i) !== value);
  if (other === undefined) return value;
  return failAt(
    op,
    "gpu.not-uniform",
    `the ${what} is ${value} in ${describeThread(first!)} but ${String(argument(other, i))} in ` +
      describeThread(other),
    `all lanes give one ${what}`,
  );
}

/** The lane that `lane` reads from; undefined where the result is not valid. */
function sourceLane(mode: string, lane: number, offset: number, width: number): number | undefined {
  const from = {
    xor: lane ^ offset,
    up: lane - offset,
    down: lane + offset,
    idx: offset,
  }[mode];
  return lane < width && from !== undefined && from >= 0 && from < width ? from : undefined;
}

function expectLane(
  op: Operation,
  byLane: ReadonlyMap<number, ThreadState>,
  reader: ThreadState,
  lane: number,
): ThreadState {
  return (
    byLane.get(lane) ??
    failAt(
      op,
      "gpu.inactive-lane",
      `${describeThread(reader)} reads from lane ${lane} of its subgroup, which does not take part`,
      "all lanes that are read from execute the operation together",
    )
  );
}

function exchange(
  op: Operation,
  lanes: readonly ThreadState[],
  width: number,
  sourceOf: (t: ThreadState) => number | undefined,
): Answers {
  const size = lanes[0]!.block.launch.settings.subgroupSize;
  if (!(width > 0 && width <= size)) {
    failAt(op, "gpu.shuffle-width", `the width is ${width}, but subgroups have ${size} lanes`);
  }
  const byLane = new Map(lanes.map((t) => [laneOf(t), t]));
  return lanes.map((t) => {
    const from = sourceOf(t);
    if (from === undefined) return [uninitializedValue(op.operand(0).type), 0];
    return [argument(expectLane(op, byLane, t, from), 0), 1];
  });
}

function shuffle(op: ops.Shuffle, lanes: readonly ThreadState[]): Answers {
  const width = uniformArgument(op, lanes, 2, "width");
  return exchange(op, lanes, width, (t) =>
    sourceLane(op.mode.value, laneOf(t), argument(t, 1) as number, width),
  );
}

function rotate(op: ops.Rotate, lanes: readonly ThreadState[]): Answers {
  const [offset, width] = [Number(op.offset.value), Number(op.width.value)];
  return exchange(op, lanes, width, (t) => {
    const lane = laneOf(t);
    return lane < width ? (lane + offset) & (width - 1) : undefined;
  });
}

function broadcast(op: ops.SubgroupBroadcast, lanes: readonly ThreadState[]): Answers {
  let source = lanes[0]!;
  if (op.broadcast_type.value === "specific_lane") {
    const byLane = new Map(lanes.map((t) => [laneOf(t), t]));
    source = expectLane(op, byLane, source, uniformArgument(op, lanes, 1, "lane"));
  }
  return lanes.map(() => [argument(source, 0)]);
}

/** Combines two numbers, or two vectors element by element. */
function combinerFor(
  kind: CombiningKind,
  type: Type,
): (a: RuntimeValue, b: RuntimeValue) => RuntimeValue {
  const combine = combinerOf(kind, elementTypeOf(type));
  return (a, b) => {
    if (!(a instanceof VectorValue && b instanceof VectorValue)) return combine(a, b);
    return new VectorValue(
      a.type,
      a.elements.map((x, i) => combine(x, b.elements[i]!)),
    );
  };
}

function subgroupReduce(op: ops.SubgroupReduce, lanes: readonly ThreadState[]): Answers {
  const { subgroupSize } = lanes[0]!.block.launch.settings;
  const size = op.cluster_size === undefined ? subgroupSize : Number(op.cluster_size.value);
  const stride = Number(op.cluster_stride.value);
  if (size * stride > subgroupSize) {
    failAt(
      op,
      "gpu.cluster-size",
      `clusters of ${size} lanes of stride ${stride} do not fit in subgroups of ${subgroupSize}`,
    );
  }
  const clusterOf = (t: ThreadState): number => {
    const lane = laneOf(t);
    return Math.floor(lane / (size * stride)) * stride + (lane % stride);
  };
  const combine = combinerFor(op.op.value, op.value.type);
  const totals = new Map<number, RuntimeValue>();
  for (const t of lanes) {
    const [cluster, value] = [clusterOf(t), argument(t, 0)];
    const before = totals.get(cluster);
    totals.set(cluster, before === undefined ? value : combine(before, value));
  }
  return lanes.map((t) => [totals.get(clusterOf(t))!]);
}

function checkUniform(
  op: Operation,
  lanes: readonly ThreadState[],
  all: readonly ThreadState[],
): void {
  if (lanes.length === all.length || op.getAttr("uniform") === undefined) return;
  const missing = all.find((t) => !lanes.includes(t))!;
  failAt(
    op,
    "gpu.not-uniform",
    `${describeThread(missing)} does not execute a \`uniform\` operation that others of its ` +
      "subgroup do",
  );
}

/** Whether an operation is one of the lanes of a subgroup, not of all threads of the block. */
export function isSubgroupOp(op: Operation): boolean {
  return !(op instanceof ops.Barrier || op instanceof ops.AllReduce);
}

/** Runs an operation for the lanes that have come to it, of `all` of their subgroup. */
export function runInSubgroup(
  op: Operation,
  lanes: readonly ThreadState[],
  all: readonly ThreadState[],
): Answers | undefined {
  if (op instanceof ops.Shuffle) return shuffle(op, lanes);
  if (op instanceof ops.Rotate) return rotate(op, lanes);
  if (op instanceof ops.SubgroupBroadcast) return broadcast(op, lanes);
  if (!(op instanceof ops.SubgroupReduce)) return undefined;
  checkUniform(op, lanes, all);
  return subgroupReduce(op, lanes);
}

/** Runs an operation that all threads of a block have come to. */
export function runInBlock(
  op: Operation,
  block: BlockState,
  threads: readonly ThreadState[],
  cx: InterpreterContext,
): Answers {
  if (op instanceof ops.Barrier) {
    block.phase++;
    return threads.map(() => []);
  }
  if (!(op instanceof ops.AllReduce)) throw new Error(`${op.name} is no operation of a block`);
  const kind = op.getAttr("op") === undefined ? undefined : op.op?.value;
  const combine =
    kind === undefined
      ? (a: RuntimeValue, b: RuntimeValue) => cx.runRegion(op.body, [a, b])[0]!
      : combinerFor(kind, op.value.type);
  const total = threads.map((t) => argument(t, 0)).reduce(combine);
  return threads.map(() => [total]);
}
