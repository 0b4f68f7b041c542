/** Random run-time values and constants, with the edges of each type more often than chance. */
import {
  createStore,
  isWide,
  roundingOf,
  type RuntimeValue,
  type ScalarValue,
  TensorValue,
  tryAttributeOfValue,
  VectorValue,
} from "@strata/interpret";
import {
  type Attribute,
  dynamic,
  elementTypeOf,
  FloatType,
  IndexType,
  IntegerType,
  RankedTensorType,
  type Type,
  VectorType,
} from "@strata/ir";
import type { Random } from "@strata/support";

function randomBits(width: number, random: Random): bigint {
  let n = 0n;
  for (let have = 0; have < width; have += 32) n = (n << 32n) | BigInt(random.uint32());
  return BigInt.asUintN(width, n);
}

function randomInteger(width: number, random: Random): bigint {
  switch (random.int(0, 5)) {
    case 0:
      return BigInt(random.int(-9, 9));
    case 1: {
      const least = -(1n << BigInt(width - 1));
      return random.pick([least, least + 1n, -least - 1n, -1n, 0n, 1n]);
    }
    case 2:
      return 1n << BigInt(random.int(0, width - 1));
    case 3:
      return BigInt(random.int(0, width));
    default:
      return randomBits(random.int(1, width), random);
  }
}

/** The canonical value of an integer type with the low bits of a bigint. */
function canonical(n: bigint, type: IntegerType): ScalarValue {
  if (type.width === 1 && type.signedness === "signless") return Number(n & 1n);
  const wrap = type.signedness === "unsigned" ? BigInt.asUintN : BigInt.asIntN;
  const v = wrap(type.width, n);
  return isWide(type) ? v : Number(v);
}

const floatEdges = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  3,
  0.1,
  -0.3,
  1e-3,
  100,
  255,
  65504,
  65520,
  1e5,
  2147483647,
  -2147483648,
  4294967296,
  9007199254740993,
  1e10,
  1e-10,
  1e30,
  -1e38,
  3.4e38,
  1e300,
  5e-324,
  1e-40,
  6e-8,
  2 ** -149,
  2 ** -126,
  2 ** -1022,
  Infinity,
  -Infinity,
  Number.NaN,
];

function randomFloat(type: FloatType, random: Random): number {
  const round = roundingOf(type);
  switch (random.int(0, 4)) {
    case 0:
      return random.pick([0, -0, 1, -1, Infinity, -Infinity, Number.NaN]);
    case 4:
      return round(random.pick(floatEdges));
    case 1:
      return random.int(-20, 20);
    case 2:
      return round(random.normal());
    default:
      return round(random.normal() * 2 ** random.int(-30, 30));
  }
}

/** A random integer, index or float of a type. */
export function randomScalar(type: Type, random: Random): ScalarValue {
  if (type instanceof IntegerType) return canonical(randomInteger(type.width, random), type);
  if (type instanceof FloatType) return randomFloat(type, random);
  if (type instanceof IndexType) {
    return random.boolean(0.8) ? random.int(-4, 40) : random.int(-(2 ** 40), 2 ** 40);
  }
  throw new Error(`there are no random values of ${type.toString()}`);
}

/** A random value of a number, vector or ranked tensor type; dynamic extents become 0…4. */
export function randomValue(type: Type, random: Random): RuntimeValue {
  const element = elementTypeOf(type);
  if (type instanceof VectorType) {
    const elements = Array.from({ length: type.numElements }, () => randomScalar(element, random));
    return new VectorValue(type, elements);
  }
  if (type instanceof RankedTensorType) {
    const shape = type.shape.map((d) => (d === dynamic ? random.int(0, 4) : d));
    const data = createStore(
      element,
      shape.reduce((n, d) => n * d, 1),
    );
    for (let i = 0; i < data.length; i++) data.set(i, randomScalar(element, random));
    return new TensorValue(shape, element, data);
  }
  return randomScalar(type, random);
}

/** A random constant attribute of a type with static shape; a splat half of the time. */
export function randomConstant(type: Type, random: Random): Attribute {
  let value = randomValue(type, random);
  if (value instanceof VectorValue && random.boolean()) {
    const first = value.elements[0];
    if (first !== undefined)
      value = new VectorValue(
        value.type,
        value.elements.map(() => first),
      );
  }
  const attr = tryAttributeOfValue(value, type);
  if (attr === undefined) throw new Error(`there are no constants of ${type.toString()}`);
  return attr;
}

/** Whether two run-time values are the same: NaN equals NaN, −0 differs from +0. */
export function isSameValue(a: RuntimeValue, b: RuntimeValue): boolean {
  if (a instanceof VectorValue && b instanceof VectorValue) {
    return (
      a.type === b.type &&
      a.elements.length === b.elements.length &&
      a.elements.every((e, i) => isSameValue(e, b.elements[i]!))
    );
  }
  if (a instanceof TensorValue && b instanceof TensorValue) {
    if (a.elementType !== b.elementType || a.shape.join() !== b.shape.join()) return false;
    for (let i = 0; i < a.numElements; i++) {
      if (!isSameValue(a.data.get(i), b.data.get(i))) return false;
    }
    return true;
  }
  return Object.is(a, b);
}

/** A value as a test's message shows it. */
export function showValue(v: RuntimeValue): string {
  if (v instanceof VectorValue) return `[${v.elements.map(showValue).join(", ")}]`;
  if (v instanceof TensorValue) {
    const items = Array.from({ length: v.numElements }, (_, i) => showValue(v.data.get(i)));
    return `${v.describe()} [${items.join(", ")}]`;
  }
  if (typeof v === "bigint") return `${v}n`;
  return typeof v === "number" ? (Object.is(v, -0) ? "-0" : String(v)) : v.describe();
}
