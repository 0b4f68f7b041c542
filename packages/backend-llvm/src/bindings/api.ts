/**
 * The part of the npm package `llvm-bindings` (LLVM 14, built when it is installed) that is used
 * here. It is an optional peer: who calls `toLlvmBindings` brings it.
 *
 * Invariants: every handle belongs to the package, which keeps what it stands for alive.
 */

declare const kind: unique symbol;

/** Something of LLVM's that the package hands out. */
export interface Handle<K extends string> {
  readonly [kind]?: K;
}

export type ContextHandle = Handle<"context">;
export type TypeHandle = Handle<"type">;
export interface ValueHandle extends Handle<"value"> {
  getType(): TypeHandle;
}
export interface PhiHandle extends ValueHandle {
  addIncoming(value: ValueHandle, block: ValueHandle): void;
}
export interface SwitchHandle extends ValueHandle {
  addCase(value: ValueHandle, block: ValueHandle): void;
}
export interface FunctionHandle extends ValueHandle {
  getArg(i: number): ValueHandle;
}
export interface ModuleHandle {
  print(): string;
  setDataLayout(layout: string): void;
  setTargetTriple(triple: string): void;
  getFunction(name: string): FunctionHandle | null;
}

/** Methods of the builder that take two values, and one. */
export type BinaryMethod =
  | `Create${"Add" | "Sub" | "Mul" | "SDiv" | "UDiv" | "SRem" | "URem" | "And" | "Or" | "Xor"}`
  | `Create${"Shl" | "AShr" | "LShr" | "FAdd" | "FSub" | "FMul" | "FDiv" | "FRem"}`
  | `CreateICmp${"EQ" | "NE" | "SGE" | "SGT" | "SLE" | "SLT" | "UGE" | "UGT" | "ULE" | "ULT"}`
  | `CreateFCmp${"O" | "U"}${"EQ" | "NE" | "GE" | "GT" | "LE" | "LT"}`;

/** Methods of the builder that turn a value into one of another type. */
export type CastMethod =
  | `Create${"Trunc" | "ZExt" | "SExt" | "FPToUI" | "FPToSI" | "UIToFP" | "SIToFP" | "FPTrunc"}`
  | `Create${"FPExt" | "PtrToInt" | "IntToPtr" | "BitCast" | "AddrSpaceCast"}`;

type Two = (a: ValueHandle, b: ValueHandle) => ValueHandle;
type Cast = (value: ValueHandle, type: TypeHandle) => ValueHandle;

export type BuilderHandle = Readonly<Record<BinaryMethod, Two>> &
  Readonly<Record<CastMethod, Cast>> & {
    SetInsertPoint(block: ValueHandle): void;
    CreateFNeg(value: ValueHandle): ValueHandle;
    CreateSelect(condition: ValueHandle, yes: ValueHandle, no: ValueHandle): ValueHandle;
    CreateAlloca(type: TypeHandle, count: ValueHandle | null): ValueHandle;
    CreateLoad(type: TypeHandle, address: ValueHandle): ValueHandle;
    CreateStore(value: ValueHandle, address: ValueHandle): ValueHandle;
    CreateGEP(type: TypeHandle, base: ValueHandle, indices: ValueHandle[]): ValueHandle;
    CreateInBoundsGEP(type: TypeHandle, base: ValueHandle, indices: ValueHandle[]): ValueHandle;
    CreateExtractValue(aggregate: ValueHandle, position: number[]): ValueHandle;
    CreateInsertValue(a: ValueHandle, value: ValueHandle, position: number[]): ValueHandle;
    CreatePHI(type: TypeHandle, count: number): PhiHandle;
    CreateCall(type: TypeHandle, callee: ValueHandle, args: ValueHandle[]): ValueHandle;
    CreateRetVoid(): ValueHandle;
    CreateRet(value: ValueHandle): ValueHandle;
    CreateBr(block: ValueHandle): ValueHandle;
    CreateCondBr(condition: ValueHandle, yes: ValueHandle, no: ValueHandle): ValueHandle;
    CreateSwitch(value: ValueHandle, otherwise: ValueHandle, count: number): SwitchHandle;
    CreateUnreachable(): ValueHandle;
  };

type TypeOf = (context: ContextHandle) => TypeHandle;

/** The package. */
export interface LlvmBindings {
  readonly LLVMContext: new () => ContextHandle;
  readonly Module: new (name: string, context: ContextHandle) => ModuleHandle;
  readonly IRBuilder: new (context: ContextHandle) => BuilderHandle;
  readonly Type: {
    readonly getVoidTy: TypeOf;
    readonly getHalfTy: TypeOf;
    readonly getFloatTy: TypeOf;
    readonly getDoubleTy: TypeOf;
    getIntNTy(context: ContextHandle, bits: number): TypeHandle;
    getInt8PtrTy(context: ContextHandle, space: number): TypeHandle;
  };
  readonly PointerType: { get(element: TypeHandle, space: number): TypeHandle };
  readonly FunctionType: {
    get(result: TypeHandle, parameters: TypeHandle[], isVarArg: boolean): TypeHandle;
  };
  readonly ArrayType: { get(element: TypeHandle, count: number): TypeHandle };
  readonly StructType: { get(context: ContextHandle, elements: TypeHandle[]): TypeHandle };
  readonly Constant: { getNullValue(type: TypeHandle): ValueHandle };
  readonly ConstantInt: {
    get(type: TypeHandle, value: number, isSigned?: boolean): ValueHandle;
  };
  readonly ConstantFP: {
    get(type: TypeHandle, value: number): ValueHandle;
    getNaN(type: TypeHandle): ValueHandle;
  };
  readonly ConstantArray: { get(type: TypeHandle, values: ValueHandle[]): ValueHandle };
  readonly UndefValue: { get(type: TypeHandle): ValueHandle };
  readonly ConstantExpr: { getBitCast(value: ValueHandle, type: TypeHandle): ValueHandle };
  readonly GlobalValue: {
    readonly LinkageTypes: { readonly ExternalLinkage: number; readonly InternalLinkage: number };
  };
  readonly GlobalVariable: new (
    module: ModuleHandle,
    type: TypeHandle,
    isConstant: boolean,
    linkage: number,
    initializer: ValueHandle | null,
    name: string,
  ) => ValueHandle;
  readonly Function: {
    Create(type: TypeHandle, linkage: number, name: string, module: ModuleHandle): FunctionHandle;
  };
  readonly BasicBlock: {
    Create(context: ContextHandle, name: string, parent: FunctionHandle): ValueHandle;
  };
  WriteBitcodeToFile(module: ModuleHandle, file: string): void;
  verifyModule(module: ModuleHandle): boolean;
}
