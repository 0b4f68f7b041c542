/** Operations of the LLVM dialect as calls of the package's builder. */
import { type Operation, SymbolRefAttr, type Type } from "@strata/ir";
import * as llvm from "@strata/llvm";
import { refuse } from "../emit/scope.ts";
import { mangle } from "../emit/types.ts";
import type { BinaryMethod, CastMethod, ValueHandle } from "./api.ts";
import type { BuildScope } from "./scope.ts";

const binary: ReadonlyMap<string, BinaryMethod> = new Map([
  ["llvm.add", "CreateAdd"],
  ["llvm.sub", "CreateSub"],
  ["llvm.mul", "CreateMul"],
  ["llvm.sdiv", "CreateSDiv"],
  ["llvm.udiv", "CreateUDiv"],
  ["llvm.srem", "CreateSRem"],
  ["llvm.urem", "CreateURem"],
  ["llvm.and", "CreateAnd"],
  ["llvm.or", "CreateOr"],
  ["llvm.xor", "CreateXor"],
  ["llvm.shl", "CreateShl"],
  ["llvm.ashr", "CreateAShr"],
  ["llvm.lshr", "CreateLShr"],
  ["llvm.fadd", "CreateFAdd"],
  ["llvm.fsub", "CreateFSub"],
  ["llvm.fmul", "CreateFMul"],
  ["llvm.fdiv", "CreateFDiv"],
  ["llvm.frem", "CreateFRem"],
]);

const casts: ReadonlyMap<string, CastMethod> = new Map([
  ["llvm.trunc", "CreateTrunc"],
  ["llvm.zext", "CreateZExt"],
  ["llvm.sext", "CreateSExt"],
  ["llvm.fptoui", "CreateFPToUI"],
  ["llvm.fptosi", "CreateFPToSI"],
  ["llvm.uitofp", "CreateUIToFP"],
  ["llvm.sitofp", "CreateSIToFP"],
  ["llvm.fptrunc", "CreateFPTrunc"],
  ["llvm.fpext", "CreateFPExt"],
  ["llvm.ptrtoint", "CreatePtrToInt"],
  ["llvm.inttoptr", "CreateIntToPtr"],
  ["llvm.bitcast", "CreateBitCast"],
  ["llvm.addrspacecast", "CreateAddrSpaceCast"],
]);

const integerComparisons: Readonly<Record<string, BinaryMethod>> = {
  eq: "CreateICmpEQ",
  ne: "CreateICmpNE",
  sge: "CreateICmpSGE",
  sgt: "CreateICmpSGT",
  sle: "CreateICmpSLE",
  slt: "CreateICmpSLT",
  uge: "CreateICmpUGE",
  ugt: "CreateICmpUGT",
  ule: "CreateICmpULE",
  ult: "CreateICmpULT",
};

const floatComparisons: Readonly<Record<string, BinaryMethod>> = {
  oeq: "CreateFCmpOEQ",
  one: "CreateFCmpONE",
  oge: "CreateFCmpOGE",
  ogt: "CreateFCmpOGT",
  ole: "CreateFCmpOLE",
  olt: "CreateFCmpOLT",
  ueq: "CreateFCmpUEQ",
  une: "CreateFCmpUNE",
  uge: "CreateFCmpUGE",
  ugt: "CreateFCmpUGT",
  ule: "CreateFCmpULE",
  ult: "CreateFCmpULT",
};

/** Intrinsics of LLVM 14 that take their operands as they are, and the types in their names. */
const intrinsics: ReadonlyMap<string, (op: Operation) => readonly Type[]> = (() => {
  const result = (op: Operation): Type[] => [op.resultTypes[0]!];
  const both = (op: Operation): Type[] => [op.resultTypes[0]!, op.operand(0).type];
  const first = (op: Operation): Type[] => [op.operand(0).type];
  const plain =
    "fabs ceil floor trunc round roundeven rint nearbyint sqrt exp exp2 log log2 log10 sin cos copysign " +
    "pow maxnum minnum maximum minimum fma fmuladd bitreverse bswap ctpop smax smin umax umin sadd.sat " +
    "uadd.sat ssub.sat usub.sat sshl.sat ushl.sat fshl fshr ctlz cttz abs";
  const overflowing = "sadd uadd ssub usub smul umul";
  return new Map([
    ...plain.split(" ").map((name) => [`llvm.intr.${name}`, result] as const),
    ["llvm.intr.fptosi.sat", both] as const,
    ["llvm.intr.fptoui.sat", both] as const,
    ["llvm.intr.powi", (op: Operation) => [op.resultTypes[0]!, op.operand(1).type]] as const,
    ...overflowing.split(" ").map((n) => [`llvm.intr.${n}.with.overflow`, first] as const),
  ]);
})();

/** Intrinsics with a flag behind their operands: what is undefined, which nothing has to be. */
const flagged = new Set(["llvm.intr.ctlz", "llvm.intr.cttz", "llvm.intr.abs"]);

/** Pointers are to bytes: LLVM 14 names their element type. */
const mangled = (t: Type): string =>
  t instanceof llvm.LLVMPointerType ? `${mangle(t)}i8` : mangle(t);

function callIntrinsic(op: Operation, overloads: readonly Type[], s: BuildScope): ValueHandle {
  const name = [op.name.replace("llvm.intr.", "llvm."), ...overloads.map(mangled)].join(".");
  const args = op.operands.map((v) => s.value(v, op));
  const types = op.operands.map((v) => s.type(v.type, op));
  if (flagged.has(op.name)) {
    const bit = s.api.Type.getIntNTy(s.context, 1);
    types.push(bit);
    args.push(s.integer(bit, 0n));
  }
  return callNamed(name, s.type(op.resultTypes[0] ?? llvm.voidType, op), types, args, s);
}

function callNamed(
  name: string,
  result: Parameters<BuildScope["typedAddress"]>[1],
  types: (typeof result)[],
  args: ValueHandle[],
  s: BuildScope,
): ValueHandle {
  let callee = s.functions.get(name);
  if (callee === undefined) {
    const type = s.api.FunctionType.get(result, types, false);
    const linkage = s.api.GlobalValue.LinkageTypes.ExternalLinkage;
    const value = s.api.Function.Create(type, linkage, name, s.module);
    callee = { type, value };
    s.functions.set(name, callee);
  }
  return s.builder.CreateCall(callee.type, callee.value, args);
}

/** Copies and fills of memory; none is volatile. */
function memoryIntrinsic(op: Operation, s: BuildScope): ValueHandle | undefined {
  const counts: Readonly<Record<string, number>> = {
    "llvm.intr.memcpy": 3,
    "llvm.intr.memmove": 3,
    "llvm.intr.memset": 3,
  };
  const count = counts[op.name];
  if (count === undefined) return undefined;
  const operands = op.operands.slice(0, count);
  const named = op.name === "llvm.intr.memset" ? [operands[0]!, operands[2]!] : operands;
  const name = [op.name.replace("llvm.intr.", "llvm."), ...named.map((v) => mangled(v.type))];
  const bit = s.api.Type.getIntNTy(s.context, 1);
  const types = [...operands.map((v) => s.type(v.type, op)), bit];
  const args = [...operands.map((v) => s.value(v, op)), s.integer(bit, 0n)];
  return callNamed(name.join("."), s.api.Type.getVoidTy(s.context), types, args, s);
}

function compareFloats(op: llvm.FCmpOp, s: BuildScope): ValueHandle {
  const [a, b] = [s.value(op.lhs, op), s.value(op.rhs, op)];
  const { builder } = s;
  const name = llvm.FCmpPredicate.nameOf(op.predicate);
  const method = floatComparisons[name];
  if (method !== undefined) return builder[method](a, b);
  const bit = s.api.Type.getIntNTy(s.context, 1);
  // The builder lacks these: a number equals itself.
  if (name === "ord") {
    return builder.CreateAnd(builder.CreateFCmpOEQ(a, a), builder.CreateFCmpOEQ(b, b));
  }
  if (name === "uno") {
    return builder.CreateOr(builder.CreateFCmpUNE(a, a), builder.CreateFCmpUNE(b, b));
  }
  return s.integer(bit, name === "_true" ? 1n : 0n);
}

function buildGEP(op: llvm.GEPOp, s: BuildScope): ValueHandle {
  const element = s.type(op.elem_type.value, op);
  const space = op.base.type instanceof llvm.LLVMPointerType ? op.base.type.addressSpace : 0;
  const base = s.typedAddress(s.value(op.base, op), element, space);
  const word = s.api.Type.getIntNTy(s.context, 32);
  let next = 0;
  const indices = op.rawConstantIndices.numbers.map((i) =>
    i === llvm.gepDynamicIndex
      ? s.value(op.dynamicIndices[next++]!, op)
      : s.integer(word, BigInt(i)),
  );
  const inbounds = llvm.GEPNoWrapFlags.has(op.noWrapFlags, "inbounds");
  const method = inbounds ? "CreateInBoundsGEP" : "CreateGEP";
  const address = s.builder[method](element, base, indices);
  return s.builder.CreateBitCast(address, s.type(op.res.type, op));
}

function buildCall(op: llvm.CallOp, s: BuildScope): ValueHandle {
  const operands = op.callee_operands.map((v) => s.value(v, op));
  if (op.callee instanceof SymbolRefAttr) {
    const callee = s.functions.get(op.callee.root);
    if (callee === undefined) return refuse(op, `there is no function @${op.callee.root}`);
    return s.builder.CreateCall(callee.type, callee.value, operands);
  }
  const [target, ...args] = operands;
  const params = op.callee_operands.slice(1).map((v) => v.type);
  const type = llvm.LLVMFunctionType.get(op.result?.type ?? llvm.voidType, params);
  const handle = s.functionType(type, op);
  return s.builder.CreateCall(handle, s.typedAddress(target!, handle, 0), args);
}

/** Builds an operation that is no terminator; its value, where it has one. */
export function buildInstruction(op: Operation, s: BuildScope): ValueHandle | undefined {
  const { builder } = s;
  const arg = (i: number): ValueHandle => s.value(op.operand(i), op);
  const type = (): ReturnType<BuildScope["type"]> => s.type(op.resultTypes[0]!, op);
  const two = binary.get(op.name);
  if (two !== undefined) return builder[two](arg(0), arg(1));
  const cast = casts.get(op.name);
  if (cast !== undefined) return builder[cast](arg(0), type());
  const overloads = intrinsics.get(op.name);
  if (overloads !== undefined) return callIntrinsic(op, overloads(op), s);
  const moved = memoryIntrinsic(op, s);
  if (moved !== undefined) return moved;
  if (op instanceof llvm.ConstantOp) return s.constant(op.value, op.res.type, op);
  if (op instanceof llvm.ZeroOp) return s.api.Constant.getNullValue(type());
  if (op instanceof llvm.UndefOp || op instanceof llvm.PoisonOp) {
    return s.api.UndefValue.get(type());
  }
  if (op instanceof llvm.AddressOfOp) {
    const name = op.global_name.root;
    const found = s.globals.get(name) ?? s.functions.get(name)?.value;
    if (found === undefined) return refuse(op, `there is no global @${name}`);
    return s.api.ConstantExpr.getBitCast(found, type());
  }
  if (op instanceof llvm.ICmpOp) {
    const method = integerComparisons[llvm.ICmpPredicate.nameOf(op.predicate)]!;
    return builder[method](arg(0), arg(1));
  }
  if (op instanceof llvm.FCmpOp) return compareFloats(op, s);
  if (op instanceof llvm.FNegOp) return builder.CreateFNeg(arg(0));
  if (op instanceof llvm.SelectOp) return builder.CreateSelect(arg(0), arg(1), arg(2));
  if (op instanceof llvm.AllocaOp) {
    const made = builder.CreateAlloca(s.type(op.elem_type.value, op), s.value(op.arraySize, op));
    return builder.CreateBitCast(made, type());
  }
  if (op instanceof llvm.LoadOp && isPlain(op)) {
    return builder.CreateLoad(type(), s.typedAddress(arg(0), type(), 0));
  }
  if (op instanceof llvm.StoreOp && isPlain(op)) {
    const element = s.type(op.value.type, op);
    return builder.CreateStore(arg(0), s.typedAddress(arg(1), element, 0));
  }
  if (op instanceof llvm.GEPOp) return buildGEP(op, s);
  if (op instanceof llvm.CallOp) return buildCall(op, s);
  if (op instanceof llvm.ExtractValueOp) {
    return builder.CreateExtractValue(arg(0), [...op.position.numbers]);
  }
  if (op instanceof llvm.InsertValueOp) {
    return builder.CreateInsertValue(arg(0), arg(1), [...op.position.numbers]);
  }
  return refuse(op, `llvm-bindings has no way to build \`${op.name}\``);
}

/** Whether an access to memory is neither atomic nor volatile, which the builder cannot say. */
function isPlain(op: llvm.LoadOp | llvm.StoreOp): boolean {
  const ordering =
    op.ordering === undefined ? "not_atomic" : llvm.AtomicOrdering.nameOf(op.ordering);
  return ordering === "not_atomic" && op.volatile_ !== true;
}
