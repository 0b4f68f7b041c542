/**
 * Blocks and regions. Operations of a block and blocks of a region are intrusive doubly linked
 * lists; the position of an operation in its block is an order number that is renewed lazily, so
 * that "is A before B" is O(1) amortized.
 */
import type { Operation } from "./operation.ts";
import type { Type } from "./type.ts";
import { BlockArgument } from "./value.ts";

/** A straight run of operations; the last may be a terminator with successors. */
export class Block {
  parent: Region | null = null;
  prev: Block | null = null;
  next: Block | null = null;
  firstOp: Operation | null = null;
  lastOp: Operation | null = null;
  readonly args: BlockArgument[] = [];
  #ordered = true;

  constructor(argTypes: readonly Type[] = []) {
    for (const t of argTypes) this.addArgument(t);
  }

  get parentOp(): Operation | null {
    return this.parent === null ? null : this.parent.parent;
  }

  get isEmpty(): boolean {
    return this.firstOp === null;
  }

  addArgument<T extends Type>(type: T): BlockArgument<T> {
    const arg = new BlockArgument(type, this, this.args.length);
    this.args.push(arg);
    return arg;
  }

  insertArgument<T extends Type>(index: number, type: T): BlockArgument<T> {
    const arg = new BlockArgument(type, this, index);
    this.args.splice(index, 0, arg);
    for (let i = index + 1; i < this.args.length; i++) this.args[i]!.index = i;
    return arg;
  }

  /** Removes an argument, which must be unused. */
  eraseArgument(index: number): void {
    const arg = this.args[index];
    if (arg === undefined || !arg.isUnused) throw new Error(`block argument ${index} is in use`);
    this.args.splice(index, 1);
    for (let i = index; i < this.args.length; i++) this.args[i]!.index = i;
  }

  /** The operation that ends the block, if it is a terminator or of an unknown dialect. */
  get terminator(): Operation | undefined {
    const last = this.lastOp;
    return last !== null && last.mayBeTerminator ? last : undefined;
  }

  /** The operations; the current one may be erased or moved while iterating. */
  *ops(): Generator<Operation, void> {
    for (let op = this.firstOp; op !== null;) {
      const next: Operation | null = op.next;
      yield op;
      op = next;
    }
  }

  append(op: Operation): void {
    this.insertBefore(op, null);
  }

  /** Inserts a detached operation before `anchor`, or at the end when `anchor` is null. */
  insertBefore(op: Operation, anchor: Operation | null): void {
    if (op.parent !== null) throw new Error(`${op.name} is already in a block`);
    op.parent = this;
    if (anchor === null) {
      const last = this.lastOp;
      op.prev = last;
      op.next = null;
      op.order = last === null ? 0 : last.order + 1;
      if (last === null) this.firstOp = op;
      else last.next = op;
      this.lastOp = op;
      return;
    }
    op.prev = anchor.prev;
    op.next = anchor;
    if (anchor.prev === null) this.firstOp = op;
    else anchor.prev.next = op;
    anchor.prev = op;
    this.#ordered = false;
  }

  insertAfter(op: Operation, anchor: Operation): void {
    this.insertBefore(op, anchor.next);
  }

  /** Takes an operation out of the block without touching its operands or uses. */
  remove(op: Operation): void {
    if (op.prev === null) this.firstOp = op.next;
    else op.prev.next = op.next;
    if (op.next === null) this.lastOp = op.prev;
    else op.next.prev = op.prev;
    op.prev = op.next = null;
    op.parent = null;
  }

  /** Whether `a` stands before `b`; both must be in this block. */
  isBefore(a: Operation, b: Operation): boolean {
    if (!this.#ordered) {
      let i = 0;
      for (let op = this.firstOp; op !== null; op = op.next) op.order = i++;
      this.#ordered = true;
    }
    return a.order < b.order;
  }

  /** The blocks this one may branch to. */
  get successors(): readonly Block[] {
    return this.lastOp === null ? [] : this.lastOp.successors;
  }

  /** The blocks of the region that branch here; O(blocks of the region). */
  predecessors(): Block[] {
    const out: Block[] = [];
    for (let b = this.parent?.firstBlock ?? null; b !== null; b = b.next) {
      if (b.successors.includes(this)) out.push(b);
    }
    return out;
  }

  /** Moves `op` and everything after it into a new block, inserted after this one. */
  splitBefore(op: Operation): Block {
    const rest = new Block();
    this.parent?.insertAfter(rest, this);
    for (let o: Operation | null = op; o !== null;) {
      const next: Operation | null = o.next;
      this.remove(o);
      rest.append(o);
      o = next;
    }
    return rest;
  }

  /** Moves every operation of `other` to the place before `anchor` (null: the end). */
  spliceBefore(other: Block, anchor: Operation | null): void {
    for (let o = other.firstOp; o !== null;) {
      const next: Operation | null = o.next;
      other.remove(o);
      this.insertBefore(o, anchor);
      o = next;
    }
  }

  /** Erases the block with its operations; arguments and results must be unused outside. */
  erase(): void {
    this.dropAllReferences();
    for (const op of this.ops()) this.remove(op);
    this.parent?.remove(this);
  }

  /** Detaches all operands of all operations inside, so that they can be erased in any order. */
  dropAllReferences(): void {
    for (let op = this.firstOp; op !== null; op = op.next) op.dropAllReferences();
  }
}

/** A list of blocks owned by an operation; the first block is the entry. */
export class Region {
  parent: Operation | null = null;
  firstBlock: Block | null = null;
  lastBlock: Block | null = null;

  constructor(blocks: readonly Block[] = []) {
    for (const b of blocks) this.append(b);
  }

  get isEmpty(): boolean {
    return this.firstBlock === null;
  }

  get hasOneBlock(): boolean {
    return this.firstBlock !== null && this.firstBlock === this.lastBlock;
  }

  /** The entry block; an error when the region is empty. */
  get entry(): Block {
    if (this.firstBlock === null) throw new Error("the region has no blocks");
    return this.firstBlock;
  }

  *blocks(): Generator<Block, void> {
    for (let b = this.firstBlock; b !== null;) {
      const next: Block | null = b.next;
      yield b;
      b = next;
    }
  }

  append(block: Block): void {
    this.insertBefore(block, null);
  }

  insertBefore(block: Block, anchor: Block | null): void {
    if (block.parent !== null) throw new Error("the block is already in a region");
    block.parent = this;
    block.next = anchor;
    block.prev = anchor === null ? this.lastBlock : anchor.prev;
    if (block.prev === null) this.firstBlock = block;
    else block.prev.next = block;
    if (anchor === null) this.lastBlock = block;
    else anchor.prev = block;
  }

  insertAfter(block: Block, anchor: Block): void {
    this.insertBefore(block, anchor.next);
  }

  remove(block: Block): void {
    if (block.prev === null) this.firstBlock = block.next;
    else block.prev.next = block.next;
    if (block.next === null) this.lastBlock = block.prev;
    else block.next.prev = block.prev;
    block.prev = block.next = null;
    block.parent = null;
  }

  /** Moves all blocks of `other` to the end of this region. */
  takeBody(other: Region): void {
    for (const b of other.blocks()) {
      other.remove(b);
      this.append(b);
    }
  }

  /** Whether this region is `other` or encloses it. */
  isAncestorOf(other: Region): boolean {
    for (let r: Region | null = other; r !== null; r = r.parent?.parentRegion ?? null) {
      if (r === this) return true;
    }
    return false;
  }
}
