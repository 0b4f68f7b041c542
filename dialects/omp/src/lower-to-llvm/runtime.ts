/** Calls of libomp: what every lowering of a construct needs. */
import {
  Block,
  i32,
  i64,
  type ModuleOp,
  type Operation,
  Region,
  StringAttr,
  symbolNameOf,
  SymbolRefAttr,
  type Type,
  TypeAttr,
  type Value,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { callLibrary, constantOf, stringConstant, withField } from "@strata/llvm/lowering";
import { Rewriter } from "@strata/rewrite";

/** `ident_t`: reserved, flags, reserved, reserved, where in the source. */
const locationType = llvm.LLVMStructType.literal([i32, i32, i32, i32, llvm.ptr]);
/** The flag of code that compilers make. */
const compilerFlag = 2;
const locationName = "__strata_omp_location";
/** What libomp expects where the source is not known. */
const unknownSource = ";unknown;unknown;0;0;;";

/** A lock of a critical region: 32 bytes that libomp fills. */
const lockType = llvm.LLVMArrayType.get(8, i32);

/** Inserts calls of the runtime into one module. */
export class Runtime {
  readonly module: ModuleOp;
  readonly r: Rewriter;
  /** Numbers of the running thread, by function. */
  readonly #threads = new Map<Operation, Value>();

  constructor(module: ModuleOp) {
    this.module = module;
    this.r = new Rewriter(module.regions[0]!.entry);
  }

  /** Inserts an operation before which the rewriter stands. */
  insert<O extends Operation>(op: O): O {
    return this.r.insert(op);
  }

  i32(n: number): Value {
    return constantOf(this.r, i32, n);
  }

  i64(n: number | bigint): Value {
    return constantOf(this.r, i64, n);
  }

  /** Calls a function of the runtime. */
  call(name: string, returnType: Type, args: readonly Value[]): Value | undefined {
    return callLibrary(this.r, name, returnType, args);
  }

  /** Calls a function of the runtime that takes the location and the thread first. */
  callHere(name: string, args: readonly Value[] = []): void {
    this.call(name, llvm.voidType, [this.location(), this.thread(), ...args]);
  }

  /** Asks a function of the runtime whether this thread goes on. */
  askHere(name: string, args: readonly Value[] = []): Value {
    const answer = this.call(name, i32, [this.location(), this.thread(), ...args])!;
    const predicate = llvm.ICmpPredicate.attr("ne");
    return this.insert(llvm.ICmpOp.of({ lhs: answer, rhs: this.i32(0), predicate })).res;
  }

  /** States the number of the thread that runs a function. */
  setThread(func: Operation, thread: Value): void {
    this.#threads.set(func, thread);
  }

  /** The number of the running thread. */
  thread(): Value {
    let func = this.r.block.parentOp;
    while (func !== null && !(func instanceof llvm.FuncOp)) func = func.parentOp;
    const known = func === null ? undefined : this.#threads.get(func);
    return known ?? this.call("__kmpc_global_thread_num", i32, [this.location()])!;
  }

  #addressOf(name: string): Value {
    const global_name = SymbolRefAttr.get(name);
    return this.insert(llvm.AddressOfOp.of({ global_name }, { types: { res: llvm.ptr } })).res;
  }

  #isDefined(name: string): boolean {
    return [...this.module.ops()].some((op) => symbolNameOf(op) === name);
  }

  /** The address of the description of a place in the source, which is not known. */
  location(): Value {
    if (!this.#isDefined(locationName)) this.#defineLocation();
    return this.#addressOf(locationName);
  }

  #defineLocation(): void {
    const { r } = this;
    const body = new Block();
    r.saved(() => {
      r.setToEnd(this.module.regions[0]!.entry);
      const global = r.insert(
        llvm.GlobalOp.of({
          sym_name: StringAttr.get(locationName),
          global_type: TypeAttr.get(locationType),
          linkage: llvm.LinkageAttr.of("internal"),
          initializer: new Region([body]),
        }),
      );
      r.setToStart(global.initializer.entry);
      const text = stringConstant(r, unknownSource);
      const start = r.insert(llvm.ZeroOp.of({}, { types: { res: locationType } })).res;
      const flagged = withField(r, start, this.i32(compilerFlag), 1);
      const length = withField(r, flagged, this.i32(unknownSource.length), 3);
      r.insert(llvm.ReturnOp.of({ arg: withField(r, length, text, 4) }));
    });
  }

  /** The address of the lock of a name. */
  lock(name: string): Value {
    const symbol = `__strata_omp_lock_${name}`;
    if (!this.#isDefined(symbol)) {
      const { r } = this;
      r.saved(() => {
        r.setToEnd(this.module.regions[0]!.entry);
        const body = new Block();
        r.insert(
          llvm.GlobalOp.of({
            sym_name: StringAttr.get(symbol),
            global_type: TypeAttr.get(lockType),
            linkage: llvm.LinkageAttr.of("internal"),
            initializer: new Region([body]),
          }),
        );
        r.setToEnd(body);
        const zero = r.insert(llvm.ZeroOp.of({}, { types: { res: lockType } })).res;
        r.insert(llvm.ReturnOp.of({ arg: zero }));
      });
    }
    return this.#addressOf(symbol);
  }
}
