/** Runs schedules. */
import type { ModuleOp } from "@strata/ir";
import {
  type Block,
  type Operation,
  expectVerified,
  type InterfaceBinding,
  lookupSymbol,
  opError,
  type Value,
  walk,
} from "@strata/ir";
import { DiagnosticError, userError } from "@strata/support";
import { ForeachOp, IncludeOp, NamedSequenceOp, SequenceOp, YieldOp } from "../ops.ts";
import { sequenceName } from "../verify.ts";
import { FailureMode } from "../attributes.ts";
import { TransformInterface, transformOf } from "./interface.ts";
import { fail, failWith, type ScheduleOptions, ScheduleState, TransformFailure } from "./state.ts";

/** The name of the sequence where a schedule begins. */
export const mainSequence = "__transform_main";

/** The sequence where a schedule begins; a diagnostic when there is none. */
export function expectMain(schedule: ModuleOp): NamedSequenceOp {
  let main: NamedSequenceOp | undefined;
  walk(schedule, (op) => {
    if (op instanceof NamedSequenceOp && sequenceName(op) === mainSequence) main ??= op;
  });
  if (main !== undefined && !main.body.isEmpty) return main;
  throw new DiagnosticError(
    userError("transform.no-main", `the schedule has no sequence \`@${mainSequence}\``, {
      hint: `write \`transform.named_sequence @${mainSequence}(%root: !transform.any_op) { … }\``,
    }),
  );
}

/** Applies a schedule to a program, which is changed in place and verified afterwards. */
export function applySchedule(
  schedule: ModuleOp,
  program: Operation,
  options: ScheduleOptions = {},
): void {
  const main = expectMain(schedule);
  const entry = main.body.entry;
  if (entry.args.length !== 1) {
    throw new DiagnosticError(
      opError(
        main,
        "transform.main-arguments",
        `\`@${mainSequence}\` takes one handle, the program`,
      ),
    );
  }
  const state = new ScheduleState(program, options);
  state.setOps(entry.args[0]!, [program]);
  runBlock(entry, state);
  expectVerified(program);
}

/** Runs the steps of a block; what it yields. */
function runBlock(block: Block, state: ScheduleState): readonly Value[] {
  for (const op of block.ops()) {
    if (op instanceof YieldOp) return op.operands;
    const behaviour = op.definition.interfaces.get(TransformInterface);
    if (behaviour === undefined) {
      fail(op, "transform.not-a-step", `\`${op.name}\` is no step of a schedule`);
    }
    try {
      (behaviour as { apply(op: Operation, state: ScheduleState): void }).apply(op, state);
    } catch (e) {
      if (e instanceof DiagnosticError && !(e instanceof TransformFailure)) failWith(op, e);
      throw e;
    }
  }
  return [];
}

/** Runs a block whose failures the op may suppress; whether it ran to its end. */
function runGuarded(
  block: Block,
  op: IncludeOp | SequenceOp,
  state: ScheduleState,
): readonly Value[] {
  try {
    return runBlock(block, state);
  } catch (e) {
    const suppress = FailureMode.nameOf(op.failure_propagation_mode) === "suppress";
    if (!suppress || !(e instanceof TransformFailure)) throw e;
    // What a failed sequence would have given is empty.
    for (const r of op.results) state.set(r, { kind: "ops", items: [] });
    return [];
  }
}

function passOn(from: readonly Value[], to: readonly Value[], state: ScheduleState): void {
  from.forEach((v, i) => state.set(to[i]!, state.get(v)));
}

/** What sequences do. */
export const sequenceBehaviour: readonly InterfaceBinding[] = [
  // Declarations of sequences do nothing where they stand.
  transformOf(NamedSequenceOp, () => {}),
  transformOf(SequenceOp, (op, state) => {
    const { entry } = op.body;
    const [first] = entry.args;
    if (op.operands.length > 0) passOn(op.operands, entry.args, state);
    else if (first !== undefined) state.setOps(first, [state.root]);
    passOn(runGuarded(entry, op, state), op.results, state);
  }),
  transformOf(IncludeOp, (op, state) => {
    const target = lookupSymbol(op, op.target);
    if (!(target instanceof NamedSequenceOp) || target.body.isEmpty) {
      fail(op, "transform.include-body", `\`${op.target.toString()}\` has no body`);
    }
    const { entry } = target.body;
    passOn(op.operands, entry.args, state);
    passOn(runGuarded(entry, op, state), op.results, state);
  }),
  transformOf(ForeachOp, (op, state) => {
    const { entry } = op.body;
    const lists = op.operands.map((v) => state.get(v));
    const lengths = lists.map((l) => l.items.length);
    const steps = Math.min(...lengths);
    if (!op.with_zip_shortest && lengths.some((n) => n !== steps)) {
      fail(op, "transform.foreach-lengths", `the handles have ${lengths.join(", ")} elements`);
    }
    const collected = op.results.map((): (typeof lists)[number]["items"][number][] => []);
    const kinds = new Map<number, (typeof lists)[number]["kind"]>();
    for (let i = 0; i < steps; i++) {
      lists.forEach((l, k) => {
        state.set(entry.args[k]!, { kind: l.kind, items: [l.items[i]!] } as typeof l);
      });
      runBlock(entry, state).forEach((v, k) => {
        const { kind, items } = state.get(v);
        kinds.set(k, kind);
        collected[k]!.push(...items);
      });
    }
    op.results.forEach((r, k) => {
      const kind = kinds.get(k) ?? "ops";
      state.set(r, { kind, items: collected[k]! } as (typeof lists)[number]);
    });
  }),
];
