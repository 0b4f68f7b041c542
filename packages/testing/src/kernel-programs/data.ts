/** Elements of tensors that programs are given. */
import {
  type DType,
  dtypeInfo,
  type Random,
  type StorageArray,
  wrapInteger,
  writeElement,
} from "@strata/support";

const special = [Number.NaN, Infinity, -Infinity, -0, 0, 1e30, -1e-40];

/** Elements of a type: mostly small, with extremes, NaN and infinities among them. */
export function randomData(t: DType, count: number, random: Random): StorageArray {
  const { array, kind } = dtypeInfo(t);
  const data = new array(count);
  for (let i = 0; i < count; i++) {
    const rare = random.int(0, 15) === 0;
    if (kind === "float") {
      const usual = random.int(-128, 128) / 16;
      writeElement(t, data, i, rare ? special[random.int(0, special.length - 1)]! : usual);
      continue;
    }
    const bits = BigInt(random.int(-(2 ** 31), 2 ** 31 - 1)) * 0x10001n;
    const value = kind === "bool" ? BigInt(random.int(0, 1)) : rare ? bits : small(random);
    writeElement(t, data, i, wrapInteger(t, value));
  }
  return data;
}

const small = (random: Random): bigint => BigInt(random.int(-20, 20));
