/**
 * Comparison of a kernel's results with those expected.
 *
 * Invariant: NaN equals NaN and 0 equals −0; 64-bit integers are compared exactly.
 */
import { readElement } from "@strata/support";
import type { ScalarValue, TensorValue, Tolerance, Values } from "./case.ts";

function differs(expected: number, actual: number, { abs, rel }: Tolerance): boolean {
  if (Object.is(expected, actual) || expected === actual) return false;
  if (!Number.isFinite(expected) || !Number.isFinite(actual)) return true;
  return Math.abs(expected - actual) > abs + rel * Math.abs(expected);
}

function compareElements(
  name: string,
  expected: ArrayLike<number | bigint>,
  actual: ArrayLike<number | bigint>,
  tolerance: Tolerance,
): string | undefined {
  const allowed = Math.floor((tolerance.outliers ?? 0) * expected.length);
  let wrong = 0;
  for (let k = 0; k < expected.length; k++) {
    const [e, a] = [expected[k] ?? 0, actual[k] ?? 0];
    const bad = typeof e === "bigint" || typeof a === "bigint" ? e !== a : differs(e, a, tolerance);
    if (bad && ++wrong > allowed) return `${name}[${k}]: expected ${e}, got ${a}`;
  }
  return undefined;
}

function isTensorValue(value: TensorValue | ScalarValue): value is TensorValue {
  return "data" in value;
}

/** The elements of a tensor as numbers: f16 and bf16 patterns decoded. */
function numbersOf({ dtype, data }: TensorValue): ArrayLike<number | bigint> {
  if (dtype !== "f16" && dtype !== "bf16") return data;
  return Array.from({ length: data.length }, (_, k) => readElement(dtype, data, k));
}

/** The first difference beyond the tolerance, in words; undefined if there is none. */
export function firstDifference(
  expected: Values,
  actual: Values,
  tolerance: Tolerance,
): string | undefined {
  for (const [name, want] of Object.entries(expected)) {
    const got = actual[name];
    if (got === undefined) return `${name}: missing`;
    if (!isTensorValue(want) || !isTensorValue(got)) {
      if (isTensorValue(want) || isTensorValue(got)) return `${name}: a tensor against a scalar`;
      const found = compareElements(name, [element(want)], [element(got)], tolerance);
      if (found !== undefined) return found;
      continue;
    }
    if (want.shape.join() !== got.shape.join()) {
      return `${name}: expected shape [${want.shape.join()}], got [${got.shape.join()}]`;
    }
    const found = compareElements(name, numbersOf(want), numbersOf(got), tolerance);
    if (found !== undefined) return found;
  }
  return undefined;
}

function element(value: ScalarValue): number | bigint {
  return typeof value.value === "boolean" ? Number(value.value) : value.value;
}
