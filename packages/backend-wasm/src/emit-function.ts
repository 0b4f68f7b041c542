/**
 * Emits one function. Structured control flow of the IR maps to blocks and loops of WebAssembly
 * one to one.
 *
 * Invariant: every value has locals of its own; what a loop carries is assigned at once at the end
 * of its body, so that none of the values is read after one is overwritten.
 */
import * as arith from "@strata/arith";
import { CallOp, type FuncOp, ReturnOp } from "@strata/func";
import {
  type Block,
  DenseArrayAttr,
  DenseElementsAttr,
  FloatAttr,
  IntegerAttr,
  MemRefType,
  nameHintOf,
  type Operation,
  type Region,
  type Value,
  VectorType,
} from "@strata/ir";
import * as scf from "@strata/scf";
import * as vector from "@strata/vector";
import type binaryen from "binaryen";
import { type Address, type AddressHost, addressOf, type Scope } from "./addresses.ts";
import type { Arg, Expr, HelperName } from "./emission.ts";
import { componentKinds, elementBytes, refuse, scalarKind, type WasmKind } from "./lanes.ts";
import { emitMemory, type MemoryEmission } from "./memref-ops.ts";
import { denseRegisters, extractElement } from "./registers.ts";
import { scalarConstant } from "./scalar-floats.ts";
import { wrap } from "./scalar-integers.ts";
import { tryEmitScalar } from "./scalar-ops.ts";
import {
  gather,
  loadMasked,
  loadVector,
  type Place,
  scatter,
  storeMasked,
  storeVector,
} from "./vector-memory.ts";
import { tryEmitVector } from "./vector-ops.ts";
import { emitShape } from "./vector-shape.ts";

/** What the module emitter offers to its functions. */
export interface ModuleHost {
  readonly m: binaryen.Module;
  readonly types: Readonly<Record<WasmKind | "none", number>>;
  createType(kinds: readonly number[]): number;
  /** Marks a load as unsigned. */
  readonly markUnsigned: (load: Expr) => Expr;
  /** Names a local of a function; undefined where names are not kept. */
  readonly nameLocal: ((func: number, index: number, name: string) => void) | undefined;
  /** The name of a function within the module. */
  nameOf(symbol: string): string;
  /** Calls a function of the host, which is imported on first use. */
  hostCall(name: string, args: readonly Expr[]): Expr;
  /** Calls a function that the module brings along. */
  helper(name: HelperName, args: readonly Expr[]): Expr;
  allocate(bytes: Expr): Expr;
  free(address: Expr): Expr;
}

interface Local {
  readonly index: number;
  readonly kind: WasmKind;
}

/** A block of code with what is to be freed at its end. */
interface OpenScope extends Scope {
  readonly owned: Arg[];
}

/** Emits a function into a module. */
export class FunctionEmitter implements AddressHost, MemoryEmission {
  readonly m: binaryen.Module;
  readonly types: Readonly<Record<WasmKind | "none", number>>;
  readonly i32: number;
  readonly scopes: OpenScope[] = [];
  readonly #host: ModuleHost;
  readonly #fn: FuncOp;
  readonly #values = new Map<Value, readonly Local[]>();
  readonly #depths = new Map<Value, number>();
  readonly #vars: number[] = [];
  /** Buffers that live as long as the call: their locals and sizes. */
  readonly #frame: { readonly local: number; readonly bytes: number }[] = [];
  #params = 0;
  #labels = 0;

  constructor(host: ModuleHost, fn: FuncOp) {
    this.#host = host;
    this.m = host.m;
    this.types = host.types;
    this.i32 = host.types.i32;
    this.#fn = fn;
  }

  /** Adds the function to the module under its symbol's name. */
  emit(): void {
    const fn = this.#fn;
    const { m, types } = this;
    if (!fn.body.hasOneBlock) refuse(fn, "a body of several blocks");
    const params: WasmKind[] = [];
    for (const a of fn.entry.args) {
      const locals = componentKinds(a.type, fn).map((kind) => {
        params.push(kind);
        return { index: params.length - 1, kind };
      });
      this.#values.set(a, locals);
      this.#depths.set(a, 0);
    }
    this.#params = params.length;
    const results = fn.type.results.flatMap((t) => componentKinds(t, fn));
    const body = this.#block(fn.entry, 0);
    const acquire = this.#frame.map(({ local, bytes }) =>
      m.local.set(local, this.allocate(m.i32.const(bytes | 0))),
    );
    const name = this.#host.nameOf(fn.symbolName);
    const result = this.#host.createType(results.map((k) => types[k]));
    const func = m.addFunction(
      name,
      this.#host.createType(params.map((k) => types[k])),
      result,
      this.#vars,
      m.block(null, [...acquire, ...body], results.length === 0 ? types.none : result),
    );
    this.#nameLocals(func);
    m.addFunctionExport(name, fn.symbolName);
  }

  /** Gives the locals of named values their names. */
  #nameLocals(func: number): void {
    const { nameLocal } = this.#host;
    if (nameLocal === undefined) return;
    const taken = new Set<string | number>();
    for (const [value, locals] of this.#values) {
      const hint = nameHintOf(value);
      if (hint === undefined) continue;
      for (const [k, { index }] of locals.entries()) {
        const name = k === 0 ? hint : `${hint}.${k}`;
        if (taken.has(name) || taken.has(index)) continue;
        taken.add(name).add(index);
        nameLocal(func, index, name);
      }
    }
  }

  // --- locals ------------------------------------------------------------------------------------

  newLocal(kind: WasmKind): number {
    this.#vars.push(this.types[kind]);
    return this.#params + this.#vars.length - 1;
  }

  hold(kind: WasmKind, e: Expr): Arg {
    const local = { index: this.newLocal(kind), kind };
    this.push(this.m.local.set(local.index, e));
    return () => this.#get(local);
  }

  depthOf(v: Value): number {
    return this.#depths.get(v) ?? 0;
  }

  localOf(v: Value): number {
    return this.#locals(v)[0]!.index;
  }

  memrefLocals(v: Value): readonly number[] {
    return this.#locals(v).map((l) => l.index);
  }

  #locals(v: Value): readonly Local[] {
    const found = this.#values.get(v);
    if (found === undefined) throw new Error(`${nameHintOf(v) ?? "a value"} has no local`);
    return found;
  }

  get #scope(): OpenScope {
    return this.scopes[this.scopes.length - 1]!;
  }

  push(e: Expr): void {
    this.#scope.statements.push(e);
  }

  #get(l: Local): Expr {
    return this.m.local.get(l.index, this.types[l.kind]);
  }

  parts(v: Value): readonly Arg[] {
    const op = v.definingOp;
    if (op instanceof arith.ConstantOp) return this.#constant(op);
    return this.#locals(v).map(
      (l): Arg =>
        () =>
          this.#get(l),
    );
  }

  scalar(v: Value): Arg {
    return this.parts(v)[0]!;
  }

  #place(v: Value, op: Operation, depth: number): readonly Local[] {
    const locals = componentKinds(v.type, op).map((kind) => ({ index: this.newLocal(kind), kind }));
    this.#values.set(v, locals);
    this.#depths.set(v, depth);
    return locals;
  }

  define(v: Value, exprs: readonly Expr[]): void {
    const op = v.definingOp ?? this.#fn;
    const locals = this.#values.get(v) ?? this.#place(v, op, this.#scope.depth);
    if (exprs.length !== locals.length) throw new Error(`${op.name}: ${exprs.length} components`);
    exprs.forEach((e, i) => this.push(this.m.local.set(locals[i]!.index, e)));
  }

  /** The components of a constant, made anew each time. */
  #constant(op: arith.ConstantOp): readonly Arg[] {
    const { m } = this;
    const { value } = op;
    const t = op.result.type;
    const kinds = componentKinds(t, op);
    if (value instanceof IntegerAttr || value instanceof FloatAttr) {
      return [() => scalarConstant(m, t, value.value)];
    }
    if (value instanceof DenseElementsAttr && t instanceof VectorType) {
      return kinds.map(
        (_, r): Arg =>
          () =>
            denseRegisters(m, t, value)[r]!,
      );
    }
    return refuse(op, "this constant");
  }

  loadWord(offset: number, align: number, pointer: Expr): Expr {
    return this.#host.markUnsigned(this.m.i32.load(offset, align, pointer));
  }

  hostCall(name: string, args: readonly Expr[]): Expr {
    return this.#host.hostCall(name, args);
  }

  helper(name: HelperName, args: readonly Expr[]): Expr {
    return this.#host.helper(name, args);
  }

  // --- memory ------------------------------------------------------------------------------------

  allocate(bytes: Expr): Expr {
    return this.#host.allocate(bytes);
  }

  free(address: Expr): Expr {
    return this.#host.free(address);
  }

  allocateForCall(local: number, bytes: number): void {
    this.#frame.push({ local, bytes });
  }

  freeWithBlock(address: Arg, owner: Value, op: Operation): void {
    const end = op.parent?.lastOp;
    if (end?.operands.includes(owner) === true) refuse(op, "a buffer that leaves its block");
    this.#scope.owned.push(address);
  }

  addressOf(buffer: Value, indices: readonly Value[]): Address {
    return addressOf(this, buffer, indices);
  }

  /** An address that may be used several times. */
  #placeOf(buffer: Value, indices: readonly Value[]): Place {
    const { pointer, offset } = addressOf(this, buffer, indices);
    return { pointer: this.hold("i32", pointer), offset };
  }

  // --- blocks and control ------------------------------------------------------------------------

  /** Emits a block's operations; its terminator is handed to `end`, unless it returns. */
  #block(block: Block, depth: number, end?: (terminator: Operation) => void): Expr[] {
    return this.#nested(depth, () => {
      for (const op of block.ops()) {
        if (!op.definition.isTerminator) this.#op(op);
        else if (op instanceof ReturnOp) this.#return(op);
        else {
          end?.(op);
          this.#releaseOwned();
        }
      }
    });
  }

  #nested(depth: number, emit: () => void): Expr[] {
    const scope: OpenScope = { depth, statements: [], sums: new Map(), owned: [] };
    this.scopes.push(scope);
    emit();
    this.scopes.pop();
    return scope.statements;
  }

  readonly #branch = (emit: () => void): Expr =>
    this.m.block(null, this.#nested(this.#scope.depth, emit));

  #releaseOwned(): void {
    for (const address of this.#scope.owned) this.push(this.free(address()));
  }

  #return(op: ReturnOp): void {
    const { m } = this;
    this.#releaseOwned();
    for (const { local } of this.#frame) this.push(this.free(m.local.get(local, this.i32)));
    const values = op.inputs.flatMap((v) => this.parts(v).map((p) => p()));
    if (values.length === 0) this.push(m.return());
    else this.push(m.return(values.length === 1 ? values[0]! : m.tuple.make(values)));
  }

  /** Sets targets to values at once: none of the values is read after a target is written. */
  #assign(targets: readonly Local[], sources: readonly Value[]): void {
    const { m } = this;
    const from = sources.flatMap((v): { local: Local | undefined; expr: Arg }[] => {
      const parts = this.parts(v);
      const constant = v.definingOp instanceof arith.ConstantOp;
      return parts.map((expr, k) => ({ local: constant ? undefined : this.#locals(v)[k], expr }));
    });
    const written = new Set(targets.map((t) => t.index));
    const clash = from.some(
      (f, i) => f.local && written.has(f.local.index) && f.local.index !== targets[i]!.index,
    );
    const exprs = clash ? from.map((f, i) => this.hold(targets[i]!.kind, f.expr())) : undefined;
    from.forEach((f, i) => {
      if (f.local?.index === targets[i]!.index) return;
      this.push(m.local.set(targets[i]!.index, (exprs?.[i] ?? f.expr)()));
    });
  }

  #op(op: Operation): void {
    if (op instanceof arith.ConstantOp) return;
    if (op instanceof scf.For) this.#for(op);
    else if (op instanceof scf.Parallel) this.#parallel(op);
    else if (op instanceof scf.If) this.#if(op);
    else if (op instanceof scf.While) this.#while(op);
    else if (op instanceof scf.IndexSwitch) this.#switch(op);
    else if (op instanceof scf.ExecuteRegion) this.#executeRegion(op);
    else if (op instanceof CallOp) this.#call(op);
    else if (op.definition.dialectName === "memref") {
      if (!emitMemory(this, op)) refuse(op, "the operation");
    } else if (!this.#vectorAccess(op) && !emitShape(this, op)) this.#compute(op);
  }

  /** A counted loop: tested once in front, then at its end. */
  #loop(
    iv: Value,
    op: Operation,
    [lower, upper, step]: readonly [Arg, Arg, Arg],
    unsigned: boolean,
    body: (depth: number) => Expr[],
  ): void {
    const { m } = this;
    const depth = this.#scope.depth + 1;
    const kind = scalarKind(iv.type);
    if (kind !== "i32" && kind !== "i64") refuse(op, `counting in \`${iv.type.toString()}\``);
    const ns = m[kind];
    const [counter] = this.#place(iv, op, depth);
    const below = (): Expr => {
      const [x, y] = [this.#get(counter!), upper()];
      return unsigned ? ns.lt_u(x, y) : ns.lt_s(x, y);
    };
    const label = `loop${this.#labels++}`;
    const statements = body(depth);
    statements.push(
      m.local.set(counter!.index, wrap(m, iv.type, ns.add(this.#get(counter!), step()))),
      m.br_if(label, below()),
    );
    this.push(m.local.set(counter!.index, lower()));
    this.push(m.if(below(), m.loop(label, m.block(null, statements))));
  }

  #for(op: scf.For): void {
    const [iv, ...carried] = op.region.entry.args;
    const state = this.#carry(carried, op.initArgs, op, this.#scope.depth + 1);
    const bounds = [
      this.scalar(op.lowerBound),
      this.scalar(op.upperBound),
      this.scalar(op.step),
    ] as const;
    this.#loop(iv!, op, bounds, op.unsignedCmp, (depth) =>
      this.#block(op.region.entry, depth, (end) => this.#assign(state, end.operands)),
    );
    this.#results(op.outs, carried);
  }

  /** Locals for values that a loop carries, set to their inits. */
  #carry(
    args: readonly Value[],
    inits: readonly Value[],
    op: Operation,
    depth: number,
  ): readonly Local[] {
    const all = args.flatMap((a) => this.#place(a, op, depth));
    this.#assign(all, inits);
    return all;
  }

  /** A loop's results are what it carried last. */
  #results(outs: readonly Value[], carried: readonly Value[]): void {
    outs.forEach((r, i) => {
      this.#values.set(r, this.#locals(carried[i]!));
      this.#depths.set(r, this.#scope.depth);
    });
  }

  /** Nested loops in row-major order; reductions are combined in that order. */
  #parallel(op: scf.Parallel): void {
    const state = op.outs.map((r) => this.#place(r, op, this.#scope.depth));
    state.forEach((locals, k) => this.#assign(locals, [op.initVals[k]!]));
    const rank = op.lowerBound.length;
    const level = (d: number): void => {
      const bounds = [
        this.scalar(op.lowerBound[d]!),
        this.scalar(op.upperBound[d]!),
        this.scalar(op.step[d]!),
      ] as const;
      this.#loop(op.region.entry.args[d]!, op, bounds, false, (depth) =>
        d < rank - 1
          ? this.#nested(depth, () => level(d + 1))
          : this.#block(op.region.entry, depth, (end) => this.#reduce(end, state)),
      );
    };
    level(0);
  }

  /** Combines each value with what was reduced so far. */
  #reduce(end: Operation, state: readonly (readonly Local[])[]): void {
    end.regions.forEach((region, k) => {
      const [left, right] = region.entry.args;
      this.#values.set(left!, state[k]!);
      this.#depths.set(left!, this.#scope.depth);
      const value = end.operand(k);
      this.#assign(this.#place(right!, end, this.#scope.depth), [value]);
      const statements = this.#block(region.entry, this.#scope.depth, (last) =>
        this.#assign(state[k]!, last.operands),
      );
      this.push(this.m.block(null, statements));
    });
  }

  /** A region whose values become those of results. */
  #side(region: Region, results: readonly Local[]): Expr {
    const statements = this.#block(region.entry, this.#scope.depth, (end) =>
      this.#assign(results, end.operands),
    );
    return this.m.block(null, statements);
  }

  #if(op: scf.If): void {
    const { m } = this;
    const results = op.outs.flatMap((r) => this.#place(r, op, this.#scope.depth));
    const then = this.#side(op.thenRegion, results);
    const otherwise = op.elseRegion.isEmpty ? undefined : this.#side(op.elseRegion, results);
    this.push(m.if(this.scalar(op.condition)(), then, otherwise));
  }

  #switch(op: scf.IndexSwitch): void {
    const { m } = this;
    const results = op.outs.flatMap((r) => this.#place(r, op, this.#scope.depth));
    const cases = op.getAttr("cases");
    const values = cases instanceof DenseArrayAttr ? cases.numbers : [];
    const [usual, ...regions] = op.regions;
    let chain = this.#side(usual!, results);
    for (let k = regions.length - 1; k >= 0; k--) {
      const isCase = m.i32.eq(this.scalar(op.operand(0))(), m.i32.const(values[k]!));
      chain = m.if(isCase, this.#side(regions[k]!, results), chain);
    }
    this.push(chain);
  }

  #executeRegion(op: scf.ExecuteRegion): void {
    const region = op.regions[0]!;
    if (!region.hasOneBlock) refuse(op, "a region of several blocks");
    const results = op.results.flatMap((r) => this.#place(r, op, this.#scope.depth));
    this.push(this.#side(region, results));
  }

  #while(op: scf.While): void {
    const { m } = this;
    const depth = this.#scope.depth + 1;
    const state = this.#carry(op.before.entry.args, op.inits, op, depth);
    const after = op.after.entry;
    const passed = after.args.flatMap((a) => this.#place(a, op, depth));
    const label = `while${this.#labels++}`;
    const statements = this.#block(op.before.entry, depth, (test) => {
      const goesOn = this.hold("i32", this.scalar(test.operand(0))());
      this.#assign(passed, test.operands.slice(1));
      this.#releaseOwned();
      this.#scope.owned.length = 0;
      const body = this.#block(after, depth, (end) => this.#assign(state, end.operands));
      body.push(m.br(label));
      this.push(m.if(goesOn(), m.block(null, body)));
    });
    this.push(m.loop(label, m.block(null, statements)));
    this.#results(op.outs, after.args);
  }

  #call(op: CallOp): void {
    const { m, types } = this;
    const args = op.args.flatMap((v) => this.parts(v).map((p) => p()));
    const locals = op.outs.flatMap((r) => this.#place(r, op, this.#scope.depth));
    const result = this.#host.createType(locals.map((l) => types[l.kind]));
    const call = m.call(this.#host.nameOf(op.callee.root), args, result);
    if (locals.length === 0) this.push(call);
    else if (locals.length === 1) this.push(m.local.set(locals[0]!.index, call));
    else {
      this.#vars.push(result);
      const tuple = this.#params + this.#vars.length - 1;
      this.push(m.local.set(tuple, call));
      locals.forEach((l, k) => {
        this.push(m.local.set(l.index, m.tuple.extract(m.local.get(tuple, result), k)));
      });
    }
  }

  // --- computation -------------------------------------------------------------------------------

  #compute(op: Operation): void {
    for (const v of [...op.operands, ...op.results]) componentKinds(v.type, op);
    const [result] = op.results;
    if (op instanceof arith.SelectOp && result!.type instanceof MemRefType) {
      const [c, a, b] = op.operands.map((v) => this.parts(v));
      this.define(
        result!,
        a!.map((x, i) => this.m.select(c![0]!(), x(), b![i]!())),
      );
      return;
    }
    if (result?.type instanceof VectorType) {
      const args = op.operands.map((v) => this.parts(v));
      const all = tryEmitVector(this, op, args) ?? refuse(op, "the operation");
      op.results.forEach((r, k) => this.define(r, all[k]!));
      return;
    }
    const cx = {
      em: this,
      m: this.m,
      op,
      types: op.operandTypes,
      results: op.resultTypes,
    };
    const args = op.operands.map((v) => this.scalar(v));
    const all = tryEmitScalar(cx, args) ?? refuse(op, "the operation");
    op.results.forEach((r, k) => this.define(r, [all[k]!]));
  }

  /** Emits a vector operation that touches memory; false for others. */
  #vectorAccess(op: Operation): boolean {
    if (op instanceof vector.Load) {
      const t = this.#element(op, op.result.type);
      this.define(op.result, loadVector(this, t, this.#placeOf(op.base, op.indices)));
    } else if (op instanceof vector.Store) {
      const t = this.#element(op, op.valueToStore.type);
      const registers = this.parts(op.valueToStore);
      const at = this.#placeOf(op.base, op.indices);
      for (const e of storeVector(this, t, registers, at)) this.push(e);
    } else if (op instanceof vector.MaskedLoad) {
      const t = this.#element(op, op.result.type);
      const rest = this.parts(op.pass_thru);
      const at = this.#placeOf(op.base, op.indices);
      this.define(op.result, loadMasked(this, this.#branch, t, this.#mask(op.mask), rest, at));
    } else if (op instanceof vector.MaskedStore) {
      const t = this.#element(op, op.valueToStore.type);
      const at = this.#placeOf(op.base, op.indices);
      const registers = this.parts(op.valueToStore);
      storeMasked(this, this.#branch, t, this.#mask(op.mask), registers, at);
    } else if (op instanceof vector.Gather) {
      const t = this.#element(op, op.result.type);
      const position = this.#positions(op.base, op.offsets, op.index_vec);
      const rest = this.parts(op.pass_thru);
      this.define(op.result, gather(this, this.#branch, t, this.#mask(op.mask), rest, position));
    } else if (op instanceof vector.Scatter) {
      const t = this.#element(op, op.valueToStore.type);
      const position = this.#positions(op.base, op.offsets, op.index_vec);
      const registers = this.parts(op.valueToStore);
      scatter(this, this.#branch, t, this.#mask(op.mask), registers, position);
    } else return false;
    return true;
  }

  #element(op: Operation, t: VectorType): VectorType {
    componentKinds(t, op);
    if (elementBytes(t.elementType) === undefined) refuse(op, `the type \`${t.toString()}\``);
    return t;
  }

  #mask(v: Value<VectorType>): { type: VectorType; registers: readonly Arg[] } {
    return { type: v.type, registers: this.parts(v) };
  }

  /** The address of a lane: that of the offsets, plus its number of elements. */
  #positions(
    base: Value<MemRefType>,
    offsets: readonly Value[],
    numbers: Value<VectorType>,
  ): (lane: number) => Arg {
    const { m } = this;
    const { pointer, offset } = this.#placeOf(base, offsets);
    const bytes = elementBytes(base.type.elementType)!;
    const at = this.parts(numbers);
    const wide = scalarKind(numbers.type.elementType) === "i64";
    return (lane) => () => {
      const n = extractElement(m, numbers.type, at, lane);
      const scaled = m.i32.mul(wide ? m.i32.wrap(n) : n, m.i32.const(bytes));
      return m.i32.add(m.i32.add(pointer(), m.i32.const(offset)), scaled);
    };
  }
}
