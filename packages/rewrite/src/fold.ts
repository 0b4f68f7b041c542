/** Folding one operation: through its fold interface, and by what its traits promise. */
import { bug, DiagnosticError } from "@strata/support";
import {
  type Attribute,
  type Foldable,
  FoldInterface,
  type FoldResult,
  Idempotent,
  Involution,
  type OpDefinition,
  type Operation,
  spanOf,
  Value,
} from "@strata/ir";
import { constantValueOf } from "./constants.ts";

/** The fold of an op kind, traits included; undefined when it has none. */
export function foldFor(definition: OpDefinition): ((op: Operation) => FoldResult) | undefined {
  const own = definition.interfaces.get(FoldInterface) as Foldable | undefined;
  const idempotent = definition.hasTrait(Idempotent);
  const involution = definition.hasTrait(Involution);
  if (own === undefined && !idempotent && !involution) return undefined;
  return (op) => {
    if (own !== undefined) {
      const folded = own.fold(op, constantOperands(op));
      if (folded !== undefined) return checked(op, folded);
    }
    if (idempotent) return foldIdempotent(op);
    return involution ? foldInvolution(op) : undefined;
  };
}

/** Per operand the attribute of the constant that defines it. */
export function constantOperands(op: Operation): (Attribute | undefined)[] {
  const uses = op.operandUses;
  const out = new Array<Attribute | undefined>(uses.length);
  for (let i = 0; i < uses.length; i++) out[i] = constantValueOf(uses[i]!.value);
  return out;
}

function checked(op: Operation, folded: NonNullable<FoldResult>): NonNullable<FoldResult> {
  const fits =
    folded.length === op.results.length &&
    folded.every((f, i) => !(f instanceof Value) || f.type === op.results[i]!.type);
  if (fits) return folded;
  throw new DiagnosticError(
    bug("rewrite.fold-result", `the fold of \`${op.name}\` does not yield values of its results`, {
      span: spanOf(op),
    }),
  );
}

/** `f(f(x)) = f(x)`, `f(x, x) = x`, `f(f(x, y), y) = f(x, y)`. */
function foldIdempotent(op: Operation): FoldResult {
  const uses = op.operandUses;
  if (op.results.length !== 1 || uses.length === 0) return undefined;
  const type = op.results[0]!.type;
  const first = uses[0]!.value;
  if (uses.length === 1) return sameKind(op, first) && first.type === type ? [first] : undefined;
  if (uses.length !== 2) return undefined;
  const second = uses[1]!.value;
  if (first === second) return first.type === type ? [first] : undefined;
  if (sameKind(op, first) && usesValue(first, second) && first.type === type) return [first];
  if (sameKind(op, second) && usesValue(second, first) && second.type === type) return [second];
  return undefined;
}

/** `f(f(x)) = x`. */
function foldInvolution(op: Operation): FoldResult {
  const inner = op.operandUses[0]?.value;
  if (inner === undefined || op.operandUses.length !== 1 || op.results.length !== 1) {
    return undefined;
  }
  const x = sameKind(op, inner) ? inner.definingOp?.operandUses[0]?.value : undefined;
  return x !== undefined && x.type === op.results[0]!.type ? [x] : undefined;
}

/** Whether a value comes from an operation that equals `op` in kind and attributes. */
function sameKind(op: Operation, value: Value): boolean {
  const def = value.definingOp;
  if (def === undefined || def === op || def.definition !== op.definition) return false;
  return def.properties.every((a, i) => a === op.properties[i]);
}

function usesValue(result: Value, operand: Value): boolean {
  return result.definingOp?.operandUses.some((u) => u.value === operand) ?? false;
}
