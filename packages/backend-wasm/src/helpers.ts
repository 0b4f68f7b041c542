/**
 * Functions that modules bring along where they need them: narrow floats in terms of f32, products
 * of 64-bit integers, integer powers.
 *
 * Invariants: an f16 or bf16 value is an f32 that the format holds; `…_round` rounds to nearest
 * even in one step; the bits of NaN are the format's quiet NaN without payload.
 */
import type binaryen from "binaryen";
import type { Expr, HelperName } from "./emission.ts";
import type { WasmKind } from "./lanes.ts";

/** A function: its parameters, result, further locals and body. */
interface Helper {
  readonly params: readonly WasmKind[];
  readonly result: WasmKind;
  readonly locals: readonly WasmKind[];
  readonly body: (k: Kit) => Expr;
}

/** Reads and writes the locals of a helper. */
interface Kit {
  readonly m: binaryen.Module;
  get(i: number): Expr;
  set(i: number, e: Expr): Expr;
  block(statements: readonly Expr[]): Expr;
  /** A constant of 32-bit lanes. */
  lanes(bits: number): Expr;
}

/** 1.5 · 2^(exponent + 13): adding it leaves multiples of the quantum of f16. */
const f16Round: Helper = {
  params: ["f32"],
  result: "f32",
  locals: ["f32", "i32", "f32"],
  body: ({ m, get, set, block }) => {
    const { i32, f32 } = m;
    const clamped = (x: Expr): Expr => {
      const low = m.select(i32.gt_u(x, i32.const(113)), get(2), i32.const(113));
      return set(2, low);
    };
    return block([
      set(1, f32.abs(get(0))),
      set(2, i32.shr_u(i32.reinterpret(get(1)), i32.const(23))),
      clamped(get(2)),
      set(2, m.select(i32.lt_u(get(2), i32.const(143)), get(2), i32.const(143))),
      set(
        3,
        f32.reinterpret(
          i32.or(i32.shl(i32.add(get(2), i32.const(13)), i32.const(23)), i32.const(0x400000)),
        ),
      ),
      set(1, f32.sub(f32.add(get(1), get(3)), get(3))),
      f32.copysign(m.select(f32.gt(get(1), f32.const(65504)), f32.const(Infinity), get(1)), get(0)),
    ]);
  },
};

const f16RoundLanes: Helper = {
  params: ["v128"],
  result: "v128",
  locals: ["v128", "v128", "v128"],
  body: ({ m, get, set, block, lanes }) => {
    const { i32x4, f32x4, v128 } = m;
    const sign = (): Expr => lanes(0x80000000);
    const exponent = (): Expr =>
      i32x4.min_u(i32x4.max_u(i32x4.shr_u(get(1), m.i32.const(23)), lanes(113)), lanes(143));
    return block([
      set(1, f32x4.abs(get(0))),
      set(
        2,
        v128.or(i32x4.shl(i32x4.add(exponent(), lanes(13)), m.i32.const(23)), lanes(0x400000)),
      ),
      set(1, f32x4.sub(f32x4.add(get(1), get(2)), get(2))),
      set(3, f32x4.gt(get(1), lanes(0x477fe000))),
      set(1, v128.bitselect(lanes(0x7f800000), get(1), get(3))),
      v128.bitselect(get(0), get(1), sign()),
    ]);
  },
};

/** An f16 value as its bits: scaled by 2^−112 its fields stand 13 bits higher. */
const f16Bits: Helper = {
  params: ["f32"],
  result: "i32",
  locals: ["f32", "i32"],
  body: ({ m, get, set, block }) => {
    const { i32, f32 } = m;
    const scaled = i32.shr_u(i32.reinterpret(f32.mul(get(1), f32.const(2 ** -112))), i32.const(13));
    const sign = i32.and(i32.shr_u(i32.reinterpret(get(0)), i32.const(16)), i32.const(0x8000));
    const magnitude = m.select(f32.ge(get(1), f32.const(65536)), i32.const(0x7c00), scaled);
    return block([
      set(1, f32.abs(get(0))),
      set(2, i32.or(magnitude, sign)),
      m.select(f32.eq(get(0), get(0)), get(2), i32.const(0x7e00)),
    ]);
  },
};

const f16BitsLanes: Helper = {
  params: ["v128"],
  result: "v128",
  locals: ["v128", "v128"],
  body: ({ m, get, set, block, lanes }) => {
    const { i32x4, f32x4, v128 } = m;
    const scaled = i32x4.shr_u(f32x4.mul(get(1), lanes(0x07800000)), m.i32.const(13));
    const infinite = f32x4.ge(get(1), lanes(0x47800000));
    const sign = v128.and(i32x4.shr_u(get(0), m.i32.const(16)), lanes(0x8000));
    return block([
      set(1, f32x4.abs(get(0))),
      set(2, v128.or(v128.bitselect(lanes(0x7c00), scaled, infinite), sign)),
      v128.bitselect(get(2), lanes(0x7e00), f32x4.eq(get(0), get(0))),
    ]);
  },
};

/** The f16 value of the low 16 bits. */
const f16Value: Helper = {
  params: ["i32"],
  result: "f32",
  locals: ["i32"],
  body: ({ m, get, set, block }) => {
    const { i32, f32 } = m;
    const finite = f32.mul(f32.reinterpret(get(1)), f32.const(2 ** 112));
    const special = f32.reinterpret(i32.or(get(1), i32.const(0x7f800000)));
    const sign = f32.reinterpret(i32.shl(get(0), i32.const(16)));
    return block([
      set(1, i32.shl(i32.and(get(0), i32.const(0x7fff)), i32.const(13))),
      f32.copysign(m.select(i32.ge_u(get(1), i32.const(0x0f800000)), special, finite), sign),
    ]);
  },
};

const f16ValueLanes: Helper = {
  params: ["v128"],
  result: "v128",
  locals: ["v128", "v128"],
  body: ({ m, get, set, block, lanes }) => {
    const { i32x4, f32x4, v128 } = m;
    const finite = f32x4.mul(get(1), lanes(0x77800000));
    const special = v128.or(get(1), lanes(0x7f800000));
    return block([
      set(1, i32x4.shl(v128.and(get(0), lanes(0x7fff)), m.i32.const(13))),
      set(2, v128.bitselect(special, finite, i32x4.ge_u(get(1), lanes(0x0f800000)))),
      v128.or(get(2), i32x4.shl(v128.and(get(0), lanes(0x8000)), m.i32.const(16))),
    ]);
  },
};

/** Half of the last place, less one where the last bit is even, is carried into it. */
const bf16Round: Helper = {
  params: ["f32"],
  result: "f32",
  locals: ["i32"],
  body: ({ m, get, set, block }) => {
    const { i32, f32 } = m;
    const odd = i32.and(i32.shr_u(get(1), i32.const(16)), i32.const(1));
    const carried = i32.add(i32.add(get(1), i32.const(0x7fff)), odd);
    const rounded = f32.reinterpret(i32.and(carried, i32.const(-65536)));
    return block([
      set(1, i32.reinterpret(get(0))),
      m.select(f32.eq(get(0), get(0)), rounded, get(0)),
    ]);
  },
};

const bf16RoundLanes: Helper = {
  params: ["v128"],
  result: "v128",
  locals: ["v128"],
  body: ({ m, get, set, block, lanes }) => {
    const { i32x4, f32x4, v128 } = m;
    const odd = v128.and(i32x4.shr_u(get(0), m.i32.const(16)), lanes(1));
    const carried = i32x4.add(i32x4.add(get(0), lanes(0x7fff)), odd);
    return block([
      set(1, v128.and(carried, lanes(0xffff0000))),
      v128.bitselect(get(1), get(0), f32x4.eq(get(0), get(0))),
    ]);
  },
};

const bf16Bits: Helper = {
  params: ["f32"],
  result: "i32",
  locals: [],
  body: ({ m, get }) => {
    const bits = m.i32.shr_u(m.i32.reinterpret(get(0)), m.i32.const(16));
    return m.select(m.f32.eq(get(0), get(0)), bits, m.i32.const(0x7fc0));
  },
};

const bf16BitsLanes: Helper = {
  params: ["v128"],
  result: "v128",
  locals: [],
  body: ({ m, get, lanes }) => {
    const bits = m.i32x4.shr_u(get(0), m.i32.const(16));
    return m.v128.bitselect(bits, lanes(0x7fc0), m.f32x4.eq(get(0), get(0)));
  },
};

/** The high half of an unsigned product, from products of 32-bit halves. */
const mulHigh: Helper = {
  params: ["i64", "i64"],
  result: "i64",
  locals: ["i64", "i64"],
  body: ({ m, get, set, block }) => {
    const { i64 } = m;
    const low = (e: Expr): Expr => i64.and(e, i64.const(0xffffffffn));
    const high = (e: Expr): Expr => i64.shr_u(e, i64.const(32n));
    return block([
      // a.high · b.low + carry of a.low · b.low
      set(2, i64.add(i64.mul(high(get(0)), low(get(1))), high(i64.mul(low(get(0)), low(get(1)))))),
      set(3, i64.add(i64.mul(low(get(0)), high(get(1))), low(get(2)))),
      i64.add(i64.add(i64.mul(high(get(0)), high(get(1))), high(get(2))), high(get(3))),
    ]);
  },
};

/** Square and multiply; to a negative power 1, −1 and 0 only. */
const power: Helper = {
  params: ["i64", "i64"],
  result: "i64",
  locals: ["i64"],
  body: ({ m, get, set, block }) => {
    const { i64 } = m;
    const isOdd = (): Expr => i64.ne(i64.and(get(1), i64.const(1n)), i64.const(0n));
    const ofMinusOne = m.select(isOdd(), i64.const(-1n), i64.const(1n));
    const unit = m.select(i64.eq(get(0), i64.const(1n)), i64.const(1n), i64.const(0n));
    const negative = m.select(i64.eq(get(0), i64.const(-1n)), ofMinusOne, unit);
    return block([
      set(2, i64.const(1n)),
      m.if(i64.lt_s(get(1), i64.const(0n)), m.return(negative)),
      m.loop(
        "next",
        m.block(null, [
          set(2, m.select(isOdd(), i64.mul(get(2), get(0)), get(2))),
          set(0, i64.mul(get(0), get(0))),
          set(1, i64.shr_u(get(1), i64.const(1n))),
          m.br_if("next", i64.ne(get(1), i64.const(0n))),
        ]),
      ),
      get(2),
    ]);
  },
};

const helpers: Readonly<Record<HelperName, Helper>> = {
  f16_round: f16Round,
  f16_bits: f16Bits,
  f16_value: f16Value,
  bf16_round: bf16Round,
  bf16_bits: bf16Bits,
  f16_round_lanes: f16RoundLanes,
  f16_bits_lanes: f16BitsLanes,
  f16_value_lanes: f16ValueLanes,
  bf16_round_lanes: bf16RoundLanes,
  bf16_bits_lanes: bf16BitsLanes,
  mul_high_u64: mulHigh,
  power_i64: power,
};

/** The four bytes of a lane, four times. */
export function laneBytes(bits: number): number[] {
  const four = [0, 8, 16, 24].map((shift) => (bits >>> shift) & 255);
  return [...four, ...four, ...four, ...four];
}

/** Adds a helper to a module. */
export function addHelper(
  m: binaryen.Module,
  types: Readonly<Record<WasmKind, number>>,
  createType: (kinds: readonly number[]) => number,
  internalName: string,
  name: HelperName,
): void {
  const { params, result, locals, body } = helpers[name];
  const kinds = [...params, ...locals];
  const kit: Kit = {
    m,
    get: (i) => m.local.get(i, types[kinds[i]!]),
    set: (i, e) => m.local.set(i, e),
    block: (statements) => m.block(null, [...statements], types[result]),
    lanes: (bits) => m.v128.const(laneBytes(bits)),
  };
  m.addFunction(
    internalName,
    createType(params.map((k) => types[k])),
    types[result],
    locals.map((k) => types[k]),
    body(kit),
  );
}

/** The type of a helper's result. */
export function helperResult(name: HelperName): WasmKind {
  return helpers[name].result;
}
