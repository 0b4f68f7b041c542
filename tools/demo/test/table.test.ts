import { expect, it } from "vitest";
import { EXHIBITS } from "../src/exhibits.ts";
import { parseReport, runArguments } from "../src/kernelc.ts";
import { formatTable, formatTime } from "../src/table.ts";

it("lays out a table", () => {
  const rows = [
    ["kernel", "run"],
    ["heat", "1 ms"],
  ];
  expect(formatTable(rows, new Set([1]))).toBe("kernel    run\nheat     1 ms");
});

it("prints times with three digits", () => {
  const times = [0, 0.0123, 0.412, 9.876, 85.34, 999.4, 999.9, 61_234];
  expect(times.map(formatTime).join("|")).toBe(
    "0.00 ms|0.01 ms|0.41 ms|9.88 ms|85.3 ms|999 ms|1.00 s|61.2 s",
  );
});

it("writes the arguments that kernelc takes", () => {
  const heat = EXHIBITS.find(({ file }) => file.endsWith("heat.kernel.ts"));
  expect(heat && runArguments(heat).join(" ")).toBe(
    "run tools/demo/kernels/heat.kernel.ts --in picture=docs/pictures/moon.png " +
      "--in alpha=0.2 --in steps=25 --out demo-output/moon-heat.png",
  );
});

it("reads what kernelc reports, and refuses a report that lacks a field", () => {
  const report = { device: "wasm", threads: 1, compile_ms: 40, cache: "miss", median_ms: 1.5 };
  expect(parseReport(JSON.stringify({ ...report, kernel: "heat" }))).toEqual(report);
  expect(() => parseReport('{"device":"wasm"}')).toThrow("lacks a field");
});
