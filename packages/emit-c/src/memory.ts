/**
 * Access to memory as C.
 *
 * Invariants: memrefs are dense and row-major; an element's position is computed in the kernel's index
 * width, which the kernel's maker chose wide enough; i1, f16 and bf16 elements are patterns in memory.
 */
import { bf16, f16, i1, MemRefType, type Operation, type Type, type Value } from "@strata/ir";
import * as memref from "@strata/memref";
import { asUnsigned, castTo } from "./emission.ts";
import { atom, type CKind, type Expr, infix, paren, prec } from "./expression.ts";
import type { AtomicOp, CFlavour, Helper } from "./flavour.ts";
import { decodeNarrow, encodeNarrow } from "./floats.ts";
import type { FunctionEmitter, MemRefView } from "./function-emitter.ts";
import { extreme, extremeNumber } from "./helpers.ts";
import { refuse, tryStorageOf } from "./types.ts";

/** The kind of a memref's elements in memory. */
export function storageOf(op: Operation, element: Type): CKind {
  return tryStorageOf(element) ?? refuse(op, `memory of \`${element.toString()}\``);
}

/** The position of an element, in elements from the start. */
export function position(em: FunctionEmitter, view: MemRefView, indices: readonly Value[]): Expr {
  const kind = em.indexKind;
  const zero = atom("0", kind);
  if (indices.length === 0) return zero;
  const at = indices.map((v) => castTo(em.scalar(v), kind, em.flavour));
  // Horner's rule: ((i * n1 + j) * n2 + k).
  let sum = at[0]!;
  for (let d = 1; d < at.length; d++) {
    const size = view.sizes[d]!;
    const isZero = /^0l*$/.test(sum.text);
    const isOne = /^1l*$/.test(size.text);
    const row = isZero ? undefined : isOne ? sum : infix(sum, "*", size, prec.multiplicative, kind);
    sum = row === undefined ? at[d]! : add(row, at[d]!, kind);
  }
  return sum;
}

/** `a + b` without the parentheses that only mixtures with other operators deserve. */
function add(a: Expr, b: Expr, kind: CKind): Expr {
  if (/^0l*$/.test(b.text)) return a;
  const right = b.prec === prec.additive ? `(${b.text})` : paren(b, prec.additive);
  return {
    text: `${paren(a, prec.additive)} + ${right}`,
    prec: prec.additive,
    kind,
    reads: a.reads || b.reads,
  };
}

/** An element in memory as an lvalue. */
export function place(em: FunctionEmitter, view: MemRefView, indices: readonly Value[]): string {
  return `${view.pointer}[${position(em, view, indices).text}]`;
}

/** What an element's pattern in memory stands for. */
export function decode(em: FunctionEmitter, op: Operation, element: Type, text: string): Expr {
  const kind = storageOf(op, element);
  const stored: Expr = { text, prec: prec.postfix, kind, reads: true };
  if (kind === "f64") em.need("fp64");
  if (element === i1) return castTo(stored, "bool", em.flavour);
  if (element === f16 || element === bf16) return decodeNarrow(contextOf(em), element, stored);
  return castTo(stored, em.kindOf(element, op), em.flavour);
}

/** What the bits of an element stand for; an integer keeps the sign that the expression has. */
export function decodeBits(em: FunctionEmitter, op: Operation, element: Type, bits: Expr): Expr {
  if (element === i1) return castTo(bits, "bool", em.flavour);
  if (element === f16 || element === bf16) return decodeNarrow(contextOf(em), element, bits);
  em.kindOf(element, op);
  return bits;
}

/** An element's pattern in memory. */
export function encode(em: FunctionEmitter, op: Operation, element: Type, e: Expr): Expr {
  if (element === f16 || element === bf16) return encodeNarrow(contextOf(em), element, e);
  return castTo(e, storageOf(op, element), em.flavour);
}

/** What the conversions of narrow floats need to know. */
function contextOf(em: FunctionEmitter): Parameters<typeof encodeNarrow>[0] {
  return {
    flavour: em.flavour,
    use: (h) => em.use(h),
    need: (f) => em.need(f),
    types: [],
    resultTypes: [],
    kinds: [],
    resultKinds: [],
  };
}

function emitLoad(em: FunctionEmitter, op: memref.Load): void {
  const view = em.memref(op.operand(0));
  const text = place(em, view, op.operands.slice(1));
  em.define(op.resultAt(0), [decode(em, op, view.type.elementType, text)]);
}

function emitStore(em: FunctionEmitter, op: memref.Store): void {
  const view = em.memref(op.operand(1));
  const value = encode(em, op, view.type.elementType, em.scalar(op.operand(0)));
  em.line(`${place(em, view, op.operands.slice(2))} = ${value.text};`);
}

function emitDim(em: FunctionEmitter, op: memref.Dim): void {
  const view = em.memref(op.operand(0));
  const which = /^-?\d+/.exec(em.scalar(op.operand(1)).text);
  const size = which === null ? undefined : view.sizes[Number(which[0])];
  em.define(op.resultAt(0), [size ?? refuse(op, "an extent of a dimension that is no constant")]);
}

const integerUpdates: Readonly<Record<string, readonly [AtomicOp, boolean]>> = {
  addi: ["add", false],
  andi: ["and", false],
  ori: ["or", false],
  xori: ["xor", false],
  maxs: ["max", false],
  mins: ["min", false],
  maxu: ["max", true],
  minu: ["min", true],
  assign: ["exchange", false],
};

function emitAtomic(em: FunctionEmitter, op: memref.AtomicRMW): void {
  const view = em.memref(op.operand(1));
  const name = memref.AtomicRMWKind.nameOf(op.kind);
  const element = view.type.elementType;
  const storage = storageOf(op, element);
  const at = place(em, view, op.operands.slice(2));
  const [update, unsigned] = integerUpdates[name] ?? (name === "addf" ? ["add", false] : []);
  if (update === undefined) return emitExchangeLoop(em, op, name);
  const value = encode(em, op, element, em.scalar(op.operand(0)));
  const typed = unsigned === true ? asUnsigned(value, em.flavour) : value;
  const text = em.flavour.atomic({
    op: update,
    kind: typed.kind,
    space: view.space,
    place: at,
    value: typed.text,
  });
  if (text === undefined || element === i1)
    return refuse(op, `an atomic \`${name}\` of ${storage}`);
  if (text.helper !== undefined) em.use(text.helper);
  if (storage === "i64" || storage === "f64") {
    em.need(update === "add" || update === "exchange" ? "int64-atomics" : "int64-extended-atomics");
  }
  defineOld(em, op, { text: text.text, prec: prec.postfix, kind: typed.kind, reads: false });
}

/** The old element under a name, where it is used. */
function defineOld(em: FunctionEmitter, op: Operation, old: Expr): void {
  const result = op.resultAt(0);
  if ([...result.uses()].length === 0) {
    em.line(`${old.text};`);
    em.bind(result, []);
    return;
  }
  const own = em.kindOf(result.type, op);
  const name = em.names.forValue(result, "old");
  em.line(`const ${em.flavour.types[own]} ${name} = ${castTo(old, own, em.flavour).text};`);
  em.bind(result, [atom(name, own)]);
}

function extremeHelper(f: CFlavour, name: string, kind: "f32" | "f64"): Helper | undefined {
  switch (name) {
    case "maximumf":
      return extreme(f, "maximum", kind);
    case "minimumf":
      return extreme(f, "minimum", kind);
    case "maxnumf":
      return extremeNumber(f, "maxnum", kind);
    case "minnumf":
      return extremeNumber(f, "minnum", kind);
    default:
      return undefined;
  }
}

/** Updates that no device has: read, compute, and exchange if nobody came between. */
function emitExchangeLoop(em: FunctionEmitter, op: memref.AtomicRMW, name: string): void {
  const { flavour } = em;
  const view = em.memref(op.operand(1));
  const kind = storageOf(op, view.type.elementType);
  const at = place(em, view, op.operands.slice(2));
  const value = em.hold(em.scalar(op.operand(0)), "update");
  const old = em.names.fresh("old");
  const combined = ((): string => {
    if (name === "muli") {
      const u = flavour.types[asUnsigned(value, flavour).kind];
      return `(${flavour.types[kind]})((${u})${old} * (${u})${value.text})`;
    }
    if (kind !== "f32" && kind !== "f64") return refuse(op, `an atomic \`${name}\` of ${kind}`);
    if (name === "mulf") return `${old} * ${value.text}`;
    const helper = extremeHelper(flavour, name, kind);
    if (helper === undefined) return refuse(op, `an atomic \`${name}\``);
    return `${em.use(helper)}(${old}, ${value.text})`;
  })();
  const swap = flavour.compareExchange(kind, view.space, at, old, combined);
  if (swap === undefined) return refuse(op, `an atomic \`${name}\` of ${kind}`);
  if (swap.helper !== undefined) em.use(swap.helper);
  if (kind === "f64" || kind === "i64") em.need("int64-atomics");
  em.line(`${flavour.types[kind]} ${old};`);
  em.line(`do ${old} = ${at}; while (!${swap.text});`);
  em.bind(op.resultAt(0), [atom(old, kind)]);
}

/** Prints access to memory; false for other operations. */
export function emitMemory(em: FunctionEmitter, op: Operation): boolean {
  if (op instanceof memref.Load) emitLoad(em, op);
  else if (op instanceof memref.Store) emitStore(em, op);
  else if (op instanceof memref.Dim) emitDim(em, op);
  else if (op instanceof memref.AtomicRMW) emitAtomic(em, op);
  else if (op instanceof memref.AssumeAlignment || op instanceof memref.DistinctObjects) {
    op.results.forEach((r, k) => em.bindMemRef(r, em.memref(op.operand(k))));
  } else if (op instanceof memref.Cast && op.resultTypes[0] instanceof MemRefType) {
    em.bindMemRef(op.resultAt(0), em.memref(op.operand(0)));
  } else if (op instanceof memref.Alloca) emitAlloca(em, op);
  else return false;
  return true;
}

function emitAlloca(em: FunctionEmitter, op: memref.Alloca): void {
  const type = op.resultTypes[0];
  if (!(type instanceof MemRefType) || !type.hasStaticShape) {
    return refuse(op, "an array of a length that is no constant");
  }
  const name = em.names.forValue(op.resultAt(0), "own");
  const { flavour } = em;
  const kind = storageOf(op, type.elementType);
  em.line(flavour.array("private", flavour.types[kind], name, Math.max(1, type.numElements)));
  em.bindMemRef(op.resultAt(0), {
    type,
    pointer: name,
    space: "private",
    sizes: type.shape.map((n) => castTo(atom(String(n), "i32"), em.indexKind, flavour)),
  });
}
