/** What must hold of the operations of `transform` beyond their declared parts. */
import {
  FunctionType,
  IntegerAttr,
  lookupSymbol,
  type Operation,
  type Report,
  StringAttr,
  SymbolRefAttr,
  type Type,
  TypeAttr,
} from "@strata/ir";

function functionTypeOf(op: Operation): FunctionType | undefined {
  const attr = op.getAttr("function_type");
  return attr instanceof TypeAttr && attr.value instanceof FunctionType ? attr.value : undefined;
}

const same = (a: readonly Type[], b: readonly Type[]): boolean =>
  a.length === b.length && a.every((t, i) => t === b[i]);

/** The body takes and yields what the signature says. */
export function verifyNamedSequence(op: Operation, report: Report): void {
  const type = functionTypeOf(op);
  const entry = op.regions[0]?.firstBlock;
  if (type === undefined || !entry) return;
  const args = entry.args.map((a) => a.type);
  if (!same(args, type.inputs)) {
    report(
      "transform.sequence-arguments",
      `the body takes (${args.join(", ")}) but the signature says (${type.inputs.join(", ")})`,
    );
  }
  const last = entry.lastOp;
  if (last?.name !== "transform.yield") {
    report("transform.sequence-yield", "the body of a sequence ends with `transform.yield`");
    return;
  }
  const yielded = last.operands.map((v) => v.type);
  if (!same(yielded, type.results)) {
    report(
      "transform.sequence-yield",
      `the body yields (${yielded.join(", ")}) but the signature says (${type.results.join(", ")})`,
    );
  }
}

/** The named sequence exists and fits. */
export function verifyInclude(op: Operation, report: Report): void {
  const ref = op.getAttr("target");
  const target = ref instanceof SymbolRefAttr ? lookupSymbol(op, ref) : undefined;
  if (target?.name !== "transform.named_sequence") {
    report(
      "transform.include-target",
      `\`transform.include\` names \`${String(ref)}\`, which is no named sequence`,
    );
    return;
  }
  const type = functionTypeOf(target);
  if (type === undefined) return;
  const [inputs, outputs] = [op.operands, op.results].map((l) => l.map((v) => v.type));
  if (same(inputs!, type.inputs) && same(outputs!, type.results)) return;
  report(
    "transform.include-types",
    `\`${String(ref)}\` is \`${type.toString()}\`, not (${inputs!.join(", ")}) -> (${outputs!.join(", ")})`,
  );
}

/** The body takes one thing of each handle and yields what is collected. */
export function verifyForeach(op: Operation, report: Report): void {
  const block = op.regions[0]?.firstBlock;
  if (!block) return;
  const args = block.args.map((a) => a.type);
  const targets = op.operands.map((v) => v.type);
  if (!same(args, targets)) {
    report(
      "transform.foreach-arguments",
      `the body takes (${args.join(", ")}) for handles (${targets.join(", ")})`,
    );
  }
  const yielded = block.lastOp?.operands.map((v) => v.type) ?? [];
  if (
    !same(
      yielded,
      op.results.map((r) => r.type),
    )
  ) {
    report(
      "transform.foreach-yield",
      `the body yields (${yielded.join(", ")}) for (${op.results.map((r) => r.type).join(", ")})`,
    );
  }
}

/** A factor is positive. */
export function verifyFactor(op: Operation, report: Report): void {
  const factor = op.getAttr("factor");
  if (factor instanceof IntegerAttr && factor.value < 1n) {
    report("transform.factor", `the factor of \`${op.name}\` is ${factor.value}, not at least 1`);
  }
}

/** The name of a sequence; empty without one. */
export function sequenceName(op: Operation): string {
  const name = op.getAttr("sym_name");
  return name instanceof StringAttr ? name.value : "";
}
