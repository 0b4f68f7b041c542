/** Random functions of the tiny dialect. */
import {
  Block,
  i64,
  IntegerAttr,
  ModuleOp,
  printOperation,
  type Operation,
  Region,
  type Value,
} from "@strata/ir";
import * as fc from "fast-check";
import {
  AddOp,
  BrOp,
  CondBrOp,
  ConstOp,
  FuncOp,
  LoadOp,
  MulOp,
  NegOp,
  OpaqueOp,
  OrOp,
  ReturnOp,
  ScopeOp,
  StoreOp,
  SubOp,
  TupleOp,
  ZeroTestOp,
} from "./dialect.ts";

/** How an instruction of a random program is made; numbers are taken modulo what there is. */
interface Instruction {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly constant: number;
}

interface BlockPlan {
  readonly args: number;
  readonly instructions: readonly Instruction[];
  readonly end: Instruction;
}

const instruction: fc.Arbitrary<Instruction> = fc.record({
  kind: fc.nat(13),
  a: fc.nat(1000),
  b: fc.nat(1000),
  constant: fc.integer({ min: -3, max: 3 }),
});

const blockPlan: fc.Arbitrary<BlockPlan> = fc.record({
  args: fc.nat(3),
  instructions: fc.array(instruction, { maxLength: 12 }),
  end: instruction,
});

/**
 * Random functions of two i64 arguments: arithmetic, memory, nested scopes, branches and loops, dead
 * and unreachable code. They may run for ever; `evaluate` gives up.
 */
export const tinyPrograms: fc.Arbitrary<ModuleOp> = fc
  .array(blockPlan, { minLength: 1, maxLength: 5 })
  .map(buildProgram);

function buildProgram(plans: readonly BlockPlan[]): ModuleOp {
  const blocks = plans.map(
    (p, i) => new Block(Array.from({ length: i === 0 ? 2 : p.args }, () => i64)),
  );
  const inEntry: Value[] = [...blocks[0]!.args];
  plans.forEach((plan, i) => {
    const block = blocks[i]!;
    // What the entry defines is visible everywhere.
    const known = i === 0 ? inEntry : [...inEntry, ...block.args];
    for (const ins of plan.instructions) addInstruction(block, known, ins);
    endBlock(blocks, i, known, plan.end);
  });
  const module = ModuleOp.create();
  module.add(FuncOp.of({ body: new Region(blocks) }));
  // What a failed property shows; the object graph itself would be endless.
  Object.defineProperty(module, fc.toStringMethod, { value: () => printOperation(module) });
  return module;
}

const at = <E>(list: readonly E[], i: number): E => list[i % list.length]!;

function addInstruction(block: Block, known: Value[], ins: Instruction): void {
  const lhs = at(known, ins.a);
  const rhs = at(known, ins.b);
  const cell = IntegerAttr.i64(ins.constant & 1);
  const insert = (op: Operation): void => {
    block.append(op);
    known.push(...op.results);
  };
  const i64Result = { types: { result: i64 } };
  const i64Results = { types: { outputs: [i64] } };
  switch (ins.kind) {
    case 0:
    case 1:
      return insert(AddOp.of({ lhs, rhs }));
    case 2:
      return insert(SubOp.of({ lhs, rhs }));
    case 3:
      return insert(MulOp.of({ lhs, rhs }));
    case 4:
      return insert(OrOp.of({ lhs, rhs }));
    case 5:
      return insert(NegOp.of({ input: lhs }));
    case 6:
      return insert(TupleOp.of({ inputs: [lhs] }, i64Results));
    case 7:
      return insert(LoadOp.of({ cell }, i64Result));
    case 8:
      return insert(StoreOp.of({ cell, value: lhs }));
    case 9:
      return insert(OpaqueOp.of({ inputs: [lhs] }, i64Results));
    case 10: {
      const body = new Block();
      const inner = [...known];
      addInstruction(body, inner, { ...ins, kind: ins.a % 10 });
      addInstruction(body, inner, { ...ins, kind: ins.b % 10, a: inner.length - 1 });
      body.append(ReturnOp.of({ inputs: [inner.at(-1)!] }));
      return insert(ScopeOp.of({ body: new Region([body]) }, i64Results));
    }
    default:
      return insert(ConstOp.of({ value: IntegerAttr.i64(ins.constant) }, i64Result));
  }
}

function endBlock(
  blocks: readonly Block[],
  i: number,
  known: readonly Value[],
  end: Instruction,
): void {
  const block = blocks[i]!;
  // The entry has no way in.
  const targets = blocks.slice(1);
  if (targets.length === 0 || end.kind < 3) {
    block.append(ReturnOp.of({ inputs: [at(known, end.a), at(known, end.b)] }));
    return;
  }
  const first = at(targets, end.a);
  const second = at(targets, end.b);
  const pass = (to: Block): Value[] => to.args.map((_, k) => at(known, end.a + end.b + 7 * k));
  if (end.kind < 6) {
    block.append(BrOp.of({ inputs: pass(first), dest: first }));
    return;
  }
  const test = ZeroTestOp.of({ input: at(known, end.b) });
  block.append(test);
  block.append(
    CondBrOp.of({
      condition: test.result,
      trueInputs: pass(first),
      falseInputs: pass(second),
      trueDest: first,
      falseDest: second,
    }),
  );
}
