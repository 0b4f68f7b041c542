/**
 * Small builders for lowerings: constants, folded integer arithmetic, aggregates, library calls.
 * All insert at the rewriter's place.
 */
import type { IntegerType } from "@strata/ir";
import {
  type Attribute,
  AutomaticAllocationScope,
  Block,
  DenseArrayAttr,
  DenseElementsAttr,
  FloatAttr,
  FloatType,
  IntegerAttr,
  i32,
  i64,
  i8,
  type ModuleOp,
  nearestSymbolTable,
  type Operation,
  RankedTensorType,
  Region,
  StringAttr,
  symbolNameOf,
  SymbolRefAttr,
  type Type,
  TypeAttr,
  type Value,
  VectorType,
} from "@strata/ir";
import type { Rewriter } from "@strata/rewrite";
import { DiagnosticError, encodeUtf8, userError } from "@strata/support";
import {
  AddressOfOp,
  ConstantOp,
  ExtractValueOp,
  InsertElementOp,
  InsertValueOp,
  PoisonOp,
  ShuffleVectorOp,
} from "../aggregate-ops.ts";
import { AddOp, MulOp } from "../arith-ops.ts";
import { LinkageAttr, OverflowFlags, UnnamedAddr } from "../attributes.ts";
import { AllocaOp } from "../memory-ops.ts";
import { CallOp, FuncOp, GlobalOp } from "../function-ops.ts";
import { LLVMArrayType, LLVMFunctionType, ptr, voidType } from "../types.ts";

/** An integer or float constant; a splat for vectors. */
export function constantOf(r: Rewriter, type: Type, n: number | bigint): Value {
  const element = type instanceof VectorType ? type.elementType : type;
  const scalar =
    element instanceof FloatType
      ? FloatAttr.get(Number(n), element)
      : IntegerAttr.get(n, element as IntegerType);
  const value: Attribute =
    type instanceof VectorType ? DenseElementsAttr.splat(type, scalar) : scalar;
  return constantAttrOf(r, type, value);
}

/** A constant with a given attribute. */
export function constantAttrOf(r: Rewriter, type: Type, value: Attribute): Value {
  return r.insert(ConstantOp.of({ value }, { types: { res: type } })).res;
}

/** An i64 constant. */
export function i64Constant(r: Rewriter, n: number | bigint): Value {
  return constantOf(r, i64, n);
}

/** Poison of a type, to be filled. */
export function poisonOf(r: Rewriter, type: Type): Value {
  return r.insert(PoisonOp.of({}, { types: { res: type } })).res;
}

/** The number a scalar integer constant holds; undefined for other values. */
export function tryConstant(v: Value): bigint | undefined {
  const def = v.definingOp;
  return def instanceof ConstantOp && def.value instanceof IntegerAttr
    ? def.value.value
    : undefined;
}

/** A vector whose lanes are all one scalar. */
export function splat(r: Rewriter, scalar: Value, type: VectorType): Value {
  const def = scalar.definingOp;
  if (def instanceof ConstantOp) {
    const { value } = def;
    if (value instanceof IntegerAttr || value instanceof FloatAttr) {
      return constantAttrOf(r, type, DenseElementsAttr.splat(type, value));
    }
  }
  const position = constantOf(r, i32, 0);
  const vector = poisonOf(r, type);
  const first = r.insert(InsertElementOp.of({ vector, value: scalar, position })).res;
  const n = type.shape[0]!;
  if (n === 1) return first;
  const mask = DenseArrayAttr.i32(new Array<number>(n).fill(0));
  return r.insert(ShuffleVectorOp.of({ v1: first, v2: vector, mask })).res;
}

/** What an index computation promises: no signed overflow, or no overflow at all. */
export type IndexFlags = readonly ("nsw" | "nuw")[];

/** `a · b` for i64, folded where both are known or one is 1. */
export function multiply(r: Rewriter, a: Value, b: Value, flags: IndexFlags = []): Value {
  const [x, y] = [tryConstant(a), tryConstant(b)];
  if (x !== undefined && y !== undefined) return i64Constant(r, x * y);
  if (x === 1n) return b;
  if (y === 1n) return a;
  const overflowFlags = OverflowFlags.attr(...flags);
  return r.insert(MulOp.of({ lhs: a, rhs: b, overflowFlags })).res;
}

/** `a + b` for i64, folded where both are known or one is 0. */
export function add(r: Rewriter, a: Value, b: Value, flags: IndexFlags = []): Value {
  const [x, y] = [tryConstant(a), tryConstant(b)];
  if (x !== undefined && y !== undefined) return i64Constant(r, x + y);
  if (x === 0n) return b;
  if (y === 0n) return a;
  const overflowFlags = OverflowFlags.attr(...flags);
  return r.insert(AddOp.of({ lhs: a, rhs: b, overflowFlags })).res;
}

/** A field of an aggregate. */
export function fieldOf(r: Rewriter, container: Value, ...position: number[]): Value {
  if (position.length === 0) return container;
  return r.insert(ExtractValueOp.of({ container, position: DenseArrayAttr.i64(position) })).res;
}

/** An aggregate with a field replaced. */
export function withField(
  r: Rewriter,
  container: Value,
  value: Value,
  ...position: number[]
): Value {
  if (position.length === 0) return value;
  return r.insert(InsertValueOp.of({ container, value, position: DenseArrayAttr.i64(position) }))
    .res;
}

function moduleOf(r: Rewriter): Operation {
  const owner = r.block.parentOp;
  const table = owner === null ? undefined : nearestSymbolTable(owner);
  if (table === undefined) throw new Error("lowering outside of a module");
  return table;
}

/** Declares a library function in the module, unless it is there; a diagnostic for another type. */
export function declareFunction(
  r: Rewriter,
  name: string,
  returnType: Type,
  params: readonly Type[],
): void {
  const module = moduleOf(r);
  const type = LLVMFunctionType.get(returnType, params);
  for (const op of (module as ModuleOp).regions[0]!.entry.ops()) {
    if (symbolNameOf(op) !== name) continue;
    if (op instanceof FuncOp && op.type === type) return;
    throw new DiagnosticError(
      userError("llvm.library-symbol", `@${name} is the name of a library function`, {
        hint: "lowering needs that name: rename what the module defines by it",
      }),
    );
  }
  r.saved(() => {
    r.setToEnd(module.regions[0]!.entry);
    r.insert(
      FuncOp.of({
        sym_name: StringAttr.get(name),
        function_type: TypeAttr.get(type),
        body: new Region(),
      }),
    );
  });
}

/** Calls a library function, which is declared if need be; its result if it has one. */
export function callLibrary(
  r: Rewriter,
  name: string,
  returnType: Type,
  args: readonly Value[],
): Value | undefined {
  declareFunction(
    r,
    name,
    returnType,
    args.map((a) => a.type),
  );
  const types = returnType === voidType ? [] : [returnType];
  const call = CallOp.of(
    { callee: SymbolRefAttr.get(name), callee_operands: args, op_bundle_operands: [] },
    { types: { result: types } },
  );
  return r.insert(call).result;
}

/**
 * Calls a helper function that the module gets when it is first needed. `body` fills in the blocks
 * from the entry block on; the helper is internal to the module.
 */
export function callFunction(
  r: Rewriter,
  name: string,
  returnType: Type,
  args: readonly Value[],
  body: (entry: Block) => void,
): Value {
  const block = moduleOf(r).regions[0]!.entry;
  const known = [...block.ops()].some((op) => symbolNameOf(op) === name);
  const params = args.map((a) => a.type);
  if (!known) {
    const entry = new Block(params);
    r.saved(() => {
      r.setToEnd(block);
      r.insert(
        FuncOp.of({
          sym_name: StringAttr.get(name),
          function_type: TypeAttr.get(LLVMFunctionType.get(returnType, params)),
          linkage: LinkageAttr.of("internal"),
          body: new Region([entry]),
        }),
      );
      body(entry);
    });
  }
  const call = CallOp.of(
    { callee: SymbolRefAttr.get(name), callee_operands: args, op_bundle_operands: [] },
    { types: { result: [returnType] } },
  );
  return r.insert(call).resultAt(0);
}

/** The function that encloses the rewriter's place; an error outside of functions. */
function functionOf(r: Rewriter): Operation {
  let op = r.block.parentOp;
  while (op !== null && !op.definition.hasTrait(AutomaticAllocationScope)) op = op.parentOp;
  if (op === null) throw new Error("lowering outside of a function");
  return op;
}

/**
 * Memory on the stack for `count` values of a type, allocated once when the function is entered.
 * The alignment is the type's own unless given. Unit: bytes.
 */
export function allocateInEntry(r: Rewriter, type: Type, count = 1, alignment?: number): Value {
  const entry = functionOf(r).regions[0]!.entry;
  return r.saved(() => {
    r.setToStart(entry);
    const arraySize = i64Constant(r, count);
    return r.insert(
      AllocaOp.of(
        {
          arraySize,
          elem_type: TypeAttr.get(type),
          alignment: alignment === undefined ? undefined : IntegerAttr.get(alignment, i64),
        },
        { types: { res: ptr } },
      ),
    ).res;
  });
}

/** The address of a constant string of the module, ended by a zero byte. */
export function stringConstant(r: Rewriter, text: string): Value {
  const bytes = [...encodeUtf8(text), 0];
  const type = LLVMArrayType.get(bytes.length, i8);
  const block = moduleOf(r).regions[0]!.entry;
  const value = DenseElementsAttr.get(
    RankedTensorType.get([bytes.length], i8),
    bytes.map((b) => IntegerAttr.get(b, i8)),
  );
  let name: string | undefined;
  let count = 0;
  for (const op of block.ops()) {
    if (!(op instanceof GlobalOp) || !op.sym_name.value.startsWith(stringPrefix)) continue;
    count++;
    if (op.value === value) name = op.sym_name.value;
  }
  const symbol = name ?? `${stringPrefix}${count}`;
  if (name === undefined) {
    r.saved(() => {
      r.setToStart(block);
      r.insert(
        GlobalOp.of({
          sym_name: StringAttr.get(symbol),
          global_type: TypeAttr.get(type),
          linkage: LinkageAttr.of("private"),
          unnamed_addr: UnnamedAddr.attr("unnamed_addr"),
          constant: true,
          value,
          initializer: new Region(),
        }),
      );
    });
  }
  const global_name = SymbolRefAttr.get(symbol);
  return r.insert(AddressOfOp.of({ global_name }, { types: { res: ptr } })).res;
}

const stringPrefix = "__strata_text_";
