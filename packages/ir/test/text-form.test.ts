/** The generic text form: what is read is printed again, as upstream prints it. */
import { encodeUtf8 } from "@strata/support";
import { runMlirOpt, skipMlirOpt } from "@strata/testing";
import { describe, expect, test } from "vitest";
import {
  builtin,
  Context,
  encodeOperation,
  parseAttribute,
  parseModule,
  printOperation,
  resourcesOf,
  StringAttr,
} from "../src/index.ts";

const context = new Context([builtin], { allowUnregistered: true });

/** An attribute printed as it was read. */
const again = (text: string): string => parseAttribute(context, text).toString();

describe("attributes", () => {
  const same = [
    "dense<[(1,2), (3,-4)]> : tensor<2xcomplex<i32>>",
    "dense<(1.000000e+00,-0.000000e+00)> : tensor<2x3xcomplex<f32>>",
    "dense<(true,false)> : tensor<2xcomplex<i1>>",
    "#other.thing<a, [1, 2]> : i32",
    "#other<kind 3> : vector<4xf32>",
    "dense<> : tensor<0xi32>",
    "123456789012345678901234567890 : i128",
    "0x7FC00001 : f32",
    '"\\22\\\\\\0A\\FF\\E2\\9A"',
  ];
  for (const text of same) test(text, () => expect(again(text)).toBe(text));

  test("equal elements are a splat, also of complex numbers and of bytes in hex", () => {
    expect(again("dense<[(1,2), (1,2)]> : tensor<2xcomplex<i8>>")).toBe(
      "dense<(1,2)> : tensor<2xcomplex<i8>>",
    );
    expect(again('dense<"0x01020304"> : tensor<2xcomplex<i8>>')).toBe(
      "dense<[(1,2), (3,4)]> : tensor<2xcomplex<i8>>",
    );
  });

  test("a string keeps bytes that are no UTF-8", () => {
    const attr = parseAttribute(context, '"\\C3\\A9\\FF"');
    const value = attr instanceof StringAttr ? attr.value : "";
    expect(value.startsWith("é")).toBe(true);
    expect([...encodeUtf8(value)]).toEqual([0xc3, 0xa9, 0xff]);
  });

  const wrong = [
    ["dense<[1, 2]> : tensor<2xcomplex<i8>>", "pairs"],
    ["dense<(1, 2)> : tensor<2xi8>", "plain numbers"],
    ["dense<[(1,2), (3,4)]> : tensor<3xcomplex<i8>>", "needs 3 elements"],
  ] as const;
  for (const [text, message] of wrong) {
    test(`refuses ${text}`, () => expect(() => again(text)).toThrow(message));
  }
});

describe("file metadata", () => {
  const text = `"builtin.module"() ({
  "t.op"() {value = dense_resource<blob> : tensor<1xi8>} : () -> ()
}) : () -> ()

{-#
  dialect_resources: {
    builtin: {
      blob: "0x0800000001"
    }
  },
  external_resources: {
    tool: {
      flag: true,
      note: "text"
    }
  }
#-}
`;

  test("is kept with the module and printed behind it", () => {
    const module = parseModule(context, text);
    expect(resourcesOf(module)?.get("external_resources", "tool", "flag")).toBe("true");
    expect(printOperation(module, { generic: true })).toBe(text);
  });

  test.skipIf(skipMlirOpt)("is what mlir-opt reads", () => {
    const own = printOperation(parseModule(context, text), { generic: true });
    const args = ["--allow-unregistered-dialect", "--mlir-print-op-generic"];
    expect(runMlirOpt(own, args)).toContain('blob: "0x0800000001"');
  });
});

describe("names and repeated text", () => {
  test("numbers with leading zeros, forward references and groups are names of their own", () => {
    const module = parseModule(
      context,
      `%7 = "t.a"() : () -> i32
       %007 = "t.a"() : () -> i32
       "t.use"(%7, %007, %late, %9#1) : (i32, i32, i32, f32) -> ()
       %late = "t.a"() : () -> i32
       %9:2 = "t.two"() : () -> (i32, f32)
       "t.use"(%9#0, %7) : (i32, i32) -> ()`,
    );
    const lines = printOperation(module, { generic: true }).split("\n");
    expect(lines[3]?.trim()).toBe('"t.use"(%0, %1, %2, %3#1) : (i32, i32, i32, f32) -> ()');
    expect(lines[6]?.trim()).toBe('"t.use"(%3#0, %0) : (i32, i32) -> ()');
  });

  test("equal text does not hide a wrong type", () => {
    const text = `"t.use"(%a) : (i32) -> ()\n`;
    expect(() =>
      parseModule(
        context,
        `%a = "t.a"() : () -> i32\n%b = "t.a"() : () -> f32
        "t.use"(%a) : (i32) -> ()
        "t.use"(%b) : (i32) -> ()\n${text}`,
      ),
    ).toThrow("is used as `i32` but is `f32`");
  });

  test("bytes and text are the same", () => {
    const module = parseModule(context, '"t.op"() {s = "é", t = "plain"} : () -> ()');
    const text = printOperation(module);
    expect(new TextDecoder().decode(encodeOperation(module))).toBe(text);
  });
});

describe("locations of every kind", () => {
  const locations = [
    "unknown",
    '"a.mlir":3:7',
    '"name"',
    '"name"("a.mlir":3:7)',
    'callsite("f" at "a.mlir":1:2)',
    'fused["a.mlir":3:7, "b"]',
    'fused<"meta">["a.mlir":3:7, callsite("f" at unknown)]',
  ];
  const text = locations.map((l) => `"t.op"() : () -> () loc(${l})\n`).join("");
  const own = printOperation(parseModule(context, text), { generic: true, locations: true });

  test("print as they were read", () => {
    for (const l of locations) expect(own).toContain(`"t.op"() : () -> () loc(${l})\n`);
  });

  test.skipIf(skipMlirOpt)("are what mlir-opt reads", () => {
    const args = [
      "--allow-unregistered-dialect",
      "--mlir-print-op-generic",
      "--mlir-print-debuginfo",
    ];
    const back = printOperation(parseModule(context, runMlirOpt(own, args)), {
      generic: true,
      locations: true,
    });
    for (const l of locations) expect(back).toContain(`"t.op"() : () -> () loc(${l})\n`);
  });
});
