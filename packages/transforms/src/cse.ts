/**
 * Common subexpression elimination.
 *
 * Blocks are visited in the order of the dominator tree; what is known in a block is known in those
 * it dominates and in the regions of its operations, up to one that is isolated. Reads of memory
 * are merged within a block as long as nothing between them may write.
 *
 *     %a = arith.addi %x, %y                  %a = arith.addi %x, %y
 *     %b = arith.addi %y, %x           →      %c = arith.muli %a, %a
 *     %c = arith.muli %a, %b
 */
import {
  type Block,
  Commutative,
  Dominance,
  isMemoryEffectFree,
  IsolatedFromAbove,
  isTriviallyDead,
  MemoryEffectsInterface,
  type OpDefinition,
  type Operation,
  ownEffects,
  Pure,
  ReadOnly,
  RecursiveMemoryEffects,
  type Region,
} from "@strata/ir";
import { definePass, dominanceAnalysis } from "@strata/pass";
import { type RewriteListener, Rewriter } from "@strata/rewrite";
import { hashOperation, isEquivalent, type KindHash, mix } from "./structure.ts";

/** What was merged and erased. */
export interface CommonSubexpressions {
  readonly merged: number;
  readonly dead: number;
}

/** Merges equal operations nested in `root`. */
export function eliminateCommonSubexpressions(
  root: Operation,
  dominance: Dominance = new Dominance(),
  ...listeners: RewriteListener[]
): CommonSubexpressions {
  const block = root.regions.find((r) => r.firstBlock !== null)?.firstBlock;
  if (!block) return { merged: 0, dead: 0 };
  const cse = new Cse(root, dominance, new Rewriter(block, null, listeners));
  cse.run();
  return cse;
}

/** How operations of a kind use memory, as far as their declaration tells. */
type Memory = "none" | "reads" | "ask" | "unknown";

interface Kind extends KindHash {
  readonly memory: Memory;
}

/** A known operation; entries of one hash form a list, the latest first. */
interface Known {
  readonly op: Operation;
  /** What the reads in it depend on: 0 for operations that read nothing. */
  readonly epoch: number;
  readonly next: Known | undefined;
}

interface BlockFrame {
  readonly kind: "block";
  readonly tree: DominatorTree | undefined;
  readonly block: Block;
  next: Operation | null;
  /** Length of the log on entry. */
  readonly mark: number;
  child: number;
}

interface OpFrame {
  readonly kind: "op";
  readonly op: Operation;
  region: number;
  readonly epoch: number;
  readonly writes: number;
  /** What was known outside of an isolated operation. */
  readonly outside: { table: Map<number, Known>; log: number[] } | undefined;
}

/** Children in the dominator tree of a region. */
type DominatorTree = ReadonlyMap<Block, readonly Block[]>;

class Cse {
  merged = 0;
  dead = 0;
  readonly #root: Operation;
  readonly #dominance: Dominance;
  readonly #rewriter: Rewriter;
  readonly #kinds = new Map<OpDefinition, Kind>();
  #table = new Map<number, Known>();
  /** Hashes in the order in which they were entered, for leaving a scope. */
  #log: number[] = [];
  /** Reads with the same epoch see the same memory. */
  #epoch = 1;
  #lastEpoch = 1;
  /** Number of operations so far that may write. */
  #writes = 0;

  constructor(root: Operation, dominance: Dominance, rewriter: Rewriter) {
    this.#root = root;
    this.#dominance = dominance;
    this.#rewriter = rewriter;
  }

  run(): void {
    const stack: (BlockFrame | OpFrame)[] = [this.#enter(this.#root)];
    while (stack.length > 0) {
      const frame = stack[stack.length - 1]!;
      const inner = frame.kind === "op" ? this.#stepInto(frame) : this.#stepBlock(frame);
      if (inner !== undefined) stack.push(inner);
      else {
        stack.pop();
        if (frame.kind === "op") this.#leave(frame);
        else this.#forgetSince(frame.mark);
      }
    }
  }

  /** Starts on the regions of an operation. */
  #enter(op: Operation): OpFrame {
    const isolated = op.definition.hasTrait(IsolatedFromAbove);
    const outside = isolated ? { table: this.#table, log: this.#log } : undefined;
    if (isolated) {
      this.#table = new Map();
      this.#log = [];
    }
    this.#noteEffects(op);
    return { kind: "op", op, region: 0, epoch: this.#epoch, writes: this.#writes, outside };
  }

  /** The next region of an operation. */
  #stepInto(frame: OpFrame): BlockFrame | undefined {
    while (frame.region < frame.op.regions.length) {
      const region = frame.op.regions[frame.region++]!;
      if (region.firstBlock === null) continue;
      const tree = region.hasOneBlock ? undefined : this.#treeOf(region);
      return this.#block(region.firstBlock, tree);
    }
    return undefined;
  }

  #leave(frame: OpFrame): void {
    if (frame.outside !== undefined) {
      this.#table = frame.outside.table;
      this.#log = frame.outside.log;
    }
    this.#epoch = this.#writes === frame.writes ? frame.epoch : ++this.#lastEpoch;
    // Now that its regions have been simplified it may equal another one.
    if (frame.op.parent !== null && frame.op !== this.#root) this.#merge(frame.op);
  }

  #block(block: Block, tree: DominatorTree | undefined): BlockFrame {
    this.#epoch = ++this.#lastEpoch;
    return { kind: "block", tree, block, next: block.firstOp, mark: this.#log.length, child: 0 };
  }

  /** Visits operations up to one with regions, then the blocks this one dominates. */
  #stepBlock(frame: BlockFrame): BlockFrame | OpFrame | undefined {
    while (frame.next !== null) {
      const op = frame.next;
      frame.next = op.next;
      if (op.regions.length === 0) this.#simplify(op);
      else if (!this.#eraseIfDead(op)) return this.#enter(op);
    }
    const child = frame.tree?.get(frame.block)?.[frame.child++];
    return child === undefined ? undefined : this.#block(child, frame.tree);
  }

  #treeOf(region: Region): DominatorTree {
    const tree = new Map<Block, Block[]>();
    for (let b = region.firstBlock; b !== null; b = b.next) {
      const parent = this.#dominance.immediateDominator(b);
      if (parent === undefined) continue;
      const list = tree.get(parent);
      if (list === undefined) tree.set(parent, [b]);
      else list.push(b);
    }
    return tree;
  }

  #kindOf(definition: OpDefinition): Kind {
    let kind = this.#kinds.get(definition);
    if (kind === undefined) {
      kind = {
        seed: mix(this.#kinds.size + 1, 0x51ed),
        isCommutative: definition.hasTrait(Commutative),
        memory: memoryOf(definition),
      };
      this.#kinds.set(definition, kind);
    }
    return kind;
  }

  #eraseIfDead(op: Operation): boolean {
    if (!op.isUnused || !isTriviallyDead(op)) return false;
    this.#rewriter.eraseOp(op);
    this.dead++;
    return true;
  }

  /** Erases an operation without regions that is dead or known already. */
  #simplify(op: Operation): void {
    if (op.definition.isTerminator || this.#eraseIfDead(op)) return;
    if (!this.#merge(op)) this.#noteEffects(op);
  }

  /** Replaces an operation by an equal one, or enters it; whether it may be merged at all. */
  #merge(op: Operation): boolean {
    const kind = this.#kindOf(op.definition);
    const epoch = op.results.length === 0 ? undefined : this.#epochFor(op, kind.memory);
    if (epoch === undefined) return false;
    const hash = hashOperation(op, kind);
    const first = this.#table.get(hash);
    for (let k = first; k !== undefined; k = k.next) {
      if (k.epoch !== epoch || !isEquivalent(k.op, op)) continue;
      this.#rewriter.replaceOp(op, k.op);
      this.merged++;
      return true;
    }
    this.#table.set(hash, { op, epoch, next: first });
    this.#log.push(hash);
    return true;
  }

  /** 0 for operations without effects, the present epoch for reads; undefined: not to be merged. */
  #epochFor(op: Operation, memory: Memory): number | undefined {
    if (memory === "none") return 0;
    if (memory === "reads") return this.#epoch;
    if (memory === "unknown") return undefined;
    if (op.regions.length > 0) return isMemoryEffectFree(op) ? 0 : undefined;
    const effects = ownEffects(op);
    if (effects === undefined || effects.some((e) => e.kind !== "read")) return undefined;
    return effects.length === 0 ? 0 : this.#epoch;
  }

  /** Starts a new epoch behind an operation that may write. */
  #noteEffects(op: Operation): void {
    const memory = this.#kindOf(op.definition).memory;
    if (memory === "none" || memory === "reads") return;
    const effects = memory === "unknown" ? undefined : ownEffects(op);
    // A new allocation changes nothing that could have been read before.
    if (effects?.every((e) => e.kind === "read" || e.kind === "allocate") === true) return;
    this.#writes++;
    this.#epoch = ++this.#lastEpoch;
  }

  #forgetSince(mark: number): void {
    while (this.#log.length > mark) {
      const hash = this.#log.pop()!;
      const rest = this.#table.get(hash)?.next;
      if (rest === undefined) this.#table.delete(hash);
      else this.#table.set(hash, rest);
    }
  }
}

function memoryOf(definition: OpDefinition): Memory {
  if (!definition.isRegistered) return "unknown";
  if (definition.hasTrait(Pure)) return "none";
  if (definition.hasTrait(ReadOnly)) return "reads";
  if (definition.interfaces.has(MemoryEffectsInterface)) return "ask";
  return definition.hasTrait(RecursiveMemoryEffects) ? "ask" : "unknown";
}

/** The pass `cse`. */
export const cse = definePass("cse", {
  summary: "Merge operations that compute the same value.",
  on: "any",
  preserves: [dominanceAnalysis.name],
  run(op, _, cx) {
    const dominance = cx.analysis(dominanceAnalysis, op);
    const { merged, dead } = eliminateCommonSubexpressions(op, dominance);
    if (merged > 0) cx.count("num-cse'd", merged);
    if (dead > 0) cx.count("num-dce'd", dead);
    return merged + dead > 0;
  },
});
