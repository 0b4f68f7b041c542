/** Random operations of `memref`, `tensor` and `vector`; all indices lie inside. */
import {
  dynamic,
  elementTypeOf,
  f32,
  FloatType,
  i1,
  i32,
  index,
  MemRefType,
  RankedTensorType,
  type Type,
  VectorType,
} from "@strata/ir";
import type { ModuleWriter } from "./writer.ts";

type Maker = (w: ModuleWriter) => void;

const isStatic = (t: Type): t is MemRefType | RankedTensorType =>
  (t instanceof MemRefType || t instanceof RankedTensorType) &&
  t.hasStaticShape &&
  t.shape.every((n) => n > 0);

const memrefTypes = [
  MemRefType.get([4], i32),
  MemRefType.get([3, 5], f32),
  MemRefType.get([8], f32),
  MemRefType.get([], i32),
];
const tensorTypes = [
  RankedTensorType.get([4], i32),
  RankedTensorType.get([2, 3], f32),
  RankedTensorType.get([5], index),
];
const vectorTypes = [
  VectorType.get([4], f32),
  VectorType.get([4], i32),
  VectorType.get([2, 4], f32),
  VectorType.get([2], f32),
];

const isPlainMemRef = (t: Type): boolean =>
  t instanceof MemRefType && isStatic(t) && t.layout === undefined && t.memorySpace === undefined;
const memrefType = (w: ModuleWriter): MemRefType =>
  (w.tape.chance(4) ? undefined : (w.someType(isPlainMemRef) as MemRefType | undefined)) ??
  w.tape.pick(memrefTypes);
const isPlainTensor = (t: Type): boolean =>
  t instanceof RankedTensorType && t.rank > 0 && isStatic(t);
const tensorType = (w: ModuleWriter): RankedTensorType =>
  (w.tape.chance(4) ? undefined : (w.someType(isPlainTensor) as RankedTensorType | undefined)) ??
  w.tape.pick(tensorTypes);
const isPlainVector = (t: Type): boolean =>
  t instanceof VectorType && t.rank > 0 && !t.scalable.includes(true);
const vectorType = (w: ModuleWriter): VectorType =>
  (w.tape.chance(4) ? undefined : (w.someType(isPlainVector) as VectorType | undefined)) ??
  w.tape.pick(vectorTypes);

const indicesIn = (w: ModuleWriter, shape: readonly number[]): string =>
  shape.map((n) => w.indexBelow(n)).join(", ");

/** Reads an element before and after something that may write it. */
function aroundWrite(w: ModuleWriter, write: (m: string, t: MemRefType, at: string) => void): void {
  const t = memrefType(w);
  const m = w.value(t);
  const at = indicesIn(w, t.shape);
  w.emit(`memref.load ${m}[${at}] : ${t.toString()}`, t.elementType);
  write(m, t, at);
  w.emit(`memref.load ${m}[${at}] : ${t.toString()}`, t.elementType);
}

const cell = MemRefType.get([], i32);

const memory: readonly Maker[] = [
  (w) => {
    // A variable in memory, written and read in several places.
    const known = w.visible((t) => t === cell);
    const m = known[0]?.name ?? w.emit(`memref.alloca() : ${cell.toString()}`, cell);
    if (w.tape.chance(2)) w.line(`memref.store ${w.value(i32)}, ${m}[] : ${cell.toString()}`);
    w.emit(`memref.load ${m}[] : ${cell.toString()}`, i32);
  },
  (w) =>
    aroundWrite(w, (m, t, at) => {
      const x = w.constant(t.elementType);
      w.line(`memref.store ${x}, ${m}[${at}] : ${t.toString()}`);
    }),
  (w) =>
    aroundWrite(w, (m, t, at) => {
      const x = w.constant(t.elementType);
      const store = `memref.store ${x}, ${m}[${at}] : ${t.toString()}`;
      if (!w.families.has("scf")) return w.line(store);
      const c = w.value(i1);
      w.line(`scf.if ${c} {`);
      w.nested(() => w.line(store));
      w.line("}");
    }),
  (w) => {
    const t = w.tape.pick(memrefTypes);
    const name = w.tape.pick(["alloc", "alloca"]);
    w.emit(`memref.${name}() : ${t.toString()}`, t);
  },
  (w) => {
    const t = memrefType(w);
    const [m, x] = [w.value(t), w.value(t.elementType)];
    w.line(`memref.store ${x}, ${m}[${indicesIn(w, t.shape)}] : ${t.toString()}`);
  },
  (w) => {
    const t = memrefType(w);
    const m = w.value(t);
    w.emit(`memref.load ${m}[${indicesIn(w, t.shape)}] : ${t.toString()}`, t.elementType);
  },
  (w) => {
    const t = memrefType(w);
    if (t.rank === 0) return;
    const to = MemRefType.get(
      t.shape.map((n, d) => (d === 0 ? dynamic : n)),
      t.elementType,
    );
    const cast = w.emit(`memref.cast ${w.value(t)} : ${t.toString()} to ${to.toString()}`, to);
    w.emit(`memref.dim ${cast}, ${w.indexBelow(t.rank)} : ${to.toString()}`, index);
  },
  (w) => {
    const t = memrefType(w);
    w.line(`memref.copy ${w.value(t)}, ${w.value(t)} : ${t.toString()} to ${t.toString()}`);
  },
  (w) => {
    const t = memrefType(w);
    if (t.rank !== 1) return;
    const [offset, size] = [w.tape.int(0, t.shape[0]! - 1), 1];
    const at = `strided<[1], offset: ${offset}>`;
    const layout = offset === 0 ? `strided<[1]>` : at;
    const to = `memref<${size}x${t.elementType.toString()}, ${layout}>`;
    const view = w.fresh();
    w.line(
      `${view} = memref.subview ${w.value(t)}[${offset}] [${size}] [1] : ${t.toString()} to ${to}`,
    );
    w.emit(`memref.load ${view}[${w.indexBelow(1)}] : ${to}`, t.elementType);
  },
  (w) => {
    // A buffer that is read back at once.
    const t = w.tape.pick(memrefTypes);
    const m = w.emit(`memref.alloc() : ${t.toString()}`, t);
    const at = indicesIn(w, t.shape);
    w.line(`memref.store ${w.value(t.elementType)}, ${m}[${at}] : ${t.toString()}`);
    w.emit(`memref.load ${m}[${at}] : ${t.toString()}`, t.elementType);
  },
];

const tensors: readonly Maker[] = [
  (w) => {
    const t = tensorType(w);
    const v = w.value(t);
    w.emit(`tensor.extract ${v}[${indicesIn(w, t.shape)}] : ${t.toString()}`, t.elementType);
  },
  (w) => {
    const t = tensorType(w);
    const [x, v] = [w.value(t.elementType), w.value(t)];
    w.emit(`tensor.insert ${x} into ${v}[${indicesIn(w, t.shape)}] : ${t.toString()}`, t);
  },
  (w) => {
    const e = w.tape.pick([i32, f32, index]);
    const t = RankedTensorType.get([w.tape.int(1, 4)], e);
    const elements = Array.from({ length: t.shape[0]! }, () => w.value(e));
    w.emit(`tensor.from_elements ${elements.join(", ")} : ${t.toString()}`, t);
  },
  (w) => {
    const t = w.tape.pick(tensorTypes);
    w.emit(`tensor.splat ${w.value(t.elementType)} : ${t.toString()}`, t);
  },
  (w) => {
    const t = tensorType(w);
    const to = RankedTensorType.get(
      t.shape.map((n, d) => (d === 0 ? dynamic : n)),
      t.elementType,
    );
    const cast = w.emit(`tensor.cast ${w.value(t)} : ${t.toString()} to ${to.toString()}`, to);
    w.emit(`tensor.dim ${cast}, ${w.indexBelow(t.rank)} : ${to.toString()}`, index);
    if (w.tape.chance(2)) w.emit(`tensor.cast ${cast} : ${to.toString()} to ${t.toString()}`, t);
  },
  (w) => {
    const t = tensorType(w);
    const offsets = t.shape.map((n) => w.tape.int(0, n - 1));
    const sizes = t.shape.map((n, d) => w.tape.int(1, n - offsets[d]!));
    const to = RankedTensorType.get(sizes, t.elementType);
    const box = `[${offsets.join(", ")}] [${sizes.join(", ")}] [${sizes.map(() => 1).join(", ")}]`;
    const v = w.value(t);
    const part = w.emit(
      `tensor.extract_slice ${v}${box} : ${t.toString()} to ${to.toString()}`,
      to,
    );
    if (w.tape.chance(2)) return;
    const into = w.value(t);
    const types = `${to.toString()} into ${t.toString()}`;
    w.emit(`tensor.insert_slice ${part} into ${into}${box} : ${types}`, t);
  },
  (w) => {
    const t = w.tape.pick(tensorTypes);
    const name = w.fresh();
    const args = t.shape.map(() => ({ name: w.fresh(), type: index as Type }));
    const header = args.map((a) => `${a.name}: index`).join(", ");
    w.line(`${name} = tensor.generate {`);
    w.line(`^bb0(${header}):`);
    w.nested(() => {
      w.offer(...args);
      w.line(`tensor.yield ${w.value(t.elementType)} : ${t.elementType.toString()}`);
    });
    w.line(`} : ${t.toString()}`);
    w.offer({ name, type: t });
  },
];

const numbers = (low: number, high: number): number[] =>
  Array.from({ length: high - low }, (_, i) => low + i);

const vectors: readonly Maker[] = [
  (w) => {
    const t = vectorType(w);
    const e = t.elementType;
    w.emit(`vector.broadcast ${w.value(e)} : ${e.toString()} to ${t.toString()}`, t);
  },
  (w) => {
    const t = vectorType(w);
    const at = t.shape.map((n) => w.tape.int(0, n - 1)).slice(0, w.tape.int(1, t.rank));
    const rest = t.shape.slice(at.length);
    const to = rest.length === 0 ? t.elementType : VectorType.get(rest, t.elementType);
    const types = `${to.toString()} from ${t.toString()}`;
    w.emit(`vector.extract ${w.value(t)}[${at.join(", ")}] : ${types}`, to);
  },
  (w) => {
    const t = vectorType(w);
    const e = t.elementType;
    const [x, v] = [w.value(e), w.value(t)];
    const types = `${e.toString()} into ${t.toString()}`;
    w.emit(`vector.insert ${x}, ${v} [${indicesIn(w, t.shape)}] : ${types}`, t);
  },
  (w) => {
    const t = vectorType(w);
    const n = t.shape[0]!;
    const mask = w.tape.list(1, 4, () => w.tape.int(0, 2 * n - 1));
    const to = VectorType.get([mask.length, ...t.shape.slice(1)], t.elementType);
    const types = `${t.toString()}, ${t.toString()}`;
    w.emit(`vector.shuffle ${w.value(t)}, ${w.value(t)} [${mask.join(", ")}] : ${types}`, to);
  },
  (w) => {
    const t = vectorType(w);
    if (t.rank !== 1) return;
    const isFloat = t.elementType instanceof FloatType;
    const kinds = isFloat ? ["add", "mul", "maximumf", "minnumf"] : ["add", "mul", "xor", "minsi"];
    const kind = t.elementType === i1 ? "or" : w.tape.pick(kinds);
    const types = `${t.toString()} into ${t.elementType.toString()}`;
    w.emit(`vector.reduction <${kind}>, ${w.value(t)} : ${types}`, t.elementType);
  },
  (w) => {
    const t = vectorType(w);
    if (!(t.elementType instanceof FloatType)) return;
    w.emit(`vector.fma ${w.value(t)}, ${w.value(t)}, ${w.value(t)} : ${t.toString()}`, t);
  },
  (w) => {
    const t = vectorType(w);
    const permutation = numbers(0, t.rank).reverse();
    const to = VectorType.get([...t.shape].reverse(), t.elementType);
    const types = `${t.toString()} to ${to.toString()}`;
    w.emit(`vector.transpose ${w.value(t)}, [${permutation.join(", ")}] : ${types}`, to);
  },
  (w) => {
    const t = vectorType(w);
    const to = VectorType.get([t.numElements], t.elementType);
    w.emit(`vector.shape_cast ${w.value(t)} : ${t.toString()} to ${to.toString()}`, to);
  },
  (w) => {
    const t = VectorType.get([4], i1);
    w.emit(`vector.create_mask ${w.value(index)} : ${t.toString()}`, t);
  },
  (w) => {
    if (!w.families.has("memref")) return;
    const m = MemRefType.get([8], f32);
    const t = VectorType.get([4], f32);
    const [base, at] = [w.value(m), w.indexBelow(5)];
    const types = `${m.toString()}, ${t.toString()}`;
    if (w.tape.chance(2)) w.line(`vector.store ${w.value(t)}, ${base}[${at}] : ${types}`);
    else w.emit(`vector.load ${base}[${at}] : ${types}`, t);
  },
  (w) => {
    if (!w.families.has("tensor")) return;
    const t = RankedTensorType.get([2, 3], f32);
    const v = VectorType.get([2], f32);
    const [base, at, pad] = [w.value(t), indicesIn(w, t.shape), w.value(f32)];
    const types = `${t.toString()}, ${v.toString()}`;
    w.emit(`vector.transfer_read ${base}[${at}], ${pad} : ${types}`, v);
  },
];

/** Makers of one operation each, by family. */
export const memoryMakers: {
  readonly memref: readonly Maker[];
  readonly tensor: readonly Maker[];
  readonly vector: readonly Maker[];
} = { memref: memory, tensor: tensors, vector: vectors };

/** Types whose values operations of a family work on. */
export const familyTypes: Readonly<Record<"memref" | "tensor" | "vector", readonly Type[]>> = {
  memref: memrefTypes,
  tensor: tensorTypes,
  vector: vectorTypes.filter((t) => elementTypeOf(t) !== i1),
};
