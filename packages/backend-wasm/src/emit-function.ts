/**
 * Emits one function. Every value lives in locals of its own; structured control flow of the IR maps
 * to blocks and loops of WebAssembly one to one.
 */
import * as arith from "@strata/arith";
import { type FuncOp, ReturnOp } from "@strata/func";
import {
  type Block,
  DenseElementsAttr,
  FloatAttr,
  FloatType,
  i1,
  IntegerAttr,
  IntegerType,
  IndexType,
  MemRefType,
  nameHintOf,
  type Operation,
  type Region,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import * as memref from "@strata/memref";
import * as scf from "@strata/scf";
import * as vector from "@strata/vector";
import type binaryen from "binaryen";
import { type AddressHost, addressOf, type Scope } from "./addresses.ts";
import {
  componentKinds,
  elementBytes,
  integerBits,
  isNarrowFloat,
  laneKind,
  refuse,
  scalarKind,
  type WasmKind,
} from "./lanes.ts";
import { type Arg, constantExpr, type Expr, tryEmitScalar, wrap } from "./scalar-ops.ts";
import { constantBytes, extractLane, replaceLane, splat, tryEmitVector } from "./vector-ops.ts";

/** What the module emitter offers to its functions. */
export interface ModuleHost {
  readonly m: binaryen.Module;
  readonly types: Readonly<Record<WasmKind | "none", number>>;
  createType(kinds: readonly number[]): number;
  /** Calls a function of the host, which is imported on first use. */
  hostCall(name: string, args: readonly Expr[]): Expr;
  /** Takes bytes from the kernel's memory; the address is a multiple of 16. */
  allocate(bytes: Expr): Expr;
  /** Gives memory back. */
  free(address: Expr): Expr;
}

interface Local {
  readonly index: number;
  readonly kind: WasmKind;
}

/** Emits functions into a module. */
export class FunctionEmitter implements AddressHost {
  readonly m: binaryen.Module;
  readonly i32: number;
  readonly scopes: Scope[] = [];
  readonly #host: ModuleHost;
  readonly #fn: FuncOp;
  readonly #values = new Map<Value, readonly Local[]>();
  readonly #depths = new Map<Value, number>();
  readonly #vars: number[] = [];
  #params = 0;
  #labels = 0;

  constructor(host: ModuleHost, fn: FuncOp) {
    this.#host = host;
    this.m = host.m;
    this.i32 = host.types.i32;
    this.#fn = fn;
  }

  /** Adds the function to the module under its symbol's name. */
  emit(): void {
    const fn = this.#fn;
    const { m } = this;
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
    const types = this.#host.types;
    const ref = m.addFunction(
      fn.symbolName,
      this.#host.createType(params.map((k) => types[k])),
      results.length === 0 ? types.none : this.#host.createType(results.map((k) => types[k])),
      this.#vars,
      m.block(null, body, results.length === 0 ? types.none : undefined),
    );
    void ref;
    m.addFunctionExport(fn.symbolName, fn.symbolName);
  }

  // --- locals ------------------------------------------------------------------------------------

  newLocal(kind: WasmKind = "i32"): number {
    this.#vars.push(this.#host.types[kind]);
    return this.#params + this.#vars.length - 1;
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

  get #scope(): Scope {
    return this.scopes[this.scopes.length - 1]!;
  }

  #push(e: Expr): void {
    this.#scope.statements.push(e);
  }

  #get(l: Local): Expr {
    return this.m.local.get(l.index, this.#host.types[l.kind]);
  }

  /** Operand `i` as an argument that can be emitted any number of times. */
  #arg(v: Value): Arg {
    const op = v.definingOp;
    if (op instanceof arith.ConstantOp) return () => this.#constant(op);
    const l = this.#locals(v)[0]!;
    return () => this.#get(l);
  }

  #declare(v: Value, op: Operation): readonly Local[] {
    const locals = componentKinds(v.type, op).map((kind) => ({ index: this.newLocal(kind), kind }));
    this.#values.set(v, locals);
    this.#depths.set(v, this.#scope.depth);
    return locals;
  }

  #define(v: Value, op: Operation, exprs: readonly Expr[]): void {
    const locals = this.#declare(v, op);
    exprs.forEach((e, i) => this.#push(this.m.local.set(locals[i]!.index, e)));
  }

  /** Components of a value: constants anew, others from their locals. */
  #components(v: Value): Expr[] {
    const op = v.definingOp;
    if (op instanceof arith.ConstantOp) return [this.#constant(op)];
    return this.#locals(v).map((l) => this.#get(l));
  }

  #constant(op: arith.ConstantOp): Expr {
    const { m } = this;
    const a = op.value;
    const t = op.result.type;
    if (a instanceof IntegerAttr || a instanceof FloatAttr) {
      if (scalarKind(t) === undefined) refuse(op, `the type \`${t.toString()}\``);
      return constantExpr(m, t, a.value);
    }
    if (a instanceof DenseElementsAttr && t instanceof VectorType) {
      componentKinds(t, op);
      return m.v128.const(
        constantBytes(
          t,
          a.elements.map((e) => e.value),
        ),
      );
    }
    return refuse(op, "this constant");
  }

  // --- blocks and control ------------------------------------------------------------------------

  /** Emits a block's operations; a `return` at its end becomes its last statement. */
  #block(block: Block, depth: number, end?: (terminator: Operation) => void): Expr[] {
    const scope: Scope = { depth, statements: [], sums: new Map() };
    this.scopes.push(scope);
    for (const op of block.ops()) {
      if (op.definition.isTerminator) {
        if (op instanceof ReturnOp) this.#return(op);
        else end?.(op);
      } else this.#op(op);
    }
    this.scopes.pop();
    return scope.statements;
  }

  #return(op: ReturnOp): void {
    const values = op.inputs.flatMap((v) => this.#components(v));
    if (values.length === 0) this.#push(this.m.return());
    else this.#push(this.m.return(values.length === 1 ? values[0]! : this.m.tuple.make(values)));
  }

  /** Sets targets to values at once: none of the values is read after a target is written. */
  #assign(targets: readonly Local[], sources: readonly Value[]): void {
    const { m } = this;
    const from = sources.flatMap((v): { local: Local | undefined; expr: () => Expr }[] => {
      const op = v.definingOp;
      if (op instanceof arith.ConstantOp)
        return [{ local: undefined, expr: () => this.#constant(op) }];
      return this.#locals(v).map((local) => ({ local, expr: () => this.#get(local) }));
    });
    const written = new Set(targets.map((t) => t.index));
    const clash = from.some(
      (f, i) => f.local && written.has(f.local.index) && f.local.index !== targets[i]!.index,
    );
    if (!clash) {
      from.forEach((f, i) => {
        if (f.local?.index !== targets[i]!.index)
          this.#push(m.local.set(targets[i]!.index, f.expr()));
      });
      return;
    }
    const temporaries = from.map((f, i) => {
      const index = this.newLocal(targets[i]!.kind);
      this.#push(m.local.set(index, f.expr()));
      return { index, kind: targets[i]!.kind };
    });
    temporaries.forEach((t, i) => this.#push(m.local.set(targets[i]!.index, this.#get(t))));
  }

  #op(op: Operation): void {
    if (op instanceof arith.ConstantOp) return;
    if (op instanceof scf.For) this.#for(op);
    else if (op instanceof scf.Parallel) this.#parallel(op, 0, []);
    else if (op instanceof scf.If) this.#if(op);
    else if (op instanceof scf.While) this.#while(op);
    else if (op.definition.dialectName === "memref") this.#memory(op);
    else if (op.definition.dialectName === "vector") this.#vector(op);
    else this.#compute(op);
  }

  /** A counted loop: tested once in front, then at its end. */
  #loop(
    iv: Value,
    op: Operation,
    lower: Arg,
    upper: Arg,
    step: Arg,
    body: (depth: number) => Expr[],
  ): void {
    const { m } = this;
    const depth = this.#scope.depth + 1;
    const kind = scalarKind(iv.type) ?? refuse(op, "the induction variable's type");
    const ns = kind === "i64" ? m.i64 : m.i32;
    const counter: Local = { index: this.newLocal(kind), kind };
    this.#values.set(iv, [counter]);
    this.#depths.set(iv, depth);
    const label = `loop${this.#labels++}`;
    const statements = body(depth);
    statements.push(
      m.local.set(counter.index, ns.add(this.#get(counter), step())),
      m.br_if(label, ns.lt_s(this.#get(counter), upper())),
    );
    this.#push(m.local.set(counter.index, lower()));
    this.#push(
      m.if(ns.lt_s(this.#get(counter), upper()), m.loop(label, m.block(null, statements))),
    );
  }

  #for(op: scf.For): void {
    if (op.unsignedCmp) refuse(op, "an unsigned comparison of bounds");
    const [iv, ...carried] = op.region.entry.args;
    const state = this.#carry(carried, op.initArgs, op, this.#scope.depth + 1);
    this.#loop(
      iv!,
      op,
      this.#arg(op.lowerBound),
      this.#arg(op.upperBound),
      this.#arg(op.step),
      (depth) => this.#block(op.region.entry, depth, (end) => this.#assign(state, end.operands)),
    );
    this.#results(op.outs, carried);
  }

  /** Locals for values that a loop carries, set to their inits. */
  #carry(args: readonly Value[], inits: readonly Value[], op: Operation, depth: number): Local[] {
    const all = args.flatMap((a) => {
      const locals = componentKinds(a.type, op).map((kind) => ({
        index: this.newLocal(kind),
        kind,
      }));
      this.#values.set(a, locals);
      this.#depths.set(a, depth);
      return locals;
    });
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

  /** Nested loops in row-major order. */
  #parallel(op: scf.Parallel, d: number, _outer: readonly Value[]): void {
    if (op.initVals.length > 0) refuse(op, "a parallel reduction");
    const iv = op.region.entry.args[d]!;
    const args = [op.lowerBound[d]!, op.upperBound[d]!, op.step[d]!].map((v) => this.#arg(v));
    this.#loop(iv, op, args[0]!, args[1]!, args[2]!, (depth) => {
      if (d === op.lowerBound.length - 1) return this.#block(op.region.entry, depth);
      const scope: Scope = { depth, statements: [], sums: new Map() };
      this.scopes.push(scope);
      this.#parallel(op, d + 1, []);
      this.scopes.pop();
      return scope.statements;
    });
  }

  #if(op: scf.If): void {
    const { m } = this;
    const results = op.outs.flatMap((r) => this.#declare(r, op));
    const side = (r: Region): Expr =>
      m.block(
        null,
        this.#block(r.entry, this.#scope.depth, (end) => this.#assign(results, end.operands)),
      );
    const condition = this.#arg(op.condition);
    const then = side(op.thenRegion);
    this.#push(m.if(condition(), then, op.elseRegion.isEmpty ? undefined : side(op.elseRegion)));
  }

  #while(op: scf.While): void {
    const { m } = this;
    const depth = this.#scope.depth + 1;
    const state = this.#carry(op.before.entry.args, op.inits, op, depth);
    const after = op.after.entry;
    const passed = after.args.flatMap((a) => {
      const locals = componentKinds(a.type, op).map((kind) => ({
        index: this.newLocal(kind),
        kind,
      }));
      this.#values.set(a, locals);
      this.#depths.set(a, depth);
      return locals;
    });
    const label = `while${this.#labels++}`;
    const statements = this.#block(op.before.entry, depth, (test) => {
      this.#assign(passed, test.operands.slice(1));
      const body = this.#block(after, depth, (end) => this.#assign(state, end.operands));
      body.push(m.br(label));
      this.#push(m.if(this.#arg(test.operand(0))(), m.block(null, body)));
    });
    this.#push(m.loop(label, m.block(null, statements)));
    this.#results(op.outs, after.args);
  }

  // --- computation -------------------------------------------------------------------------------

  #compute(op: Operation): void {
    if (op.numResults !== 1) refuse(op, "the operation");
    const result = op.resultAt(0);
    if (result.type instanceof MemRefType && op instanceof arith.SelectOp) {
      const [c, a, b] = op.operands;
      const [x, y] = [this.#components(a!), this.#components(b!)];
      this.#define(
        result,
        op,
        x.map((e, i) => this.m.select(this.#arg(c!)(), e, y[i]!)),
      );
      return;
    }
    const cx = {
      m: this.m,
      hostCall: (name: string, args: readonly Expr[]): Expr => this.#host.hostCall(name, args),
      op,
      types: op.operandTypes,
      result: result.type,
    };
    const args = op.operands.map((v) => this.#arg(v));
    componentKinds(result.type, op);
    const e =
      result.type instanceof VectorType
        ? tryEmitVector({ ...cx, result: result.type }, args)
        : tryEmitScalar(cx, args);
    this.#define(result, op, [e ?? refuse(op, "the operation")]);
  }

  // --- memory ------------------------------------------------------------------------------------

  #memory(op: Operation): void {
    const { m } = this;
    if (op instanceof memref.Load) {
      this.#define(op.result, op, [this.#loadScalar(op.memref, op.indices, op.result.type, op)]);
    } else if (op instanceof memref.Store) {
      this.#storeScalar(op.memref, op.indices, this.#arg(op.value), op.value.type, op);
    } else if (op instanceof memref.Alloc || op instanceof memref.Alloca) {
      const sizes = op.dynamicSizes.map((v) => this.#arg(v));
      const locals = this.#declare(op.memref, op);
      sizes.forEach((s, i) => this.#push(m.local.set(locals[i + 1]!.index, s())));
      this.#push(m.local.set(locals[0]!.index, this.#host.allocate(this.#bytes(op.memref, op))));
    } else if (op instanceof memref.Dealloc) {
      this.#push(this.#host.free(this.#components(op.memref)[0]!));
    } else if (op instanceof memref.Copy) {
      const [source, target] = [this.#components(op.source)[0]!, this.#components(op.target)[0]!];
      this.#push(m.memory.copy(target, source, this.#bytes(op.source, op)));
    } else if (op instanceof memref.Dim) this.#dim(op);
    else if (op instanceof memref.Cast) this.#cast(op);
    else if (op instanceof memref.CollapseShape) {
      if (!(op.result.type as MemRefType).hasStaticShape) refuse(op, "a dynamic shape");
      this.#define(op.result, op, [this.#components(op.src)[0]!]);
    } else refuse(op, "the operation");
  }

  #extent(v: Value, d: number): Expr {
    const shape = (v.type as MemRefType).shape;
    if (shape[d]! >= 0) return this.m.i32.const(shape[d]!);
    return this.#components(v)[1 + shape.slice(0, d).filter((n) => n < 0).length]!;
  }

  #bytes(v: Value, op: Operation): Expr {
    const t = v.type as MemRefType;
    const size =
      elementBytes(t.elementType) ?? refuse(op, `the element type of \`${t.toString()}\``);
    const { i32, f64 } = this.m;
    // A product that no address reaches saturates, so that allocating refuses it.
    if (t.hasStaticShape) return i32.const(Math.min(t.numElements * size, 0xffff_ffff) | 0);
    let e = f64.const(size);
    for (let d = 0; d < t.rank; d++) e = f64.mul(e, f64.convert_s.i32(this.#extent(v, d)));
    return i32.trunc_u_sat.f64(e);
  }

  #dim(op: memref.Dim): void {
    const at = op.index.definingOp;
    const d = at instanceof arith.ConstantOp ? at.value : undefined;
    if (!(d instanceof IntegerAttr)) refuse(op, "a dimension that is not constant");
    this.#define(op.result, op, [this.#extent(op.source, Number(d.value))]);
  }

  #cast(op: memref.Cast): void {
    const to = op.dest.type as MemRefType;
    const sizes = to.shape.flatMap((n, d) => (n < 0 ? [this.#extent(op.source, d)] : []));
    this.#define(op.dest, op, [this.#components(op.source)[0]!, ...sizes]);
  }

  #loadScalar(buffer: Value, indices: readonly Value[], t: Type, op: Operation): Expr {
    const { m } = this;
    const { pointer, offset } = addressOf(this, buffer, indices);
    const bytes = elementBytes(t) ?? refuse(op, `the type \`${t.toString()}\``);
    if (isNarrowFloat(t)) {
      const bits = m.f64.convert_u.i32(m.i32.load16_u(offset, 2, pointer));
      return m.f32.demote(
        this.#host.hostCall(t.toString() === "f16" ? "f16FromBits" : "bf16FromBits", [bits]),
      );
    }
    if (t instanceof FloatType) {
      return bytes === 8 ? m.f64.load(offset, 8, pointer) : m.f32.load(offset, 4, pointer);
    }
    if (t === i1) return m.i32.load8_u(offset, 1, pointer);
    if (bytes === 1) return m.i32.load8_s(offset, 1, pointer);
    if (bytes === 2) return m.i32.load16_s(offset, 2, pointer);
    return bytes === 8 ? m.i64.load(offset, 8, pointer) : m.i32.load(offset, 4, pointer);
  }

  #storeScalar(buffer: Value, indices: readonly Value[], value: Arg, t: Type, op: Operation): void {
    const { m } = this;
    const { pointer, offset } = addressOf(this, buffer, indices);
    const bytes = elementBytes(t) ?? refuse(op, `the type \`${t.toString()}\``);
    this.#push(this.#storeAt(pointer, offset, value, t, bytes));
    void m;
  }

  #storeAt(pointer: Expr, offset: number, value: Arg, t: Type, bytes: number): Expr {
    const { m } = this;
    if (isNarrowFloat(t)) {
      const name = t.toString() === "f16" ? "f16ToBits" : "bf16ToBits";
      const bits = this.#host.hostCall(name, [m.f64.promote(value())]);
      return m.i32.store16(offset, 2, pointer, m.i32.trunc_u_sat.f64(bits));
    }
    if (t instanceof FloatType) {
      return bytes === 8
        ? m.f64.store(offset, 8, pointer, value())
        : m.f32.store(offset, 4, pointer, value());
    }
    if (bytes === 1) return m.i32.store8(offset, 1, pointer, value());
    if (bytes === 2) return m.i32.store16(offset, 2, pointer, value());
    return bytes === 8
      ? m.i64.store(offset, 8, pointer, value())
      : m.i32.store(offset, 4, pointer, value());
  }

  // --- vectors -----------------------------------------------------------------------------------

  #vector(op: Operation): void {
    const { m } = this;
    if (op instanceof vector.Load) this.#loadVector(op);
    else if (op instanceof vector.Store) this.#storeVector(op);
    else if (op instanceof vector.MaskedLoad) this.#maskedLoad(op);
    else if (op instanceof vector.MaskedStore) this.#maskedStore(op);
    else if (op instanceof vector.Broadcast) {
      const t = op.vector.type;
      componentKinds(t, op);
      if (op.source.type instanceof VectorType) refuse(op, "a broadcast of a vector");
      this.#define(op.vector, op, [splat(m, t, this.#arg(op.source)())]);
    } else if (op instanceof vector.Extract) {
      const lane = this.#lane(op, op.static_position.values[0]);
      const t = op.source.type;
      this.#define(op.result, op, [extractLane(m, t, this.#arg(op.source)(), lane)]);
    } else if (op instanceof vector.Insert) {
      const lane = this.#lane(op, op.static_position.values[0]);
      const t = op.dest.type;
      const [v, s] = [this.#arg(op.dest)(), this.#arg(op.valueToStore)()];
      this.#define(op.result, op, [replaceLane(m, t, v, lane, s)]);
    } else if (op instanceof vector.Step) {
      const t = op.result.type;
      const lanes = Array.from({ length: t.shape[0]! }, (_, i) => i);
      this.#define(op.result, op, [m.v128.const(constantBytes(t, lanes))]);
    } else if (op instanceof vector.Reduction) this.#reduction(op);
    else refuse(op, "the operation");
  }

  #lane(op: Operation, position: bigint | number | undefined): number {
    const n = Number(position);
    const dynamic = op.operands.some((v) => v.type instanceof IndexType);
    return position !== undefined && n >= 0 && !dynamic
      ? n
      : refuse(op, "a position known only at run time");
  }

  #loadVector(op: vector.Load): void {
    const t = op.result.type;
    componentKinds(t, op);
    this.#define(op.result, op, [this.#loadLanes(op.base, op.indices, t)]);
  }

  #loadLanes(base: Value, indices: readonly Value[], t: VectorType): Expr {
    const { m } = this;
    const { pointer, offset } = addressOf(this, base, indices);
    const n = t.shape[0]!;
    const bytes = elementBytes(t.elementType)!;
    const total = n * bytes;
    if (t.elementType instanceof FloatType) {
      return total === 16
        ? m.v128.load(offset, bytes, pointer)
        : m.v128.load64_zero(offset, bytes, pointer);
    }
    const kind = laneKind(t);
    const integers = ((): Expr => {
      if (total === 16) return m.v128.load(offset, bytes, pointer);
      if (total === 8) {
        if (kind === "i16x8") return m.v128.load8x8_s(offset, 1, pointer);
        if (kind === "i32x4") return m.v128.load16x4_s(offset, 2, pointer);
        return m.v128.load32x2_s(offset, 4, pointer);
      }
      if (total === 4) {
        const low = m.v128.load32_zero(offset, 1, pointer);
        if (kind === "i32x4") return m.i32x4.extend_low_i16x8_s(m.i16x8.extend_low_i8x16_s(low));
        return m.i64x2.extend_low_i32x4_s(m.i32x4.extend_low_i16x8_s(low));
      }
      const low = m.i16x8.splat(m.i32.load16_s(offset, 1, pointer));
      return m.i64x2.extend_low_i32x4_s(
        m.i32x4.extend_low_i16x8_s(m.i16x8.extend_low_i8x16_s(low)),
      );
    })();
    // Booleans are stored as 0 or 1.
    if (t.elementType !== i1) return integers;
    return m[kind as "i32x4"].ne(integers, m.v128.const(new Array<number>(16).fill(0)));
  }

  #storeVector(op: vector.Store): void {
    const { m } = this;
    const t = op.valueToStore.type;
    componentKinds(t, op);
    const { pointer, offset } = addressOf(this, op.base, op.indices);
    const n = t.shape[0]!;
    const bytes = elementBytes(t.elementType)!;
    const total = n * bytes;
    const value = this.#arg(op.valueToStore);
    let packed = value();
    if (!(t.elementType instanceof FloatType) && total < 16) packed = this.#pack(t, packed, bytes);
    else if (t.elementType === i1) packed = this.#pack(t, packed, 1);
    this.#push(
      total === 16
        ? m.v128.store(offset, bytes, pointer, packed)
        : total === 8
          ? m.v128.store64_lane(offset, bytes, 0, pointer, packed)
          : total === 4
            ? m.v128.store32_lane(offset, 1, 0, pointer, packed)
            : m.v128.store16_lane(offset, 1, 0, pointer, packed),
    );
  }

  /** Integer containers narrowed to elements of `bytes` in the low part of a register. */
  #pack(t: VectorType, e: Expr, bytes: number): Expr {
    const { m } = this;
    const n = t.shape[0]!;
    const one = m.v128.const(constantBytes(VectorType.get([n], IntegerType.get(8)), [1]));
    const source = t.elementType === i1 ? m.v128.and(e, one) : e;
    const container = 16 / n;
    const bytesOf = Array.from({ length: 16 }, (_, i) => {
      const lane = Math.floor(i / bytes);
      return lane < n ? lane * container + (i % bytes) : 0;
    });
    const local = this.newLocal("v128");
    this.#push(m.local.set(local, source));
    const get = (): Expr => m.local.get(local, this.#host.types.v128);
    return m.i8x16.shuffle(get(), get(), bytesOf);
  }

  /** Lane by lane: lanes without a mask are not touched. */
  #maskedLoad(op: vector.MaskedLoad): void {
    const { m } = this;
    const t = op.result.type;
    const [local] = this.#declare(op.result, op);
    this.#push(m.local.set(local!.index, this.#arg(op.pass_thru)()));
    const { pointer, offset } = addressOf(this, op.base, op.indices);
    const at = this.newLocal();
    this.#push(m.local.set(at, pointer));
    const bytes = elementBytes(t.elementType)!;
    const mask = this.#arg(op.mask);
    for (let lane = 0; lane < t.shape[0]!; lane++) {
      const scalar = this.#loadAt(
        m.local.get(at, this.i32),
        offset + lane * bytes,
        t.elementType,
        bytes,
      );
      this.#push(
        m.if(
          extractLane(m, op.mask.type, mask(), lane),
          m.local.set(local!.index, replaceLane(m, t, this.#get(local!), lane, scalar)),
        ),
      );
    }
  }

  #loadAt(pointer: Expr, offset: number, t: Type, bytes: number): Expr {
    const { m } = this;
    if (t instanceof FloatType) {
      return bytes === 8 ? m.f64.load(offset, 8, pointer) : m.f32.load(offset, 4, pointer);
    }
    if (t === i1) return m.i32.load8_u(offset, 1, pointer);
    if (bytes === 1) return m.i32.load8_s(offset, 1, pointer);
    if (bytes === 2) return m.i32.load16_s(offset, 2, pointer);
    return bytes === 8 ? m.i64.load(offset, 8, pointer) : m.i32.load(offset, 4, pointer);
  }

  #maskedStore(op: vector.MaskedStore): void {
    const { m } = this;
    const t = op.valueToStore.type;
    const { pointer, offset } = addressOf(this, op.base, op.indices);
    const at = this.newLocal();
    this.#push(m.local.set(at, pointer));
    const bytes = elementBytes(t.elementType)!;
    const [mask, value] = [this.#arg(op.mask), this.#arg(op.valueToStore)];
    for (let lane = 0; lane < t.shape[0]!; lane++) {
      const scalar = (): Expr => extractLane(m, t, value(), lane);
      const store = this.#storeAt(
        m.local.get(at, this.i32),
        offset + lane * bytes,
        scalar,
        t.elementType,
        bytes,
      );
      this.#push(m.if(extractLane(m, op.mask.type, mask(), lane), store));
    }
  }

  #reduction(op: vector.Reduction): void {
    const { m } = this;
    const t = op.vector.type;
    const v = this.#arg(op.vector);
    const { kind } = op.kind;
    if (t.elementType === i1 && kind === "or" && op.acc === undefined) {
      this.#define(op.dest, op, [m.v128.any_true(v())]);
      return;
    }
    const combine = scalarCombiner(this.m, t.elementType, kind);
    const local: Local = {
      index: this.newLocal(scalarKind(t.elementType)!),
      kind: scalarKind(t.elementType)!,
    };
    let first = 0;
    if (op.acc !== undefined) this.#push(m.local.set(local.index, this.#arg(op.acc)()));
    else this.#push(m.local.set(local.index, extractLane(m, t, v(), first++)));
    for (let lane = first; lane < t.shape[0]!; lane++) {
      const x = (): Expr => this.#get(local);
      const y = (): Expr => extractLane(m, t, v(), lane);
      this.#push(m.local.set(local.index, combine(x, y)));
    }
    this.#define(op.dest, op, [this.#get(local)]);
  }
}

/** Combines two scalars as a reduction of a kind does. */
function scalarCombiner(
  m: binaryen.Module,
  t: Type,
  kind: vector.CombiningKind,
): (x: Arg, y: Arg) => Expr {
  if (t instanceof FloatType) {
    const ns = t.width === 64 ? m.f64 : m.f32;
    switch (kind) {
      case "add":
        return (x, y) => ns.add(x(), y());
      case "mul":
        return (x, y) => ns.mul(x(), y());
      case "minimumf":
        return (x, y) => ns.min(x(), y());
      case "maximumf":
        return (x, y) => ns.max(x(), y());
      case "minnumf":
      case "maxnumf": {
        const pick = kind === "minnumf" ? ns.min : ns.max;
        return (x, y) =>
          m.select(ns.eq(x(), x()), m.select(ns.eq(y(), y()), pick(x(), y()), x()), y());
      }
      default:
        throw new Error(`${kind} of floats`);
    }
  }
  const wide = integerBits(t) === 64;
  const ns = wide ? m.i64 : m.i32;
  const unsigned = (e: Expr): Expr =>
    wide || integerBits(t) >= 32 ? e : m.i32.and(e, m.i32.const(2 ** integerBits(t) - 1));
  const pick =
    (less: boolean, signed: boolean) =>
    (x: Arg, y: Arg): Expr => {
      const compare = less ? (signed ? ns.lt_s : ns.lt_u) : signed ? ns.gt_s : ns.gt_u;
      const see = (a: Arg): Expr => (signed ? a() : unsigned(a()));
      return m.select(compare(see(x), see(y)), x(), y());
    };
  switch (kind) {
    case "add":
      return (x, y) => wrap(m, t, ns.add(x(), y()));
    case "mul":
      return (x, y) => wrap(m, t, ns.mul(x(), y()));
    case "and":
      return (x, y) => ns.and(x(), y());
    case "or":
      return (x, y) => ns.or(x(), y());
    case "xor":
      return (x, y) => ns.xor(x(), y());
    case "minsi":
      return pick(true, true);
    case "minui":
      return pick(true, false);
    case "maxsi":
      return pick(false, true);
    case "maxui":
      return pick(false, false);
    default:
      throw new Error(`${kind} of integers`);
  }
}
