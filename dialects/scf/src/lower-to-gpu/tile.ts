/**
 * Several copies of a loop body in one thread: consecutive points along the innermost dimension (the
 * lanes) and along others (the rows).
 *
 * Loads of one element by several copies become one; consecutive elements become vector loads and
 * stores where positions are aligned; inner loops with equal bounds run all copies together.
 *
 * ```mlir
 * %a = memref.load %x[%i]             %v = vector.load %x[%i] : memref<64xf32>, vector<4xf32>
 * %b = arith.mulf %a, %c         →    %a0, %a1, %a2, %a3 = vector.extract …
 * memref.store %b, %out[%i]           … vector.store %w, %out[%i]
 * ```
 *
 * Invariants: the iterations copied are independent; `MemRefType`s have the identity layout; where
 * `lanes` > 1 the first lane's position is a multiple of `lanes`.
 */
import * as arith from "@strata/arith";
import {
  type Block,
  DenseArrayAttr,
  elementTypeOf,
  i64,
  IndexType,
  IntegerAttr,
  isMemoryEffectFree,
  type MemRefType,
  type Operation,
  type Value,
  VectorType,
} from "@strata/ir";
import * as memref from "@strata/memref";
import * as vector from "@strata/vector";
import { ScalarCopy } from "../scalar-copy.ts";
import { For } from "../ops.ts";
import { elementBits, hasAlignedRows } from "./alignment.ts";
import { type Code, known } from "./code.ts";
import { type Replace, RewritingCopy } from "./rewriting-copy.ts";

/** An index as a value plus a constant. */
interface Form {
  readonly root: Value | undefined;
  readonly offset: number;
}

type Rows = Map<Value | undefined, Map<number, Value>>;

/** Vectors read around the lanes: from the `first` to before the `end` vector of lanes. */
export interface VectorReach {
  /** Elements of a row; undefined: the last extent of the buffer, which is dynamic. */
  readonly extent: number | undefined;
  readonly buffer: Value;
  first: number;
  end: number;
}

/** Emits the copies of a body. */
export class TileEmitter {
  readonly #code: Code;
  readonly #outside: (v: Value) => Value;
  readonly #replace: Replace;
  readonly #lanes: number;
  readonly #copies: number;
  readonly #values = new Map<Value, readonly Value[]>();
  readonly #forms = new Map<Value, Form>();
  #made: Rows = new Map();
  #loads = new Map<string, Value>();
  #pure = new Map<string, Value>();
  readonly #ids = new Map<unknown, number>();
  /** First positions of lanes. */
  readonly #starts = new Set<Value>();
  /** How far vector loads reach, for each extent of a buffer's rows. */
  readonly reach: VectorReach[] = [];

  /**
   * `lanes` is the number of copies along the innermost dimension; `outside` maps values from around
   * the body, and `replace` emits something else for an operation.
   */
  constructor(
    code: Code,
    lanes: number,
    copies: number,
    outside: (v: Value) => Value = (v) => v,
    replace: Replace = () => false,
  ) {
    this.#replace = replace;
    this.#code = code;
    this.#outside = outside;
    this.#lanes = lanes;
    this.#copies = copies;
  }

  /** Gives an induction variable its values: `base + offsets[copy]`. */
  seed(iv: Value, base: Value, offsets: readonly number[], areLanes: boolean): void {
    if (areLanes) this.#starts.add(base);
    this.#values.set(
      iv,
      offsets.map((o) => this.#at({ root: base, offset: o })),
    );
  }

  /** Positions from `base` on, which is a multiple of the number of lanes. */
  positions(base: Value, offsets: readonly number[]): Value[] {
    this.#starts.add(base);
    return offsets.map((o) => this.#at({ root: base, offset: o }));
  }

  /** Emits code of an inner region: what is computed there is not known afterwards. */
  scoped<T>(emit: () => T): T {
    const outer = { loads: this.#loads, pure: this.#pure, made: this.#made };
    this.#loads = new Map(outer.loads);
    this.#pure = new Map(outer.pure);
    this.#made = new Map([...outer.made].map(([root, row]) => [root, new Map(row)] as const));
    const result = emit();
    this.#loads = outer.loads;
    this.#pure = outer.pure;
    this.#made = outer.made;
    return result;
  }

  /** An index and a constant more, as one value wherever it is asked for. */
  shifted(v: Value, offset: number): Value {
    const form = this.#form(v);
    return this.#at({ root: form.root, offset: form.offset + offset });
  }

  /** Makes an element known, so that it is not read. */
  provide(buffer: Value, indices: readonly Value[], element: Value): void {
    this.#loads.set(this.#elementKey(buffer, indices), element);
  }

  #elementKey(buffer: Value, indices: readonly Value[]): string {
    return `${this.#id(buffer)}[${indices.map((v) => this.#id(v)).join()}]`;
  }

  /** Gives a value the same or other values in the copies. */
  define(v: Value, values: readonly Value[]): void {
    this.#values.set(v, values);
  }

  /** What a value is in a copy. */
  get(v: Value, copy: number): Value {
    return this.#values.get(v)?.[copy] ?? this.#outside(v);
  }

  #id(x: unknown): number {
    let id = this.#ids.get(x);
    if (id === undefined) this.#ids.set(x, (id = this.#ids.size));
    return id;
  }

  #form(v: Value): Form {
    const found = this.#forms.get(v);
    if (found !== undefined) return found;
    const n = known(v);
    return n === undefined ? { root: v, offset: 0 } : { root: undefined, offset: n };
  }

  #at(form: Form): Value {
    if (form.root !== undefined && form.offset === 0) return form.root;
    let row = this.#made.get(form.root);
    if (row === undefined) this.#made.set(form.root, (row = new Map()));
    let v = row.get(form.offset);
    if (v === undefined) {
      v = this.#code.value(
        form.root === undefined ? form.offset : this.#code.add(form.root, form.offset),
      );
      row.set(form.offset, v);
      this.#forms.set(v, form);
    }
    return v;
  }

  /** Emits the operations of a block but its terminator. */
  emit(block: Block): void {
    for (const op of block.ops()) if (op !== block.lastOp) this.emitOp(op);
  }

  /** Emits one operation in all copies. */
  emitOp(op: Operation): void {
    if (this.#replaced(op)) return;
    if (op instanceof memref.Load) this.#load(op);
    else if (op instanceof memref.Store) this.#store(op);
    else if (op instanceof For && this.#hasEqualBounds(op)) this.#for(op);
    else if (op.regions.length > 0) this.#each(op, () => undefined);
    else if (op instanceof arith.AddI || op instanceof arith.SubI) this.#sum(op);
    else if (isMemoryEffectFree(op)) this.#each(op, (operands) => this.#key(op, operands));
    else this.#each(op, () => undefined);
  }

  #copy(copy: number): RewritingCopy {
    return new RewritingCopy(this.#code, this.#replace, (v) => this.get(v, copy));
  }

  /** Whether something else was emitted for an operation, in all copies. */
  #replaced(op: Operation): boolean {
    for (let c = 0; c < this.#copies; c++) {
      if (!this.#replace(op, this.#copy(c))) return false;
    }
    return true;
  }

  #key(op: Operation, operands: readonly Value[]): string {
    if (op instanceof arith.ConstantOp) return `c${this.#id(op.value)}`;
    return `${this.#id(op)}(${operands.map((v) => this.#id(v)).join()})`;
  }

  /** Emits an operation once for each copy, or once for copies with equal keys. */
  #each(op: Operation, key: (operands: readonly Value[]) => string | undefined): void {
    const results: Value[][] = op.results.map(() => []);
    if (op.regions.length > 0 && writes(op)) this.#loads = new Map();
    for (let c = 0; c < this.#copies; c++) {
      const k = key(op.operands.map((v) => this.get(v, c)));
      const known = k === undefined ? undefined : this.#pure.get(k);
      if (known !== undefined) {
        results[0]!.push(known);
        continue;
      }
      const copy = this.#copy(c);
      copy.emitOp(op);
      op.results.forEach((r, i) => results[i]!.push(copy.get(r)));
      if (k !== undefined && op.results.length === 1) this.#pure.set(k, copy.get(op.results[0]!));
    }
    op.results.forEach((r, i) => this.#values.set(r, results[i]!));
  }

  #sum(op: arith.AddI | arith.SubI): void {
    const isIndex = op.result.type instanceof IndexType;
    const results: Value[] = [];
    for (let c = 0; c < this.#copies; c++) {
      const [a, b] = [this.get(op.lhs, c), this.get(op.rhs, c)];
      const [f, g] = [this.#form(a), this.#form(b)];
      const sign = op instanceof arith.AddI ? 1 : -1;
      if (isIndex && (g.root === undefined || (f.root === undefined && sign > 0))) {
        const root = f.root ?? g.root;
        results.push(this.#at({ root, offset: f.offset + sign * g.offset }));
        continue;
      }
      const key = `${op.name}(${this.#id(a)},${this.#id(b)})`;
      let v = this.#pure.get(key);
      if (v === undefined) {
        const copy = new ScalarCopy(this.#code.b, (x) => this.get(x, c));
        copy.emitOp(op);
        this.#pure.set(key, (v = copy.get(op.result)));
      }
      results.push(v);
    }
    this.#values.set(op.result, results);
  }

  // --- memory ------------------------------------------------------------------------------------

  #load(op: memref.Load): void {
    const results: Value[] = [];
    for (let c = 0; c < this.#copies; c++) {
      const buffer = this.get(op.memref, c);
      results.push(
        this.element(
          buffer,
          op.indices.map((v) => this.get(v, c)),
        ),
      );
    }
    this.#values.set(op.result, results);
  }

  /** The element at indices, read where it is not known. */
  element(buffer: Value, indices: readonly Value[]): Value {
    const key = this.#elementKey(buffer, indices);
    let v = this.#loads.get(key);
    if (v !== undefined) return v;
    const vectorLane = this.#vectorLane(buffer, indices);
    v = vectorLane ?? this.#code.insert(memref.Load.of({ memref: buffer, indices: [...indices] }));
    this.#loads.set(key, v);
    return v;
  }

  /** The element as a lane of an aligned vector; undefined where it is not known to lie in one. */
  #vectorLane(buffer: Value, indices: readonly Value[]): Value | undefined {
    const type = buffer.type as MemRefType;
    const lanes = this.#lanes;
    if (!hasAlignedRows(type, lanes)) return undefined;
    const last = this.#form(indices[indices.length - 1]!);
    if (last.root === undefined || !this.#starts.has(last.root)) return undefined;
    const group = Math.floor(last.offset / lanes);
    const outer = indices.slice(0, -1);
    const root = this.#id(last.root);
    const key = `${this.#id(buffer)}[${outer.map((v) => this.#id(v)).join()}]${root}v${group}`;
    let whole = this.#loads.get(key);
    if (whole === undefined) {
      const at = this.#at({ root: last.root, offset: group * lanes });
      whole = this.#code.insert(
        vector.Load.of(
          { base: buffer, indices: [...outer, at], alignment: this.#alignment(type) },
          { types: { result: VectorType.get([lanes], type.elementType) } },
        ),
      );
      this.#loads.set(key, whole);
      this.#note(buffer, type, group);
    }
    return this.#code.insert(
      vector.Extract.of({
        source: whole,
        dynamic_position: [],
        static_position: DenseArrayAttr.i64([last.offset - group * lanes]),
      }),
    );
  }

  #alignment(type: MemRefType): IntegerAttr {
    return IntegerAttr.get((elementBits(type.elementType) * this.#lanes) / 8, i64);
  }

  #note(buffer: Value, type: MemRefType, group: number): void {
    const n = type.shape[type.rank - 1]!;
    const isSame = (r: VectorReach): boolean => (n >= 0 ? r.extent === n : r.buffer === buffer);
    const known = this.reach.find(isSame);
    if (known === undefined) {
      this.reach.push({ extent: n >= 0 ? n : undefined, buffer, first: group, end: group + 1 });
    } else {
      known.first = Math.min(known.first, group);
      known.end = Math.max(known.end, group + 1);
    }
  }

  #store(op: memref.Store): void {
    const lanes = this.#lanes;
    for (let c = 0; c < this.#copies; c += lanes) {
      if (this.#storeVector(op, c)) continue;
      for (let k = 0; k < lanes; k++) {
        const copy = new ScalarCopy(this.#code.b, (v) => this.get(v, c + k));
        copy.emitOp(op);
      }
    }
    this.#loads = new Map();
  }

  #storeVector(op: memref.Store, first: number): boolean {
    const lanes = this.#lanes;
    const buffer = this.get(op.memref, first);
    const type = buffer.type as MemRefType;
    if (!hasAlignedRows(type, lanes)) return false;
    const outer = op.indices.slice(0, -1).map((v) => this.get(v, first));
    const start = this.#form(this.get(op.indices[op.indices.length - 1]!, first));
    if (start.root === undefined || !this.#starts.has(start.root)) return false;
    if (start.offset % lanes !== 0) return false;
    const elements: Value[] = [];
    for (let k = 0; k < lanes; k++) {
      const form = this.#form(this.get(op.indices[op.indices.length - 1]!, first + k));
      const sameRow = op.indices.slice(0, -1).every((v, d) => this.get(v, first + k) === outer[d]);
      if (form.root !== start.root || form.offset !== start.offset + k || !sameRow) return false;
      elements.push(this.get(op.value, first + k));
    }
    const valueToStore = this.#code.insert(
      vector.FromElements.of(
        { elements },
        { types: { dest: VectorType.get([lanes], elementTypeOf(type)) } },
      ),
    );
    const indices = [...outer, this.#at(start)];
    const alignment = this.#alignment(type);
    this.#code.b.insert(vector.Store.of({ valueToStore, base: buffer, indices, alignment }));
    return true;
  }

  // --- loops -------------------------------------------------------------------------------------

  #hasEqualBounds(op: For): boolean {
    return [op.lowerBound, op.upperBound, op.step].every((v) => {
      const first = this.get(v, 0);
      for (let c = 1; c < this.#copies; c++) if (this.get(v, c) !== first) return false;
      return true;
    });
  }

  #for(op: For): void {
    const [lower, upper, step] = [op.lowerBound, op.upperBound, op.step].map((v) => this.get(v, 0));
    const n = this.#copies;
    const inits = op.initArgs.flatMap((v) => Array.from({ length: n }, (_, c) => this.get(v, c)));
    if (writes(op)) this.#loads = new Map();
    const results = this.#code.for(lower!, upper!, step!, inits, (iv, carried) =>
      this.scoped(() => {
        this.#values.set(op.inductionVar, new Array<Value>(n).fill(iv));
        op.iterArgs.forEach((a, i) => this.#values.set(a, carried.slice(i * n, (i + 1) * n)));
        this.emit(op.body);
        return op.yielded.flatMap((v) => Array.from({ length: n }, (_, c) => this.get(v, c)));
      }),
    );
    if (writes(op)) this.#loads = new Map();
    op.outs.forEach((r, i) => this.#values.set(r, results.slice(i * n, (i + 1) * n)));
  }
}

function writes(op: Operation): boolean {
  if (op instanceof memref.Store || op instanceof memref.AtomicRMW) return true;
  return op.regions.some((r) => [...r.blocks()].some((b) => [...b.ops()].some(writes)));
}
