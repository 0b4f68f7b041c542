import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, symlink, lstat, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DTYPES,
  DiagnosticError,
  dimName,
  dtypeInfo,
  f16ToBits,
  writeElement,
  type DType,
  type ValueType,
} from "@strata/support";
import {
  elementCount,
  parseLiteral,
  readArgument,
  readValue,
  writeValue,
  zeros,
  type HostTensor,
  type HostValue,
} from "@strata/runtime";
import { decodeNpy, encodeNpy } from "../src/values/npy.ts";
import { decodeJson, encodeJson } from "../src/values/json.ts";

const folder = mkdtemp(join(tmpdir(), "strata-values-"));
const at = async (name: string): Promise<string> => join(await folder, name);

async function codeOf(action: () => Promise<unknown> | unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code ?? "";
    throw error;
  }
  return "nothing was refused";
}

function tensorOf(value: HostValue): HostTensor {
  if (typeof value !== "object") throw new Error("no tensor");
  return value;
}

const wants = (dtype: DType, rank: number): ValueType => ({
  kind: "tensor",
  dtype,
  dims: Array.from({ length: rank }, (_, k) => dimName(`d${k}`)),
});

/** A tensor with random bytes as elements: every bit pattern may occur. */
const anyTensor = fc
  .tuple(
    fc.constantFrom(...DTYPES),
    fc.array(fc.nat(4), { maxLength: 4 }),
    fc.infiniteStream(fc.nat(255)),
  )
  .map(([dtype, shape, stream]) => {
    const tensor = zeros(dtype, shape);
    const bytes = new Uint8Array(tensor.data.buffer);
    for (let k = 0; k < bytes.length; k++) bytes[k] = stream.next().value as number;
    if (dtype === "bool") bytes.forEach((byte, k) => (bytes[k] = byte & 1));
    return tensor;
  });

const bytesOf = (tensor: HostTensor): Uint8Array =>
  new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);

describe(".npy", () => {
  it("reads back every tensor it writes, at any alignment", () => {
    fc.assert(
      fc.property(anyTensor, fc.nat(9), (tensor, shift) => {
        const written = encodeNpy(tensor, "a.npy");
        const moved = new Uint8Array(written.length + shift).subarray(shift);
        moved.set(written);
        const read = decodeNpy(moved, "a.npy", wants(tensor.dtype, 1));
        expect(read.dtype).toBe(tensor.dtype);
        expect(read.shape).toEqual(tensor.shape);
        expect(bytesOf(read)).toEqual(bytesOf(tensor));
      }),
    );
  });

  it("truncated at any byte, it is refused", async () => {
    const whole = encodeNpy({ dtype: "i16", shape: [2, 3], data: new Int16Array(6) }, "a.npy");
    for (let length = 0; length < whole.length; length++) {
      expect(await codeOf(() => decodeNpy(whole.subarray(0, length), "a.npy"))).toBe(
        "value.truncated",
      );
    }
  });

  const header = (text: string, version = 1): Uint8Array => {
    const start = version === 1 ? 10 : 12;
    const bytes = new Uint8Array(start + text.length + 64);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
    const view = new DataView(bytes.buffer);
    if (version === 1) view.setUint16(8, text.length, true);
    else view.setUint32(8, text.length, true);
    bytes.set(new TextEncoder().encode(text), start);
    return bytes;
  };

  it("reads versions 2 and 3, other quotes and rank 0", () => {
    for (const version of [1, 2, 3]) {
      const dict = `{"descr": "<f4", "fortran_order": False, "shape": ()}`;
      expect(decodeNpy(header(dict, version), "a").shape).toEqual([]);
    }
  });

  it("says why it refuses a file", async () => {
    const dict = (descr: string, order: string, shape: string): Uint8Array =>
      header(`{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }`);
    const cases: readonly (readonly [Uint8Array, string])[] = [
      [dict("'<f4'", "True", "(2, 2)"), "value.unsupported-npy"],
      [dict("'>f4'", "False", "(2,)"), "value.unsupported-npy"],
      [dict("'<c8'", "False", "(2,)"), "value.unsupported-npy"],
      [dict("'|O'", "False", "(2,)"), "value.unsupported-npy"],
      [dict("'|V2'", "False", "(2,)"), "value.unsupported-npy"],
      [dict("[('a', '<f4')]", "False", "(2,)"), "value.unsupported-npy"],
      [dict("'<f4'", "False", "(-2,)"), "value.bad-npy"],
      [dict("'<f4'", "Maybe", "(2,)"), "value.bad-npy"],
      [dict("'<f4'", "False", "(99999999, 99999999)"), "value.truncated"],
      [header("{}", 9), "value.bad-npy"],
      [new Uint8Array(200), "value.bad-npy"],
    ];
    for (const [bytes, code] of cases) {
      expect(await codeOf(() => decodeNpy(bytes, "a.npy"))).toBe(code);
    }
    // One long axis has no order to speak of.
    expect(decodeNpy(dict("'<f4'", "True", "(1, 3)"), "a").shape).toEqual([1, 3]);
  });

  it("agrees with numpy, where it is installed", async () => {
    const path = await at("n.npy");
    const script = `import numpy as n; n.save(${JSON.stringify(path)}, n.arange(6, dtype=n.float16).reshape(2,3))`;
    try {
      execFileSync("python3", ["-c", script], { stdio: "ignore" });
    } catch {
      return;
    }
    const read = tensorOf(await readValue(path));
    expect(read.dtype).toBe("f16");
    expect([...read.data]).toEqual([0, 1, 2, 3, 4, 5].map(f16ToBits));
  });
});

describe(".png", () => {
  it("keeps u8 and u16 pictures", async () => {
    const path = await at("a.png");
    for (const shape of [
      [3, 5],
      [2, 3, 3],
      [4, 1, 4],
    ]) {
      for (const dtype of ["u8", "u16"] as const) {
        const tensor = zeros(dtype, shape);
        for (let k = 0; k < tensor.data.length; k++) writeElement(dtype, tensor.data, k, k * 4099);
        await writeValue(path, tensor);
        expect(await readValue(path)).toEqual(tensor);
      }
    }
  });

  it("scales to floats and back; limits, rounds, NaN becomes 0", async () => {
    const path = await at("f.png");
    const data = new Float32Array([0, 1, 0.5, -3, 7, NaN, 0.998, Infinity]);
    await writeValue(path, { dtype: "f32", shape: [2, 4], data });
    const bytes = tensorOf(await readValue(path));
    expect([...bytes.data]).toEqual([0, 255, 128, 0, 255, 0, 254, 255]);
    const floats = tensorOf(await readValue(path, wants("f32", 2)));
    expect(floats.dtype).toBe("f32");
    expect(floats.data[2]).toBe(Math.fround(128 / 255));
    await writeValue(path, { dtype: "bool", shape: [1, 2], data: new Uint8Array([0, 1]) });
    expect([...tensorOf(await readValue(path)).data]).toEqual([0, 255]);
  });

  it("reads one, two and four bits, palettes, gray with transparency", async () => {
    const { encode } = await import("fast-png");
    const path = await at("bits.png");
    await writeFile(
      path,
      encode({ width: 2, height: 1, channels: 2, data: new Uint8Array([7, 8, 9, 10]) }),
    );
    const gray = tensorOf(await readValue(path));
    expect(gray.shape).toEqual([1, 2, 4]);
    expect([...gray.data]).toEqual([7, 7, 7, 8, 9, 9, 9, 10]);
    const bits = new Uint8Array([0b10110000, 0b01000000]);
    await writeFile(path, encode({ width: 5, height: 2, channels: 1, depth: 1, data: bits }));
    expect([...tensorOf(await readValue(path)).data]).toEqual([
      255, 0, 255, 255, 0, 0, 255, 0, 0, 0,
    ]);
  });

  it("refuses broken files, whatever is cut or changed", async () => {
    const path = await at("broken.png");
    const picture = zeros("u8", [9, 11, 3]);
    for (let k = 0; k < picture.data.length; k++) picture.data[k] = (k * 37) & 255;
    await writeValue(path, picture);
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 3) {
      await writeFile(path, whole.subarray(0, length));
      expect(await codeOf(() => readValue(path)), `cut to ${length}`).toBe("value.bad-png");
    }
    for (let k = 0; k < whole.length; k += 5) {
      const changed = Uint8Array.from(whole);
      changed[k] = (changed[k] ?? 0) ^ 0x55;
      await writeFile(path, changed);
      expect(["value.bad-png", "value.too-large"]).toContain(await codeOf(() => readValue(path)));
    }
    await writeFile(path, "<html>not a picture</html> and some more text to fill it up");
    expect(await codeOf(() => readValue(path))).toBe("value.bad-png");
  });

  it("refuses what is no picture", async () => {
    const path = await at("no.png");
    for (const tensor of [
      zeros("u8", [3]),
      zeros("u8", [2, 2, 2]),
      zeros("u8", [0, 3]),
      zeros("i32", [2, 2]),
      zeros("u8", [1, 2, 3, 4]),
    ]) {
      expect(await codeOf(() => writeValue(path, tensor))).toBe("value.not-a-picture");
    }
    expect(await readdir(await folder)).not.toContain("no.png");
  });
});

describe(".json", () => {
  it("reads back every tensor it writes", () => {
    fc.assert(
      fc.property(anyTensor, (tensor) => {
        // An empty array ends the shape: [[], []] says nothing of further axes.
        if (elementCount(tensor.shape) === 0 || tensor.shape.length === 0) return;
        const text = encodeJson(tensor);
        const value = tensorOf(decodeJson(text, "a.json", wants(tensor.dtype, 1)));
        expect(value.shape).toEqual(tensor.shape);
        expect(encodeJson(value)).toBe(text);
      }),
    );
  });

  it("keeps 64-bit integers exact and refuses fractions, overflow and raggedness", async () => {
    const i64 = wants("i64", 1);
    const read = decodeJson("[9007199254740993, -9223372036854775808]", "a", i64);
    expect([...tensorOf(read).data]).toEqual([9007199254740993n, -(2n ** 63n)]);
    for (const text of [
      "[1.5]",
      "[9223372036854775808]",
      "[null]",
      '["x"]',
      "[[1], [2, 3]]",
      "[1, [2]]",
      "[[1], 2]",
      "{}",
      "[1,",
      "true x",
      '[{"a": 1}]',
    ]) {
      expect(await codeOf(() => decodeJson(text, "a", i64)), text).toBe("value.bad-json");
    }
    expect(decodeJson('["NaN", -0, "-Infinity"]', "a", wants("f32", 1))).toMatchObject({
      data: new Float32Array([NaN, -0, -Infinity]),
    });
    expect(decodeJson("[true, false]", "a")).toMatchObject({ dtype: "bool" });
    expect(decodeJson("3.5", "a")).toBe(3.5);
    expect(decodeJson("12345678901234567890", "a", { kind: "scalar", dtype: "u64" })).toBe(
      12345678901234567890n,
    );
  });
});

describe("literals", () => {
  it("are parsed by the type they are for", () => {
    expect(parseLiteral("0.1", "f32")).toBe(Math.fround(0.1));
    expect(parseLiteral("-inf", "f64")).toBe(-Infinity);
    expect(parseLiteral("NaN", "f16")).toBe(NaN);
    expect(parseLiteral("1e3", "i32")).toBe(1000);
    expect(parseLiteral("0xff", "u8")).toBe(255);
    expect(parseLiteral("9007199254740993", "i64")).toBe(9007199254740993n);
    expect(parseLiteral("-9223372036854775808n", "i64")).toBe(-(2n ** 63n));
    expect(parseLiteral("true", "bool")).toBe(1);
    expect(parseLiteral(" 7 ", "index")).toBe(7);
  });

  it("are refused where the type has no such value", async () => {
    for (const [text, type] of [
      ["", "f32"],
      ["1.5", "i32"],
      ["256", "u8"],
      ["yes", "bool"],
      ["1e400000", "i64"],
      ["0x", "i32"],
      ["1_000", "i32"],
      ["12abc", "f64"],
    ] as const) {
      expect(await codeOf(() => parseLiteral(text, type)), `${text} as ${type}`).toBe(
        "value.bad-literal",
      );
    }
  });
});

describe("files", () => {
  it("takes scalars, inline arrays and files as arguments", async () => {
    const path = await at("arg.npy");
    await writeValue(path, { dtype: "f32", shape: [2], data: new Float32Array([1, 2]) });
    expect(await readArgument(path, wants("f32", 1))).toMatchObject({ shape: [2] });
    expect(await readArgument("[[1, 2]]", wants("i8", 2))).toMatchObject({
      dtype: "i8",
      shape: [1, 2],
    });
    expect(await readArgument("2.5", { kind: "scalar", dtype: "f64" })).toBe(2.5);
    await writeValue(path, { dtype: "index", value: 5 });
    expect(await readValue(path)).toMatchObject({
      dtype: "i64",
      shape: [],
      data: new BigInt64Array([5n]),
    });
  });

  it("says what is wrong with a path", async () => {
    expect(await codeOf(async () => readValue(await at("none.npy")))).toBe("value.unreadable");
    expect(await codeOf(() => readValue("a.npyy"))).toBe("value.unknown-format");
    expect(await codeOf(() => readValue("noextension"))).toBe("value.unknown-format");
    expect(await codeOf(() => readArgument("oops", wants("f32", 1)))).toBe("value.unknown-format");
    const tensor = zeros("f32", [2]);
    const file = await at("plain.json");
    await writeFile(file, "1");
    expect(await codeOf(async () => writeValue(join(await folder, "no", "a.npy"), tensor))).toBe(
      "value.unwritable",
    );
    expect(await codeOf(() => writeValue(join(file, "a.npy"), tensor))).toBe("value.unwritable");
    await mkdir(await at("folder.npy"));
    expect(await codeOf(async () => writeValue(await at("folder.npy"), tensor))).toBe(
      "value.unwritable",
    );
    expect((await readdir(await folder)).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("keeps links and device files", async () => {
    const target = await at("target.json");
    const link = await at("link.json");
    await writeFile(target, "1");
    await symlink(target, link);
    await writeValue(link, { dtype: "f64", value: 2 });
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(target, "utf8")).toBe("2\n");
  });

  it("stores every element type in its class", () => {
    for (const dtype of DTYPES) {
      expect(zeros(dtype, [2, 3]).data).toBeInstanceOf(dtypeInfo(dtype).array);
    }
  });
});
