/** Compiles a host function to a program that gives commands to a device. */
import type { FuncOp } from "@strata/func";
import { ReturnOp } from "@strata/func";
import { ConstantOp } from "@strata/arith";
import { InterpretInterface } from "@strata/interpret";
import { type Block, FloatAttr, IntegerAttr, IntegerType, type Operation } from "@strata/ir";
import { compileControlFlow } from "./control-flow.ts";
import { compileDeviceOp } from "./device-ops.ts";
import type { DeviceMemRef, Driver } from "./driver.ts";
import { compileHostMemory } from "./host-memory.ts";
import { refuse } from "./refuse.ts";
import { direct, type Frame, type PendingRead, sequence, Slots, type Step } from "./steps.ts";

/** What is passed to a host function: memrefs of the device, and scalars as the interpreter's. */
export type HostArgument<M> = DeviceMemRef<M> | number | bigint;

/** What compiling needs to know of the kernels. */
export interface KernelTable<K> {
  /** The kernel that a launch names: the symbols of its module and of itself. */
  find(module: string, kernel: string): K | undefined;
}

/** Compiles operations of host code. */
export class HostCompiler<M, K> {
  readonly slots = new Slots();
  readonly kernels: KernelTable<K>;
  readonly #functions: ReadonlyMap<string, FuncOp>;
  /** Constants, by slot: set once for each run. */
  readonly constants: (readonly [slot: number, value: number | bigint])[] = [];

  constructor(kernels: KernelTable<K>, functions: ReadonlyMap<string, FuncOp>) {
    this.kernels = kernels;
    this.#functions = functions;
  }

  functionNamed(name: string): FuncOp | undefined {
    return this.#functions.get(name);
  }

  /** The operations of a block, its terminator left out. */
  block(block: Block): Step<M, K> {
    const steps: Step<M, K>[] = [];
    for (const op of block.ops()) {
      if (op === block.lastOp && op.definition.isTerminator) break;
      const step = this.#operation(op);
      if (step !== undefined) steps.push(step);
    }
    return sequence(steps);
  }

  #operation(op: Operation): Step<M, K> | undefined {
    if (op instanceof ConstantOp) {
      this.#constant(op);
      return undefined;
    }
    return (
      compileControlFlow(this, op) ??
      compileDeviceOp(this, op) ??
      compileHostMemory(this, op) ??
      this.#scalar(op)
    );
  }

  #constant(op: ConstantOp): void {
    const { value } = op;
    const slot = this.slots.of(op.resultAt(0));
    if (value instanceof FloatAttr) this.constants.push([slot, value.value]);
    else if (value instanceof IntegerAttr) this.constants.push([slot, runtimeInteger(value)]);
    else refuse(op, "a constant that is no scalar");
  }

  /** An operation without effects, computed as the interpreter does. */
  #scalar(op: Operation): Step<M, K> {
    const [to] = op.results;
    const compute = InterpretInterface.of(op)?.specialize?.(op);
    if (compute === undefined || to === undefined) return refuse(op, "the operation");
    const target = this.slots.of(to);
    const f = compute as (...args: unknown[]) => unknown;
    const [a, b, c] = this.slots.all(op.operands);
    switch (op.numOperands) {
      case 1:
        return direct(({ slots }) => {
          slots[target] = f(slots[a!]);
        });
      case 2:
        return direct(({ slots }) => {
          slots[target] = f(slots[a!], slots[b!]);
        });
      case 3:
        return direct(({ slots }) => {
          slots[target] = f(slots[a!], slots[b!], slots[c!]);
        });
      default:
        return refuse(op, `${op.numOperands} operands`);
    }
  }
}

function runtimeInteger(attr: IntegerAttr): number | bigint {
  const isWide = attr.type instanceof IntegerType && attr.type.width > 32;
  return isWide ? attr.value : Number(attr.value);
}

/** A host function, ready to run. */
export class HostProgram<M, K> {
  readonly #body: Step<M, K>;
  readonly #params: readonly number[];
  readonly #results: readonly number[];
  readonly #constants: readonly (readonly [number, number | bigint])[];
  readonly #slots: number;

  constructor(func: FuncOp, compiler: HostCompiler<M, K>) {
    this.#params = compiler.slots.all(func.entry.args);
    this.#body = compiler.block(func.entry);
    const end = func.entry.lastOp;
    if (!(end instanceof ReturnOp)) refuse(func, "a function that does not return");
    this.#results = compiler.slots.all(end?.operands ?? []);
    this.#constants = compiler.constants;
    this.#slots = compiler.slots.count;
  }

  /** Whether the program waits for the device before it ends. */
  get waits(): boolean {
    return this.#body.wait;
  }

  /** Gives all commands; blocks where the program itself depends on results. */
  run(driver: Driver<M, K>, args: readonly HostArgument<M>[]): (number | bigint)[] {
    const frame = this.#frame(driver, args);
    try {
      if (!this.#body.wait) this.#body.run(frame);
      else for (const { memory, into } of this.#body.run(frame)) driver.read(memory, into);
      return this.#scalars(frame);
    } finally {
      release(frame);
    }
  }

  /** Like `run`, but lets the program go on while the device works. */
  async launch(
    driver: Driver<M, K>,
    args: readonly HostArgument<M>[],
  ): Promise<(number | bigint)[]> {
    if (!this.#body.wait) return this.run(driver, args);
    const frame = this.#frame(driver, args);
    try {
      for (const { memory, into } of this.#body.run(frame)) await driver.readLater(memory, into);
      return this.#scalars(frame);
    } finally {
      release(frame);
    }
  }

  #frame(driver: Driver<M, K>, args: readonly HostArgument<M>[]): Frame<M, K> {
    const slots = new Array<unknown>(this.#slots);
    this.#params.forEach((slot, k) => {
      slots[slot] = args[k];
    });
    for (const [slot, value] of this.#constants) slots[slot] = value;
    return { slots, driver, owned: new Set() };
  }

  #scalars({ slots }: Frame<M, K>): (number | bigint)[] {
    return this.#results.map((slot) => slots[slot] as number | bigint);
  }
}

/** Frees what a run left behind, be it by an error. */
function release<M, K>({ driver, owned }: Frame<M, K>): void {
  for (const memory of owned) driver.free(memory);
  owned.clear();
}

/** Compiles a host function; `functions` are those it may call. */
export function compileHostProgram<M, K>(
  func: FuncOp,
  kernels: KernelTable<K>,
  functions: ReadonlyMap<string, FuncOp> = new Map(),
): HostProgram<M, K> {
  return new HostProgram<M, K>(func, new HostCompiler<M, K>(kernels, functions));
}

export type { PendingRead };
