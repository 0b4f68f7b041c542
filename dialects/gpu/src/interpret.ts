/**
 * What the operations of `gpu` do when a program runs: launches run blocks one after the other, and
 * the threads of a block by turns, each up to where it waits for others.
 *
 * Besides results, a run says what makes a kernel wrong on real devices: races, barriers that some
 * threads do not come by, lanes that read from lanes that take no part, uninitialized memory of the
 * block (it holds a pattern), and sizes against the kernel's own promises.
 */
import {
  type InterpreterContext,
  interpretAsWaiting,
  interpretOf,
  createStore,
  fillUninitialized,
  MemRefValue,
} from "@strata/interpret";
import { type InterfaceBinding, IntegerType } from "@strata/ir";
import { hostInterpretation } from "./interpret/host.ts";
import { matrixInterpretation } from "./interpret/matrices.ts";
import { positionInterpretation } from "./interpret/positions.ts";
import { formatText } from "./interpret/printf.ts";
import { currentThread, Machine } from "./interpret/threads.ts";
import * as ops from "./ops.ts";
import { defaultSettings, type GpuSettings } from "./settings.ts";

const i8 = IntegerType.get(8);

function dynamicMemory(op: ops.DynamicSharedMemory, cx: InterpreterContext): MemRefValue {
  const { block } = currentThread(op, cx);
  if (block.dynamicMemory === undefined) {
    const bytes = block.launch.dynamicBytes;
    const store = createStore(i8, bytes);
    fillUninitialized(store);
    block.dynamicMemory = new MemRefValue(store, [bytes], i8);
  }
  return block.dynamicMemory;
}

/** The settings of the interpreted GPU, for the `state` of an interpreter. */
export function gpuState(settings: GpuSettings = {}): readonly [object, unknown] {
  return [Machine, new Machine({ ...defaultSettings, ...settings })];
}

/** How the operations run. */
export const interpretation: readonly InterfaceBinding[] = [
  interpretAsWaiting([
    ops.AllReduce,
    ops.Barrier,
    ops.MmaInsert,
    ops.MmaLoad,
    ops.MmaStore,
    ops.Rotate,
    ops.Shuffle,
    ops.SubgroupBroadcast,
    ops.SubgroupReduce,
  ]),
  ...positionInterpretation,
  ...hostInterpretation,
  ...matrixInterpretation,
  interpretOf(ops.DynamicSharedMemory, (op, _, cx) => dynamicMemory(op, cx)),
  interpretOf(ops.Printf, (op, args, cx) => cx.write(formatText(op, args))),
];
