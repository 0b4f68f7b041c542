/**
 * Compiled code in files, shared by all processes of a user.
 *
 * Invariants: an entry is written whole under its final name or not at all; what is read back has
 * the checksum it was written with, else it is dropped and counts as absent; the folder's entries
 * stay below the limit (what was not used for longest goes first); a folder that cannot be written
 * keeps nothing, and `problem` says why. Several processes may use one folder at once.
 */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { CacheKey, CacheStatistics, CompileCache } from "@strata/runtime";

/** Raised when the layout of an entry changes: older entries are then never looked at. */
const LAYOUT = "v1";
const MAGIC = new Uint8Array([0x53, 0x54, 0x52, 0x41, 0x54, 0x41, 0x31, 0x0a]);
const HEADER = MAGIC.length + 32;

/** What is left of the limit when entries are dropped, so that not every write drops some. */
const KEPT_SHARE = 0.8;

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
}

/** A store of bytes in a folder. */
export class DiskCache implements CompileCache<Uint8Array> {
  readonly folder: string;
  readonly #limit: number;
  #hits = 0;
  #misses = 0;
  #evictions = 0;
  #written = 0;
  #problem: string | undefined;

  /** Keeps up to `limit` bytes below `folder`, which is made when the first entry is written. */
  constructor(folder: string, limit: number = 256 * 2 ** 20) {
    this.folder = join(folder, LAYOUT);
    this.#limit = limit;
  }

  /** Why entries are not kept; undefined while all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What is under the key, without waiting. */
  peek(key: CacheKey): Uint8Array | undefined {
    const path = this.#pathOf(key);
    const found = this.#tryRead(path);
    if (found === undefined) {
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    const now = new Date();
    ignoreErrors(() => utimesSync(path, now, now));
    return found;
  }

  async get(key: CacheKey): Promise<Uint8Array | undefined> {
    return this.peek(key);
  }

  async put(key: CacheKey, value: Uint8Array): Promise<void> {
    const path = this.#pathOf(key);
    const temporary = `${path}.${process.pid}-${this.#written++}.part`;
    try {
      mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
      const bytes = new Uint8Array(HEADER + value.length);
      bytes.set(MAGIC);
      bytes.set(checksum(value), MAGIC.length);
      bytes.set(value, HEADER);
      writeFileSync(temporary, bytes, { flag: "wx", mode: 0o600 });
      renameSync(temporary, path);
      this.#prune();
    } catch (error) {
      ignoreErrors(() => rmSync(temporary, { force: true }));
      this.#problem = `cannot keep compiled code in ${this.folder}: ${reasonOf(error)}`;
    }
  }

  async getOrMake(key: CacheKey, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const found = this.peek(key);
    if (found !== undefined) return found;
    const made = await make();
    await this.put(key, made);
    return made;
  }

  statistics(): CacheStatistics {
    const entries = this.#entries().length;
    return { entries, hits: this.#hits, misses: this.#misses, evictions: this.#evictions };
  }

  #pathOf({ digest }: CacheKey): string {
    return join(this.folder, digest.slice(0, 2), digest.slice(2));
  }

  #tryRead(path: string): Uint8Array | undefined {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(path);
    } catch {
      return undefined;
    }
    const value = new Uint8Array(bytes.subarray(HEADER));
    const sound =
      bytes.length >= HEADER &&
      equalBytes(bytes.subarray(0, MAGIC.length), MAGIC) &&
      equalBytes(bytes.subarray(MAGIC.length, HEADER), checksum(value));
    if (sound) return value;
    ignoreErrors(() => rmSync(path, { force: true }));
    return undefined;
  }

  /** Every file below the folder, parts of writes that never finished included. */
  #entries(): Entry[] {
    const entries: Entry[] = [];
    for (const shard of listFolder(this.folder)) {
      for (const name of listFolder(join(this.folder, shard))) {
        const path = join(this.folder, shard, name);
        const stat = statSync(path, { throwIfNoEntry: false });
        if (stat?.isFile() === true) {
          entries.push({ path, bytes: stat.size, used: stat.mtimeMs });
        }
      }
    }
    return entries;
  }

  #prune(): void {
    const entries = this.#entries();
    let total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= this.#limit) return;
    entries.sort((a, b) => a.used - b.used);
    for (const { path, bytes } of entries) {
      if (total <= this.#limit * KEPT_SHARE) return;
      // Another process may have been quicker.
      ignoreErrors(() => rmSync(path, { force: true }));
      total -= bytes;
      this.#evictions++;
    }
  }
}

function checksum(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, k) => byte === b[k]);
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function ignoreErrors(action: () => void): void {
  try {
    action();
  } catch {
    // A file that is gone or not ours: the entry is as good as absent.
  }
}

function reasonOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}

/** The user's folder for caches: `$XDG_CACHE_HOME/strata`, else `~/.cache/strata`. */
export function userCacheFolder(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string {
  const base = env["XDG_CACHE_HOME"];
  // The specification has relative paths ignored.
  const absolute = base !== undefined && base.startsWith("/");
  return join(absolute ? base : join(home, ".cache"), "strata");
}
