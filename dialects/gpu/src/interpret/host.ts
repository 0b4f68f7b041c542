/**
 * What the host does: memory of the device, copies, launches, and their order.
 *
 * Invariant: an asynchronous operation runs when the host comes to it, or with `lateAsync` only
 * when something waits for its token, which is as late as a device may run it.
 */
import {
  failAt,
  interpretAsLaunch,
  type InterpreterContext,
  interpretOf,
  MemRefValue,
  RuntimeObject,
  type RuntimeValue,
} from "@strata/interpret";
import type { InterfaceBinding, Operation } from "@strata/ir";
import { allocate } from "@strata/memref";
import * as ops from "../ops.ts";
import { prepareLaunch, prepareLaunchFunc } from "./launch.ts";
import { machineOf } from "./threads.ts";

/** Completion of an operation; `complete` runs what has not run yet. */
class TokenValue extends RuntimeObject {
  #work: (() => void) | undefined;

  constructor(work: (() => void) | undefined) {
    super();
    this.#work = work;
  }

  complete(): void {
    const work = this.#work;
    this.#work = undefined;
    work?.();
  }

  describe(): string {
    return "!gpu.async.token";
  }
}

/** Runs work behind the operation's dependencies; its token, if it gives one. */
function perform(
  op: Operation,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
  work: () => void,
): TokenValue[] {
  const before = args.slice(0, op.operandGroup(0).length);
  const run = (): void => {
    for (const t of before) if (t instanceof TokenValue) t.complete();
    work();
  };
  const hasToken = op.definition.resultLength(op, op.definition.resultGroups.length - 1) > 0;
  if (hasToken && machineOf(cx).settings.lateAsync) return [new TokenValue(run)];
  run();
  return hasToken ? [new TokenValue(undefined)] : [];
}

function expectMemRef(op: Operation, v: RuntimeValue | undefined): MemRefValue {
  if (!(v instanceof MemRefValue)) throw new Error(`${op.name} expects a memref`);
  if (v.buffer.isFreed) failAt(op, "memref.use-after-free", "the buffer has been freed");
  return v;
}

function copy(op: ops.Memcpy, to: MemRefValue, from: MemRefValue): void {
  if (to.shape.join() !== from.shape.join()) {
    failAt(op, "gpu.memcpy-shape", `\`${from.describe()}\` does not fit \`${to.describe()}\``);
  }
  const values = [...from.positions()].map((p) => from.buffer.get(p));
  let i = 0;
  for (const p of to.positions()) to.buffer.set(p, values[i++]!);
}

function alloc(op: ops.Alloc, args: readonly RuntimeValue[], cx: InterpreterContext): MemRefValue {
  const start = op.asyncDependencies.length;
  const sizes = args.slice(start, start + op.dynamicSizes.length);
  const made = allocate(op, op.memref.type, sizes, args.slice(start + sizes.length));
  machineOf(cx).deviceMemory.add(made.buffer);
  return made;
}

/** The operands behind the tokens. */
const rest = (op: Operation, args: readonly RuntimeValue[]): readonly RuntimeValue[] =>
  args.slice(op.operandGroup(0).length);

/** How the operations run. */
export const hostInterpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.Wait, (op, args, cx) => perform(op, args, cx, () => undefined)),
  interpretOf(ops.Alloc, (op, args, cx) => [
    alloc(op, args, cx),
    ...perform(op, args, cx, () => undefined),
  ]),
  interpretOf(ops.Dealloc, (op, args, cx) =>
    perform(op, args, cx, () => {
      const [m] = rest(op, args);
      if (m instanceof MemRefValue && m.buffer.isFreed) {
        failAt(op, "memref.double-free", "the buffer has been freed before");
      }
      expectMemRef(op, m).buffer.isFreed = true;
    }),
  ),
  interpretOf(ops.Memcpy, (op, args, cx) =>
    perform(op, args, cx, () => {
      const [to, from] = rest(op, args);
      copy(op, expectMemRef(op, to), expectMemRef(op, from));
    }),
  ),
  interpretOf(ops.Memset, (op, args, cx) =>
    perform(op, args, cx, () => {
      const [memref, value] = rest(op, args);
      const m = expectMemRef(op, memref);
      for (const p of m.positions()) m.buffer.set(p, value!);
    }),
  ),
  interpretOf(ops.HostRegister, (op, [m], cx) => {
    machineOf(cx).deviceMemory.add(expectMemRef(op, m).buffer);
  }),
  interpretOf(ops.HostUnregister, (op, [m], cx) => {
    machineOf(cx).deviceMemory.delete(expectMemRef(op, m).buffer);
  }),
  interpretOf(ops.SetDefaultDevice, (op, [device]) => {
    if (device === 0) return;
    failAt(op, "gpu.device", `there is no device ${String(device)}: one GPU is interpreted`);
  }),
  interpretAsLaunch(ops.LaunchFunc, (op, args, cx) =>
    perform(op, args, cx, prepareLaunchFunc(op, args, cx)),
  ),
  interpretAsLaunch(ops.Launch, (op, args, cx) =>
    perform(op, args, cx, prepareLaunch(op, args, cx)),
  ),
];
