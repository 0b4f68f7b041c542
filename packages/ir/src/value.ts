/**
 * SSA values and their uses. Every value heads an intrusive, doubly linked list of the operands
 * that read it, so that adding, moving and removing a use cost O(1) whatever the number of uses.
 */
import type { Block } from "./block.ts";
import type { Operation } from "./operation.ts";
import { freshId, type Type } from "./type.ts";

/** One operand slot of one operation; a node in the use list of the value it reads. */
export class Use {
  readonly owner: Operation;
  /** Position among the owner's operands; kept up to date when operands are inserted or erased. */
  index: number;
  value: Value;
  prev: Use | null = null;
  next: Use | null = null;

  constructor(owner: Operation, index: number, value: Value) {
    this.owner = owner;
    this.index = index;
    this.value = value;
    this.#link(value);
  }

  #link(value: Value): void {
    const head = value.firstUse;
    this.prev = null;
    this.next = head;
    if (head !== null) head.prev = this;
    value.firstUse = this;
  }

  /** Takes the operand out of its value's use list. */
  unlink(): void {
    if (this.prev !== null) this.prev.next = this.next;
    else if (this.value.firstUse === this) this.value.firstUse = this.next;
    if (this.next !== null) this.next.prev = this.prev;
    this.prev = this.next = null;
  }

  /** Makes the operand read another value. */
  set(value: Value): void {
    if (value === this.value) return;
    this.unlink();
    this.value = value;
    this.#link(value);
  }
}

/** A value in SSA form: a result of an operation or an argument of a block. */
export abstract class Value<T extends Type = Type> {
  /** A process-wide number, for hashing. */
  readonly id: number = freshId();
  type: T;
  firstUse: Use | null = null;
  /**
   * Scratch for whichever algorithm runs: a position in a list of its own, which is meaningful only
   * where that list holds this value at that position.
   */
  slot = -1;

  constructor(type: T) {
    this.type = type;
  }

  /** The operation that computes the value; undefined for block arguments. */
  abstract get definingOp(): Operation | undefined;

  /** The block where the value is defined; null while detached. */
  abstract get parentBlock(): Block | null;

  get isUnused(): boolean {
    return this.firstUse === null;
  }

  get hasOneUse(): boolean {
    return this.firstUse !== null && this.firstUse.next === null;
  }

  /** The uses, as they are now; safe to change uses while iterating the array. */
  uses(): Use[] {
    const out: Use[] = [];
    for (let u = this.firstUse; u !== null; u = u.next) out.push(u);
    return out;
  }

  /** The operations that use the value, each once, in no particular order. */
  users(): Operation[] {
    const out = new Set<Operation>();
    for (let u = this.firstUse; u !== null; u = u.next) out.add(u.owner);
    return [...out];
  }

  replaceAllUsesWith(other: Value): void {
    if (other === this) return;
    for (let u = this.firstUse; u !== null; u = this.firstUse) u.set(other);
  }

  /** Replaces the uses for which `when` holds. */
  replaceUsesIf(other: Value, when: (use: Use) => boolean): void {
    for (const u of this.uses()) if (when(u)) u.set(other);
  }
}

/** A result of an operation. */
export class OpResult<T extends Type = Type> extends Value<T> {
  readonly owner: Operation;
  readonly index: number;

  constructor(type: T, owner: Operation, index: number) {
    super(type);
    this.owner = owner;
    this.index = index;
  }

  get definingOp(): Operation {
    return this.owner;
  }

  get parentBlock(): Block | null {
    return this.owner.parent;
  }
}

/** An argument of a block: function parameters, induction variables, phi nodes. */
export class BlockArgument<T extends Type = Type> extends Value<T> {
  readonly owner: Block;
  index: number;

  constructor(type: T, owner: Block, index: number) {
    super(type);
    this.owner = owner;
    this.index = index;
  }

  get definingOp(): undefined {
    return undefined;
  }

  get parentBlock(): Block {
    return this.owner;
  }
}
