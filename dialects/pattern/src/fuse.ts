/**
 * Fusion: producers computed element by element disappear into their consumers.
 *
 * ```mlir
 * %1 = pattern.map ins(%a) { ^(%x, %i): … yield f(%x) }
 * %2 = pattern.map ins(%1, %b) { ^(%y, %z, %i): … yield g(%y, %z) }
 * // becomes, when %1 has no other use
 * %2 = pattern.map ins(%b, %a) { ^(%z, %x, %i): … yield g(f(%x), %z) }
 * ```
 *
 * A map is fused into map, reduce, scan and histogram when the consumer is its only user; into a
 * stencil as well when recomputing it for each access is cheap and what is read outside of the
 * array is still an element of it. Results do not change: the same operations run on the same
 * values in the same order.
 */
import {
  type Block,
  Builder,
  cloneOp,
  collect,
  IntegerAttr,
  type ModuleOp,
  Mapping,
  type Operation,
  type RankedTensorType,
  type Region,
  type Value,
} from "@strata/ir";
import {
  AccessOp,
  Boundaries,
  boundaryOf,
  HistogramOp,
  MapOp,
  PositionOp,
  ReduceOp,
  ScanOp,
  StencilOp,
} from "./ops.ts";
import { WindowType } from "./types.ts";

/** Operations of a map that may be repeated for each access of a stencil. */
const stencilBodyLimit = 4;

/** Fuses until nothing more can be; gives the number of fusions. */
export function fusePatterns(module: ModuleOp): number {
  let count = 0;
  for (let changed = true; changed;) {
    changed = false;
    for (const producer of collect(module, MapOp)) {
      if (producer.parent === null || !tryFuse(producer)) continue;
      count++;
      changed = true;
    }
  }
  return count;
}

/** Fuses a map with one result into its only user, if that is possible. */
function tryFuse(producer: MapOp): boolean {
  const [result] = producer.outputs;
  if (producer.outputs.length !== 1 || result === undefined || result.firstUse === null)
    return false;
  const users = result.users();
  const consumer = users[0];
  if (users.length !== 1 || consumer === undefined || consumer.parent !== producer.parent)
    return false;
  if (!result.uses().every((u) => isInput(consumer, u.index))) return false;
  if (consumer instanceof MapOp) return fuseElements(producer, consumer, consumer.body, 0);
  if (consumer instanceof ReduceOp) return fuseElements(producer, consumer, consumer.element, 0);
  if (consumer instanceof ScanOp) return fuseElements(producer, consumer, consumer.combiner, 1);
  if (consumer instanceof HistogramOp) return fuseElements(producer, consumer, consumer.body, 0);
  if (consumer instanceof StencilOp) return fuseIntoStencil(producer, consumer);
  return false;
}

/** Whether an operand is one of the input tensors of a pattern. */
function isInput(consumer: Operation, operand: number): boolean {
  const inputs = consumer.definition.operandGroups.findIndex((g) => g.name === "inputs");
  return inputs === 0 && operand < consumer.definition.operandLength(consumer, 0);
}

/** Replaces the elements of the producer in a body by the producer's own body. */
function fuseElements(producer: MapOp, consumer: Operation, body: Region, before: number): boolean {
  const block = body.entry;
  const inputs = consumer.operandGroup(0);
  const produced = producer.outputs[0]!;
  const rank = (produced.type as RankedTensorType).rank;
  const indices = block.args.slice(before + inputs.length, before + inputs.length + rank);
  const kept = inputs.filter((v) => v !== produced);
  // New arguments for the producer's inputs, in front of the indices.
  const added = producer.inputs.filter((v, i, all) => all.indexOf(v) === i && !kept.includes(v));
  const elementOf = new Map<Value, Value>();
  inputs.forEach((v, i) => {
    if (v !== produced && !elementOf.has(v)) elementOf.set(v, block.args[before + i]!);
  });
  added.forEach((v, k) => {
    const type = (v.type as RankedTensorType).elementType;
    elementOf.set(v, block.insertArgument(before + inputs.length + k, type));
  });
  const mapping = new Mapping();
  producer.body.entry.args.forEach((arg, i) => {
    const input = producer.inputs[i];
    mapping.map(
      arg,
      input === undefined ? indices[i - producer.inputs.length]! : elementOf.get(input)!,
    );
  });
  const values = inlineAtStart(producer.body, block, mapping);
  for (let i = inputs.length - 1; i >= 0; i--) {
    if (inputs[i] !== produced) continue;
    const arg = block.args[before + i]!;
    arg.replaceAllUsesWith(values[0]!);
    block.eraseArgument(before + i);
  }
  consumer.setOperandGroup(0, [...kept, ...added]);
  erase(producer);
  return true;
}

/** Clones a body's operations to the start of a block; gives what the body yields. */
function inlineAtStart(body: Region, block: Block, mapping: Mapping): Value[] {
  const b = Builder.atStart(block);
  return inline(body, b, mapping);
}

function inline(body: Region, b: Builder, mapping: Mapping): Value[] {
  const last = body.entry.lastOp!;
  for (const op of body.entry.ops()) if (op !== last) b.insert(cloneOp(op, mapping));
  return last.operands.map((v) => mapping.value(v));
}

function erase(op: Operation): void {
  op.dropAllReferences();
  op.erase();
}

/** Each access of the produced window becomes the producer's body on accesses of its inputs. */
function fuseIntoStencil(producer: MapOp, stencil: StencilOp): boolean {
  const block = stencil.body.entry;
  const produced = producer.outputs[0]!;
  const inputs = stencil.operandGroup(0);
  const boundaries = inputs.map((_, i) => boundaryOf(stencil, i));
  // A constant is read outside, not a function of one.
  const own = boundaries.filter((_, i) => inputs[i] === produced).map(({ kind }) => kind);
  const [kind] = own;
  if (kind === undefined || kind === "constant" || own.some((k) => k !== kind)) return false;
  // A copy is of the stencil's own inputs.
  if (stencil.parity !== undefined || boundaries.some((x) => x.kind === "copy")) return false;
  const windows = inputs.flatMap((v, i) => (v === produced ? [block.args[i]!] : []));
  const accesses = windows.flatMap((w) => w.users());
  if (!accesses.every((op) => op instanceof AccessOp)) return false;
  const size = [...producer.body.entry.ops()].length - 1;
  if (accesses.length > 1 && size > stencilBodyLimit) return false;
  if ([...producer.body.entry.ops()].some((op) => op.regions.length > 0)) return false;
  const rank = (produced.type as RankedTensorType).rank;
  const windowOf = new Map<Value, Value>();
  // An input is read through its own window where that has the same boundary.
  inputs.forEach((v, i) => {
    if (v === produced || windowOf.has(v) || boundaries[i]!.kind !== kind) return;
    windowOf.set(v, block.args[i]!);
  });
  const added = producer.inputs.filter((v, i, all) => all.indexOf(v) === i && !windowOf.has(v));
  added.forEach((v, k) => {
    const elementType = (v.type as RankedTensorType).elementType;
    windowOf.set(v, block.insertArgument(inputs.length + k, WindowType.get({ elementType, rank })));
  });
  const anyWindow = windowOf.get(producer.inputs[0]!)!;
  for (const access of accesses as AccessOp[]) {
    const b = Builder.before(access);
    const mapping = new Mapping();
    const { offsets } = access;
    producer.body.entry.args.forEach((arg, i) => {
      if (arg.isUnused) return;
      const input = producer.inputs[i];
      const op =
        input === undefined
          ? PositionOp.of({ window: anyWindow, offsets, dim: position(i - producer.inputs.length) })
          : AccessOp.of({ window: windowOf.get(input)!, offsets });
      mapping.map(arg, b.insert<Operation>(op).results[0]!);
    });
    const [value] = inline(producer.body, b, mapping);
    access.result.replaceAllUsesWith(value!);
    access.erase();
  }
  for (let i = inputs.length - 1; i >= 0; i--) {
    if (inputs[i] === produced) block.eraseArgument(i);
  }
  const kept = inputs.flatMap((v, i) => (v === produced ? [] : [i]));
  const kinds = [...kept.map((i) => boundaries[i]!.kind), ...added.map(() => kind)];
  const values = kept.flatMap((i) => boundaries[i]!.value ?? []);
  const uniform = kinds.every((k) => k === kind);
  stencil.setAttr("boundaries", Boundaries.of(uniform ? [kind] : kinds));
  stencil.setOperandGroup(1, values);
  stencil.setOperandGroup(0, [...kept.map((i) => inputs[i]!), ...added]);
  erase(producer);
  return true;
}

const position = (dim: number): IntegerAttr => IntegerAttr.i64(dim);
