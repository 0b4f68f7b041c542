/**
 * Loop-invariant code motion: what computes the same in every iteration moves in front of the loop.
 *
 * Only operations that may run where they did not move (a loop may have no iteration): pure ones,
 * with regions when all inside is pure and no loop.
 *
 *     scf.for %i = … {                       %a = arith.muli %x, %y
 *       %a = arith.muli %x, %y         →     scf.for %i = … {
 *       memref.store %a, %m[%i]                memref.store %a, %m[%i]
 */
import { LoopLikeInterface, type Operation, Pure, type Region, type Value, walk } from "@strata/ir";
import { definePass } from "@strata/pass";

/** Whether an operation may run any number of times, at any place its operands are known. */
function isMovable(op: Operation): boolean {
  if (op.definition.isTerminator) return false;
  if (op.regions.length === 0) return op.definition.hasTrait(Pure);
  return walk(op, (inner) => {
    const pure = inner.definition.hasTrait(Pure) || inner.definition.isTerminator;
    const isPlain =
      inner.regions.length > 0 && !LoopLikeInterface.has(inner) && isStructured(inner);
    return pure || isPlain ? undefined : "stop";
  });
}

/** Whether control goes through the regions of an operation and does nothing else there. */
function isStructured(op: Operation): boolean {
  return op.regions.every((r) => r.isEmpty || r.hasOneBlock) && op.definition.isRegistered;
}

/** Whether a value is computed outside of a region. */
function isOutside(value: Value, region: Region): boolean {
  const block = value.definingOp?.parent ?? ownerOf(value);
  for (let r = block?.parent ?? null; r !== null; r = r.parent?.parent?.parent ?? null) {
    if (r === region) return false;
  }
  return true;
}

function ownerOf(value: Value): Operation["parent"] {
  return "owner" in value && value.definingOp === undefined
    ? (value.owner as Operation["parent"])
    : null;
}

/** Whether everything that is read inside of `op` is known outside of a region. */
function isInvariant(op: Operation, region: Region): boolean {
  return walk(op, (inner) => {
    const known = inner.operands.every(
      (v) => isOutside(v, region) || (inner !== op && !isOutsideOf(v, op)),
    );
    return known ? undefined : "stop";
  });
}

/** Whether a value is computed outside of an operation. */
function isOutsideOf(value: Value, op: Operation): boolean {
  return op.regions.every((r) => isOutside(value, r));
}

/** Moves what is invariant in front of the loops inside of `root`; returns how many operations. */
export function hoistLoopInvariants(root: Operation): number {
  let moved = 0;
  // Inner loops first: what leaves them may leave the outer ones too.
  walk(
    root,
    (loop) => {
      const regions = LoopLikeInterface.of(loop)?.loopRegions(loop) ?? [];
      for (const region of regions) {
        for (const block of region.blocks()) {
          for (let op = block.firstOp; op !== null;) {
            const next = op.next;
            if (isMovable(op) && isInvariant(op, region)) {
              op.moveBefore(loop);
              moved++;
            }
            op = next;
          }
        }
      }
    },
    "post",
  );
  return moved;
}

/** The pass `loop-invariant-code-motion`. */
export const licm = definePass("loop-invariant-code-motion", {
  summary: "Move what does not change in a loop in front of it.",
  on: "any",
  run(op, _, cx) {
    const moved = hoistLoopInvariants(op);
    if (moved > 0) cx.count("moved", moved);
    return moved > 0;
  },
});
