/**
 * The rewriter: the one way in which patterns change the IR, so that drivers and other listeners
 * hear of every change.
 *
 * Invariant: a listener hears of an erased operation before its operands are dropped, and of an
 * inserted one when it is in its block.
 */
import {
  Block,
  Builder,
  cloneOp,
  type Mapping,
  type Operation,
  type Region,
  type Type,
  type Value,
  walk,
} from "@strata/ir";

/** Hears of changes to the IR. */
export interface RewriteListener {
  inserted?(op: Operation): void;
  /** The results get replaced by `values`; their uses are still those of `op`. */
  replaced?(op: Operation, values: readonly Value[]): void;
  /** About to be erased, innermost first. */
  erased?(op: Operation): void;
  /** A pattern has changed operands, attributes or successors in place. */
  modified?(op: Operation): void;
  /** An operand has changed because the value it read was replaced. */
  operandReplaced?(op: Operation): void;
  /** Moved to another place. */
  moved?(op: Operation): void;
  blockInserted?(block: Block): void;
  blockErased?(block: Block): void;
  /** The driver has finished a visit that changed something; steps count from 1. */
  stepDone?(step: number): void;
  /** A pattern has rewritten; `op` may be erased. */
  applied?(pattern: string, op: Operation): void;
}

/** Builds, replaces and erases operations, and tells listeners. */
export class Rewriter extends Builder {
  readonly listeners: RewriteListener[];
  /** Number of changes made so far. */
  changes = 0;
  /** Why the last pattern did not apply, where it said so. */
  reason: string | undefined = undefined;

  constructor(block: Block, before: Operation | null = null, listeners: RewriteListener[] = []) {
    super(block, before);
    this.listeners = listeners;
  }

  /** A rewriter that inserts in front of `op`. */
  static at(op: Operation, ...listeners: RewriteListener[]): Rewriter {
    if (op.parent === null) throw new Error(`${op.name} is in no block`);
    const r = new Rewriter(op.parent, op, listeners);
    r.location = op.location;
    return r;
  }

  /** States why a pattern does not apply: `return rewriter.fail("needs a static shape")`. */
  fail(reason: string): false {
    this.reason = reason;
    return false;
  }

  protected override inserted(op: Operation): void {
    this.reportInserted(op);
  }

  /** Reports an operation that was put into its block by other means. */
  reportInserted(op: Operation): void {
    this.changes++;
    for (const l of this.listeners) l.inserted?.(op);
  }

  /** Replaces all results and erases the operation; an operation stands for all its results. */
  replaceOp(op: Operation, replacement: readonly Value[] | Operation): void {
    const values = "results" in replacement ? replacement.results : replacement;
    if (values.length !== op.results.length) {
      throw new Error(`${op.name} has ${op.results.length} results, got ${values.length}`);
    }
    for (const l of this.listeners) l.replaced?.(op, values);
    for (let i = 0; i < values.length; i++) {
      this.replaceAllUsesWith(op.results[i]!, values[i]!);
    }
    this.eraseOp(op);
  }

  /** Inserts `made` in front of `op`, which it replaces. */
  replaceOpWith<O extends Operation>(op: Operation, made: O): O {
    this.saved(() => {
      this.setBefore(op);
      this.location = op.location;
      this.insert(made);
    });
    this.replaceOp(op, made);
    return made;
  }

  /** Erases an operation with everything nested in it; its results must be unused. */
  eraseOp(op: Operation): void {
    if (!op.isUnused) throw new Error(`${op.name} is erased while its results are in use`);
    this.changes++;
    if (this.before === op) this.before = op.next;
    this.#tellErased(op);
    op.erase();
  }

  #tellErased(op: Operation): void {
    if (this.listeners.length === 0) return;
    if (op.regions.length === 0) {
      for (const l of this.listeners) l.erased?.(op);
      return;
    }
    walk(
      op,
      (inner) => {
        for (const l of this.listeners) l.erased?.(inner);
        // What is erased with it no longer counts as a user: listeners see which values are dead.
        if (inner !== op) inner.dropAllReferences();
      },
      "post",
    );
  }

  /** Makes every use of a value read another. */
  replaceAllUsesWith(from: Value, to: Value): void {
    if (from === to) return;
    for (let u = from.firstUse; u !== null; u = from.firstUse) {
      u.set(to);
      this.#operandReplaced(u.owner);
    }
  }

  #operandReplaced(op: Operation): void {
    this.changes++;
    for (const l of this.listeners) l.operandReplaced?.(op);
  }

  /** Replaces the uses for which `select` holds. */
  replaceUsesIf(from: Value, to: Value, select: (user: Operation, index: number) => boolean): void {
    for (const u of from.uses()) {
      if (!select(u.owner, u.index)) continue;
      u.set(to);
      this.#operandReplaced(u.owner);
    }
  }

  /** Changes an operation and reports it; `change` may set operands, attributes and successors. */
  modifyInPlace<T>(op: Operation, change: () => T): T {
    const answer = change();
    this.modified(op);
    return answer;
  }

  /** Reports that an operation was changed. */
  modified(op: Operation): void {
    this.changes++;
    for (const l of this.listeners) l.modified?.(op);
  }

  setOperand(op: Operation, index: number, value: Value): void {
    if (op.operand(index) === value) return;
    op.setOperand(index, value);
    this.modified(op);
  }

  moveBefore(op: Operation, anchor: Operation): void {
    if (this.before === op) this.before = op.next;
    op.moveBefore(anchor);
    this.#moved(op);
  }

  moveAfter(op: Operation, anchor: Operation): void {
    if (this.before === op) this.before = op.next;
    op.moveAfter(anchor);
    this.#moved(op);
  }

  #moved(op: Operation): void {
    this.changes++;
    for (const l of this.listeners) l.moved?.(op);
  }

  /** Inserts a copy of an operation. */
  clone<O extends Operation>(op: O, mapping?: Mapping): O {
    return this.insert(cloneOp(op, mapping));
  }

  /**
   * Moves the operations of `source` in front of `before` (null: to the end of `target`), its
   * arguments replaced by `args`, and erases it. Nothing may branch to `source` any more.
   */
  inlineBlock(
    source: Block,
    target: Block,
    before: Operation | null,
    args: readonly Value[] = [],
  ): void {
    if (args.length !== source.args.length) {
      throw new Error(`the block has ${source.args.length} arguments, got ${args.length}`);
    }
    source.args.forEach((a, i) => this.replaceAllUsesWith(a, args[i]!));
    const moved = this.listeners.some((l) => l.moved !== undefined) ? [...source.ops()] : [];
    if (this.block === source) this.block = target;
    target.spliceBefore(source, before);
    for (const op of moved) this.#moved(op);
    this.changes++;
    for (const l of this.listeners) l.blockErased?.(source);
    source.parent?.remove(source);
  }

  /** Moves `op` and what follows it into a new block behind its own, and returns that. */
  splitBlock(op: Operation): Block {
    if (op.parent === null) throw new Error(`${op.name} is in no block`);
    const rest = op.parent.splitBefore(op);
    if (this.before !== null && this.before.parent === rest) this.block = rest;
    this.#blockInserted(rest);
    return rest;
  }

  override createBlock(region: Region, argTypes: readonly Type[] = []): Block {
    const b = super.createBlock(region, argTypes);
    this.#blockInserted(b);
    return b;
  }

  /** Adds a block in front of another (null: at the end of the region) and moves there. */
  createBlockBefore(region: Region, before: Block | null, argTypes: readonly Type[] = []): Block {
    const b = new Block(argTypes);
    region.insertBefore(b, before);
    this.setToEnd(b);
    this.#blockInserted(b);
    return b;
  }

  #blockInserted(block: Block): void {
    this.changes++;
    for (const l of this.listeners) l.blockInserted?.(block);
  }

  /** Moves the blocks of `source` in front of `before` (null: the end of `target`). */
  inlineRegion(source: Region, target: Region, before: Block | null = null): void {
    this.changes++;
    for (const b of source.blocks()) {
      source.remove(b);
      target.insertBefore(b, before);
    }
  }

  /** Erases blocks that are used by each other at most. */
  eraseBlocks(blocks: readonly Block[]): void {
    for (const b of blocks) {
      for (const op of b.ops()) this.#tellErased(op);
      for (const l of this.listeners) l.blockErased?.(b);
    }
    this.changes += blocks.length;
    for (const b of blocks) b.dropAllReferences();
    for (const b of blocks) b.erase();
  }
}
