import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DiagnosticError } from "@strata/support";
import {
  DeviceRegistry,
  MemoryCache,
  assembleResults,
  cacheKey,
  differingParts,
  sha256Hex,
  type Device,
  type DeviceProvider,
} from "@strata/runtime";

function provider(name: string, log: string[] = []): DeviceProvider {
  return {
    name,
    summary: `the ${name} device`,
    probe: async () => ({ available: true, count: 1 }),
    open: async (index) => {
      log.push(`${name}:${index}`);
      if (index > 3) throw new Error("no such device");
      const device: Pick<Device, "name" | "kind" | "close"> = {
        name,
        kind: name,
        close: () => void log.push("closed"),
      };
      return device as Device;
    },
  };
}

describe("DeviceRegistry", () => {
  it("opens devices by name and number, once", async () => {
    const log: string[] = [];
    const registry = new DeviceRegistry();
    registry.register(provider("wasm", log));
    const first = await registry.open("wasm");
    expect(await registry.open("wasm:0")).toBe(first);
    await registry.open("wasm:1");
    await expect(registry.open("wasm:7")).rejects.toThrow("no such device");
    await expect(registry.open("wasm:7")).rejects.toThrow("no such device");
    expect(log).toEqual(["wasm:0", "wasm:1", "wasm:7", "wasm:7"]);
    await registry.close();
    expect(log.filter((line) => line === "closed")).toHaveLength(2);
  });

  it("names the nearest device for an unknown one", async () => {
    const registry = new DeviceRegistry();
    registry.register(provider("wasm"));
    registry.register(provider("interpreter"));
    const failed = registry.open("wasn");
    await expect(failed).rejects.toThrow(DiagnosticError);
    await failed.catch((error: unknown) => {
      const found = (error as DiagnosticError).diagnostics[0];
      expect(found).toMatchObject({
        code: "runtime.unknown-device",
        message: 'there is no device "wasn"',
        hint: 'did you mean "wasm"?',
      });
    });
    await expect(registry.open("wasm:x")).rejects.toThrow("device number");
    expect(() => registry.register(provider("wasm"))).toThrow("already registered");
  });
});

describe("cache", () => {
  it("hashes as SHA-256 does", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(sha256Hex(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
      }),
    );
  });

  it("keys differ with every part, its name and the order", () => {
    const parts = [
      { name: "ir", value: "module {}" },
      { name: "target", value: "wasm" },
    ];
    const key = cacheKey(parts);
    expect(cacheKey(parts)).toEqual(key);
    const others = [
      [...parts].toReversed(),
      [{ name: "ir", value: "module { }" }, parts[1]!],
      [{ name: "it", value: "module {}" }, parts[1]!],
      [parts[0]!],
      [],
      [
        { name: "ir", value: "module {}target" },
        { name: "", value: "wasm" },
      ],
    ];
    for (const other of others) expect(cacheKey(other).digest).not.toBe(key.digest);
    expect(differingParts(key, cacheKey(others[1] ?? []))).toEqual(["ir"]);
  });

  it("drops what was not used for longest and counts", async () => {
    const dropped: number[] = [];
    const cache = new MemoryCache<number>(2, (value) => dropped.push(value));
    const key = (name: string): ReturnType<typeof cacheKey> => cacheKey([{ name, value: "" }]);
    await cache.put(key("a"), 1);
    await cache.put(key("b"), 2);
    expect(await cache.get(key("a"))).toBe(1);
    await cache.put(key("c"), 3);
    expect(dropped).toEqual([2]);
    expect(await cache.get(key("b"))).toBeUndefined();
    expect(cache.statistics()).toEqual({ entries: 2, hits: 1, misses: 1, evictions: 1 });
  });

  it("makes a missing entry once, also when asked twice at a time and after a failure", async () => {
    const cache = new MemoryCache<number>(4);
    const key = cacheKey([]);
    let made = 0;
    const make = async (): Promise<number> => ++made;
    await expect(cache.getOrMake(key, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await Promise.all([cache.getOrMake(key, make), cache.getOrMake(key, make)])).toEqual([
      1, 1,
    ]);
    expect(await cache.getOrMake(key, make)).toBe(1);
  });
});

describe("assembleResults", () => {
  const base = { name: "k", doc: undefined, params: [], dims: [], checks: [] };
  const type = { kind: "scalar", dtype: "f32" } as const;

  it("gives one value or an object", () => {
    const single = { ...base, form: "single", results: [{ name: undefined, type }] } as const;
    expect(assembleResults(single, [3])).toBe(3);
    const results = [
      { name: "mean", type },
      { name: "deviation", type },
    ];
    expect(assembleResults({ ...base, form: "object", results }, [1, 2])).toEqual({
      mean: 1,
      deviation: 2,
    });
  });
});
