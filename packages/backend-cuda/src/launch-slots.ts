/**
 * The parameters of a kernel's next launch in memory that never moves: eight bytes each, and a list of
 * their addresses.
 */
import type { CKind } from "@strata/emit-c";
import { addressOf } from "@strata/runtime/native";

/** The parameters of one kernel. */
export class LaunchSlots {
  /** Where the list of addresses is. */
  readonly pointers: number;
  readonly #kinds: readonly (CKind | "address")[];
  readonly #bits: BigUint64Array;
  readonly #f32: Float32Array;
  readonly #f64: Float64Array;
  readonly #i32: Int32Array;

  constructor(kinds: readonly (CKind | "address")[]) {
    this.#kinds = kinds;
    const count = Math.max(1, kinds.length);
    const buffer = new ArrayBuffer(16 * count);
    this.#bits = new BigUint64Array(buffer, 0, count);
    this.#f32 = new Float32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    this.#i32 = new Int32Array(buffer);
    const base = addressOf(buffer);
    const list = new BigUint64Array(buffer, 8 * count, count);
    for (let k = 0; k < count; k++) list[k] = base + BigInt(8 * k);
    this.pointers = Number(base) + 8 * count;
  }

  setAddress(k: number, address: bigint): void {
    this.#bits[k] = address;
  }

  setScalar(k: number, value: number | bigint): void {
    switch (this.#kinds[k]) {
      case "f32":
        this.#f32[2 * k] = Number(value);
        return;
      case "f64":
        this.#f64[k] = Number(value);
        return;
      case "i64":
      case "u64":
        this.#bits[k] = BigInt.asUintN(64, BigInt(value));
        return;
      default:
        // Two's complement: the low bytes are those of the narrower kinds.
        this.#i32[2 * k] = Number(value);
    }
  }
}
