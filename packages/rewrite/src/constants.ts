/**
 * Constants: reading the value of one, making one for a folded value, keeping one of each.
 *
 * Invariant of the pool: every pooled constant stands in the entry block of an isolated region, in
 * front of everything that is not pooled.
 */
import {
  type Attribute,
  type Block,
  type Dialect,
  IsolatedFromAbove,
  type Operation,
  type Region,
  type Type,
  type Value,
} from "@strata/ir";

/** The attribute of a value that a constant defines; undefined for other values. */
export function constantValueOf(value: Value): Attribute | undefined {
  const op = value.definingOp;
  if (op === undefined) return undefined;
  const slot = op.definition.constantSlot;
  return slot < 0 ? undefined : op.properties[slot];
}

/**
 * Makes a detached constant for a value folded from `op`: through the dialect of `op`, else those
 * of its constant operands, else `others`; undefined when none of them has such constants.
 */
export function materializeConstant(
  op: Operation,
  value: Attribute,
  type: Type,
  others: readonly Dialect[] = [],
): Operation | undefined {
  const own = op.definition.dialect;
  let made = own?.parts.materializeConstant?.(value, type);
  for (let i = 0; made === undefined && i < op.operandUses.length; i++) {
    const source = op.operandUses[i]!.value.definingOp?.definition;
    if (source === undefined || source.constantSlot < 0 || source.dialect === own) continue;
    made = source.dialect?.parts.materializeConstant?.(value, type);
  }
  for (let i = 0; made === undefined && i < others.length; i++) {
    made = others[i]!.parts.materializeConstant?.(value, type);
  }
  if (made !== undefined && made.results[0]?.type !== type) {
    throw new Error(`${made.name} was made for a constant of type ${type.toString()}`);
  }
  return made;
}

/** The region that holds the constants used in `op`: of the nearest isolated op, or of `root`. */
export function constantRegionOf(op: Operation, root: Operation): Region | undefined {
  let region = op.parentRegion;
  while (region !== null) {
    const owner: Operation | null = region.parent;
    if (owner === null) return undefined;
    if (owner === root || owner.definition.hasTrait(IsolatedFromAbove)) return region;
    region = owner.parentRegion;
  }
  return undefined;
}

/** One constant of each kind, value and type per isolated region. */
export class ConstantPool {
  readonly root: Operation;
  readonly #regions = new Map<Region, RegionPool>();

  constructor(root: Operation) {
    this.root = root;
  }

  #poolFor(op: Operation): RegionPool | undefined {
    const region = constantRegionOf(op, this.root);
    if (region === undefined || region.firstBlock === null) return undefined;
    let pool = this.#regions.get(region);
    if (pool === undefined) this.#regions.set(region, (pool = new RegionPool(region)));
    return pool;
  }

  /** The pooled constant visible at `op` with this value and type. */
  lookup(op: Operation, value: Attribute, type: Type): Operation | undefined {
    return this.#poolFor(op)?.lookup(value, type);
  }

  /** Puts a detached constant into the pool of the region around `user`; false if there is none. */
  insert(user: Operation, constant: Operation): boolean {
    const pool = this.#poolFor(user);
    const value = constant.getAttr("value");
    if (pool === undefined || value === undefined) return false;
    pool.add(value, constant);
    return true;
  }

  /**
   * Takes in a constant that stands in the IR and hoists it; returns the pooled one it equals,
   * which is to replace it, or undefined.
   */
  adopt(constant: Operation): Operation | undefined {
    const value = constant.getAttr("value");
    const type = constant.results[0]?.type;
    const pool = this.#poolFor(constant);
    if (pool === undefined || value === undefined || type === undefined) return undefined;
    const known = pool.lookup(value, type);
    if (known === undefined) pool.add(value, constant);
    return known === constant || known?.definition !== constant.definition ? undefined : known;
  }

  /** Forgets a constant that is about to be erased. */
  forget(constant: Operation): void {
    const value = constant.getAttr("value");
    if (value !== undefined) this.#poolFor(constant)?.remove(value, constant);
  }

  /** To be told of operations that got a new place, so that constants stay in front of them. */
  placed(op: Operation): void {
    const next = op.next;
    const nextIsConstant = next !== null && next.definition.constantSlot >= 0;
    if (!nextIsConstant && op.definition.constantSlot < 0) return;
    const region = op.parentRegion;
    if (region !== null) this.#regions.get(region)?.placed(op);
  }
}

/** The constants of one region: a run of operations at the start of the entry block. */
class RegionPool {
  readonly region: Region;
  #entry: Block;
  /** Mostly one constant for an attribute; several where their types differ. */
  readonly #constants = new Map<Attribute, Operation[]>();
  readonly #members = new Set<Operation>();
  /** The last of the run; null while there is none. */
  #last: Operation | null = null;
  /** Whether something may stand in front of or between the constants. */
  #scattered = false;

  constructor(region: Region) {
    this.region = region;
    this.#entry = region.entry;
  }

  lookup(value: Attribute, type: Type): Operation | undefined {
    this.#gather();
    const list = this.#constants.get(value);
    if (list === undefined) return undefined;
    for (const op of list) if (op.results[0]!.type === type) return op;
    return undefined;
  }

  /** Moves or inserts a constant behind the pooled ones. */
  add(value: Attribute, op: Operation): void {
    this.#gather();
    this.#place(op);
    this.#members.add(op);
    const list = this.#constants.get(value);
    if (list === undefined) this.#constants.set(value, [op]);
    else list.push(op);
  }

  #place(op: Operation): void {
    const last = this.#last;
    this.#last = op;
    if (op.parent === this.#entry && op.prev === last) return;
    if (op.parent !== null) op.remove();
    this.#entry.insertBefore(op, last === null ? this.#entry.firstOp : last.next);
  }

  /** Restores the run after others have inserted in front of it or moved a constant. */
  #gather(): void {
    if (!this.#scattered && this.region.firstBlock === this.#entry) return;
    this.#entry = this.region.entry;
    this.#scattered = false;
    this.#last = null;
    for (const op of this.#members) this.#place(op);
  }

  placed(op: Operation): void {
    if (op.next !== null && this.#members.has(op.next)) this.#scattered = true;
    if (this.#members.has(op)) this.#scattered = true;
  }

  remove(value: Attribute, op: Operation): void {
    if (!this.#members.delete(op)) return;
    const list = this.#constants.get(value)!;
    if (list.length === 1) this.#constants.delete(value);
    else list.splice(list.indexOf(op), 1);
    if (this.#last === op) this.#last = op.prev;
  }
}
