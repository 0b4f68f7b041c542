/** Launches: the host's side of running a kernel. */
import {
  failAt,
  type InterpreterContext,
  MemRefValue,
  observeAccesses,
  type RuntimeValue,
} from "@strata/interpret";
import { DenseArrayAttr, lookupSymbol, type Operation, type Region } from "@strata/ir";
import * as ops from "../ops.ts";
import { BlockRunner, type BlockProgram } from "./block.ts";
import { RaceDetector } from "./races.ts";
import {
  countOf,
  type LaunchState,
  type Machine,
  machineOf,
  type ThreadState,
  type Three,
} from "./threads.ts";

type Launching = ops.Launch | ops.LaunchFunc;

function checkSizes(op: Launching, what: string, sizes: Three): void {
  if (sizes.every((n) => n >= 0)) return;
  failAt(op, "gpu.launch-size", `the ${what} is (${sizes.join(", ")})`);
}

function checkKnown(op: Operation, kernel: Operation, name: string, sizes: Three): void {
  const known = kernel.getAttr(name) ?? kernel.getAttr(`gpu.${name}`);
  if (!(known instanceof DenseArrayAttr)) return;
  if (known.values.every((n, d) => Number(n) === sizes[d])) return;
  failAt(
    op,
    "gpu.known-size",
    `the kernel is made for \`${name}\` (${known.values.join(", ")}), ` +
      `not for (${sizes.join(", ")})`,
  );
}

/** The launch's sizes, checked. */
function launchState(op: Launching, args: readonly RuntimeValue[], machine: Machine): LaunchState {
  const { definition } = op;
  const at = (group: number): number => Number(args[definition.operandStart(op, group)]);
  const three = (group: number): Three => [at(group), at(group + 1), at(group + 2)];
  const [grid, block] = [three(1), three(4)];
  const cluster: Three = op.operandGroup(7).length > 0 ? three(7) : [1, 1, 1];
  checkSizes(op, "grid size", grid);
  checkSizes(op, "block size", block);
  const { settings } = machine;
  if (countOf(block) > settings.maxBlockThreads) {
    failAt(
      op,
      "gpu.block-size",
      `a block has ${countOf(block)} threads, the device has at most ${settings.maxBlockThreads}`,
    );
  }
  if (cluster.some((n, d) => n < 1 || grid[d]! % n !== 0)) {
    failAt(
      op,
      "gpu.cluster-grid",
      `clusters of (${cluster.join(", ")}) blocks do not divide a grid of (${grid.join(", ")})`,
    );
  }
  const dynamicBytes = op.dynamicSharedMemorySize === undefined ? 0 : at(10);
  if (dynamicBytes < 0) {
    failAt(op, "gpu.dynamic-size", `the size of dynamic workgroup memory is ${dynamicBytes}`);
  }
  return { op, grid, block, cluster, dynamicBytes, settings };
}

function runBlocks(
  launch: LaunchState,
  program: BlockProgram,
  machine: Machine,
  cx: InterpreterContext,
): void {
  const { settings } = machine;
  const races = settings.checkRaces
    ? new RaceDetector(machine, cx, launch.grid, launch.block)
    : undefined;
  const runner = new BlockRunner(launch, program, machine, races, cx);
  const numbers = Array.from({ length: countOf(launch.grid) }, (_, i) => i);
  if (settings.seed !== undefined) machine.random.shuffle(numbers);
  const outer = machine.thread;
  const run = (): void => numbers.forEach((n) => runner.run(n));
  try {
    if (races === undefined) run();
    else observeAccesses(races, run);
  } finally {
    machine.thread = outer;
  }
}

/** The kernel that an operation launches; fails for one that is not there. */
function expectKernel(op: ops.LaunchFunc): { kernel: Operation; body: Region } {
  const kernel = lookupSymbol(op, op.kernel);
  const body = kernel?.regions[0];
  if (kernel !== undefined && body !== undefined && !body.isEmpty) return { kernel, body };
  return failAt(op, "gpu.unknown-kernel", `the kernel ${op.kernel.toString()} has no body`);
}

/** A launch of a function, ready to run. */
export function prepareLaunchFunc(
  op: ops.LaunchFunc,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): () => void {
  const machine = machineOf(cx);
  const { kernel, body } = expectKernel(op);
  const launch = launchState(op, args, machine);
  checkKnown(op, kernel, "known_block_size", launch.block);
  checkKnown(op, kernel, "known_grid_size", launch.grid);
  checkKnown(op, kernel, "known_cluster_size", launch.cluster);
  const start = op.definition.operandStart(op, 11);
  const own = args.slice(start, start + op.kernelOperands.length);
  checkMemory(op, own, machine);
  const program: BlockProgram = {
    body: cx.threadBody(body),
    argumentsOf: () => own,
    workgroup: kernel instanceof ops.GpuFunc ? kernel.workgroupAttributions : [],
    private: kernel instanceof ops.GpuFunc ? kernel.privateAttributions : [],
  };
  return () => runBlocks(launch, program, machine, cx);
}

/** Fails for arguments in memory that the device cannot access, where that is checked. */
function checkMemory(op: Operation, args: readonly RuntimeValue[], machine: Machine): void {
  if (!machine.settings.checkMemory) return;
  args.forEach((a, i) => {
    if (!(a instanceof MemRefValue) || machine.deviceMemory.has(a.buffer)) return;
    failAt(
      op,
      "gpu.host-memory",
      `argument ${i} of the kernel is a buffer of the host`,
      "allocate it by `gpu.alloc` and copy, or register it by `gpu.host_register`",
    );
  });
}

/** A launch of a region, ready to run. */
export function prepareLaunch(
  op: ops.Launch,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): () => void {
  const machine = machineOf(cx);
  const launch = launchState(op, args, machine);
  const { grid, block, cluster } = launch;
  const clustered = (id: Three): readonly number[] =>
    op.isClustered ? [...id.map((n, d) => Math.floor(n / cluster[d]!)), ...cluster] : [];
  const program: BlockProgram = {
    body: cx.threadBody(op.body),
    argumentsOf: (t: ThreadState) => [
      ...t.block.id,
      ...t.id,
      ...grid,
      ...block,
      ...clustered(t.block.id),
    ],
    workgroup: op.workgroupAttributions,
    private: op.privateAttributions,
  };
  return () => runBlocks(launch, program, machine, cx);
}
