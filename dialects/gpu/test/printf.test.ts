import { i32 } from "@strata/ir";
import { expect, test } from "vitest";
import { failure, moduleOf, run, zeros } from "./launching.ts";

const text = (format: string, types: readonly string[], values: readonly string[]): string => {
  const constants = values.map((v, i) => `%p${i} = arith.constant ${v} : ${types[i]!}`);
  const args =
    values.length === 0
      ? ""
      : `, ${values.map((_, i) => `%p${i}`).join(", ")} : ${types.join(", ")}`;
  return moduleOf(`${constants.join("\n")}\n gpu.printf "${format}"${args}`, {
    args: "%out",
    types: "memref<?xi32>",
    block: [1, 1, 1],
  });
};

/** What C's `printf` prints. */
test.each<[string, string, readonly string[], readonly string[]]>([
  ["plain 100%", "plain 100%%", [], []],
  [
    "-5|   -5|-5   |-0005",
    "%d|%5d|%-5d|%05d",
    ["i32", "i32", "i32", "i32"],
    ["-5", "-5", "-5", "-5"],
  ],
  ["+7 4294967291 0xfb FB", "%+d %u %#x %X", ["i32", "i32", "i8", "i8"], ["7", "-5", "-5", "-5"]],
  ["9007199254740993", "%lld", ["i64"], ["9007199254740993"]],
  ["12", "%ld", ["index"], ["12"]],
  ["1.500000 -0.25 2", "%f %.2f %.0f", ["f32", "f64", "f64"], ["1.5", "-0.25", "2.0"]],
  ["1.500000e+00 1.5E-07", "%e %.1E", ["f64", "f64"], ["1.5", "1.5e-7"]],
  [
    "0.0001 1e-05 100000 1e+06 0.1",
    "%g %g %g %g %g",
    ["f64", "f64", "f64", "f64", "f64"],
    ["0.0001", "0.00001", "100000.0", "1000000.0", "0.1"],
  ],
  ["inf -inf nan", "%f %f %f", ["f32", "f32", "f32"], ["0x7F800000", "0xFF800000", "0x7FC00000"]],
  ["A\n", "%c\\0A", ["i8"], ["65"]],
])("%j", (expected, format, types, values) => {
  let printed = "";
  run(text(format, types, values), [zeros(1, i32)], {}, (t) => (printed += t));
  expect(printed).toBe(expected);
});

test("threads print in their order", () => {
  const body = moduleOf('%t = gpu.thread_id x\n gpu.printf "%d ", %t : index', {
    args: "%out",
    types: "memref<?xi32>",
    block: [4, 1, 1],
  });
  let printed = "";
  run(body, [zeros(1, i32)], {}, (t) => (printed += t));
  expect(printed).toBe("0 1 2 3 ");
});

test("values must fit the format", () => {
  expect(failure(text("%d %d", ["i32"], ["1"]), [zeros(1, i32)]).code).toBe("gpu.printf-arguments");
  expect(failure(text("%d", ["i32", "i32"], ["1", "1"]), [zeros(1, i32)]).code).toBe(
    "gpu.printf-arguments",
  );
  expect(failure(text("%f", ["i32"], ["1"]), [zeros(1, i32)]).code).toBe("gpu.printf-type");
});
