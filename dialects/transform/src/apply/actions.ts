/** What transformations of whatever a handle points to do. */
import {
  type Attribute,
  type InterfaceBinding,
  IntegerAttr,
  type Operation,
  printOperation,
  StringAttr,
  Type,
  TypeAttr,
  UnitAttr,
} from "@strata/ir";
import { parsePipeline, PassRegistry, pipeline, runPipeline } from "@strata/pass";
import {
  canonicalizeIn,
  eliminateCommonSubexpressions,
  eraseDeadCode,
  registerTransforms,
} from "@strata/transforms";
import {
  AnnotateOp,
  ApplyCSEOp,
  ApplyDCEOp,
  ApplyPatternsOp,
  ApplyRegisteredPassOp,
  CanonicalizationPatternsOp,
  PrintOp,
} from "../ops.ts";
import { transformOf } from "./interface.ts";
import { fail, type ScheduleState } from "./state.ts";

function annotate(op: AnnotateOp, state: ScheduleState): void {
  const given = op.param === undefined ? [] : state.params(op.param);
  const targets = state.ops(op, op.target);
  if (op.param !== undefined && given.length !== 1 && given.length !== targets.length) {
    fail(
      op,
      "transform.annotate-count",
      `${given.length} parameters are given for ${targets.length} operations`,
    );
  }
  targets.forEach((target, i) => {
    const value = given.length === 1 ? given[0] : given[i];
    const attribute: Attribute =
      value === undefined ? UnitAttr.instance : value instanceof Type ? TypeAttr.get(value) : value;
    target.setAttr(op.annotation.value, attribute);
  });
}

function print(op: PrintOp, state: ScheduleState): void {
  const write = state.options.onPrint ?? (() => {});
  const label = op.label?.value ?? "";
  const found = op.target === undefined ? undefined : state.get(op.target);
  const ops: readonly Operation[] =
    found === undefined ? [state.root] : found.kind === "ops" ? found.items : [];
  write(`[[[ IR printer: ${label} ]]]\n${ops.map((o) => printOperation(o)).join("")}`);
  if (found !== undefined && found.kind !== "ops") write(`${found.items.join("\n")}\n`);
}

function patterns(op: ApplyPatternsOp, state: ScheduleState): void {
  const listed = [...op.patterns.entry.ops()];
  const odd = listed.find((o) => !(o instanceof CanonicalizationPatternsOp));
  if (odd !== undefined) fail(odd, "transform.patterns", `\`${odd.name}\` names no patterns`);
  const limit = Number(op.max_iterations.value);
  for (const target of state.ops(op, op.target)) {
    if (listed.length > 0) canonicalizeIn(target, { maxIterations: Math.max(0, limit) });
    if (op.apply_cse) eliminateCommonSubexpressions(target);
  }
}

/** The value of a pass option as pipeline text. */
function optionText(op: Operation, name: string, value: Attribute): string {
  if (value instanceof IntegerAttr) {
    return value.type.toString() === "i1" ? String(value.isTrue) : String(value.value);
  }
  if (value instanceof StringAttr) return value.value;
  return fail(
    op,
    "transform.pass-option",
    `the option \`${name}\` is a number, a truth value or a text`,
  );
}

function registeredPass(op: ApplyRegisteredPassOp, state: ScheduleState): void {
  const registry = state.options.passes ?? registerTransforms(new PassRegistry());
  const entries = [...op.options.entries];
  const text = entries.map(([k, v]) => `${k}=${optionText(op, k, v)}`).join(" ");
  const name = op.pass_name.value;
  const targets = state.ops(op, op.target);
  for (const target of targets) {
    const braces = text === "" ? "" : `{${text}}`;
    const { items } = parsePipeline(`any(${name}${braces})`, registry);
    const { context } = state.options;
    runPipeline(pipeline(target.name, ...items), target, context === undefined ? {} : { context });
  }
  state.setOps(op.output, targets);
}

/** What these transformations do. */
export const actionBehaviour: readonly InterfaceBinding[] = [
  transformOf(AnnotateOp, annotate),
  transformOf(PrintOp, print),
  transformOf(ApplyCSEOp, (op, state) => {
    for (const o of state.ops(op, op.target)) eliminateCommonSubexpressions(o);
  }),
  transformOf(ApplyDCEOp, (op, state) => {
    for (const o of state.ops(op, op.target)) eraseDeadCode(o);
  }),
  transformOf(ApplyPatternsOp, patterns),
  transformOf(ApplyRegisteredPassOp, registeredPass),
];
