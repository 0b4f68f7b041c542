/**
 * Caches of compiled code: the key, the interface of a store, and the store in memory.
 *
 * Invariants: a key is a hash of named parts, so that two keys are equal only if every part is;
 * a store gives back exactly what was put under the key, or nothing.
 */
import { encodeUtf8 } from "@strata/support";
import { sha256Hex } from "./sha256.ts";

/** One thing that compiled code depends on: IR, target, options, versions … */
export interface KeyPart {
  readonly name: string;
  readonly value: string | Uint8Array;
}

/** What compiled code was made from; `digest` is what stores look up. */
export interface CacheKey {
  /** SHA-256 over the parts, in hexadecimal. */
  readonly digest: string;
  /** The parts in order, each with its own digest, so that `why` can name what changed. */
  readonly parts: readonly { readonly name: string; readonly digest: string }[];
}

/** The key of a list of parts; their order counts. */
export function cacheKey(parts: readonly KeyPart[]): CacheKey {
  const hashed = parts.map(({ name, value }) => ({
    name,
    digest: sha256Hex(typeof value === "string" ? encodeUtf8(value) : value),
  }));
  // Names are quoted and digests have one length: different lists never read the same.
  const text = hashed.map(({ name, digest }) => `${JSON.stringify(name)}:${digest}`).join("\n");
  return { digest: sha256Hex(encodeUtf8(text)), parts: hashed };
}

/** The names of the parts in which two keys differ. */
export function differingParts(a: CacheKey, b: CacheKey): string[] {
  const other = new Map(b.parts.map(({ name, digest }) => [name, digest]));
  const names = new Set([...a.parts, ...b.parts].map(({ name }) => name));
  const own = new Map(a.parts.map(({ name, digest }) => [name, digest]));
  return [...names].filter((name) => own.get(name) !== other.get(name));
}

/** Numbers of a store since it was made. */
export interface CacheStatistics {
  readonly entries: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
}

/** A store of compiled code. */
export interface CompileCache<T> {
  /** What is under the key; undefined when nothing is. */
  get(key: CacheKey): Promise<T | undefined>;
  put(key: CacheKey, value: T): Promise<void>;
  /** What is under the key, made and put there first if nothing is; made once at a time. */
  getOrMake(key: CacheKey, make: () => Promise<T>): Promise<T>;
  statistics(): CacheStatistics;
}

/** A store in the memory of the process that drops what was not used for longest. */
export class MemoryCache<T> implements CompileCache<T> {
  readonly #limit: number;
  readonly #dropped: ((value: T) => void) | undefined;
  readonly #entries = new Map<string, T>();
  readonly #making = new Map<string, Promise<T>>();
  #hits = 0;
  #misses = 0;
  #evictions = 0;

  /** Keeps up to `limit` entries, at least 1; `dropped` is called with what leaves. */
  constructor(limit: number, dropped?: (value: T) => void) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`a cache of ${limit} entries`);
    this.#limit = limit;
    this.#dropped = dropped;
  }

  /** What is under the key, without waiting. */
  peek(key: CacheKey): T | undefined {
    const { digest } = key;
    const found = this.#entries.get(digest);
    if (found === undefined && !this.#entries.has(digest)) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    // A Map keeps the order of insertion: taken out and put in again, the entry is the newest.
    this.#entries.delete(digest);
    this.#entries.set(digest, found as T);
    return found;
  }

  async get(key: CacheKey): Promise<T | undefined> {
    return this.peek(key);
  }

  async put(key: CacheKey, value: T): Promise<void> {
    this.#insert(key.digest, value);
  }

  async getOrMake(key: CacheKey, make: () => Promise<T>): Promise<T> {
    if (this.#entries.has(key.digest)) return this.peek(key) as T;
    const pending = this.#making.get(key.digest);
    if (pending !== undefined) {
      this.#hits++;
      return pending;
    }
    this.#misses++;
    const made = make();
    this.#making.set(key.digest, made);
    try {
      const value = await made;
      this.#insert(key.digest, value);
      return value;
    } finally {
      this.#making.delete(key.digest);
    }
  }

  statistics(): CacheStatistics {
    return {
      entries: this.#entries.size,
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
    };
  }

  #insert(digest: string, value: T): void {
    const old = this.#entries.get(digest);
    if (old !== undefined && old !== value) this.#dropped?.(old);
    this.#entries.delete(digest);
    this.#entries.set(digest, value);
    while (this.#entries.size > this.#limit) {
      const [oldest, dropped] = this.#entries.entries().next().value as [string, T];
      this.#entries.delete(oldest);
      this.#evictions++;
      this.#dropped?.(dropped);
    }
  }
}
