/**
 * Regions of `omp.parallel` as functions that every thread of a team calls.
 *
 * Invariants: libomp hands over pointers and numbers of 64 bits, so that floats and narrow integers
 * travel in such; values of other types are computed anew inside, or travel through memory. A
 * pointer that is the only way to its memory in the calling function is so in the new one.
 */
import {
  ArrayAttr,
  Block,
  BlockArgument,
  cloneOp,
  DictionaryAttr,
  FloatType,
  i32,
  i64,
  IntegerType,
  Mapping,
  type Operation,
  Pure,
  Region,
  StringAttr,
  SymbolRefAttr,
  type Type,
  TypeAttr,
  UnitAttr,
  type Value,
  walk,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { allocateInEntry, insertOne } from "@strata/llvm/lowering";
import * as ops from "../ops.ts";
import { decide, goTo } from "./blocks.ts";
import { beginReductions, endReductions } from "./reductions.ts";
import type { Runtime } from "./runtime.ts";

function isInside(v: Value, region: Region): boolean {
  let r: Region | null = (v instanceof BlockArgument ? v.owner : v.definingOp!.parent!).parent;
  while (r !== null && r !== region) r = r.parent?.parent?.parent ?? null;
  return r === region;
}

/** What a region reads of the function around it, in the order of first use. */
function captured(region: Region): Value[] {
  const seen = new Set<Value>();
  const see = (op: Operation): void => {
    for (const v of op.operands) if (!seen.has(v) && !isInside(v, region)) seen.add(v);
  };
  for (const block of region.blocks()) for (const op of block.ops()) walk(op, see);
  return [...seen];
}

const canTravel = (t: Type): boolean =>
  t instanceof llvm.LLVMPointerType ||
  (t instanceof IntegerType && t.width <= 64) ||
  (t instanceof FloatType && t.width <= 64);

/** A value as a pointer or an i64. */
function pack(t: Runtime, v: Value): Value {
  let bits = v;
  if (v.type instanceof FloatType) {
    bits = insertOne(t.r, llvm.BitcastOp, [v], IntegerType.get(v.type.width));
  }
  if (!(bits.type instanceof IntegerType) || bits.type.width === 64) return bits;
  return insertOne(t.r, llvm.ZExtOp, [bits], i64);
}

/** The value of a type that was packed. */
function unpack(t: Runtime, packed: Value, type: Type): Value {
  if (packed.type === type) return packed;
  const width = (type as IntegerType | FloatType).width;
  const integer = IntegerType.get(width);
  const bits = width === 64 ? packed : insertOne(t.r, llvm.TruncOp, [packed], integer);
  return type instanceof FloatType ? insertOne(t.r, llvm.BitcastOp, [bits], type) : bits;
}

const allocators = new Set(["malloc", "calloc", "aligned_alloc"]);

/** Whether nothing else in the function leads to the memory of a pointer. */
function isOnlyWay(v: Value): boolean {
  if (v instanceof BlockArgument) {
    const func = v.owner.parentOp;
    if (!(func instanceof llvm.FuncOp) || v.owner !== func.body.firstBlock) return false;
    return llvm.dictionaryAt(func.arg_attrs, v.index)?.get("llvm.noalias") !== undefined;
  }
  const op = v.definingOp;
  return op instanceof llvm.CallOp && op.callee !== undefined && allocators.has(op.callee.root);
}

/** Carries captured values over into the new function. */
class Captures {
  readonly #t: Runtime;
  readonly #before: Operation;
  readonly #inside = new Mapping();
  readonly #known = new Set<Value>();
  /** What travels: the value outside, and its argument inside. */
  readonly sent: { readonly value: Value; readonly arg: BlockArgument }[] = [];
  readonly #entry: Block;
  /** The first operation of the entry; what is carried over is unpacked in front of it. */
  readonly #first: Operation;

  constructor(t: Runtime, before: Operation, entry: Block) {
    this.#t = t;
    this.#before = before;
    this.#entry = entry;
    this.#first = entry.firstOp!;
  }

  #send(value: Value): BlockArgument {
    const type = value.type instanceof llvm.LLVMPointerType ? value.type : i64;
    const arg = this.#entry.addArgument(type);
    this.sent.push({ value, arg });
    return arg;
  }

  /** The value inside. */
  bring(v: Value): Value {
    if (this.#known.has(v)) return this.#inside.value(v);
    this.#known.add(v);
    const { r } = this.#t;
    const op = v.definingOp;
    const canRepeat = op !== undefined && op.regions.length === 0 && op.definition.hasTrait(Pure);
    let made: Value;
    if (canRepeat && (op.numOperands === 0 || !canTravel(v.type))) {
      for (const operand of op.operands) this.bring(operand);
      r.setBefore(this.#first);
      made = r.insert(cloneOp(op, this.#inside)).results[op.results.findIndex((x) => x === v)]!;
    } else if (canTravel(v.type)) {
      const arg = this.#send(v);
      r.setBefore(this.#first);
      made = unpack(this.#t, arg, v.type);
    } else {
      // Through memory: the team is done before the function goes on.
      r.setBefore(this.#before);
      const addr = allocateInEntry(r, v.type);
      this.#t.insert(llvm.StoreOp.of({ value: v, addr }));
      const arg = this.#send(addr);
      r.setBefore(this.#first);
      made = this.#t.insert(llvm.LoadOp.of({ addr: arg }, { types: { res: v.type } })).res;
    }
    this.#inside.map(v, made);
    return made;
  }
}

function replaceInside(region: Region, from: Value, to: Value): void {
  for (const use of from.uses()) {
    let r: Region | null = use.owner.parent?.parent ?? null;
    while (r !== null && r !== region) r = r.parent?.parent?.parent ?? null;
    if (r === region) use.set(to);
  }
}

const noalias = DictionaryAttr.get([["llvm.noalias", UnitAttr.instance]]);
const plain = DictionaryAttr.get([]);

/** The attributes of the parameters behind the two that libomp gives. */
function parameterAttributes(captures: Captures): ArrayAttr {
  const pointers = captures.sent.filter(({ value }) => value.type instanceof llvm.LLVMPointerType);
  const apart = pointers.every(({ value }) => isOnlyWay(value));
  const own = captures.sent.map(({ value }) =>
    apart && value.type instanceof llvm.LLVMPointerType ? noalias : plain,
  );
  return ArrayAttr.get([noalias, noalias, ...own]);
}

/** Runs the function on a team, or alone. */
function replaceByCalls(t: Runtime, op: ops.Parallel, name: string, captures: Captures): void {
  const { r } = t;
  const { if_expr: condition } = op;
  const [threads] = op.num_threads;
  r.setBefore(op);
  r.location = op.location;
  const args = captures.sent.map(({ value }) => pack(t, value));
  const function_ = SymbolRefAttr.get(name);
  const fork = (): void => {
    if (threads !== undefined) t.callHere("__kmpc_push_num_threads", [threads]);
    const type = llvm.LLVMFunctionType.get(llvm.voidType, [llvm.ptr, i32, llvm.ptr], true);
    const location = t.location();
    const task = t.insert(
      llvm.AddressOfOp.of({ global_name: function_ }, { types: { res: llvm.ptr } }),
    ).res;
    declareFork(t, type);
    t.insert(
      llvm.CallOp.of({
        callee: SymbolRefAttr.get("__kmpc_fork_call"),
        var_callee_type: TypeAttr.get(type),
        callee_operands: [location, t.i32(args.length), task, ...args],
        op_bundle_operands: [],
      }),
    );
  };
  if (condition === undefined) {
    fork();
    r.eraseOp(op);
    return;
  }
  const numbers = [0, 1].map(() => allocateInEntry(r, i32));
  const from = op.parent!;
  const rest = r.splitBlock(op);
  const region = rest.parent!;
  const team = r.createBlockBefore(region, rest);
  fork();
  goTo(t, rest);
  const alone = r.createBlockBefore(region, rest);
  const thread = t.thread();
  t.call("__kmpc_serialized_parallel", llvm.voidType, [t.location(), thread]);
  t.insert(llvm.StoreOp.of({ value: thread, addr: numbers[0]! }));
  t.insert(llvm.StoreOp.of({ value: t.i32(0), addr: numbers[1]! }));
  t.insert(
    llvm.CallOp.of({
      callee: function_,
      callee_operands: [...numbers, ...args],
      op_bundle_operands: [],
    }),
  );
  t.call("__kmpc_end_serialized_parallel", llvm.voidType, [t.location(), thread]);
  goTo(t, rest);
  r.setToEnd(from);
  decide(t, condition, team, alone);
  r.eraseOp(op);
}

function declareFork(t: Runtime, type: llvm.LLVMFunctionType): void {
  const known = [...t.module.ops()].some(
    (op) => op instanceof llvm.FuncOp && op.sym_name.value === "__kmpc_fork_call",
  );
  if (known) return;
  t.r.saved(() => {
    t.r.setToEnd(t.module.regions[0]!.entry);
    t.insert(
      llvm.FuncOp.of({
        sym_name: StringAttr.get("__kmpc_fork_call"),
        function_type: TypeAttr.get(type),
        body: new Region(),
      }),
    );
  });
}

/** Gives each thread its copies of what is reduced, and lets the function return. */
function finish(
  t: Runtime,
  op: ops.Parallel,
  func: llvm.FuncOp,
  variables: readonly Value[],
  first: Operation,
): void {
  const { entry } = func.body;
  t.r.setBefore(first);
  const copies = beginReductions(t, op, variables);
  copies.forEach(({ own }, i) => t.r.replaceAllUsesWith(entry.args[i]!, own));
  for (let i = copies.length - 1; i >= 0; i--) entry.eraseArgument(i);
  const exit = copies.length === 0 ? undefined : new Block();
  for (const block of func.body.blocks()) {
    const last = block.lastOp;
    if (!(last instanceof ops.Terminator)) continue;
    t.r.setBefore(last);
    if (exit === undefined) t.insert(llvm.ReturnOp.of({}));
    else goTo(t, exit);
    t.r.eraseOp(last);
  }
  if (exit === undefined) return;
  func.body.append(exit);
  t.r.setToEnd(exit);
  endReductions(t, op, copies);
  t.insert(llvm.ReturnOp.of({}));
}

/** Makes a function of the region of a parallel construct and calls it. */
export function outline(t: Runtime, op: ops.Parallel, name: string): void {
  const { region } = op;
  const { entry } = region;
  const first = entry.firstOp!;
  const values = captured(region);
  const copied = entry.args.length;
  const task = entry.addArgument(llvm.ptr);
  entry.addArgument(llvm.ptr);
  const captures = new Captures(t, op, entry);
  for (const v of values) replaceInside(region, v, captures.bring(v));
  const variables = op.reduction_vars.map((v) => captures.bring(v));
  const params = entry.args.slice(copied).map((a) => a.type);
  t.r.setToEnd(t.module.regions[0]!.entry);
  const func = t.insert(
    llvm.FuncOp.of({
      sym_name: StringAttr.get(name),
      function_type: TypeAttr.get(llvm.LLVMFunctionType.get(llvm.voidType, params)),
      linkage: llvm.LinkageAttr.of("internal"),
      arg_attrs: parameterAttributes(captures),
      body: new Region(),
    }),
  );
  t.r.inlineRegion(region, func.body);
  t.r.setToStart(entry);
  t.setThread(func, t.insert(llvm.LoadOp.of({ addr: task }, { types: { res: i32 } })).res);
  finish(t, op, func, variables, first);
  replaceByCalls(t, op, name, captures);
}
