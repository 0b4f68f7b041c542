/** What accesses, addresses, branches and calls do when a program runs. */
import {
  type ControlFlow,
  failAt,
  interpretAs,
  type InterpreterContext,
  InterpretInterface,
  liftElementwise,
  maxNum,
  minNum,
  roundingOf,
  type RunAnswer,
  type RuntimeValue,
  type ScalarFunction,
  VectorValue,
} from "@strata/interpret";
import {
  FloatType,
  IntegerType,
  type InterfaceBinding,
  lookupSymbol,
  type Operation,
  type OperationParts,
  type OpRef,
  SymbolRefAttr,
  type Type,
  VectorType,
} from "@strata/ir";
import { AtomicBinOp } from "./attributes.ts";
import { caseOperandsOf, caseValuesOf } from "./control-ops.ts";
import { alignmentOfType, fieldOffset, sizeOf } from "./data-layout.ts";
import { alignmentOf } from "./function-syntax.ts";
import { integerFunction, type IntegerName } from "./integer-semantics.ts";
import { constantValue } from "./interpret-values.ts";
import { codecOf, type Codec } from "./memory-codec.ts";
import { AggregateValue, checkAccess, type Memory, memoryOf, PointerValue } from "./memory.ts";
import { gepDynamicIndex } from "./memory-ops.ts";
import * as ops from "./ops.ts";
import { tryTeamFunction } from "./openmp-functions.ts";
import { tryRuntimeFunction } from "./runtime-functions.ts";
import { LLVMArrayType, LLVMStructType } from "./types.ts";

type Class<O extends Operation> = (new (parts: OperationParts) => O) & OpRef;
type Run = (args: readonly RuntimeValue[], cx: InterpreterContext) => RunAnswer;

/** Binds an implementation whose constant parts are worked out once for each op. */
function prepared<O extends Operation>(cls: Class<O>, prepare: (op: O) => Run): InterfaceBinding {
  const ready = new WeakMap<Operation, Run>();
  return InterpretInterface.on(cls, {
    run(op, args, cx) {
      let run = ready.get(op);
      if (run === undefined) ready.set(op, (run = prepare(op as O)));
      const answer = run(args, cx);
      if (answer === undefined) return [];
      if (typeof answer === "number" || typeof answer === "bigint") return [answer];
      return Array.isArray(answer) || "kind" in answer
        ? (answer as readonly RuntimeValue[] | ControlFlow)
        : [answer as RuntimeValue];
    },
  });
}

const asPointer = (v: RuntimeValue | undefined): PointerValue => v as PointerValue;

// --- plain accesses ------------------------------------------------------------------------------

function read(op: Operation, codec: Codec, p: PointerValue, align: number, memory: Memory) {
  return codec.read(checkAccess(op, p, codec.size, align, "reads"), p.offset, memory);
}

function write(op: Operation, codec: Codec, p: PointerValue, align: number, v: RuntimeValue): void {
  codec.write(checkAccess(op, p, codec.size, align, "writes"), p.offset, v);
}

const alignmentFor = (op: Operation, type: Type): number =>
  alignmentOf(op) ?? alignmentOfType(type);

// --- masked accesses -----------------------------------------------------------------------------

interface Lanes {
  readonly codec: Codec;
  readonly step: number;
  readonly type: VectorType;
  readonly alignment: number;
}

function lanesOf(op: Operation, type: VectorType): Lanes {
  const codec = codecOf(type.elementType);
  return { codec, step: sizeOf(type.elementType), type, alignment: alignmentOf(op) ?? 1 };
}

function passThrough(v: RuntimeValue | undefined, lanes: Lanes): readonly RuntimeValue[] {
  if (v instanceof VectorValue) return v.elements;
  return new Array<RuntimeValue>(lanes.type.numElements).fill(lanes.codec.zero);
}

/** Reads lane by lane; `at` gives the address of a lane, which must be read only if it is active. */
function maskedRead(
  op: Operation,
  lanes: Lanes,
  mask: RuntimeValue | undefined,
  rest: readonly RuntimeValue[],
  memory: Memory,
  at: (lane: number) => { pointer: PointerValue; alignment: number },
): VectorValue {
  const active = (mask as VectorValue).elements;
  const out = active.map((a, i) => {
    if (a === 0) return rest[i]!;
    const { pointer, alignment } = at(i);
    return read(op, lanes.codec, pointer, alignment, memory);
  });
  return new VectorValue(lanes.type, out);
}

function maskedWrite(
  op: Operation,
  lanes: Lanes,
  value: RuntimeValue | undefined,
  mask: RuntimeValue | undefined,
  at: (lane: number) => { pointer: PointerValue; alignment: number },
): void {
  const { elements } = value as VectorValue;
  (mask as VectorValue).elements.forEach((a, i) => {
    if (a === 0) return;
    const { pointer, alignment } = at(i);
    write(op, lanes.codec, pointer, alignment, elements[i]!);
  });
}

/** Lanes one behind the other: the alignment is that of lane 0. */
function consecutive(base: PointerValue, lanes: Lanes) {
  return (i: number) => {
    const bytes = i * lanes.step;
    let alignment = lanes.alignment;
    while (bytes % alignment !== 0) alignment /= 2;
    return { pointer: base.plus(bytes), alignment };
  };
}

const scattered = (pointers: RuntimeValue | undefined, lanes: Lanes) => (i: number) => ({
  pointer: asPointer((pointers as VectorValue).elements[i]),
  alignment: lanes.alignment,
});

/** Active lanes take consecutive places. */
function compressed(base: PointerValue, mask: RuntimeValue | undefined, lanes: Lanes) {
  const active = (mask as VectorValue).elements;
  return (i: number) => {
    const before = active.slice(0, i).filter((a) => a !== 0).length;
    return { pointer: base.plus(before * lanes.step), alignment: 1 };
  };
}

// --- addresses -----------------------------------------------------------------------------------

/** One step of an address computation: a constant number of bytes, or an index times a stride. */
interface GepPlan {
  readonly constant: number;
  readonly strides: readonly { readonly operand: number; readonly bytes: number }[];
}

function planGep(op: ops.GEPOp): GepPlan {
  let constant = 0;
  let operand = 1;
  const strides: { operand: number; bytes: number }[] = [];
  let type: Type = op.elem_type.value;
  const step = (index: number, bytes: number): void => {
    if (index === gepDynamicIndex) strides.push({ operand: operand++, bytes });
    else constant += index * bytes;
  };
  op.rawConstantIndices.numbers.forEach((index, i) => {
    if (i === 0) step(index, sizeOf(type));
    else if (type instanceof LLVMStructType) {
      constant += fieldOffset(type, index);
      type = type.body![index]!;
    } else if (type instanceof LLVMArrayType || type instanceof VectorType) {
      type = type.elementType;
      step(index, sizeOf(type));
    }
  });
  return { constant, strides };
}

function gep(op: ops.GEPOp): ScalarFunction {
  const { constant, strides } = planGep(op);
  const one: ScalarFunction = (base, ...indices) => {
    let bytes = constant;
    for (const s of strides) bytes += Number(indices[s.operand - 1]) * s.bytes;
    return asPointer(base).plus(bytes);
  };
  const result = op.res.type;
  if (!(result instanceof VectorType)) return one;
  // Scalars among vectors count for every lane.
  const lifted = liftElementwise(op, result, one);
  const spread = (v: RuntimeValue): RuntimeValue =>
    v instanceof VectorValue
      ? v
      : new VectorValue(result, new Array<RuntimeValue>(result.numElements).fill(v));
  return (...operands) => lifted(...operands.map(spread));
}

/** The memory of a global, initialized on first use. */
function globalPointer(g: ops.GlobalOp, memory: Memory, cx: InterpreterContext): PointerValue {
  return memory.globalPointer(g.sym_name.value, () => {
    const type = g.global_type.value;
    const alignment = alignmentFor(g, type);
    const p =
      memory.tryAllocate("global", sizeOf(type), alignment, g.sym_name.value) ??
      failAt(g, "llvm.allocation", `there is no memory for @${g.sym_name.value}`);
    const { value } = g;
    let initial: RuntimeValue | undefined;
    if (value !== undefined) initial = constantValue(g, value, type);
    else if (!g.initializer.isEmpty) initial = cx.runRegion(g.initializer, [])[0];
    if (initial !== undefined) write(g, codecOf(type), p, 1, initial);
    return p;
  });
}

function addressOf(op: ops.AddressOfOp): Run {
  const target = lookupSymbol(op, op.global_name);
  const name = op.global_name.root;
  return (_args, cx) => {
    const memory = memoryOf(cx);
    if (target instanceof ops.FuncOp) return memory.functionPointer(name);
    if (target instanceof ops.GlobalOp) return globalPointer(target, memory, cx);
    return failAt(op, "llvm.unknown-symbol", `@${name} is no global or function`);
  };
}

function alloca(op: ops.AllocaOp): Run {
  const type = op.elem_type.value;
  const alignment = alignmentFor(op, type);
  const size = sizeOf(type);
  return ([n], cx) => {
    const count = Number(BigInt.asUintN(op.arraySize.type.width, BigInt(n as bigint)));
    const p = memoryOf(cx).tryAllocate("stack", count * size, alignment);
    return p ?? failAt(op, "llvm.allocation", `there is no stack for ${count * size} bytes`);
  };
}

// --- atomic accesses -----------------------------------------------------------------------------

const atomicIntegers: Readonly<Record<string, IntegerName>> = {
  add: "add",
  sub: "sub",
  _and: "and",
  _or: "or",
  _xor: "xor",
  max: "smax",
  min: "smin",
  umax: "umax",
  umin: "umin",
  usub_sat: "usub_sat",
};

const atomicFloats: Readonly<Record<string, (a: number, b: number) => number>> = {
  fadd: (a, b) => a + b,
  fsub: (a, b) => a - b,
  fmax: maxNum,
  fmin: minNum,
  fmaximum: (a, b) => Math.max(a, b),
  fminimum: (a, b) => Math.min(a, b),
};

function atomicFunction(op: ops.AtomicRMWOp): ScalarFunction {
  const name = AtomicBinOp.nameOf(op.bin_op);
  const type = op.val.type;
  if (name === "xchg") return (_old, v) => v;
  const float = atomicFloats[name];
  if (float !== undefined && type instanceof FloatType) {
    const round = roundingOf(type);
    return (a, b) => round(float(a as number, b as number));
  }
  if (type instanceof IntegerType) {
    const { width } = type;
    const integer = atomicIntegers[name];
    if (integer !== undefined) return integerFunction(integer, width, op);
    const and = integerFunction("and", width, op);
    const xor = integerFunction("xor", width, op);
    if (name === "nand") return (a, b) => xor(and(a, b), width > 32 ? -1n : width === 1 ? 1 : -1);
    const less = integerFunction("ucmp", width, op, 32);
    const sub = integerFunction("sub", width, op);
    const add = integerFunction("add", width, op);
    const zero = width > 32 ? 0n : 0;
    const one = width > 32 ? 1n : 1;
    if (name === "uinc_wrap") return (a, b) => (less(a, b) === -1 ? add(a, one) : zero);
    if (name === "udec_wrap") {
      return (a, b) => (a === zero || less(a, b) === 1 ? b : sub(a, one));
    }
    if (name === "usub_cond") return (a, b) => (less(a, b) === -1 ? a : sub(a, b));
  }
  return failAt(op, "llvm.atomic-operation", `\`${name}\` does not work on \`${type.toString()}\``);
}

const sameValue = (a: RuntimeValue, b: RuntimeValue): boolean =>
  a instanceof PointerValue && b instanceof PointerValue ? a.address === b.address : a === b;

// --- whole ranges --------------------------------------------------------------------------------

function copyBytes(op: Operation): Run {
  return ([dst, src, len]) => {
    const n = Number(BigInt.asUintN(64, BigInt(len as bigint)));
    if (n === 0) return;
    const to = asPointer(dst);
    const from = asPointer(src);
    const target = checkAccess(op, to, n, 1, "writes");
    const source = checkAccess(op, from, n, 1, "reads");
    const bytes = new Uint8Array(source.buffer, source.byteOffset + from.offset, n);
    new Uint8Array(target.buffer, target.byteOffset + to.offset, n).set(bytes);
  };
}

function fillBytes(op: Operation): Run {
  return ([dst, value, len]) => {
    const n = Number(BigInt.asUintN(64, BigInt(len as bigint)));
    if (n === 0) return;
    const to = asPointer(dst);
    const target = checkAccess(op, to, n, 1, "writes");
    new Uint8Array(target.buffer, target.byteOffset + to.offset, n).fill(value as number);
  };
}

// --- control -------------------------------------------------------------------------------------

function callFunction(
  op: Operation,
  name: string,
  args: readonly RuntimeValue[],
  cx: InterpreterContext,
): readonly RuntimeValue[] {
  const target = lookupSymbol(op, name);
  const memory = memoryOf(cx);
  if (target instanceof ops.FuncOp && target.isDeclaration) {
    const f = tryRuntimeFunction(name);
    if (f !== undefined) return f(args, memory, op);
    const g = tryTeamFunction(name);
    if (g !== undefined) return g(args, memory, op, cx);
  }
  const height = memory.stackHeight;
  const results = cx.call(name, args);
  memory.releaseStack(height);
  return results;
}

function call(op: ops.CallOp): Run {
  const { callee } = op;
  const n = op.callee_operands.length;
  if (callee instanceof SymbolRefAttr) {
    return (args, cx) => callFunction(op, callee.root, args.slice(0, n), cx);
  }
  return (args, cx) => {
    const f = asPointer(args[0]).allocation;
    if (f?.kind !== "function" || f.symbol === undefined) {
      return failAt(op, "llvm.call-callee", "the called pointer is that of no function");
    }
    return callFunction(op, f.symbol, args.slice(1, n), cx);
  };
}

const branchTo = (op: Operation, i: number, args: readonly RuntimeValue[]): ControlFlow => ({
  kind: "branch",
  successor: op.successors[i]!,
  args,
});

function switchOn(op: ops.SwitchOp): Run {
  const width = op.value.type.width;
  const wrap = (v: RuntimeValue | bigint): bigint => BigInt.asIntN(width, BigInt(v as bigint));
  const values = caseValuesOf(op).map(wrap);
  const counts = caseOperandsOf(op).map((c) => c.length);
  const defaults = op.defaultOperands.length;
  return (args) => {
    const i = values.indexOf(wrap(args[0]!));
    if (i < 0) return branchTo(op, 0, args.slice(1, 1 + defaults));
    const start = counts.slice(0, i).reduce((a, b) => a + b, 1 + defaults);
    return branchTo(op, i + 1, args.slice(start, start + counts[i]!));
  };
}

/** How the operations on memory and control flow run. */
export const memoryInterpretation: readonly InterfaceBinding[] = [
  prepared(ops.AllocaOp, alloca),
  prepared(ops.LoadOp, (op) => {
    const codec = codecOf(op.res.type);
    const align = alignmentFor(op, op.res.type);
    return ([p], cx) => read(op, codec, asPointer(p), align, memoryOf(cx));
  }),
  prepared(ops.StoreOp, (op) => {
    const codec = codecOf(op.value.type);
    const align = alignmentFor(op, op.value.type);
    return ([v, p]) => write(op, codec, asPointer(p), align, v!);
  }),
  interpretAs(ops.GEPOp, gep),
  prepared(ops.AddressOfOp, addressOf),
  prepared(ops.IntToPtrOp, (op) => {
    const from = op.arg.type;
    const width = (from instanceof VectorType ? from.elementType : from) as IntegerType;
    return ([v], cx) => {
      const memory = memoryOf(cx);
      const one: ScalarFunction = (x) =>
        memory.pointerTo(Number(BigInt.asUintN(width.width, BigInt(x as bigint))));
      return liftElementwise(op, op.res.type, one)(v!);
    };
  }),
  prepared(ops.AtomicRMWOp, (op) => {
    const codec = codecOf(op.val.type);
    const align = alignmentFor(op, op.val.type);
    const f = atomicFunction(op);
    return ([p, v], cx) => {
      const old = read(op, codec, asPointer(p), align, memoryOf(cx));
      write(op, codec, asPointer(p), align, f(old, v!));
      return old;
    };
  }),
  prepared(ops.AtomicCmpXchgOp, (op) => {
    const codec = codecOf(op.val.type);
    const align = alignmentFor(op, op.val.type);
    return ([p, expected, v], cx) => {
      const old = read(op, codec, asPointer(p), align, memoryOf(cx));
      const equal = sameValue(old, expected!);
      if (equal) write(op, codec, asPointer(p), align, v!);
      return new AggregateValue(op.res.type, [old, equal ? 1 : 0]);
    };
  }),
  prepared(ops.FenceOp, () => () => undefined),
  prepared(ops.MaskedLoadOp, (op) => {
    const lanes = lanesOf(op, op.res.type);
    return ([p, mask, rest], cx) => {
      const at = consecutive(asPointer(p), lanes);
      return maskedRead(op, lanes, mask, passThrough(rest, lanes), memoryOf(cx), at);
    };
  }),
  prepared(ops.MaskedStoreOp, (op) => {
    const lanes = lanesOf(op, op.value.type);
    return ([v, p, mask]) => maskedWrite(op, lanes, v, mask, consecutive(asPointer(p), lanes));
  }),
  prepared(ops.MaskedGatherOp, (op) => {
    const lanes = lanesOf(op, op.res.type);
    return ([ps, mask, rest], cx) => {
      const at = scattered(ps, lanes);
      return maskedRead(op, lanes, mask, passThrough(rest, lanes), memoryOf(cx), at);
    };
  }),
  prepared(ops.MaskedScatterOp, (op) => {
    const lanes = lanesOf(op, op.value.type);
    return ([v, ps, mask]) => maskedWrite(op, lanes, v, mask, scattered(ps, lanes));
  }),
  prepared(ops.MaskedExpandLoadOp, (op) => {
    const lanes = lanesOf(op, op.res.type);
    return ([p, mask, rest], cx) => {
      const at = compressed(asPointer(p), mask, lanes);
      return maskedRead(op, lanes, mask, passThrough(rest, lanes), memoryOf(cx), at);
    };
  }),
  prepared(ops.MaskedCompressStoreOp, (op) => {
    const lanes = lanesOf(op, op.value.type);
    return ([v, p, mask]) => maskedWrite(op, lanes, v, mask, compressed(asPointer(p), mask, lanes));
  }),
  prepared(ops.MemcpyOp, copyBytes),
  prepared(ops.MemmoveOp, copyBytes),
  prepared(ops.MemsetOp, fillBytes),
  prepared(ops.AssumeOp, (op) => ([condition]) => {
    if (condition === 0) failAt(op, "llvm.assume", "an assumed condition does not hold");
  }),
  // The stack pointer is the height of the stack, as an address without memory.
  prepared(ops.StackSaveOp, () => (_args, cx) => {
    return new PointerValue(undefined, memoryOf(cx).stackHeight);
  }),
  prepared(ops.StackRestoreOp, () => ([p], cx) => {
    memoryOf(cx).releaseStack(asPointer(p).offset);
  }),
  prepared(ops.LifetimeStartOp, () => () => undefined),
  prepared(ops.LifetimeEndOp, () => () => undefined),
  prepared(ops.PrefetchOp, () => () => undefined),
  prepared(ops.CallOp, call),
  prepared(ops.BrOp, (op) => (args) => branchTo(op, 0, args)),
  prepared(ops.CondBrOp, (op) => {
    const n = op.trueDestOperands.length;
    return ([condition, ...args]) =>
      condition === 0 ? branchTo(op, 1, args.slice(n)) : branchTo(op, 0, args.slice(0, n));
  }),
  prepared(ops.SwitchOp, switchOn),
  prepared(
    ops.UnreachableOp,
    (op) => () => failAt(op, "llvm.unreachable", "this is never reached"),
  ),
];
