/** What the predicates of `cmpi` and `cmpf` mean. */
import type { ScalarFunction, ScalarValue } from "@strata/interpret";
import { elementTypeOf, IndexType, type Type } from "@strata/ir";
import type { CmpFPredicateName, CmpIPredicateName } from "./attributes.ts";
import { widthOf } from "./integer-semantics.ts";

type Test = (a: ScalarValue, b: ScalarValue) => boolean;

const less: Test = (a, b) => a < b;
const lessOrEqual: Test = (a, b) => a <= b;
const greater: Test = (a, b) => a > b;
const greaterOrEqual: Test = (a, b) => a >= b;

const integerTests: Readonly<Record<CmpIPredicateName, Test>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  slt: less,
  sle: lessOrEqual,
  sgt: greater,
  sge: greaterOrEqual,
  ult: less,
  ule: lessOrEqual,
  ugt: greater,
  uge: greaterOrEqual,
};

const isUnsigned = (predicate: CmpIPredicateName): boolean => predicate.startsWith("u");

/** Whether a predicate holds of two integers of a width. */
export function testIntegers(
  predicate: CmpIPredicateName,
  a: bigint,
  b: bigint,
  width: number,
): boolean {
  const read = isUnsigned(predicate) ? BigInt.asUintN : BigInt.asIntN;
  return integerTests[predicate](read(width, a), read(width, b));
}

/** The scalar function of `cmpi` on values of a type's elements: 1 or 0. */
export function cmpiFunction(predicate: CmpIPredicateName, type: Type): ScalarFunction {
  const element = elementTypeOf(type);
  const width = widthOf(element);
  const test = integerTests[predicate];
  const on = (read: (n: number) => ScalarValue): ScalarFunction => {
    return (a, b) => (test(read(a as number), read(b as number)) ? 1 : 0);
  };
  const asIs: ScalarFunction = (a, b) => (test(a as ScalarValue, b as ScalarValue) ? 1 : 0);
  if (!isUnsigned(predicate)) return width === 1 ? on((n) => -n) : asIs;
  if (element instanceof IndexType) {
    const slow = on((n) => BigInt.asUintN(64, BigInt(n)));
    return (a, b) => ((a as number) >= 0 && (b as number) >= 0 ? asIs(a, b) : slow(a, b));
  }
  if (width > 32) {
    return (a, b) =>
      test(BigInt.asUintN(width, a as bigint), BigInt.asUintN(width, b as bigint)) ? 1 : 0;
  }
  // Sign-extended numbers keep their unsigned order when read as 32 unsigned bits.
  return on((n) => n >>> 0);
}

type FloatTest = (a: number, b: number) => boolean;

const isUnordered: FloatTest = (a, b) => Number.isNaN(a) || Number.isNaN(b);

const floatTests: Readonly<Record<CmpFPredicateName, FloatTest>> = {
  false: () => false,
  oeq: (a, b) => a === b,
  ogt: (a, b) => a > b,
  oge: (a, b) => a >= b,
  olt: (a, b) => a < b,
  ole: (a, b) => a <= b,
  one: (a, b) => a < b || a > b,
  ord: (a, b) => !isUnordered(a, b),
  ueq: (a, b) => !(a < b || a > b),
  ugt: (a, b) => !(a <= b),
  uge: (a, b) => !(a < b),
  ult: (a, b) => !(a >= b),
  ule: (a, b) => !(a > b),
  une: (a, b) => a !== b,
  uno: isUnordered,
  true: () => true,
};

/** Whether a predicate holds of two floats. */
export function testFloats(predicate: CmpFPredicateName, a: number, b: number): boolean {
  return floatTests[predicate](a, b);
}

/** The scalar function of `cmpf`: 1 or 0. */
export function cmpfFunction(predicate: CmpFPredicateName): ScalarFunction {
  const test = floatTests[predicate];
  return (a, b) => (test(a as number, b as number) ? 1 : 0);
}
