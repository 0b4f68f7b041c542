/**
 * Lowers one function: tensors become memrefs, results of tensor type become trailing parameters
 * that the caller provides, patterns become loops.
 */
import * as arith from "@strata/arith";
import * as func from "@strata/func";
import {
  Block,
  Builder,
  constantAttr,
  FloatType,
  FunctionType,
  i1,
  MemRefType,
  type Operation,
  RankedTensorType,
  type Region,
  setNameHint,
  spanOf,
  type Type,
  TypeAttr,
  type Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import * as scf from "@strata/scf";
import { DiagnosticError, unsupported } from "@strata/support";
import * as tensor from "@strata/tensor";
import {
  BuildOp,
  ContractOp,
  dimsOf,
  domainOf,
  HistogramOp,
  IterateOp,
  MapOp,
  ReduceOp,
  ScanOp,
  ScatterOp,
  StencilOp,
  stridesOf,
} from "../ops.ts";
import { BodyEmitter } from "./body.ts";
import { BufferPlan } from "./buffers.ts";
import { CarriedState, carriesTensors, isTensor, lastUses, writesDestination } from "./carried.ts";
import { emitContract, keptDims } from "./contract.ts";
import { ExtentFinder } from "./extents.ts";
import { type Idx, IndexMath } from "./index-math.ts";
import { buildFor, buildForNest, buildParallel, type Range } from "./loops.ts";
import { emitStencil } from "./stencil.ts";

/** The memref that holds a tensor: row-major, dense. */
export function bufferType(t: RankedTensorType): MemRefType {
  return MemRefType.get(t.shape, t.elementType);
}

const lowered = (t: Type): Type => (t instanceof RankedTensorType ? bufferType(t) : t);

/** Replaces a function's body and type by their lowered form. */
export function lowerFunction(fn: func.FuncOp): void {
  new FunctionLowering(fn).run();
}

class FunctionLowering {
  readonly #fn: func.FuncOp;
  readonly #entry: Block;
  readonly #emitter: BodyEmitter;
  readonly #b: Builder;
  readonly #buffers: BufferPlan;
  /** Where a tensor's elements shall go, decided by who consumes it. */
  readonly #destinations = new Map<Value, Value>();
  /** Buffers that a tensor may live in, and how many tensors each buffer may hold. */
  readonly #owned = new Map<Value, Value[]>();
  readonly #holders = new Map<Value, number>();

  constructor(fn: func.FuncOp) {
    this.#fn = fn;
    this.#entry = new Block();
    this.#b = Builder.atEnd(this.#entry);
    this.#emitter = new BodyEmitter(this.#b);
    this.#buffers = new BufferPlan(this.#entry);
  }

  run(): void {
    const fn = this.#fn;
    if (fn.isDeclaration) return;
    if (!fn.body.hasOneBlock) {
      throw new DiagnosticError(
        unsupported("pattern.lower-blocks", "functions of several blocks are not lowered", {
          span: spanOf(fn),
        }),
      );
    }
    const old = fn.body.entry;
    for (const a of old.args) this.#emitter.define(a, this.#entry.addArgument(lowered(a.type)));
    const terminator = old.lastOp!;
    const tensorResults = terminator.operands.filter(isTensor);
    const outs = tensorResults.map((v, i) => {
      const out = this.#entry.addArgument(lowered(v.type));
      setNameHint(out, tensorResults.length === 1 ? "out" : `out${i}`);
      return out;
    });
    this.#block(old, outs);
    this.#b.location = terminator.location;
    this.#buffers.freeAll(this.#b);
    const scalars = this.#emitter.mapAll(terminator.operands.filter((v) => !isTensor(v)));
    this.#b.insert(func.ReturnOp.of({ inputs: scalars }));
    old.dropAllReferences();
    fn.body.remove(old);
    fn.body.append(this.#entry);
    const type = FunctionType.get(
      this.#entry.args.map((a) => a.type),
      scalars.map((v) => v.type),
    );
    fn.setAttr("function_type", TypeAttr.get(type));
  }

  /**
   * Emits a block; the tensors its terminator passes on end up in `outs`, in order. Buffers of
   * tensors that die in the block are reused by later ones.
   */
  #block(block: Block, outs: readonly Value[]): void {
    const terminator = block.lastOp!;
    const passed = terminator.operands.filter(isTensor);
    const direct = new Set<number>();
    passed.forEach((v, i) => {
      const producer = v.definingOp;
      if (producer?.parent !== block || this.#destinations.has(v) || !writesDestination(producer))
        return;
      this.#destinations.set(v, outs[i]!);
      direct.add(i);
    });
    const lastUse = lastUses(block);
    for (let op = block.firstOp; op !== null && op !== terminator; op = op.next) {
      this.#b.location = op.location;
      this.#operation(op);
      for (const v of lastUse.get(op) ?? []) this.#release(v);
    }
    passed.forEach((v, i) => {
      if (!direct.has(i)) this.#copy(this.#emitter.map(v), outs[i]!);
    });
  }

  #release(v: Value): void {
    for (const buffer of this.#owned.get(v) ?? []) {
      const holders = this.#holders.get(buffer)! - 1;
      this.#holders.set(buffer, holders);
      if (holders === 0) this.#buffers.release(buffer);
    }
    this.#owned.delete(v);
  }

  /** Records that a tensor may live in the given buffers, and in those of `aliases`. */
  #hold(v: Value, buffers: readonly Value[], aliases: readonly Value[] = []): void {
    const all = [...buffers, ...aliases.flatMap((a) => this.#owned.get(a) ?? [])];
    this.#owned.set(v, all);
    for (const b of all) this.#holders.set(b, (this.#holders.get(b) ?? 0) + 1);
  }

  #copy(source: Value, target: Value): void {
    if (source !== target) this.#b.insert(memref.Copy.of({ source, target }));
  }

  /** Extents of a memref. */
  #sizes(buffer: Value): Idx[] {
    return (buffer.type as MemRefType).shape.map((n, d) => {
      if (n >= 0) return n;
      const dim = new IndexMath(this.#b).value(d);
      return this.#b.insert(memref.Dim.of({ source: buffer, index: dim })).results[0]!;
    });
  }

  #fresh(type: MemRefType, sizes: readonly Idx[]): Value {
    return this.#buffers.take(this.#b, type, sizes);
  }

  /** The buffer for a result tensor: its destination, or one of its own. */
  #target(v: Value, sizes: readonly Idx[]): Value {
    const type = bufferType(v.type as RankedTensorType);
    let buffer = this.#destinations.get(v);
    if (buffer === undefined) {
      buffer = this.#fresh(type, sizes);
      this.#hold(v, [buffer]);
    }
    this.#emitter.define(v, buffer);
    return buffer;
  }

  #operation(op: Operation): void {
    if (op instanceof MapOp) this.#map(op);
    else if (op instanceof BuildOp) this.#build(op);
    else if (op instanceof StencilOp) this.#stencil(op);
    else if (op instanceof ReduceOp) this.#reduce(op);
    else if (op instanceof ScanOp) this.#scan(op);
    else if (op instanceof HistogramOp) this.#histogram(op);
    else if (op instanceof ContractOp) this.#contract(op);
    else if (op instanceof ScatterOp) this.#scatter(op);
    else if (op instanceof IterateOp) this.#iterate(op);
    else if (op instanceof tensor.Cast) this.#cast(op);
    else if (op instanceof tensor.Empty) this.#empty(op);
    else if (op instanceof scf.If && carriesTensors(op)) this.#if(op);
    else if (op instanceof scf.For && carriesTensors(op)) this.#for(op);
    else if (op instanceof scf.While && carriesTensors(op)) this.#while(op);
    else this.#emitter.emit(op);
  }

  #store(value: Value, buffer: Value, indices: readonly Value[]): void {
    this.#b.insert(memref.Store.of({ value, memref: buffer, indices: [...indices] }));
  }

  #storeAll(values: readonly Value[], buffers: readonly Value[], ivs: readonly Value[]): void {
    values.forEach((v, i) => this.#store(v, buffers[i]!, ivs));
  }

  #box(sizes: readonly Idx[]): Range[] {
    return sizes.map((upper) => ({ lower: 0, upper }));
  }

  #map(op: MapOp): void {
    const inputs = this.#emitter.mapAll(op.inputs);
    const sizes = this.#sizes(inputs[0]!);
    const targets = op.outputs.map((r) => this.#target(r, sizes));
    buildParallel(this.#b, this.#box(sizes), (ivs) => {
      this.#storeAll(this.#emitter.inlineElements(op.body, inputs, ivs), targets, ivs);
    });
  }

  #build(op: BuildOp): void {
    let next = 0;
    const first = op.outputs[0]!.type as RankedTensorType;
    const sizes = first.shape.map((n): Idx => (n >= 0 ? n : this.#emitter.map(op.sizes[next++]!)));
    const targets = op.outputs.map((r) => this.#target(r, sizes));
    buildParallel(this.#b, this.#box(sizes), (ivs) => {
      this.#storeAll(this.#emitter.inline(op.body, ivs), targets, ivs);
    });
  }

  #stencil(op: StencilOp): void {
    const inputs = this.#emitter.mapAll(op.inputs);
    const sizes = this.#sizes(inputs[0]!);
    const strides = stridesOf(op, sizes.length);
    const m = new IndexMath(this.#b);
    const counts = sizes.map((n, d) => m.ceilDiv(n, strides[d]!));
    const targets = op.outputs.map((r) => this.#target(r, counts));
    emitStencil(op, this.#emitter, inputs, sizes, (ivs, values) => {
      this.#storeAll(values, targets, ivs);
    });
  }

  #reduce(op: ReduceOp): void {
    const inputs = this.#emitter.mapAll(op.inputs);
    const sizes = this.#sizes(inputs[0]!);
    const dims = dimsOf(op);
    const kept = sizes.map((_, d) => d).filter((d) => !dims.includes(d));
    const inits = this.#emitter.mapAll(op.inits);
    const point = (outer: readonly Value[]): readonly Value[] =>
      buildForNest(this.#b, this.#box(dims.map((d) => sizes[d]!)), inits, (inner, carried) => {
        const ivs = sizes.map((_, d) =>
          dims.includes(d) ? inner[dims.indexOf(d)]! : outer[kept.indexOf(d)]!,
        );
        const elements = this.#emitter.inlineElements(op.element, inputs, ivs);
        return this.#emitter.inline(op.combiner, [...carried, ...elements]);
      });
    if (kept.length === 0) {
      const values = point([]);
      op.outputs.forEach((r, i) => {
        // Reducing a tensor of rank 0 along no dimension: the results are scalars all the same.
        this.#emitter.define(r, values[i]!);
      });
      return;
    }
    const keptSizes = kept.map((d) => sizes[d]!);
    const targets = op.outputs.map((r) => this.#target(r, keptSizes));
    buildParallel(this.#b, this.#box(keptSizes), (ivs) => {
      this.#storeAll(point(ivs), targets, ivs);
    });
  }

  #contract(op: ContractOp): void {
    let next = 0;
    const domain = domainOf(op).map((n): Idx =>
      n >= 0 ? n : this.#emitter.map(op.sizes[next++]!),
    );
    const kept = keptDims(op).map((d) => domain[d]!);
    if (kept.length === 0) {
      emitContract(op, this.#emitter, domain, (_, values) => {
        op.outputs.forEach((r, i) => this.#emitter.define(r, values[i]!));
      });
      return;
    }
    const targets = op.outputs.map((r) => this.#target(r, kept));
    emitContract(op, this.#emitter, domain, (at, values) => this.#storeAll(values, targets, at));
  }

  /** Row by row in order; a place outside of the target is found by unsigned comparisons. */
  #scatter(op: ScatterOp): void {
    const b = this.#b;
    const source = this.#emitter.map(op.target);
    const inputs = this.#emitter.mapAll(op.inputs);
    const sizes = this.#sizes(source);
    const target = this.#target(op.output, sizes);
    this.#copy(source, target);
    buildForNest(b, this.#box(this.#sizes(inputs[0]!)), [], (ivs) => {
      const results = this.#emitter.inlineElements(op.body, inputs, ivs);
      const [place, value] = [results.slice(0, -1), results.at(-1)!];
      const m = new IndexMath(b);
      const inside = place.reduce<Value | undefined>(
        (all, i, d) => m.and(all, m.compare("ult", i, sizes[d]!)),
        undefined,
      );
      const write = (): void => {
        const before = this.#emitter.load(target, place);
        const [after] = this.#emitter.inline(op.combiner, [before, value]);
        this.#store(after!, target, place);
      };
      if (inside === undefined) write();
      else scf.buildIf(b, inside, write);
      return [];
    });
  }

  #scan(op: ScanOp): void {
    const inputs = this.#emitter.mapAll(op.inputs);
    const sizes = this.#sizes(inputs[0]!);
    const dim = Number(op.dim.value);
    const target = this.#target(op.output, sizes);
    const init = this.#emitter.map(op.init);
    const others = sizes.filter((_, d) => d !== dim);
    buildParallel(this.#b, this.#box(others), (outer) => {
      buildFor(this.#b, { lower: 0, upper: sizes[dim]! }, [init], (k, [acc]) => {
        const m = new IndexMath(this.#b);
        const at = op.reverse ? m.value(m.sub(m.sub(sizes[dim]!, 1), k)) : k;
        const ivs = [...outer.slice(0, dim), at, ...outer.slice(dim)];
        if (op.exclusive) this.#store(acc!, target, ivs);
        const next = this.#emitter.inlineElements(op.combiner, inputs, ivs, ivs, [acc!]);
        if (!op.exclusive) this.#store(next[0]!, target, ivs);
        return next;
      });
    });
  }

  #histogram(op: HistogramOp): void {
    const b = this.#b;
    const inputs = this.#emitter.mapAll(op.inputs);
    const type = op.output.type as RankedTensorType;
    const bins: Idx = op.bins === undefined ? type.shape[0]! : this.#emitter.map(op.bins);
    const target = this.#target(op.output, [bins]);
    const zero = b.insert(arith.ConstantOp.of({ value: constantAttr(type.elementType, 0) }))
      .results[0]!;
    buildParallel(b, this.#box([bins]), (ivs) => this.#store(zero, target, ivs));
    buildForNest(b, this.#box(this.#sizes(inputs[0]!)), [], (ivs) => {
      const [bin, weight] = this.#emitter.inlineElements(op.body, inputs, ivs);
      // One unsigned comparison rejects negative bins as well.
      const inside = new IndexMath(b).compare("ult", bin!, bins);
      scf.buildIf(b, inside, () => {
        const before = this.#emitter.load(target, [bin!]);
        const operands = { lhs: before, rhs: weight! };
        const fastmath = arith.FastMathAttr.of("reassoc");
        const sum =
          type.elementType instanceof FloatType
            ? arith.AddF.of({ ...operands, fastmath })
            : arith.AddI.of(operands);
        this.#store(b.insert(sum).results[0]!, target, [bin!]);
      });
      return [];
    });
  }

  /** A tensor that is never read: a buffer that is never written. */
  #empty(op: tensor.Empty): void {
    const result = op.results[0]!;
    const sizes = this.#emitter.mapAll(op.operands);
    const { shape } = result.type as RankedTensorType;
    let next = 0;
    this.#target(
      result,
      shape.map((n) => (n >= 0 ? n : sizes[next++]!)),
    );
  }

  #cast(op: tensor.Cast): void {
    const source = this.#emitter.map(op.operand(0));
    const type = lowered(op.results[0]!.type);
    const cast =
      source.type === type
        ? source
        : this.#b.insert(memref.Cast.of({ source }, { types: { dest: type } })).results[0]!;
    this.#emitter.define(op.results[0]!, cast);
  }

  // --- carried tensors ---------------------------------------------------------------------------

  /**
   * Steps with two buffers for each carried tensor: the state is (current, next, other); a step
   * reads `current`, writes `next`, and the roles rotate. The inits are only read.
   */
  #iterate(op: IterateOp): void {
    const b = this.#b;
    const steps = this.#emitter.map(op.steps);
    const until = op.until[0];
    const carried = new CarriedState(op.inits.map((v) => v.type));
    const sizes = op.inits.map((v) => (isTensor(v) ? this.#sizes(this.#emitter.map(v)) : []));
    const known = until === undefined ? this.#parity(steps) : undefined;
    const pairs = op.outputs.map((r, i) => {
      if (!isTensor(r)) return [];
      const type = bufferType(r.type as RankedTensorType);
      const out = this.#destinations.get(r);
      const [x, y] =
        out === undefined || known === undefined
          ? [this.#fresh(type, sizes[i]!), this.#fresh(type, sizes[i]!)]
          : this.#endingIn(out, this.#fresh(type, sizes[i]!), known);
      const own = [x, y].filter((v) => v !== out);
      // Without a step the result is the init.
      this.#hold(r, this.#ownedBuffers(own), [op.inits[i]!]);
      return [x, y];
    });
    const init = carried.pack(this.#emitter.mapAll(op.inits), pairs);
    const step = (state: readonly Value[]): Value[] => {
      const { current, next, other } = carried.unpack(state);
      const values = this.#step(op.body, current, next);
      return carried.pack(values, carried.rotate(next, other));
    };
    let results: readonly Value[];
    if (until === undefined) {
      results = buildFor(b, { lower: 0, upper: steps }, init, (_, state) =>
        this.#nestedStep(() => step(state)),
      );
    } else {
      results = this.#until(steps, until, init, carried, step);
    }
    const final = carried.unpack(results).current;
    op.outputs.forEach((r, i) => {
      const out = isTensor(r) ? this.#destinations.get(r) : undefined;
      if (out === undefined) this.#emitter.define(r, final[i]!);
      else {
        if (known === undefined) this.#copy(final[i]!, out);
        else {
          // Without a step nothing has been written.
          const none = new IndexMath(b).compare("sle", steps, 0);
          scf.buildIf(b, none, () => {
            this.#copy(this.#emitter.map(op.inits[i]!), out);
          });
        }
        this.#emitter.define(r, out);
      }
    });
  }

  #nestedStep<T>(f: () => T): T {
    return this.#buffers.nested(this.#b, f);
  }

  /** The buffers among those that a select may hide behind. */
  #ownedBuffers(values: readonly Value[]): Value[] {
    return values.flatMap((v) => {
      const op = v.definingOp;
      return op instanceof arith.SelectOp ? this.#selectedBuffers(op) : [v];
    });
  }

  #selectedBuffers(op: arith.SelectOp): Value[] {
    return [op.true_value, op.false_value].filter((v) => v.definingOp instanceof memref.Alloc);
  }

  /** Whether the number of steps is odd, as i1. */
  #parity(steps: Value): Value {
    const m = new IndexMath(this.#b);
    return m.compare("ne", m.rem(steps, 2), 0);
  }

  /** Two buffers to write in turn so that the last step writes `out`. */
  #endingIn(out: Value, spare: Value, odd: Value): [Value, Value] {
    const choose = (a: Value, c: Value): Value =>
      this.#b.insert(arith.SelectOp.of({ condition: odd, true_value: a, false_value: c }))
        .results[0]!;
    return [choose(out, spare), choose(spare, out)];
  }

  /** Emits a step: carried values in, next values out; tensors are written to `next`. */
  #step(body: Region, current: readonly Value[], next: readonly Value[]): Value[] {
    body.entry.args.forEach((a, i) => this.#emitter.define(a, current[i]!));
    this.#block(body.entry, next);
    return this.#passed(body.entry, next);
  }

  #until(
    steps: Value,
    until: Region,
    init: readonly Value[],
    carried: CarriedState,
    step: (state: readonly Value[]) => Value[],
  ): readonly Value[] {
    const b = this.#b;
    const m = new IndexMath(b);
    const no = b.insert(arith.ConstantOp.of({ value: constantAttr(i1, 0) })).results[0]!;
    const { results } = scf.buildWhile(
      b,
      [m.value(0), no, ...init],
      (args) => {
        const [count, done] = args;
        const more = new IndexMath(b).compare("slt", count!, steps);
        const yes = b.insert(arith.ConstantOp.of({ value: constantAttr(i1, 1) })).results[0]!;
        const going = b.insert(arith.XOrI.of({ lhs: done!, rhs: yes })).results[0]!;
        const condition = b.insert(arith.AndI.of({ lhs: more, rhs: going })).results[0]!;
        return { condition, args };
      },
      ([count, , ...state]) =>
        this.#nestedStep(() => {
          const after = step(state);
          const before = carried.unpack(state).current;
          const now = carried.unpack(after).current;
          until.entry.args.forEach((a, i) =>
            this.#emitter.define(a, i < before.length ? before[i]! : now[i - before.length]!),
          );
          const scope = until.entry;
          for (let op = scope.firstOp; op !== scope.lastOp; op = op!.next) this.#operation(op!);
          const done = this.#emitter.map(scope.lastOp!.operand(0));
          return [new IndexMath(b).value(new IndexMath(b).add(count!, 1)), done, ...after];
        }),
    );
    return results.slice(2);
  }

  /** A loop of the kernel that carries tensors; as an iteration, ending in a copy. */
  #for(op: scf.For): void {
    const carried = new CarriedState(op.initArgs.map((v) => v.type));
    const init = this.#startCarried(op, op.initArgs, carried);
    const body = op.regions[0]!;
    const { results } = scf.buildFor(
      this.#b,
      this.#emitter.map(op.lowerBound),
      this.#emitter.map(op.upperBound),
      this.#emitter.map(op.step),
      init,
      (iv, state) => {
        const { current, next, other } = carried.unpack(state);
        this.#emitter.define(body.entry.args[0]!, iv);
        body.entry.args.slice(1).forEach((a, i) => this.#emitter.define(a, current[i]!));
        this.#buffers.nested(this.#b, () => this.#block(body.entry, next));
        return carried.pack(this.#passed(body.entry, next), carried.rotate(next, other));
      },
    );
    this.#finishCarried(op, carried.unpack(results).current);
  }

  #while(op: scf.While): void {
    throw new DiagnosticError(
      unsupported("pattern.while-tensor", "a `while` loop that changes tensors is not lowered", {
        span: spanOf(op),
        hint: "use `iterateUntil`",
      }),
    );
  }

  #startCarried(op: Operation, inits: readonly Value[], carried: CarriedState): Value[] {
    const pairs = inits.map((v, i) => {
      if (!isTensor(v)) return [];
      const type = bufferType(v.type as RankedTensorType);
      const sizes = this.#sizes(this.#emitter.map(v));
      const pair = [this.#fresh(type, sizes), this.#fresh(type, sizes)];
      this.#hold(op.results[i]!, pair, [v]);
      return pair;
    });
    return carried.pack(this.#emitter.mapAll(inits), pairs);
  }

  #passed(block: Block, next: readonly Value[]): Value[] {
    let at = 0;
    return block.lastOp!.operands.map((v) => (isTensor(v) ? next[at++]! : this.#emitter.map(v)));
  }

  #finishCarried(op: Operation, final: readonly Value[]): void {
    op.results.forEach((r, i) => {
      const out = isTensor(r) ? this.#destinations.get(r) : undefined;
      if (out !== undefined) this.#copy(final[i]!, out);
      this.#emitter.define(r, out ?? final[i]!);
    });
  }

  /** A branch that yields tensors: both sides write the same buffers. */
  #if(op: scf.If): void {
    const [thenBlock, elseBlock] = [op.regions[0]!.entry, op.regions[1]!.entry];
    const targets: Value[] = [];
    op.results.forEach((r) => {
      if (!isTensor(r)) return;
      targets.push(this.#target(r, this.#branchSizes(op, r)));
    });
    const side = (block: Block) => (): Value[] =>
      this.#buffers.nested(this.#b, () => {
        this.#block(block, targets);
        return this.#emitter.mapAll(block.lastOp!.operands.filter((v) => !isTensor(v)));
      });
    const condition = this.#emitter.map(op.condition);
    const scalars = scf.buildIf(this.#b, condition, side(thenBlock), side(elseBlock)).results;
    let at = 0;
    op.results.forEach((r) => {
      if (!isTensor(r)) this.#emitter.define(r, scalars[at++]!);
    });
  }

  /** Extents of a branch's result, found on either side. */
  #branchSizes(op: scf.If, r: Value): Idx[] {
    const type = r.type as RankedTensorType;
    if (type.hasStaticShape) return [...type.shape];
    const written = this.#destinations.get(r);
    if (written !== undefined) return this.#sizes(written);
    const finder = new ExtentFinder(this.#emitter, (buffer) => this.#sizes(buffer));
    const at = op.results.indexOf(r as (typeof op.results)[number]);
    for (const side of op.regions) {
      const sizes = finder.tryExtents(side.entry.lastOp!.operand(at));
      if (sizes !== undefined) return sizes;
    }
    throw new DiagnosticError(
      unsupported("pattern.dynamic-branch", "the extents of this branch's tensor depend on it", {
        span: spanOf(op),
        hint: "fix the argument shapes, or compute the extents before the branch",
      }),
    );
  }
}
