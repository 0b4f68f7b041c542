/** Teams of threads, and what some of their threads do. */
import {
  AnySignlessInteger,
  AnyType,
  attrNamed,
  AnyArrayAttr,
  defineOp,
  DenseBoolArray,
  FlatSymbolRef,
  I1,
  I64Attr,
  IsTerminator,
  optionalAttr,
  optionalOperand,
  type ParsedArgument,
  Pure,
  RecursiveMemoryEffects,
  region,
  Region,
  SymbolNameAttr,
  SymbolTrait,
  attr,
  unitAttr,
  UnitAttr,
  variadic,
  AutomaticAllocationScope,
} from "@strata/ir";
import { ProcBindKindAttr, ProcBindKindC, procBindKinds } from "./attributes.ts";
import {
  parseClauses,
  parseReductions,
  parseTypedOperand,
  printReductions,
  refuseClauses,
  verifyReductions,
} from "./clauses.ts";

/** Ends a region of a construct that gives nothing. */
export class Terminator extends defineOp("omp.terminator", {
  summary: "Ends the region of a construct.",
  traits: [IsTerminator, Pure],
  assembly: "attr-dict",
}) {}

/** Ends a region with values. */
export class Yield extends defineOp("omp.yield", {
  summary: "Ends a region with its values.",
  operands: { results_: variadic(AnyType) },
  traits: [IsTerminator, Pure],
  assembly: "(`(` $results_^ `:` type($results_) `)`)? attr-dict",
}) {}

/** Every thread of a team runs the region; behind it they have all arrived. */
export class Parallel extends defineOp("omp.parallel", {
  summary: "Every thread of a team runs the region.",
  operands: {
    allocate_vars: variadic(AnyType),
    allocator_vars: variadic(AnyType),
    if_expr: optionalOperand(I1, "one thread alone where it is false"),
    num_threads: variadic(AnySignlessInteger, "threads of the team"),
    private_vars: variadic(AnyType),
    reduction_vars: variadic(AnyType, "pointers to what is reduced"),
  },
  attributes: {
    proc_bind_kind: optionalAttr(ProcBindKindC),
    private_syms: optionalAttr(AnyArrayAttr),
    private_needs_barrier: unitAttr("wait between copying and running"),
    reduction_byref: optionalAttr(DenseBoolArray),
    reduction_syms: optionalAttr(AnyArrayAttr),
  },
  regions: { region: region() },
  traits: [RecursiveMemoryEffects, AutomaticAllocationScope],
  print(op, p) {
    p.enterRegionOf(op);
    const condition = op.operandGroup(2)[0];
    const threads = op.operandGroup(3);
    const bind = op.getAttr("proc_bind_kind");
    if (condition !== undefined) {
      p.write(" if(");
      p.operand(condition);
      p.write(")");
    }
    if (threads.length > 0) {
      p.write(" num_threads(");
      p.operands(threads);
      p.write(" : ");
      p.types(threads.map((v) => v.type));
      p.write(")");
    }
    if (bind instanceof ProcBindKindAttr) p.write(` proc_bind(${bind.value})`);
    printReductions(p, op, op.operandGroup(5), op.regions[0]?.firstBlock ?? undefined);
    p.write(" ");
    p.region(op.regions[0]!, { entryArgs: false });
    p.attrDict(op, new Set(["proc_bind_kind", "reduction_byref", "reduction_syms"]));
  },
  parse(p) {
    let args: ParsedArgument[] = [];
    parseClauses(p, {
      if: () => {
        p.asm.expect("(");
        p.setOperands("if_expr", [p.parseOperand()]);
        p.asm.expect(")");
      },
      num_threads: () => {
        p.asm.expect("(");
        p.setOperands("num_threads", p.parseOperandList());
        p.asm.expect(":");
        p.setOperandTypes("num_threads", p.asm.parseTypeList());
        p.asm.expect(")");
      },
      proc_bind: () => {
        p.asm.expect("(");
        const value = p.asm.parseKeywordOf(procBindKinds, "where threads run");
        p.setAttr("proc_bind_kind", ProcBindKindAttr.get({ value }));
        p.asm.expect(")");
      },
      reduction: () => (args = parseReductions(p)),
    });
    p.parseRegion(new Region(), args);
    p.parseAttrDict();
  },
  verify(op, report) {
    refuseClauses(op, { allocate: 0, allocator: 1, private: 4 }, report);
    verifyReductions(op, op.operandGroup(5), op.regions[0]?.firstBlock ?? undefined, report);
    if (op.operandGroup(3).length > 1) {
      report("omp.num-threads", "`omp.parallel` takes one number of threads");
    }
  },
}) {}

/** Waits until every thread of the team is here. */
export class Barrier extends defineOp("omp.barrier", {
  summary: "Waits until every thread of the team is here.",
  assembly: "attr-dict",
}) {}

/** Makes what a thread has written visible to the others. */
export class Flush extends defineOp("omp.flush", {
  summary: "Makes what a thread has written visible to the others.",
  operands: { varList: variadic(AnyType) },
  assembly: "(`(` $varList^ `:` type($varList) `)`)? attr-dict",
}) {}

/** One thread of the team runs the region; the others wait for it unless told not to. */
export class Single extends defineOp("omp.single", {
  summary: "One thread of the team runs the region.",
  operands: {
    allocate_vars: variadic(AnyType),
    allocator_vars: variadic(AnyType),
    copyprivate_vars: variadic(AnyType),
    private_vars: variadic(AnyType),
  },
  attributes: { nowait: unitAttr("the others do not wait") },
  regions: { region: region() },
  traits: [RecursiveMemoryEffects],
  print(op, p) {
    if (op.getAttr("nowait") !== undefined) p.write(" nowait");
    p.write(" ");
    p.region(op.regions[0]!);
    p.attrDict(op, new Set(["nowait"]));
  },
  parse(p) {
    parseClauses(p, { nowait: () => p.setAttr("nowait", UnitAttr.instance) });
    p.parseRegion(new Region(), []);
    p.parseAttrDict();
  },
  verify(op, report) {
    refuseClauses(op, { allocate: 0, allocator: 1, copyprivate: 2, private: 3 }, report);
  },
}) {}

/** The first thread of the team runs the region; nobody waits. */
export class Master extends defineOp("omp.master", {
  summary: "The first thread of the team runs the region.",
  regions: { region: region() },
  traits: [RecursiveMemoryEffects],
  assembly: "$region attr-dict",
}) {}

/** The thread of a number, the first unless given, runs the region; nobody waits. */
export class Masked extends defineOp("omp.masked", {
  summary: "One chosen thread of the team runs the region.",
  operands: { filtered_thread_id: optionalOperand(AnySignlessInteger) },
  regions: { region: region() },
  traits: [RecursiveMemoryEffects],
  print(op, p) {
    const [thread] = op.operands;
    if (thread !== undefined) {
      p.write(" filter(");
      p.operand(thread);
      p.write(" : ");
      p.type(thread.type);
      p.write(")");
    }
    p.write(" ");
    p.region(op.regions[0]!);
    p.attrDict(op);
  },
  parse(p) {
    parseClauses(p, { filter: () => parseTypedOperand(p, "filtered_thread_id") });
    p.parseRegion(new Region(), []);
    p.parseAttrDict();
  },
}) {}

/** The name of a lock for critical regions. */
export class CriticalDeclare extends defineOp("omp.critical.declare", {
  summary: "The name of a lock for critical regions.",
  attributes: { sym_name: attr(SymbolNameAttr), hint: optionalAttr(I64Attr) },
  traits: [SymbolTrait],
  assembly: "$sym_name attr-dict",
}) {}

/** One thread at a time runs the region. */
export class Critical extends defineOp("omp.critical", {
  summary: "One thread at a time runs the region.",
  attributes: { lock: attrNamed("name", optionalAttr(FlatSymbolRef, "The lock.")) },
  regions: { region: region() },
  traits: [RecursiveMemoryEffects],
  assembly: "(`(` $name^ `)`)? $region attr-dict",
}) {}
