/**
 * Blocks of slots that kernels take their arguments in (see `image.ts`).
 *
 * Invariants: a block's memory never moves; writing a slot makes no garbage.
 */
import { addressOf } from "@strata/runtime/native";
import { bf16FromBits, bf16ToBits, f16FromBits, f16ToBits } from "@strata/support";
import type { SlotType } from "./image.ts";

/** 2^32: addresses and 64-bit integers are written in two halves. */
const HALF = 0x1_0000_0000;

/** The slots of one call. */
export class ArgumentBlock {
  readonly address: number;
  readonly #bytes: Uint8Array;
  readonly #i16: Int16Array;
  readonly #u16: Uint16Array;
  readonly #i32: Int32Array;
  readonly #u32: Uint32Array;
  readonly #i64: BigInt64Array;
  readonly #f32: Float32Array;
  readonly #f64: Float64Array;

  constructor(slots: number) {
    const buffer = new ArrayBuffer(Math.max(1, slots) * 8);
    this.address = Number(addressOf(buffer));
    this.#bytes = new Uint8Array(buffer);
    this.#i16 = new Int16Array(buffer);
    this.#u16 = new Uint16Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#i64 = new BigInt64Array(buffer);
    this.#f32 = new Float32Array(buffer);
    this.#f64 = new Float64Array(buffer);
  }

  /** Writes an address or a whole number as 64 bits. */
  setWhole(slot: number, value: number): void {
    this.#u32[2 * slot] = value;
    this.#u32[2 * slot + 1] = Math.floor(value / HALF);
  }

  setScalar(slot: number, type: SlotType, value: number | bigint): void {
    if (typeof value === "bigint") {
      this.#i64[slot] = BigInt.asIntN(64, value);
      return;
    }
    switch (type) {
      case "f32":
        this.#f32[2 * slot] = value;
        return;
      case "f64":
        this.#f64[slot] = value;
        return;
      case "f16":
        this.#u16[4 * slot] = f16ToBits(value);
        return;
      case "bf16":
        this.#u16[4 * slot] = bf16ToBits(value);
        return;
      default:
        // Two's complement: the low bytes are those of the narrower type.
        this.setWhole(slot, value);
    }
  }

  /** A scalar result; integers are signed. */
  scalar(slot: number, type: SlotType): number | bigint {
    switch (type) {
      case "i8":
        return (this.#bytes[8 * slot]! << 24) >> 24;
      case "i16":
        return this.#i16[4 * slot]!;
      case "i32":
        return this.#i32[2 * slot]!;
      case "i64":
        return this.#i64[slot]!;
      case "f32":
        return this.#f32[2 * slot]!;
      case "f64":
        return this.#f64[slot]!;
      case "f16":
        return f16FromBits(this.#u16[4 * slot]!);
      case "bf16":
        return bf16FromBits(this.#u16[4 * slot]!);
    }
  }
}
