/**
 * The flattened arguments of a kernel in memory that never moves, eight bytes each.
 *
 * Invariant: setting tells whether the bytes changed, so that what a kernel knows is not said twice.
 */
import type { CKind } from "@strata/emit-c";
import { addressOf } from "@strata/runtime/native";

/** What an argument is: a memory's handle, or a scalar. */
export type SlotKind = CKind | "handle";

/** The arguments of one kernel. */
export class ArgumentSlots {
  readonly #kinds: readonly SlotKind[];
  readonly #bits: BigInt64Array;
  readonly #view: DataView;
  readonly #base: number;
  readonly #known: boolean[];

  constructor(kinds: readonly SlotKind[]) {
    this.#kinds = kinds;
    const buffer = new ArrayBuffer(8 * Math.max(1, kinds.length));
    this.#bits = new BigInt64Array(buffer);
    this.#view = new DataView(buffer);
    this.#base = Number(addressOf(buffer));
    this.#known = kinds.map(() => false);
  }

  get length(): number {
    return this.#kinds.length;
  }

  /** Where an argument is. */
  address(k: number): number {
    return this.#base + 8 * k;
  }

  /** Bytes of an argument. */
  bytes(k: number): number {
    const kind = this.#kinds[k]!;
    return kind === "handle" ? 8 : kind === "bool" ? 1 : Number(kind.slice(1)) / 8;
  }

  setHandle(k: number, handle: bigint): boolean {
    return this.#changed(k, () => {
      this.#view.setBigUint64(8 * k, handle, true);
    });
  }

  setScalar(k: number, value: number | bigint): boolean {
    return this.#changed(k, () => this.#write(k, value));
  }

  #changed(k: number, write: () => void): boolean {
    const before = this.#bits[k];
    write();
    if (this.#known[k] === true && this.#bits[k] === before) return false;
    this.#known[k] = true;
    return true;
  }

  #write(k: number, value: number | bigint): void {
    const at = 8 * k;
    switch (this.#kinds[k]) {
      case "f32":
        this.#view.setFloat32(at, Number(value), true);
        return;
      case "f64":
        this.#view.setFloat64(at, Number(value), true);
        return;
      default:
        // Two's complement: the low bytes are those of the narrower kinds.
        this.#bits[k] = typeof value === "bigint" ? value : BigInt(value);
    }
  }
}
