/**
 * Loops and branches as C.
 *
 * Invariant: a variable that a loop carries keeps its value until the end of the body, where all are
 * assigned; a value that another assignment would change first is kept aside.
 */
import {
  DenseArrayAttr,
  IndexType,
  type Operation,
  type Region,
  type Value,
  VectorType,
} from "@strata/ir";
import * as scf from "@strata/scf";
import { asSigned, asUnsigned, castTo } from "./emission.ts";
import {
  atom,
  type CKind,
  type Expr,
  infix,
  isTrivial,
  paren,
  prec,
  prefix,
} from "./expression.ts";
import type { FunctionEmitter } from "./function-emitter.ts";

/** Variables for a value: one for each lane. */
function declare(
  em: FunctionEmitter,
  v: Value,
  wanted: string,
  init: readonly Expr[] | undefined,
  op: Operation,
): Expr[] {
  const kind = em.kindOf(v.type, op);
  const count = v.type instanceof VectorType ? v.type.numElements : 1;
  const base = em.names.forValue(v, wanted);
  return Array.from({ length: count }, (_, k) => {
    const name = count === 1 ? base : em.names.fresh(`${base}_${k}`);
    return em.variable(kind, name, init && castTo(init[k]!, kind, em.flavour));
  });
}

/** Assigns all targets at once. */
function assign(em: FunctionEmitter, targets: readonly Expr[], values: readonly Expr[]): void {
  const pending = targets
    .map((target, k) => ({ target, value: castTo(values[k]!, target.kind, em.flavour) }))
    .filter(({ target, value }) => target.text !== value.text);
  const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
  pending.forEach(({ target, value }, k) => {
    const spoils = pending.slice(k + 1).some((later) => mentions(later.value.text, target.text));
    if (!spoils) {
      em.line(`${target.text} = ${value.text};`);
      return;
    }
    // Whoever still needs the old value gets a copy of what it computes.
    for (const later of pending.slice(k + 1)) {
      if (!mentions(later.value.text, target.text)) continue;
      const name = em.names.fresh("next");
      em.line(`const ${em.flavour.types[later.value.kind]} ${name} = ${later.value.text};`);
      later.value = atom(name, later.value.kind);
    }
    em.line(`${target.text} = ${value.text};`);
  });
}

const lanesOf = (em: FunctionEmitter, values: readonly Value[]): Expr[] =>
  values.flatMap((v) => em.lanes(v));

function constantOf(e: Expr): boolean {
  return /^-?\d+(l|ll|u|ul|ull)?$/.test(e.text);
}

const loopNames = ["i", "j", "k", "l", "m", "n"];

function emitFor(em: FunctionEmitter, op: scf.For): void {
  const { flavour } = em;
  const [lower, upper, step] = op.operands.slice(0, 3).map((v) => em.scalar(v));
  const carried = op.results.map((r, k) => {
    const arg = op.iterArgs[k]!;
    const variables = declare(em, arg, "acc", em.lanes(op.operand(3 + k)), op);
    em.bind(arg, variables);
    em.bind(r, variables);
    return variables;
  });
  const type = op.inductionVar.type;
  const unsigned = op.getAttr("unsignedCmp") !== undefined;
  const own = em.kindOf(type, op);
  // Past the last step an integer might leave its width: it is counted in 64 bits.
  const kind: CKind = type instanceof IndexType ? own : unsigned ? "u64" : "i64";
  const read = unsigned ? asUnsigned : asSigned;
  const wide = (e: Expr): Expr => castTo(read(e, flavour), kind, flavour);
  const depth = Math.min(loopNames.length - 1, nesting(op));
  const name = em.names.forValue(op.inductionVar, loopNames[depth]!);
  const stable = (e: Expr, wanted: string): Expr =>
    isTrivial(e) || constantOf(e) ? e : em.hold(e, wanted);
  const end = stable(wide(upper!), "end");
  const by = stable(wide(step!), "step");
  const advance = /^1(l|ll|ul|ull)?$/.test(by.text) ? `${name}++` : `${name} += ${by.text}`;
  em.line(
    `for (${flavour.types[kind]} ${name} = ${wide(lower!).text}; ${name} < ${paren(end, prec.shift)}; ${advance}) {`,
  );
  em.indented(() => {
    em.bind(op.inductionVar, [castTo(atom(name, kind), own, flavour)]);
    const last = em.block(op.body);
    assign(em, carried.flat(), lanesOf(em, last.operands));
  });
  em.line("}");
}

function nesting(op: Operation): number {
  let depth = 0;
  for (let p = op.parentOp; p !== null; p = p.parentOp) if (p instanceof scf.For) depth++;
  return depth;
}

function emitIf(em: FunctionEmitter, op: scf.If): void {
  const variables = op.results.map((r) => {
    const own = declare(em, r, "value", undefined, op);
    em.bind(r, own);
    return own;
  });
  const branch = (region: Region): void =>
    em.indented(() => {
      const end = em.block(region.firstBlock!);
      assign(em, variables.flat(), lanesOf(em, end.operands));
    });
  em.line(`if (${em.scalar(op.operand(0)).text}) {`);
  branch(op.regions[0]!);
  const otherwise = op.regions[1]?.firstBlock;
  if (otherwise !== undefined && otherwise !== null && hasWork(otherwise.firstOp)) {
    em.line("} else {");
    branch(op.regions[1]!);
  }
  em.line("}");
}

const hasWork = (first: Operation | null): boolean =>
  first !== null && !(first.definition.isTerminator && first.numOperands === 0);

function emitWhile(em: FunctionEmitter, op: scf.While): void {
  const [before, after] = op.regions.map((r) => r.firstBlock!);
  const state = before!.args.map((arg, k) => {
    const own = declare(em, arg, "state", em.lanes(op.operand(k)), op);
    em.bind(arg, own);
    return own;
  });
  const results = op.results.map((r, k) => {
    // What the condition hands on unchanged needs no variable of its own.
    const passed: Value = op.conditionOp.operand(1 + k);
    const index = before!.args.findIndex((a) => a === passed);
    const own = index >= 0 ? state[index]! : declare(em, r, "result", undefined, op);
    em.bind(r, own);
    em.bind(after!.args[k]!, own);
    return own;
  });
  em.line("for (;;) {");
  em.indented(() => {
    const end = em.block(before!);
    const condition = em.scalar(end.operand(0));
    const needed = results
      .flat()
      .some((r, k) => r.text !== lanesOf(em, end.operands.slice(1))[k]!.text);
    const test = needed ? em.hold(condition, "more") : condition;
    assign(em, results.flat(), lanesOf(em, end.operands.slice(1)));
    em.line(`if (${prefix("!", test, "bool").text}) break;`);
    const last = em.block(after!);
    assign(em, state.flat(), lanesOf(em, last.operands));
  });
  em.line("}");
}

function emitSwitch(em: FunctionEmitter, op: scf.IndexSwitch): void {
  const variables = op.results.map((r) => {
    const own = declare(em, r, "value", undefined, op);
    em.bind(r, own);
    return own;
  });
  const cases = op.getAttr("cases");
  const numbers = cases instanceof DenseArrayAttr ? cases.numbers : [];
  const tested = em.hold(em.scalar(op.operand(0)), "choice");
  const branch = (region: Region): void =>
    em.indented(() => {
      const end = em.block(region.firstBlock!);
      assign(em, variables.flat(), lanesOf(em, end.operands));
    });
  numbers.forEach((n, k) => {
    const literal = castTo(
      { ...atom(String(n), "i32"), prec: n < 0 ? prec.unary : prec.primary },
      tested.kind,
      em.flavour,
    );
    const test = infix(tested, "==", literal, prec.equality, "bool").text;
    em.line(k === 0 ? `if (${test}) {` : `} else if (${test}) {`);
    branch(op.regions[k + 1]!);
  });
  em.line(numbers.length === 0 ? "{" : "} else {");
  branch(op.regions[0]!);
  em.line("}");
}

/** Prints loops and branches; false for other operations. */
export function emitControlFlow(em: FunctionEmitter, op: Operation): boolean {
  if (op instanceof scf.For) emitFor(em, op);
  else if (op instanceof scf.If) emitIf(em, op);
  else if (op instanceof scf.While) emitWhile(em, op);
  else if (op instanceof scf.IndexSwitch) emitSwitch(em, op);
  else return false;
  return true;
}
