/** Inserts operations at a point. */
import { Block, type Region } from "./block.ts";
import { type Location, unknownLoc } from "./location.ts";
import type { Operation } from "./operation.ts";
import type { Type } from "./type.ts";

/** Keeps an insertion point: before an operation, or at the end of a block. */
export class Builder {
  block: Block;
  /** Operations go before this one; null: at the end of the block. */
  before: Operation | null;
  /** Given to inserted operations that have no location of their own. */
  location: Location = unknownLoc;

  protected constructor(block: Block, before: Operation | null) {
    this.block = block;
    this.before = before;
  }

  static atEnd(block: Block): Builder {
    return new Builder(block, null);
  }

  static atStart(block: Block): Builder {
    return new Builder(block, block.firstOp);
  }

  static before(op: Operation): Builder {
    const b = new Builder(blockOf(op), op);
    b.location = op.location;
    return b;
  }

  static after(op: Operation): Builder {
    const b = new Builder(blockOf(op), op.next);
    b.location = op.location;
    return b;
  }

  /** Before the terminator if the block has one, else at the end. */
  static beforeTerminator(block: Block): Builder {
    return new Builder(block, block.lastOp?.definition.isTerminator ? block.lastOp : null);
  }

  setToEnd(block: Block): void {
    this.block = block;
    this.before = null;
  }

  setToStart(block: Block): void {
    this.block = block;
    this.before = block.firstOp;
  }

  setBefore(op: Operation): void {
    this.block = blockOf(op);
    this.before = op;
  }

  setAfter(op: Operation): void {
    this.block = blockOf(op);
    this.before = op.next;
  }

  /** Inserts a detached operation and returns it. */
  insert<O extends Operation>(op: O): O {
    if (op.location === unknownLoc) op.location = this.location;
    this.block.insertBefore(op, this.before);
    this.inserted(op);
    return op;
  }

  /** Called for each inserted operation; rewriters listen here. */
  protected inserted(_op: Operation): void {}

  /** Adds a block with arguments at the end of a region and moves there. */
  createBlock(region: Region, argTypes: readonly Type[] = []): Block {
    const b = new Block(argTypes);
    region.append(b);
    this.setToEnd(b);
    return b;
  }

  /** Runs `f` and restores the insertion point. */
  saved<T>(f: () => T): T {
    const { block, before, location } = this;
    try {
      return f();
    } finally {
      this.block = block;
      this.before = before;
      this.location = location;
    }
  }
}

function blockOf(op: Operation): Block {
  if (op.parent === null) throw new Error(`${op.name} is in no block`);
  return op.parent;
}
