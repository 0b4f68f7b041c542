/** Loops whose iterations are dealt out to the threads of a team. */
import {
  AnyArrayAttr,
  AnyAttr,
  AnySignlessInteger,
  AnyType,
  anyOf,
  type BlockArgument,
  defineOp,
  DenseBoolArray,
  DenseI64Array,
  I64Attr,
  Index,
  IntegerAttr,
  NoTerminator,
  type Operation,
  optionalAttr,
  optionalOperand,
  type ParsedArgument,
  RecursiveMemoryEffects,
  region,
  Region,
  unitAttr,
  UnitAttr,
  type Value,
  variadic,
} from "@strata/ir";
import {
  ScheduleKindAttr,
  ScheduleKindC,
  scheduleKinds,
  type ScheduleModifier,
  ScheduleModifierAttr,
  ScheduleModifierC,
  scheduleModifiers,
} from "./attributes.ts";
import {
  parseClauses,
  parseReductions,
  printReductions,
  refuseClauses,
  verifyReductions,
} from "./clauses.ts";
import { Yield } from "./parallel-ops.ts";

/**
 * A nest of loops as one space of iterations, in row-major order. Operands are all lower bounds,
 * all upper bounds and all steps; upper bounds are excluded unless `loop_inclusive`.
 */
export class LoopNest extends defineOp("omp.loop_nest", {
  summary: "A nest of loops as one space of iterations.",
  operands: { bounds: variadic(anyOf(Index, AnySignlessInteger)) },
  attributes: {
    collapse_num_loops: optionalAttr(I64Attr, "How many of the loops are one space."),
    loop_inclusive: unitAttr("upper bounds belong to the range"),
    tile_sizes: optionalAttr(DenseI64Array),
  },
  regions: { region: region() },
  traits: [RecursiveMemoryEffects],
  print(op, p) {
    p.enterRegionOf(op);
    const ivs = op.regions[0]?.firstBlock?.args ?? [];
    const rank = ivs.length;
    const list = (from: number): void => {
      p.write("(");
      p.operands(op.operands.slice(from * rank, (from + 1) * rank));
      p.write(")");
    };
    p.write(" (");
    p.operands(ivs);
    p.write(") : ");
    p.type(op.operand(0).type);
    p.write(" = ");
    list(0);
    p.write(" to ");
    list(1);
    if (op.getAttr("loop_inclusive") !== undefined) p.write(" inclusive");
    p.write(" step ");
    list(2);
    const collapse = op.getAttr("collapse_num_loops");
    if (collapse instanceof IntegerAttr && collapse.value > 1n) {
      p.write(` collapse(${collapse.value})`);
    }
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false });
    p.attrDict(op, new Set(["collapse_num_loops", "loop_inclusive"]));
  },
  parse(p) {
    const ivs: ParsedArgument[] = [];
    p.asm.parseCommaSeparated("(", ")", () => ivs.push(p.parseArgument(false)));
    p.asm.expect(":");
    const type = p.asm.parseType();
    const list = () => {
      p.asm.expect("(");
      const values = p.parseOperandList();
      p.asm.expect(")");
      if (values.length !== ivs.length) {
        const what = `${ivs.length} loops but ${values.length} bounds`;
        p.asm.fail("omp.loop-rank", what, p.start);
      }
      return values;
    };
    p.asm.expect("=");
    const lower = list();
    p.asm.expect("to");
    const upper = list();
    if (p.asm.tryConsume("inclusive")) p.setAttr("loop_inclusive", UnitAttr.instance);
    p.asm.expect("step");
    const bounds = [...lower, ...upper, ...list()];
    if (p.asm.tryConsume("collapse")) {
      p.asm.expect("(");
      p.setAttr("collapse_num_loops", IntegerAttr.i64(p.asm.parseInteger()));
      p.asm.expect(")");
    }
    p.setOperands("bounds", bounds);
    p.setOperandTypes(
      "bounds",
      bounds.map(() => type),
    );
    p.parseRegion(
      new Region(),
      ivs.map((a) => ({ ...a, type })),
    );
    p.parseAttrDict();
  },
  verify(op, report) {
    const args = op.regions[0]?.firstBlock?.args ?? [];
    const type = op.operands[0]?.type;
    if (args.length === 0 || op.numOperands !== 3 * args.length) {
      report(
        "omp.loop-rank",
        `${args.length} loops need three bounds each, found ${op.numOperands}`,
      );
    } else if (op.operandTypes.some((t) => t !== type) || args.some((a) => a.type !== type)) {
      report("omp.loop-type", "bounds and induction variables must be of one type");
    }
    if (op.getAttr("tile_sizes") !== undefined) {
      report("omp.clause", "tiles of `omp.loop_nest` are not supported");
    }
    for (const b of op.regions[0]?.blocks() ?? []) {
      if (b.lastOp instanceof Yield && b.lastOp.numOperands > 0) {
        report("omp.yield-values", "an iteration of `omp.loop_nest` gives no values");
      }
    }
  },
}) {
  get inductionVars(): readonly BlockArgument[] {
    return this.region.entry.args;
  }

  get rank(): number {
    return this.numOperands / 3;
  }

  get lowerBounds(): readonly Value[] {
    return this.operands.slice(0, this.rank);
  }

  get upperBounds(): readonly Value[] {
    return this.operands.slice(this.rank, 2 * this.rank);
  }

  get steps(): readonly Value[] {
    return this.operands.slice(2 * this.rank);
  }
}

const printed = new Set([
  "nowait",
  "ordered",
  "reduction_byref",
  "reduction_syms",
  "schedule_kind",
  "schedule_mod",
  "schedule_simd",
]);

function parseModifiers(p: Parameters<typeof parseReductions>[0]): void {
  while (p.asm.tryConsume(",")) {
    const value: ScheduleModifier = p.asm.parseKeywordOf(scheduleModifiers, "a modifier");
    if (value === "simd") {
      p.setAttr("schedule_simd", UnitAttr.instance);
      if (p.getAttr("schedule_mod") === undefined) {
        p.setAttr("schedule_mod", ScheduleModifierAttr.get({ value: "none" }));
      }
    } else p.setAttr("schedule_mod", ScheduleModifierAttr.get({ value }));
  }
}

/** Deals the iterations of a loop nest out to the threads of the team. */
export class Wsloop extends defineOp("omp.wsloop", {
  summary: "Deals the iterations of a loop nest out to the threads of the team.",
  operands: {
    allocate_vars: variadic(AnyType),
    allocator_vars: variadic(AnyType),
    linear_vars: variadic(AnyType),
    linear_step_vars: variadic(AnyType),
    private_vars: variadic(AnyType),
    reduction_vars: variadic(AnyType, "pointers to what is reduced"),
    schedule_chunk: optionalOperand(AnySignlessInteger, "iterations dealt out at once"),
  },
  attributes: {
    nowait: unitAttr("threads that are done do not wait for the others"),
    order: optionalAttr(AnyAttr),
    order_mod: optionalAttr(AnyAttr),
    ordered: optionalAttr(
      I64Attr,
      "loops whose iterations may be told to go in order; 0: this one",
    ),
    private_syms: optionalAttr(AnyArrayAttr),
    reduction_byref: optionalAttr(DenseBoolArray),
    reduction_syms: optionalAttr(AnyArrayAttr),
    schedule_kind: optionalAttr(ScheduleKindC),
    schedule_mod: optionalAttr(ScheduleModifierC),
    schedule_simd: unitAttr("chunks are multiples of the vector length"),
  },
  regions: { region: region({ singleBlock: true }) },
  traits: [RecursiveMemoryEffects, NoTerminator],
  print(op, p) {
    p.enterRegionOf(op);
    if (op.getAttr("nowait") !== undefined) p.write(" nowait");
    const ordered = op.getAttr("ordered");
    if (ordered instanceof IntegerAttr) p.write(` ordered(${ordered.value})`);
    const kind = op.getAttr("schedule_kind");
    if (kind instanceof ScheduleKindAttr) {
      p.write(` schedule(${kind.value}`);
      const chunk = op.operandGroup(6)[0];
      if (chunk !== undefined) {
        p.write(" = ");
        p.operand(chunk);
        p.write(" : ");
        p.type(chunk.type);
      }
      const modifier = op.getAttr("schedule_mod");
      if (modifier instanceof ScheduleModifierAttr && modifier.value !== "none") {
        p.write(`, ${modifier.value}`);
      }
      if (op.getAttr("schedule_simd") !== undefined) p.write(", simd");
      p.write(")");
    }
    printReductions(p, op, op.operandGroup(5), op.regions[0]?.firstBlock ?? undefined);
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false });
    p.attrDict(op, printed);
  },
  parse(p) {
    let args: ParsedArgument[] = [];
    parseClauses(p, {
      nowait: () => p.setAttr("nowait", UnitAttr.instance),
      ordered: () => {
        p.asm.expect("(");
        p.setAttr("ordered", IntegerAttr.i64(p.asm.parseInteger()));
        p.asm.expect(")");
      },
      schedule: () => {
        p.asm.expect("(");
        const value = p.asm.parseKeywordOf(scheduleKinds, "how iterations are dealt out");
        p.setAttr("schedule_kind", ScheduleKindAttr.get({ value }));
        if (p.asm.tryConsume("=")) {
          p.setOperands("schedule_chunk", [p.parseOperand()]);
          p.asm.expect(":");
          p.setOperandTypes("schedule_chunk", [p.asm.parseType()]);
        }
        parseModifiers(p);
        p.asm.expect(")");
      },
      reduction: () => (args = parseReductions(p)),
    });
    p.parseRegion(new Region(), args);
    p.parseAttrDict();
  },
  verify(op, report) {
    refuseClauses(
      op,
      { allocate: 0, allocator: 1, linear: 2, "linear step": 3, private: 4 },
      report,
    );
    verifyReductions(op, op.operandGroup(5), op.regions[0]?.firstBlock ?? undefined, report);
    const [only, ...more] = op.regions[0]?.firstBlock?.ops() ?? [];
    if (!(only instanceof LoopNest) || more.length > 0) {
      report("omp.wsloop-body", "`omp.wsloop` holds an `omp.loop_nest` and nothing else");
    }
    if (op.operandGroup(6).length > 0 && op.getAttr("schedule_kind") === undefined) {
      report("omp.schedule", "a chunk size needs a kind of schedule");
    }
  },
}) {
  /** The loops inside. */
  get nest(): LoopNest {
    const only: Operation | null = this.region.entry.firstOp;
    if (!(only instanceof LoopNest)) throw new Error("`omp.wsloop` has no `omp.loop_nest`");
    return only;
  }
}
