/**
 * Vectors as C: every lane is a scalar; only access to memory is wide.
 *
 * Invariant: wide access happens where the operation promises the alignment of the whole vector;
 * elements of less than 32 bits travel in words.
 */
import { DenseArrayAttr, type Operation, type Type, type Value, VectorType } from "@strata/ir";
import * as vector from "@strata/vector";
import { asUnsigned, castTo } from "./emission.ts";
import { atom, type CKind, type Expr, infix, paren, prec, unsignedOf } from "./expression.ts";
import type { FunctionEmitter, MemRefView } from "./function-emitter.ts";
import { integerOf } from "./integer-attribute.ts";
import { mathCallOf } from "./floats.ts";
import { decode, decodeBits, encode, position, storageOf } from "./memory.ts";
import { refuse, storageBytes } from "./types.ts";

const letters = "xyzw";

/** How a vector travels: as `count` elements of `kind`, of which each holds `parts` lanes. */
interface Transport {
  readonly kind: CKind;
  readonly count: number;
  readonly parts: number;
}

function transportOf(storage: CKind, lanes: number): Transport | undefined {
  const bytes = storageBytes(storage);
  const total = bytes * lanes;
  if (total > 16 || ![1, 2, 4].includes(bytes >= 4 ? lanes : 1)) return undefined;
  if (bytes >= 4) return { kind: storage, count: lanes, parts: 1 };
  if (total === 2) return { kind: "u16", count: 1, parts: lanes };
  if (total % 4 !== 0) return undefined;
  return { kind: "u32", count: total / 4, parts: 4 / bytes };
}

function isAligned(op: Operation, storage: CKind, lanes: number): boolean {
  return (integerOf(op, "alignment") ?? 0) >= storageBytes(storage) * lanes;
}

/** `*(T *)(x + i)`. */
function wideAccess(
  em: FunctionEmitter,
  view: MemRefView,
  at: Expr,
  t: Transport,
  constant: boolean,
): string {
  const { flavour } = em;
  const type = t.count === 1 ? flavour.types[t.kind] : flavour.vectorType(t.kind, t.count);
  const address = /^0l*$/.test(at.text)
    ? view.pointer
    : `(${view.pointer} + ${paren(at, prec.additive)})`;
  return `*(${flavour.pointerTo(view.space, type, constant)})${address}`;
}

/** The positions of the lanes, one by one. */
function lanePlaces(em: FunctionEmitter, view: MemRefView, at: Expr, lanes: number): string[] {
  const start = em.hold(at, "at");
  return Array.from({ length: lanes }, (_, k) =>
    k === 0 ? `${view.pointer}[${start.text}]` : `${view.pointer}[${start.text} + ${k}]`,
  );
}

function emitLoad(em: FunctionEmitter, op: vector.Load): void {
  const view = em.memref(op.operand(0));
  const type = op.resultTypes[0] as VectorType;
  const element = type.elementType;
  const storage = storageOf(op, element);
  const lanes = type.numElements;
  const at = position(em, view, op.operands.slice(1));
  const transport = isAligned(op, storage, lanes) ? transportOf(storage, lanes) : undefined;
  if (transport === undefined) {
    const places = lanePlaces(em, view, at, lanes);
    em.bind(
      op.resultAt(0),
      places.map((p, k) => em.hold(decode(em, op, element, p), `lane_${k}`)),
    );
    return;
  }
  const { flavour } = em;
  const { kind, count, parts } = transport;
  const name = em.names.forValue(op.resultAt(0), "wide");
  const wide = count === 1 ? flavour.types[kind] : flavour.vectorType(kind, count);
  em.line(`const ${wide} ${name} = ${wideAccess(em, view, at, transport, true)};`);
  const lane = (k: number): Expr => {
    const word = count === 1 ? name : `${name}.${letters[Math.floor(k / parts)]!}`;
    if (parts === 1) return decode(em, op, element, word);
    const shift = (k % parts) * 8 * storageBytes(storage);
    const whole = atom(word, "u32");
    const part =
      shift === 0 ? whole : infix(whole, ">>", atom(String(shift), "i32"), prec.shift, "u32");
    return decodeBits(em, op, element, castTo(part, unsignedOf(storage), flavour));
  };
  em.bind(
    op.resultAt(0),
    Array.from({ length: lanes }, (_, k) => {
      const e = lane(k);
      // A component is as good as a name.
      return parts === 1 && e.prec === prec.postfix && /^\w+\.\w$/.test(e.text)
        ? { ...e, reads: false, prec: prec.primary }
        : em.hold({ ...e, reads: true }, `${name}_${k}`);
    }),
  );
}

function emitStore(em: FunctionEmitter, op: vector.Store): void {
  const view = em.memref(op.operand(1));
  const type = op.operandTypes[0] as VectorType;
  const element = type.elementType;
  const storage = storageOf(op, element);
  const values = em.lanes(op.operand(0)).map((e) => encode(em, op, element, e));
  const at = position(em, view, op.operands.slice(2));
  const transport = isAligned(op, storage, values.length)
    ? transportOf(storage, values.length)
    : undefined;
  if (transport === undefined) {
    lanePlaces(em, view, at, values.length).forEach((p, k) =>
      em.line(`${p} = ${values[k]!.text};`),
    );
    return;
  }
  const { flavour } = em;
  const { kind, count, parts } = transport;
  const words = Array.from({ length: count }, (_, w) => {
    const own = values.slice(w * parts, (w + 1) * parts);
    if (parts === 1) return own[0]!.text;
    return own
      .map((e, k) => {
        const bits = castTo(asUnsigned(e, flavour), "u32", flavour);
        return k === 0
          ? paren(bits, prec.unary)
          : `(${paren(bits, prec.shift + 1)} << ${k * 8 * storageBytes(storage)})`;
      })
      .join(" | ");
  });
  const value = count === 1 ? words[0]! : flavour.vectorValue(kind, words);
  em.line(`${wideAccess(em, view, at, transport, false)} = ${value};`);
}

/** The one constant position of an extract or insert. */
function lanePosition(op: Operation): number {
  const position = op.getAttr("static_position");
  const numbers = position instanceof DenseArrayAttr ? position.numbers : [];
  const [k] = numbers;
  if (k === undefined || numbers.length !== 1 || k < 0)
    return refuse(op, "a position that is no constant");
  return k;
}

const held = (em: FunctionEmitter, v: Value): Expr => em.hold(em.scalar(v), "s");

function lanesOfType(type: Type | undefined): number {
  return type instanceof VectorType ? type.numElements : 1;
}

/** Prints operations of vectors; false for others. */
export function emitVector(em: FunctionEmitter, op: Operation): boolean {
  if (op instanceof vector.Load) emitLoad(em, op);
  else if (op instanceof vector.Store) emitStore(em, op);
  else if (op instanceof vector.Broadcast) {
    const source = em.lanes(op.operand(0));
    const count = lanesOfType(op.resultTypes[0]);
    if (source.length === count) em.bind(op.resultAt(0), source);
    else if (source.length === 1) {
      const one = held(em, op.operand(0));
      em.bind(
        op.resultAt(0),
        Array.from({ length: count }, () => one),
      );
    } else refuse(op, "a broadcast of a vector");
  } else if (op instanceof vector.Extract) {
    em.define(op.resultAt(0), [em.lanes(op.operand(0))[lanePosition(op)]!]);
  } else if (op instanceof vector.Insert) {
    const value = held(em, op.operand(0));
    em.bind(op.resultAt(0), em.lanes(op.operand(1)).with(lanePosition(op), value));
  } else if (op instanceof vector.FromElements) {
    em.bind(
      op.resultAt(0),
      op.operands.map((v) => held(em, v)),
    );
  } else if (op instanceof vector.ToElements) {
    op.results.forEach((r, k) => em.bind(r, [em.lanes(op.operand(0))[k]!]));
  } else if (op instanceof vector.FMA) {
    const [a, b, c] = op.operands.map((v) => em.lanes(v));
    em.define(
      op.resultAt(0),
      a!.map((x, k) => mathCallOf(em, op, "fma", [x, b![k]!, c![k]!])),
    );
  } else return false;
  return true;
}
