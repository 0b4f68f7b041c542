/**
 * What runs while a launch is interpreted: the launch, its blocks and their threads.
 *
 * Invariants: the thread that runs is `machine.thread`; the number of a thread counts x first, then
 * y, then z, and lanes of a subgroup are neighbours in that order.
 */
import {
  failAt,
  type InterpreterContext,
  type MemRefValue,
  type Suspension,
  type Thread,
} from "@strata/interpret";
import type { Operation } from "@strata/ir";
import { Random } from "@strata/support";
import type { Dimension } from "../attributes.ts";
import { defaultSettings, type GpuSettings } from "../settings.ts";

/** Numbers along x, y and z. */
export type Three = readonly [number, number, number];

/** One launch of a kernel. */
export interface LaunchState {
  readonly op: Operation;
  readonly grid: Three;
  readonly block: Three;
  /** Blocks of a cluster. */
  readonly cluster: Three;
  /** Bytes of dynamic workgroup memory. */
  readonly dynamicBytes: number;
  readonly settings: Required<GpuSettings>;
}

/** One block of a launch. */
export interface BlockState {
  readonly launch: LaunchState;
  readonly id: Three;
  /** Position among the blocks of the launch. */
  readonly number: number;
  /** Barriers passed. */
  phase: number;
  dynamicMemory: MemRefValue | undefined;
}

/** One thread of a block. */
export interface ThreadState {
  readonly block: BlockState;
  readonly id: Three;
  /** Position in the block. */
  readonly number: number;
  run: Thread | undefined;
  /** The operation the thread waits at; undefined before it begins and when it has ended. */
  waiting: Suspension | undefined;
  isDone: boolean;
}

/** The interpreted GPU. */
export class Machine {
  readonly settings: Required<GpuSettings>;
  readonly random: Random;
  thread: ThreadState | undefined;
  /** Memory that kernels may access, where that is checked. */
  readonly deviceMemory: WeakSet<object> = new WeakSet();

  constructor(settings: Required<GpuSettings>) {
    this.settings = settings;
    this.random = new Random(settings.seed ?? 0);
  }
}

/** The machine of an interpreter, with default settings unless it was given some. */
export function machineOf(cx: InterpreterContext): Machine {
  return cx.stateOf(Machine, () => new Machine(defaultSettings));
}

/** The thread that runs; fails outside of launches. */
export function currentThread(op: Operation, cx: InterpreterContext): ThreadState {
  return (
    machineOf(cx).thread ??
    failAt(op, "gpu.no-launch", `\`${op.name}\` is interpreted outside of any launch`)
  );
}

const axes: Readonly<Record<Dimension, 0 | 1 | 2>> = { x: 0, y: 1, z: 2 };

/** The entry along a dimension. */
export function along(numbers: Three, dimension: Dimension): number {
  return numbers[axes[dimension]];
}

/** How many positions there are. */
export function countOf([x, y, z]: Three): number {
  return x * y * z;
}

/** The position with a number, x counting first. */
export function positionOf(number: number, [x, y]: Three): Three {
  return [number % x, Math.floor(number / x) % y, Math.floor(number / (x * y))];
}

/** The lane of a thread in its subgroup. */
export function laneOf(t: ThreadState): number {
  return t.number % t.block.launch.settings.subgroupSize;
}

/** For messages: which thread. */
export function describeThread(t: ThreadState): string {
  return `thread (${t.id.join(", ")}) of block (${t.block.id.join(", ")})`;
}
