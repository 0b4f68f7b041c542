/**
 * The functions of LLVM's OpenMP runtime (libomp), for the interpreter: a team's threads run one
 * after the other, each from begin to end.
 *
 * Invariants: that is one of the orders that OpenMP allows as long as no thread waits for what a
 * later one does before a barrier; programs that need barriers run with a team of one thread, which
 * is what a team has unless `__kmpc_push_num_threads` asks for more.
 */
import { failAt, type InterpreterContext, type RuntimeValue } from "@strata/interpret";
import type { Operation } from "@strata/ir";
import { type Memory, PointerValue } from "./memory.ts";

/** A function of the runtime, which may call functions of the program. */
export type TeamFunction = (
  args: readonly RuntimeValue[],
  memory: Memory,
  op: Operation,
  cx: InterpreterContext,
) => readonly RuntimeValue[];

interface Team {
  size: number;
  thread: number;
  /** Threads that the next team gets. */
  wanted: number;
  /** What is left of a loop whose parts are asked for. */
  range: { next: bigint; readonly last: bigint; readonly chunk: bigint } | undefined;
}

const teams = new WeakMap<Memory, Team>();

function teamOf(memory: Memory): Team {
  let team = teams.get(memory);
  if (team === undefined)
    teams.set(memory, (team = { size: 1, thread: 0, wanted: 1, range: undefined }));
  return team;
}

const viewOf = (p: RuntimeValue, op: Operation): [DataView, number] => {
  if (p instanceof PointerValue && p.allocation !== undefined) return [p.allocation.view, p.offset];
  return failAt(op, "llvm.openmp-pointer", `\`${op.name}\` hands the runtime no memory`);
};

function readI64(p: RuntimeValue, op: Operation): bigint {
  const [view, at] = viewOf(p, op);
  return view.getBigInt64(at, true);
}

function writeI64(p: RuntimeValue, n: bigint, op: Operation): void {
  const [view, at] = viewOf(p, op);
  view.setBigInt64(at, n, true);
}

function writeI32(p: RuntimeValue, n: number, op: Operation): void {
  const [view, at] = viewOf(p, op);
  view.setInt32(at, n, true);
}

const staticChunked = 33n;
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const nothing: readonly RuntimeValue[] = [];

/** `(where, thread, kind, &last, &lower, &upper, &stride, step, chunk)`, of positive steps. */
const staticInit: TeamFunction = (args, memory, op) => {
  const [, , kind, isLast, lowerAt, upperAt, strideAt, , chunkGiven] = args;
  const { size, thread } = teamOf(memory);
  const [n, id] = [BigInt(size), BigInt(thread)];
  const [lower, upper] = [readI64(lowerAt!, op), readI64(upperAt!, op)];
  const total = upper - lower + 1n;
  if (total <= 0n) return nothing;
  const isChunked = BigInt(kind as number) === staticChunked;
  const chunk = isChunked ? BigInt(chunkGiven as bigint) : (total + n - 1n) / n;
  writeI64(lowerAt!, lower + id * chunk, op);
  const end = lower + (id + 1n) * chunk - 1n;
  writeI64(upperAt!, isChunked ? end : min(end, upper), op);
  writeI64(strideAt!, chunk * n, op);
  writeI32(isLast!, 0, op);
  return nothing;
};

const dispatchInit: TeamFunction = ([, , , lower, upper, , chunk], memory) => {
  const team = teamOf(memory);
  const next = BigInt(lower as bigint);
  const step = BigInt(chunk as bigint);
  team.range = { next, last: BigInt(upper as bigint), chunk: step > 0n ? step : 1n };
  return nothing;
};

const dispatchNext: TeamFunction = ([, , isLast, lower, upper, stride], memory, op) => {
  const { range } = teamOf(memory);
  if (range === undefined || range.next > range.last) return [0];
  writeI64(lower!, range.next, op);
  writeI64(upper!, min(range.next + range.chunk - 1n, range.last), op);
  writeI64(stride!, 1n, op);
  writeI32(isLast!, 0, op);
  range.next += range.chunk;
  return [1];
};

/** `(where, argc, function, …)`: every thread calls the function with its number and the rest. */
const forkCall: TeamFunction = ([, , task, ...args], memory, op, cx) => {
  const symbol = task instanceof PointerValue ? task.allocation?.symbol : undefined;
  if (symbol === undefined) failAt(op, "llvm.call-callee", "a team is given no function");
  const team = teamOf(memory);
  const outer = { ...team };
  team.size = team.wanted;
  team.wanted = 1;
  for (let id = 0; id < team.size; id++) {
    team.thread = id;
    team.range = undefined;
    const height = memory.stackHeight;
    const numbers = [id, id].map((n) => {
      const p = memory.tryAllocate("stack", 4, 4)!;
      writeI32(p, n, op);
      return p;
    });
    cx.call(symbol, [...numbers, ...args]);
    memory.releaseStack(height);
  }
  Object.assign(team, outer, { wanted: 1 });
  return nothing;
};

const alone: TeamFunction = () => nothing;
const isFirst: TeamFunction = (_args, memory) => [teamOf(memory).thread === 0 ? 1 : 0];

const functions: ReadonlyMap<string, TeamFunction> = new Map<string, TeamFunction>([
  ["__kmpc_fork_call", forkCall],
  ["__kmpc_global_thread_num", (_args, memory) => [teamOf(memory).thread]],
  [
    "__kmpc_push_num_threads",
    ([, , n], memory) => {
      teamOf(memory).wanted = Math.max(1, n as number);
      return nothing;
    },
  ],
  ["__kmpc_serialized_parallel", alone],
  ["__kmpc_end_serialized_parallel", alone],
  ["__kmpc_for_static_init_8", staticInit],
  ["__kmpc_for_static_fini", alone],
  ["__kmpc_dispatch_init_8", dispatchInit],
  ["__kmpc_dispatch_next_8", dispatchNext],
  ["__kmpc_barrier", alone],
  ["__kmpc_flush", alone],
  ["__kmpc_critical", alone],
  ["__kmpc_end_critical", alone],
  ["__kmpc_master", isFirst],
  ["__kmpc_end_master", alone],
  ["__kmpc_masked", ([, , filter], memory) => [teamOf(memory).thread === filter ? 1 : 0]],
  ["__kmpc_end_masked", alone],
  ["__kmpc_single", isFirst],
  ["__kmpc_end_single", alone],
]);

/** The function of libomp of a name, if it is one that programs here call. */
export function tryTeamFunction(name: string): TeamFunction | undefined {
  return functions.get(name);
}
