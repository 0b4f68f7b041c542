import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryPool, sizeClass } from "@strata/host-program";

interface Piece {
  readonly size: number;
}

class Source {
  allocated = 0;
  calls = 0;
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  tryAllocate(bytes: number): Piece | undefined {
    this.calls++;
    if (this.allocated + bytes > this.limit) return undefined;
    this.allocated += bytes;
    return { size: bytes };
  }

  release({ size }: Piece): void {
    this.allocated -= size;
  }
}

describe("pools", () => {
  it("round sizes up by an eighth at most", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bytes) => {
        const size = sizeClass(bytes);
        expect(size).toBeGreaterThanOrEqual(bytes);
        expect(sizeClass(size)).toBe(size);
        if (bytes >= 512) expect(size).toBeLessThanOrEqual(bytes * 1.125 + 1);
        expect(size % 64).toBe(0);
      }),
    );
  });

  it("give out again what was freed", () => {
    const source = new Source(2 ** 30);
    const pool = new MemoryPool<Piece>(source, 2 ** 20);
    for (let k = 0; k < 1000; k++) {
      const memory = pool.tryAllocate(5000)!;
      pool.release(memory, 5000);
    }
    expect(source.calls).toBe(1);
    expect(pool.usedBytes).toBe(0);
    pool.trim();
    expect(source.allocated).toBe(0);
  });

  it("keep no more than their limit idle", () => {
    const source = new Source(2 ** 30);
    const pool = new MemoryPool<Piece>(source, 4096);
    const pieces = Array.from({ length: 8 }, () => pool.tryAllocate(1024)!);
    for (const p of pieces) pool.release(p, 1024);
    expect(pool.idleBytes).toBeLessThanOrEqual(4096);
    expect(source.allocated).toBe(pool.idleBytes);
  });

  it("give idle memory back before they say that there is none", () => {
    const source = new Source(8192);
    const pool = new MemoryPool<Piece>(source, 2 ** 20);
    pool.release(pool.tryAllocate(6000)!, 6000);
    expect(pool.tryAllocate(4000)).toBeDefined();
    expect(pool.tryAllocate(6000)).toBeUndefined();
  });
});
