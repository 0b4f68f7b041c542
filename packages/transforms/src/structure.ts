/** Structural hashing and equality: same kind, operands, attributes, types, regions. */
import { type Block, Commutative, type Operation, type Region, type Value, walk } from "@strata/ir";

/** Mixes a number into a 32-bit hash. */
export function mix(hash: number, n: number): number {
  const h = Math.imul(hash ^ n, 0x9e37_79b1);
  return h ^ (h >>> 15);
}

/** What is asked about an op kind for each operation. */
export interface KindHash {
  readonly seed: number;
  readonly isCommutative: boolean;
}

/** The hash of an operation; operations that are equal have the same. */
export function hashOperation(op: Operation, kind: KindHash): number {
  let h = kind.seed;
  const uses = op.operandUses;
  if (kind.isCommutative && uses.length === 2) {
    const a = uses[0]!.value.id;
    const b = uses[1]!.value.id;
    h = a < b ? mix(mix(h, a), b) : mix(mix(h, b), a);
  } else {
    for (let i = 0; i < uses.length; i++) h = mix(h, uses[i]!.value.id);
  }
  const properties = op.properties;
  for (let i = 0; i < properties.length; i++) h = mix(h, properties[i]?.id ?? 0);
  const results = op.results;
  for (let i = 0; i < results.length; i++) h = mix(h, results[i]!.type.id);
  return op.regions.length === 0 ? h : mix(h, hashRegions(op));
}

/** Kinds and attributes of what is inside; operands are left to the comparison. */
function hashRegions(root: Operation): number {
  let h = 0;
  walk(root, (op) => {
    if (op === root) return;
    h = mix(h, op.numOperands);
    for (const a of op.properties) h = mix(h, a?.id ?? 0);
    for (const r of op.results) h = mix(h, r.type.id);
  });
  return h;
}

/** Whether two operations compute the same from the same operands. */
export function isEquivalent(a: Operation, b: Operation): boolean {
  if (!sameShell(a, b, sameValue)) return false;
  return a.regions.length === 0 || sameRegions(a, b);
}

type SameValue = (a: Value, b: Value) => boolean;
const sameValue: SameValue = (a, b) => a === b;

/** Equality without regions, operands compared by `same`. */
function sameShell(a: Operation, b: Operation, same: SameValue): boolean {
  if (a.definition !== b.definition) return false;
  const x = a.operandUses;
  const y = b.operandUses;
  if (x.length !== y.length || a.results.length !== b.results.length) return false;
  if (a.regions.length !== b.regions.length || a.successors.length !== b.successors.length) {
    return false;
  }
  if (!sameOperands(a, b, same)) return false;
  for (let i = 0; i < a.properties.length; i++) {
    if (a.properties[i] !== b.properties[i]) return false;
  }
  for (let i = 0; i < a.results.length; i++) {
    if (a.results[i]!.type !== b.results[i]!.type) return false;
  }
  if (!sameNumbers(a.operandSegments, b.operandSegments)) return false;
  if (!sameNumbers(a.resultSegments, b.resultSegments)) return false;
  return sameDiscardable(a, b);
}

function sameOperands(a: Operation, b: Operation, same: SameValue): boolean {
  const x = a.operandUses;
  const y = b.operandUses;
  let equal = true;
  for (let i = 0; i < x.length && equal; i++) equal = same(x[i]!.value, y[i]!.value);
  if (equal) return true;
  if (x.length !== 2 || !a.definition.hasTrait(Commutative)) return false;
  return same(x[0]!.value, y[1]!.value) && same(x[1]!.value, y[0]!.value);
}

function sameNumbers(a: readonly number[] | null, b: readonly number[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

function sameDiscardable(a: Operation, b: Operation): boolean {
  const x = a.discardable;
  const y = b.discardable;
  if ((x?.size ?? 0) !== (y?.size ?? 0)) return false;
  if (x === null || y === null) return true;
  for (const [name, value] of x) if (y.get(name) !== value) return false;
  return true;
}

/** Whether the regions are the same up to the names of values and blocks defined inside. */
function sameRegions(a: Operation, b: Operation): boolean {
  const values = new Map<Value, Value>();
  const blocks = new Map<Block, Block>();
  const same: SameValue = (x, y) => (values.get(x) ?? x) === y;
  const pairs: [Operation, Operation][] = [];
  const pending: [Region, Region][] = a.regions.map((r, i) => [r, b.regions[i]!]);
  // First pair up everything that is defined inside: graph regions use values before definition.
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    let x = next[0].firstBlock;
    let y = next[1].firstBlock;
    for (; x !== null && y !== null; x = x.next, y = y.next) {
      blocks.set(x, y);
      if (x.args.length !== y.args.length) return false;
      for (let i = 0; i < x.args.length; i++) {
        if (x.args[i]!.type !== y.args[i]!.type) return false;
        values.set(x.args[i]!, y.args[i]!);
      }
      let p = x.firstOp;
      let q = y.firstOp;
      for (; p !== null && q !== null; p = p.next, q = q.next) {
        if (p.definition !== q.definition || p.results.length !== q.results.length) return false;
        if (p.regions.length !== q.regions.length) return false;
        p.results.forEach((r, i) => values.set(r, q!.results[i]!));
        pairs.push([p, q]);
        p.regions.forEach((r, i) => pending.push([r, q!.regions[i]!]));
      }
      if (p !== null || q !== null) return false;
    }
    if (x !== null || y !== null) return false;
  }
  return pairs.every(
    ([p, q]) =>
      sameShell(p, q, same) && p.successors.every((s, i) => blocks.get(s) === q.successors[i]),
  );
}
