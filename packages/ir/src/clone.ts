/** Copies operations, blocks and regions, with values and blocks mapped. */
import { Block, Region } from "./block.ts";
import { nameHintOf, setNameHint } from "./printer.ts";
import type { Operation } from "./operation.ts";
import { UnregisteredOp } from "./unregistered.ts";
import type { Value } from "./value.ts";

/** What originals stand for in the copy; what is not mapped stays itself. */
export class Mapping {
  readonly values: Map<Value, Value> = new Map();
  readonly blocks: Map<Block, Block> = new Map();

  value(v: Value): Value {
    return this.values.get(v) ?? v;
  }

  map(from: Value, to: Value): this {
    this.values.set(from, to);
    return this;
  }

  mapAll(from: readonly Value[], to: readonly Value[]): this {
    from.forEach((v, i) => this.values.set(v, to[i]!));
    return this;
  }
}

/** A detached copy of an operation with everything nested in it. */
export function cloneOp<O extends Operation>(op: O, mapping: Mapping = new Mapping()): O {
  const fixups: { copy: Operation; original: Operation }[] = [];
  const copy = cloneInto(op, mapping, fixups);
  // Values and blocks defined after their use within the copied regions.
  for (const f of fixups) {
    f.original.operandUses.forEach((u, i) => f.copy.setOperand(i, mapping.value(u.value)));
    f.copy.successors = f.original.successors.map((b) => mapping.blocks.get(b) ?? b);
  }
  return copy as O;
}

function cloneInto(
  op: Operation,
  mapping: Mapping,
  fixups: { copy: Operation; original: Operation }[],
): Operation {
  const copy = op.definition.construct({
    location: op.location,
    operands: op.operandUses.map((u) => mapping.value(u.value)),
    resultTypes: op.resultTypes,
    properties: [...op.properties],
    discardable: op.discardable === null ? null : new Map(op.discardable),
    regions: op.regions.map(() => new Region()),
    successors: op.successors.map((b) => mapping.blocks.get(b) ?? b),
    operandSegments: op.operandSegments,
    resultSegments: op.resultSegments,
  });
  if (op instanceof UnregisteredOp && copy instanceof UnregisteredOp) {
    copy.opaqueProperties = new Map(op.opaqueProperties);
  }
  op.results.forEach((r, i) => {
    mapping.values.set(r, copy.results[i]!);
    copyHint(r, copy.results[i]!);
  });
  op.regions.forEach((r, i) => cloneRegionInto(r, copy.regions[i]!, mapping, fixups));
  fixups.push({ copy, original: op });
  return copy;
}

function copyHint(from: Value, to: Value): void {
  const hint = nameHintOf(from);
  if (hint !== undefined) setNameHint(to, hint);
}

function cloneRegionInto(
  from: Region,
  to: Region,
  mapping: Mapping,
  fixups: { copy: Operation; original: Operation }[],
): void {
  for (const b of from.blocks()) {
    const copy = new Block(b.args.map((a) => a.type));
    mapping.blocks.set(b, copy);
    b.args.forEach((a, i) => {
      if (!mapping.values.has(a)) mapping.values.set(a, copy.args[i]!);
      copyHint(a, copy.args[i]!);
    });
    to.append(copy);
  }
  for (const b of from.blocks()) {
    const copy = mapping.blocks.get(b)!;
    for (let op = b.firstOp; op !== null; op = op.next) copy.append(cloneInto(op, mapping, fixups));
  }
}

/** A copy of a region; entry arguments already in the mapping keep what they are mapped to. */
export function cloneRegion(region: Region, mapping: Mapping = new Mapping()): Region {
  const copy = new Region();
  const fixups: { copy: Operation; original: Operation }[] = [];
  cloneRegionInto(region, copy, mapping, fixups);
  for (const f of fixups) {
    f.original.operandUses.forEach((u, i) => f.copy.setOperand(i, mapping.value(u.value)));
    f.copy.successors = f.original.successors.map((b) => mapping.blocks.get(b) ?? b);
  }
  return copy;
}
