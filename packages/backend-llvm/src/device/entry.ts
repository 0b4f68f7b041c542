/**
 * The function that a kernel is called by: it takes the address of a block of slots (see
 * `image.ts`), loads the arguments, calls the kernel and stores what that returns.
 *
 *     llvm.func @strata_call(%block: !llvm.ptr) {
 *       %x = llvm.load %block : !llvm.ptr -> !llvm.ptr
 *       %1 = llvm.getelementptr %block[8] : (!llvm.ptr) -> !llvm.ptr, i8
 *       %a = llvm.load %1 : !llvm.ptr -> f32
 *       llvm.call @kernel(%x, %a) : (!llvm.ptr, f32) -> ()
 *       llvm.return
 *     }
 */
import {
  Block,
  Builder,
  DenseArrayAttr,
  i32,
  i8,
  IntegerAttr,
  IntegerType,
  lookupSymbol,
  Region,
  StringAttr,
  SymbolRefAttr,
  type Type,
  TypeAttr,
  type Value,
  type ModuleOp,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import type { LoweredKernel } from "../lower-kernel.ts";

/** The name of the function until the object's own is known. */
export const ENTRY = "strata_call";

const SLOT_BYTES = 8;

/** The i1 of a `bool` is a byte in memory. */
const inMemory = (t: Type): Type => (t instanceof IntegerType && t.width === 1 ? i8 : t);

/** Builds accesses to the slots of a block whose address is its only argument. */
class SlotBuilder {
  readonly #b: Builder;
  readonly #block: Value;

  constructor(body: Block) {
    this.#b = Builder.atEnd(body);
    this.#block = body.args[0]!;
  }

  slot(i: number): Value {
    if (i === 0) return this.#block;
    return this.#b.insert(
      llvm.GEPOp.of(
        {
          base: this.#block,
          dynamicIndices: [],
          rawConstantIndices: DenseArrayAttr.i32([i * SLOT_BYTES]),
          elem_type: TypeAttr.get(i8),
        },
        { types: { res: llvm.ptr } },
      ),
    ).res;
  }

  load(i: number, type: Type): Value {
    const stored = inMemory(type);
    const { res } = this.#b.insert(
      llvm.LoadOp.of({ addr: this.slot(i) }, { types: { res: stored } }),
    );
    if (stored === type) return res;
    return this.#b.insert(llvm.TruncOp.of({ arg: res }, { types: { res: type } })).res;
  }

  store(i: number, value: Value): void {
    const stored = inMemory(value.type);
    const kept =
      stored === value.type
        ? value
        : this.#b.insert(llvm.ZExtOp.of({ arg: value }, { types: { res: stored } })).res;
    this.#b.insert(llvm.StoreOp.of({ value: kept, addr: this.slot(i) }));
  }
}

/** Milliseconds that threads wait actively for more work: JavaScript runs in between. */
const BLOCK_MS = 1;

/** Declares a function of OpenMP's library that takes a number, unless it is declared. */
function declareSetter(module: ModuleOp, name: string): SymbolRefAttr {
  const symbol = SymbolRefAttr.get(name);
  if (lookupSymbol(module, name) !== undefined) return symbol;
  const type = llvm.LLVMFunctionType.get(llvm.voidType, [i32]);
  const declaration = llvm.FuncOp.of({
    sym_name: StringAttr.get(name),
    function_type: TypeAttr.get(type),
    linkage: llvm.LinkageAttr.of("external"),
    body: new Region(),
  });
  Builder.atEnd(module.body.entry).insert(declaration);
  return symbol;
}

/** Makes the team that the calling thread starts as large as the slot says. */
function setThreads(module: ModuleOp, b: Builder, count: Value): void {
  const { res: wait } = b.insert(
    llvm.ConstantOp.of({ value: IntegerAttr.get(BLOCK_MS, i32) }, { types: { res: i32 } }),
  );
  for (const [name, value] of [
    ["omp_set_num_threads", count],
    ["kmp_set_blocktime", wait],
  ] as const) {
    const callee = declareSetter(module, name);
    const operands = { callee_operands: [value], op_bundle_operands: [] };
    b.insert(llvm.CallOp.of({ callee, ...operands }, { types: { result: [] } }));
  }
}

/** Adds the function to a module. */
export function addEntry(module: ModuleOp, { kernel, scalars, threaded }: LoweredKernel): void {
  const { params, returnType } = kernel.type;
  const direct = returnType !== llvm.voidType;
  // Results that are written come last among the parameters.
  const given = params.length - (direct ? 0 : scalars.length);
  const body = new Block([llvm.ptr]);
  const slots = new SlotBuilder(body);
  const values = params.map((t, i) => (i < given ? slots.load(i, t) : slots.slot(i)));
  const b = Builder.atEnd(body);
  if (threaded) setThreads(module, b, slots.load(given + scalars.length, i32));
  const call = b.insert(
    llvm.CallOp.of(
      {
        callee: SymbolRefAttr.get(kernel.sym_name.value),
        callee_operands: values,
        op_bundle_operands: [],
      },
      { types: { result: direct ? [returnType] : [] } },
    ),
  );
  if (direct) slots.store(given, call.results[0]!);
  b.insert(llvm.ReturnOp.of({}));
  const type = llvm.LLVMFunctionType.get(llvm.voidType, [llvm.ptr]);
  const entry = llvm.FuncOp.of({
    sym_name: StringAttr.get(ENTRY),
    function_type: TypeAttr.get(type),
    linkage: llvm.LinkageAttr.of("external"),
    body: new Region([body]),
  });
  Builder.atEnd(module.body.entry).insert(entry);
}
