/** Running random functions: arguments, the interpreter before and after lowering. */
import { arith } from "@strata/arith";
import { cf } from "@strata/cf";
import { lowerToLLVM, runLowered } from "@strata/compiler/to-llvm";
import { func, FuncOp } from "@strata/func";
import {
  createStore,
  type ElementStore,
  Interpreter,
  MemRefValue,
  type RuntimeValue,
} from "@strata/interpret";
import {
  builtin,
  cloneOp,
  collect,
  Context,
  dynamic,
  expectVerified,
  type FunctionType,
  IndexType,
  MemRefType,
  type ModuleOp,
  parseModule,
  StridedLayoutAttr,
  type Type,
} from "@strata/ir";
import { llvm } from "@strata/llvm";
import { math } from "@strata/math";
import { memref } from "@strata/memref";
import { Random } from "@strata/support";
import { isSameValue, randomScalar, showValue } from "@strata/testing";
import { vector } from "@strata/vector";
import { openExtent, randomFunction, type RandomFunction } from "./random-functions.ts";

export const context = new Context([builtin, arith, cf, func, llvm, math, memref, vector]);

/** Parses and verifies a text. */
export function parse(text: string): ModuleOp {
  const module = parseModule(context, text);
  expectVerified(module);
  return module;
}

/** A lowered copy of a module. */
export function loweredCopy(module: ModuleOp): ModuleOp {
  const copy = cloneOp(module);
  lowerToLLVM(copy);
  return copy;
}

/** The type of a function of a module. */
export function typeOf(module: ModuleOp, name: string): FunctionType {
  const f = collect(module, FuncOp).find((op) => op.symbolName === name);
  if (f === undefined) throw new Error(`there is no @${name}`);
  return f.type;
}

function argument(type: Type, random: Random): RuntimeValue {
  if (type instanceof IndexType) return random.int(0, 40);
  if (!(type instanceof MemRefType)) return randomScalar(type, random);
  const shape = type.shape.map((n) => (n === dynamic ? openExtent : n));
  const count = shape.reduce((a, b) => a * b, 1);
  const isStrided = type.layout instanceof StridedLayoutAttr;
  const data = createStore(type.elementType, isStrided ? 3 + 2 * count : count);
  for (let i = 0; i < data.length; i++) {
    const index = type.elementType instanceof IndexType;
    data.set(i, index ? random.int(0, 40) : randomScalar(type.elementType, random));
  }
  if (!isStrided) return new MemRefValue(data, shape, type.elementType);
  return new MemRefValue(data, shape, type.elementType, 3, [2]);
}

/** Random arguments for a function. */
export function argumentsFor(type: FunctionType, seed: number): RuntimeValue[] {
  const random = new Random(seed);
  return type.inputs.map((t) => argument(t, random));
}

/** The same arguments with memory of their own. */
export function copyArguments(args: readonly RuntimeValue[]): RuntimeValue[] {
  return args.map((a) =>
    a instanceof MemRefValue
      ? new MemRefValue(a.buffer.slice(), a.shape, a.elementType, a.offset, a.strides)
      : a,
  );
}

/** What a call leaves: its results, and what is in the buffers it got. */
export interface Outcome {
  readonly results: readonly RuntimeValue[];
  readonly buffers: readonly ElementStore[];
}

const buffersOf = (args: readonly RuntimeValue[]): ElementStore[] =>
  args.flatMap((a) => (a instanceof MemRefValue ? [a.buffer] : []));

/** Runs a function of a module as it is. */
export function runOriginal(
  module: ModuleOp,
  name: string,
  args: readonly RuntimeValue[],
): Outcome {
  const own = copyArguments(args);
  const results = new Interpreter(module, { maxSteps: 1_000_000 }).run(name, own);
  return { results, buffers: buffersOf(own) };
}

/** Runs a function of the lowered module. */
export function runAfterLowering(
  lowered: ModuleOp,
  name: string,
  type: FunctionType,
  args: readonly RuntimeValue[],
): Outcome {
  const own = copyArguments(args);
  return { results: runLowered(lowered, name, type, own), buffers: buffersOf(own) };
}

/** An error that shows the program, where two runs differ. */
export function expectSameOutcome(found: Outcome, wanted: Outcome, program: () => string): void {
  wanted.results.forEach((v, i) => {
    const other = found.results[i]!;
    if (isSameValue(v, other)) return;
    throw new Error(`result ${i}: ${showValue(other)} instead of ${showValue(v)}\n${program()}`);
  });
  wanted.buffers.forEach((b, k) => {
    for (let i = 0; i < b.length; i++) {
      const [v, other] = [b.get(i), found.buffers[k]!.get(i)];
      if (isSameValue(v, other)) continue;
      const what = `buffer ${k}, element ${i}: ${showValue(other)} instead of ${showValue(v)}`;
      throw new Error(`${what}\n${program()}`);
    }
  });
}

/** Several random functions that may call each other, as one text. */
export function randomProgram(seed: number, count: number): RandomFunction[] {
  const list: RandomFunction[] = [];
  for (let i = 0; i < count; i++) {
    list.push(randomFunction(`f${i}`, seed * 1000 + i, context, list));
  }
  return list;
}
