/** The traits that generic code asks about, named as in MLIR. */
import { elementTypeOf, ShapedType } from "./builtin-types.ts";
import { type Operation, walk } from "./operation.ts";
import type { OpRef, Report, Trait } from "./op-definition.ts";
import type { Type } from "./type.ts";

/** Ends a block. */
export const IsTerminator: Trait = {
  name: "IsTerminator",
  verify(op, report) {
    if (op.parent !== null && op.next !== null) {
      report("ir.terminator-position", `\`${op.name}\` must be the last operation of its block`);
    }
  },
};

/** No side effects and speculatable: may be moved, merged and erased when unused. */
export const Pure: Trait = { name: "Pure" };

/** Reads memory but writes none; may be erased when unused. */
export const ReadOnly: Trait = { name: "ReadOnly" };

/** Its effects are those of the operations in its regions. */
export const RecursiveMemoryEffects: Trait = { name: "RecursiveMemoryEffects" };

/** Swapping the two operands does not change the result. */
export const Commutative: Trait = { name: "Commutative" };

/** `f(f(x)) = f(x)`, or `f(x, x) = x` for binary operations. */
export const Idempotent: Trait = { name: "Idempotent" };

/** `f(f(x)) = x`. */
export const Involution: Trait = { name: "Involution" };

/** Applied to vectors and tensors, works element by element. */
export const Elementwise: Trait = { name: "Elementwise" };

/** A materialized constant: no operands, one result, an attribute named `value`. */
export const ConstantLike: Trait = { name: "ConstantLike" };

/** Regions do not use values defined outside. */
export const IsolatedFromAbove: Trait = {
  name: "IsolatedFromAbove",
  verify(op, report) {
    walk(op, (inner) => {
      if (inner === op) return;
      checkIsolated(op, inner, report);
      // Its own check covers what is inside of it.
      return inner.definition.isIsolated ? "skip" : undefined;
    });
  },
};

function checkIsolated(root: Operation, op: Operation, report: Report): void {
  const uses = op.operandUses;
  for (let i = 0; i < uses.length; i++) {
    const block = uses[i]!.value.parentBlock;
    if (block === op.parent) continue;
    const home = block?.parent;
    if (home && !root.regions.some((r) => r.isAncestorOf(home))) {
      report(
        "ir.isolated",
        `\`${op.name}\` inside \`${root.name}\` uses a value defined outside of it`,
        `\`${root.name}\` is isolated from above: pass the value as an argument`,
      );
    }
  }
}

/** Holds symbols: operations that define `sym_name` in its only region. */
export const SymbolTableTrait: Trait = {
  name: "SymbolTable",
  verify(op, report) {
    const seen = new Set<string>();
    const block = op.regions[0]?.firstBlock;
    if (!block) return;
    for (const inner of block.ops()) {
      const name = inner.getAttr("sym_name")?.toString();
      if (name === undefined || !inner.definition.hasTrait(SymbolTrait)) continue;
      if (seen.has(name)) report("ir.symbol-redefined", `the symbol ${name} is defined twice`);
      seen.add(name);
    }
  },
};

/** Defines a symbol by its attribute `sym_name`. */
export const SymbolTrait: Trait = { name: "Symbol" };

/** The region's block needs no terminator. */
export const NoTerminator: Trait = { name: "NoTerminator" };

/** Allocations made inside live until the operation ends. */
export const AutomaticAllocationScope: Trait = { name: "AutomaticAllocationScope" };

/** The terminator passes its operands to the enclosing operation. */
export const ReturnLike: Trait = { name: "ReturnLike" };

function allSame(types: readonly Type[]): boolean {
  return types.every((t) => t === types[0]);
}

/** All operands have one type, and so do all results. */
export const SameOperandsAndResultType: Trait = {
  name: "SameOperandsAndResultType",
  verify(op, report) {
    if (!allSame([...op.operandTypes, ...op.resultTypes])) {
      report("ir.same-type", `\`${op.name}\` needs operands and results of one type`);
    }
  },
  inferResults: (operands, n) =>
    operands[0] === undefined ? undefined : Array.from({ length: n }, () => operands[0]!),
};

/** All operands have one type. */
export const SameTypeOperands: Trait = {
  name: "SameTypeOperands",
  verify(op, report) {
    if (!allSame(op.operandTypes)) {
      report("ir.same-type", `\`${op.name}\` needs operands of one type`);
    }
  },
};

/** Scalars, or shaped values of one shape. */
export const SameOperandsAndResultShape: Trait = {
  name: "SameOperandsAndResultShape",
  verify(op, report) {
    const shapes = [...op.operandTypes, ...op.resultTypes].map((t) =>
      t instanceof ShapedType ? `${t.constructor.name} ${t.shape.join("x")}` : "scalar",
    );
    if (shapes.some((s) => s !== shapes[0])) {
      report("ir.same-shape", `\`${op.name}\` needs operands and results of one shape`);
    }
  },
};

/** Element types of all operands and results agree. */
export const SameOperandsAndResultElementType: Trait = {
  name: "SameOperandsAndResultElementType",
  verify(op, report) {
    if (!allSame([...op.operandTypes, ...op.resultTypes].map(elementTypeOf))) {
      report("ir.same-element-type", `\`${op.name}\` needs one element type throughout`);
    }
  },
};

/** The operation stands directly inside one of the given kinds. */
export function HasParent(...parents: readonly (() => OpRef)[]): Trait {
  return {
    name: "HasParent",
    verify(op, report) {
      const parent = op.parentOp;
      if (parent === null || !parent.definition.isRegistered) return;
      const kinds = parents.map((p) => p().definition);
      if (!kinds.includes(parent.definition)) {
        const names = kinds.map((k) => `\`${k.name}\``).join(" or ");
        report("ir.parent", `\`${op.name}\` must stand inside ${names}, not \`${parent.name}\``);
      }
    },
  };
}

/** Blocks of single-block regions end with this terminator, which text forms may leave out. */
export interface ImplicitTerminatorTrait extends Trait {
  readonly terminator: () => OpRef;
}

/** The region's block ends with the given kind; text forms leave it out when it has no operands. */
export function SingleBlockImplicitTerminator(terminator: () => OpRef): ImplicitTerminatorTrait {
  return {
    name: "SingleBlockImplicitTerminator",
    terminator,
    verify(op, report) {
      for (const region of op.regions) {
        const last = region.firstBlock?.lastOp;
        if (region.firstBlock && last?.definition !== terminator().definition) {
          report(
            "ir.implicit-terminator",
            `the body of \`${op.name}\` must end with \`${terminator().definition.name}\``,
          );
        }
      }
    },
  };
}

/** The implicit terminator of an op kind, if it has one. */
export function implicitTerminatorOf(ref: OpRef): OpRef | undefined {
  for (const t of ref.definition.traits) {
    if (t.name === "SingleBlockImplicitTerminator") {
      return (t as ImplicitTerminatorTrait).terminator();
    }
  }
  return undefined;
}
