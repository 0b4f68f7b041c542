/** The interfaces that shared code asks of operations, named as in MLIR. */
import type { Attribute } from "./attribute.ts";
import type { Region } from "./block.ts";
import type { SymbolRefAttr } from "./builtin-attributes.ts";
import { type InterfaceBinding, type OpDefinition, OpInterface } from "./op-definition.ts";
import { type Operation, type OperationParts, walk } from "./operation.ts";
import { Pure, ReadOnly, RecursiveMemoryEffects, SymbolTrait } from "./traits.ts";
import type { Type } from "./type.ts";
import type { Value } from "./value.ts";

/** What a fold yields: per result a constant or an existing value; undefined when it cannot fold. */
export type FoldResult = readonly (Attribute | Value)[] | undefined;

/** Computes results from constant operands, without creating operations. */
export interface Foldable {
  /** `operands[i]` is the constant value of operand i, if it is constant. */
  fold(op: Operation, operands: readonly (Attribute | undefined)[]): FoldResult;
}

export const FoldInterface: OpInterface<Foldable> = new OpInterface("Fold");

type Class<O extends Operation> = (new (parts: OperationParts) => O) & {
  readonly definition: OpDefinition;
};

/** Binds a fold to one op class, typed. A single attribute or value stands for a list of one. */
export function foldOf<O extends Operation>(
  cls: Class<O>,
  fold: (op: O, operands: readonly (Attribute | undefined)[]) => Attribute | Value | FoldResult,
): InterfaceBinding {
  return FoldInterface.on(cls, {
    fold(op, operands) {
      const r = fold(op as O, operands);
      return r === undefined || Array.isArray(r) ? (r as FoldResult) : [r as Attribute | Value];
    },
  });
}

/** The kinds of effects on memory. */
export type EffectKind = "read" | "write" | "allocate" | "free";

/** One effect; `value` is the memref it concerns, undefined for unknown memory. */
export interface MemoryEffect {
  readonly kind: EffectKind;
  readonly value: Value | undefined;
}

/** Effects on memory, for operations that are neither `Pure` nor `ReadOnly`. */
export interface MemoryEffecting {
  effects(op: Operation): readonly MemoryEffect[];
}

export const MemoryEffectsInterface: OpInterface<MemoryEffecting> = new OpInterface(
  "MemoryEffects",
);

/** The effects of an operation, nested ones included; undefined when they are not known. */
export function effectsOf(op: Operation): readonly MemoryEffect[] | undefined {
  const own = ownEffects(op);
  if (own === undefined) return undefined;
  if (op.regions.length === 0 || !op.definition.hasTrait(RecursiveMemoryEffects)) return own;
  const all = [...own];
  let known = true;
  walk(op, (inner) => {
    if (inner === op) return undefined;
    const e = ownEffects(inner);
    if (e === undefined) {
      known = false;
      return "stop";
    }
    all.push(...e);
    return undefined;
  });
  return known ? all : undefined;
}

/** The effects of the operation itself, nested ones left out; undefined when they are not known. */
export function ownEffects(op: Operation): readonly MemoryEffect[] | undefined {
  const def = op.definition;
  if (def.hasTrait(Pure)) return [];
  if (def.hasTrait(ReadOnly)) return [{ kind: "read", value: undefined }];
  // A definition stays, whether or not a value of it is used.
  if (def.hasTrait(SymbolTrait)) return undefined;
  const impl = MemoryEffectsInterface.of(op);
  if (impl !== undefined) return impl.effects(op);
  if (def.hasTrait(RecursiveMemoryEffects) || def.isTerminator) return [];
  return undefined;
}

/** Whether the operation neither reads nor writes memory, nested ones included. */
export function isMemoryEffectFree(op: Operation): boolean {
  return effectsOf(op)?.length === 0;
}

/** Whether the operation may be erased when its results are unused. */
export function isTriviallyDead(op: Operation): boolean {
  const def = op.definition;
  if (!op.isUnused || def.isTerminator || !def.isRegistered) return false;
  if (op.regions.length === 0) return hasNoLastingEffect(op, op);
  if (!def.hasTrait(RecursiveMemoryEffects)) return hasNoLastingEffect(op, op);
  return walk(op, (inner) => (hasNoLastingEffect(op, inner) ? undefined : "stop"));
}

/**
 * Whether the operation itself, nested ones left out, does more than read or make a new allocation;
 * true where its effects are not known.
 */
export function hasLastingEffect(op: Operation): boolean {
  return !hasNoLastingEffect(op, op);
}

/** Whether `op` at most reads, or allocates something that is gone with `root`. */
function hasNoLastingEffect(root: Operation, op: Operation): boolean {
  if (op.definition.hasTrait(Pure)) return true;
  return (
    ownEffects(op)?.every((e) => {
      if (e.kind !== "allocate") return e.kind === "read";
      const made = e.value?.definingOp;
      return made !== undefined && root.isAncestorOf(made);
    }) ?? false
  );
}

/** A terminator that branches: which of its operands become arguments of successor `i`. */
export interface Branching {
  successorOperands(op: Operation, i: number): readonly Value[];
  /** Replaces the operands passed to successor `i`. */
  setSuccessorOperands(op: Operation, i: number, values: readonly Value[]): void;
  /** The successor taken for constant operands, if that is decided. */
  constantSuccessor?(
    op: Operation,
    operands: readonly (Attribute | undefined)[],
  ): number | undefined;
}

export const BranchInterface: OpInterface<Branching> = new OpInterface("BranchOp");

/** An operation that calls a symbol. */
export interface Calling {
  callee(op: Operation): SymbolRefAttr | undefined;
  arguments(op: Operation): readonly Value[];
}

export const CallInterface: OpInterface<Calling> = new OpInterface("CallOp");

/** A loop: what is invariant may be moved in front of it. */
export interface LoopLike {
  /** Regions executed repeatedly. */
  loopRegions(op: Operation): readonly Region[];
}

export const LoopLikeInterface: OpInterface<LoopLike> = new OpInterface("LoopLike");

/** An access of memory that holds one value. */
export interface SlotAccess {
  /** The memory that is accessed. */
  readonly slot: Value;
  /** What is written; undefined for a read, whose only result is the value. */
  readonly stored: Value | undefined;
}

/** Memory that may become SSA values. */
export interface Promotable {
  /** The type of the one value that an allocation (its only result) holds; undefined: it is none. */
  slotType?(op: Operation): Type | undefined;
  /** How an operation accesses a slot; undefined: it is no plain access. */
  access?(op: Operation): SlotAccess | undefined;
}

export const PromotableInterface: OpInterface<Promotable> = new OpInterface("PromotableMemory");
