/**
 * Dead code elimination: what is not reachable, and what no effect and no result depends on.
 *
 * Liveness starts from operations with effects and follows operands backwards, so that values which
 * only keep each other alive (loop-carried ones, cycles of a graph region) are dead.
 *
 *     ^bb1(%i: i32, %unused: i32):           ^bb1(%i: i32):
 *       %a = arith.addi %unused, %i     →      cf.br ^bb1(%i)
 *       cf.br ^bb1(%i, %a)
 */
import {
  Block,
  BlockArgument,
  BranchInterface,
  hasLastingEffect,
  type Operation,
  OpResult,
  type Region,
  type Value,
  walk,
} from "@strata/ir";
import { definePass } from "@strata/pass";
import { type RewriteListener, Rewriter } from "@strata/rewrite";
import { type Edge, edgesOf, reachableBlocks } from "./control-flow.ts";

/** What was erased. */
export interface DeadCode {
  readonly operations: number;
  readonly blocks: number;
  readonly blockArguments: number;
}

/** Erases dead code nested in `root`, which stays itself. */
export function eraseDeadCode(root: Operation, ...listeners: RewriteListener[]): DeadCode {
  const rewriter = new Rewriter(new Block(), null, listeners);
  const blocks = eraseUnreachableBlocks(root, rewriter);
  const liveness = new Liveness(root);
  const blockArguments = dropDeadArguments(root, liveness, rewriter);
  const operations = eraseDeadOperations(root, liveness, rewriter);
  return { operations, blocks, blockArguments };
}

/** Erases blocks that cannot be reached, everywhere in `root`; returns how many. */
export function eraseUnreachableBlocks(root: Operation, rewriter: Rewriter): number {
  let n = 0;
  walk(root, (op) => {
    for (const region of op.regions) {
      if (region.firstBlock === null || region.hasOneBlock) continue;
      const reachable = reachableBlocks(region);
      const dead = [...region.blocks()].filter((b) => !reachable.has(b));
      if (dead.length > 0) rewriter.eraseBlocks(dead);
      n += dead.length;
    }
  });
  return n;
}

/** Which operations and block arguments something depends on. */
class Liveness {
  readonly #root: Operation;
  /** Live operations in the order they were found; `slot` is the position. */
  readonly #live: Operation[] = [];
  readonly #args = new Set<BlockArgument>();
  readonly #edges = new Map<Region, Map<Block, Edge[]>>();

  constructor(root: Operation) {
    this.#root = root;
    this.#mark(root);
    walk(root, (op) => {
      if (!op.definition.isTerminator && hasLastingEffect(op)) this.#mark(op);
    });
    // The list grows while it is gone through.
    for (let i = 0; i < this.#live.length; i++) this.#visit(this.#live[i]!);
  }

  isLive(op: Operation): boolean {
    return this.#live[op.slot] === op;
  }

  #mark(op: Operation): void {
    if (this.isLive(op)) return;
    op.slot = this.#live.length;
    this.#live.push(op);
  }

  #visit(op: Operation): void {
    if (op !== this.#root) {
      const parent = op.parentOp;
      if (parent !== null) this.#mark(parent);
      if (op.successors.length > 0) this.#visitBranch(op);
      else for (const u of op.operandUses) this.#markValue(u.value);
    }
    for (const region of op.regions) {
      for (let b = region.firstBlock; b !== null; b = b.next) {
        const last = b.lastOp;
        if (last?.mayBeTerminator === true) this.#mark(last);
        if (b.args.length > 0 && !this.#canDropArguments(b))
          b.args.forEach((a) => this.#markValue(a));
      }
    }
  }

  /** Operands that are passed to a block are live when the argument is. */
  #visitBranch(op: Operation): void {
    const branching = BranchInterface.of(op);
    if (branching === undefined) {
      for (const u of op.operandUses) this.#markValue(u.value);
      return;
    }
    // Each passed operand counts once; what remains is read by the branch itself.
    const passed = new Map<Value, number>();
    op.successors.forEach((_, i) => {
      for (const v of branching.successorOperands(op, i)) passed.set(v, (passed.get(v) ?? 0) + 1);
    });
    for (const { value } of op.operandUses) {
      const left = passed.get(value) ?? 0;
      if (left === 0) this.#markValue(value);
      else passed.set(value, left - 1);
    }
  }

  #markValue(value: Value): void {
    if (value instanceof OpResult) {
      this.#mark(value.owner);
      return;
    }
    const pending: Value[] = [value];
    for (let v = pending.pop(); v !== undefined; v = pending.pop()) {
      if (v instanceof OpResult) {
        this.#mark(v.owner);
      } else if (v instanceof BlockArgument && !this.#args.has(v)) {
        this.#args.add(v);
        for (const { branching, terminator, index } of this.#edgesInto(v.owner)) {
          const passed = branching?.successorOperands(terminator, index)[v.index];
          if (passed !== undefined) pending.push(passed);
        }
      }
    }
  }

  #edgesInto(block: Block): readonly Edge[] {
    const region = block.parent;
    if (region === null || region.hasOneBlock) return [];
    let edges = this.#edges.get(region);
    if (edges === undefined) this.#edges.set(region, (edges = edgesOf(region)));
    return edges.get(block) ?? [];
  }

  /** Whether every way into a block says which operands it passes, and may pass fewer. */
  #canDropArguments(block: Block): boolean {
    const edges = this.#edgesInto(block);
    if (block === block.parent?.firstBlock) return edges.length === 0;
    return edges.every(
      // Arguments that the terminator itself makes up (as an `invoke` does) are not its operands.
      ({ branching, terminator, index }) =>
        branching?.successorOperands(terminator, index).length === block.args.length,
    );
  }

  /** The arguments of a block that nothing depends on and that can be dropped, and the ways in. */
  deadArguments(block: Block): { dead: BlockArgument[]; edges: readonly Edge[] } | undefined {
    if (block === block.parent?.firstBlock) return undefined;
    const dead = block.args.filter((a) => !this.#args.has(a));
    return dead.length === 0 ? undefined : { dead, edges: this.#edgesInto(block) };
  }
}

/** Removes dead arguments: first from the branches, then from the blocks. */
function dropDeadArguments(root: Operation, liveness: Liveness, rewriter: Rewriter): number {
  const all: BlockArgument[] = [];
  walk(root, (op) => {
    if (!liveness.isLive(op)) return "skip";
    for (const region of op.regions) {
      if (region.hasOneBlock) continue;
      for (const block of region.blocks()) {
        const found = liveness.deadArguments(block);
        if (found === undefined) continue;
        const gone = new Set(found.dead.map((a) => a.index));
        for (const { branching, terminator, index } of found.edges) {
          const kept = branching!.successorOperands(terminator, index);
          rewriter.modifyInPlace(terminator, () =>
            branching!.setSuccessorOperands(
              terminator,
              index,
              kept.filter((_, i) => !gone.has(i)),
            ),
          );
        }
        all.push(...found.dead);
      }
    }
    return undefined;
  });
  for (let i = all.length - 1; i >= 0; i--) {
    const arg = all[i]!;
    // What still reads it is dead and goes next.
    for (const use of arg.uses()) use.unlink();
    arg.owner.eraseArgument(arg.index);
  }
  return all.length;
}

/** Erases what is not live, users before what they use. */
function eraseDeadOperations(root: Operation, liveness: Liveness, rewriter: Rewriter): number {
  const dead: Operation[] = [];
  walk(root, (op) => {
    if (liveness.isLive(op)) return undefined;
    dead.push(op);
    return "skip";
  });
  for (let i = dead.length - 1; i >= 0; i--) {
    const op = dead[i]!;
    // Dead users that stand further up (cycles, blocks out of order) are erased later.
    if (!op.isUnused) for (const r of op.results) for (const u of r.uses()) u.unlink();
    rewriter.eraseOp(op);
  }
  return dead.length;
}

/** The pass `dce`. */
export const dce = definePass("dce", {
  summary: "Erase code that is not reachable or that nothing depends on.",
  on: "any",
  run(op, _, cx) {
    const { operations, blocks, blockArguments } = eraseDeadCode(op);
    if (operations > 0) cx.count("operations", operations);
    if (blocks > 0) cx.count("blocks", blocks);
    if (blockArguments > 0) cx.count("block-arguments", blockArguments);
    return operations + blocks + blockArguments > 0;
  },
});
