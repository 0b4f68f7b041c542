/**
 * Compiled code and signatures, kept in memory and, where a store is given, between processes.
 *
 * Invariants: a key covers the kernel's text and name, the extents, the device and the compiler; an
 * entry that cannot be read is as good as none; only code that is bytes is kept between processes.
 */
import {
  cacheKey,
  MemoryCache,
  type CacheKey,
  type CompileCache,
  type Device,
  type Executable,
  type KeyPart,
} from "@strata/runtime";
import { encodeUtf8, tryDecodeUtf8, type KernelSignature, type SourceFile } from "@strata/support";
import type { CompiledCode, CompiledKernel } from "./compile-kernel.ts";
import { readSignature, writeSignature } from "./signature-text.ts";

/** Where compiled code is kept between processes. */
export interface CodeStore {
  readonly cache: CompileCache<Uint8Array>;
  /** A text that changes whenever the compiler does. */
  readonly toolchain: string;
}

/** Compiled code: bytes, and whatever else its device needs to know, as JSON can hold it. */
interface Image {
  readonly binary: Uint8Array;
  readonly [fact: string]: unknown;
}

/** A device whose executables have an image, and that makes an executable of one. */
interface PortableDevice extends Device {
  load(signature: KernelSignature, image: Image): Promise<Executable>;
}

function isPortable(device: Device): device is PortableDevice {
  return "load" in device && typeof device.load === "function";
}

function tryImageOf(executable: Executable): Image | undefined {
  if (!("image" in executable)) return undefined;
  const { image } = executable;
  if (typeof image !== "object" || image === null || !("binary" in image)) return undefined;
  const { binary, ...facts } = image;
  return binary instanceof Uint8Array ? { ...facts, binary } : undefined;
}

/** Executables that one device keeps in memory. */
const KEPT_IN_MEMORY = 64;

/** By device: an executable lives as long as its device at most. */
const compiled = new WeakMap<Device, MemoryCache<CompiledCode>>();

/** What code for one device differs by. */
interface CodeChoice {
  readonly dims: ReadonlyMap<string, number>;
  /** Name of the schedule; undefined for the compiler's own. */
  readonly schedule: string | undefined;
}

/** What is kept of one kernel file. */
export class CodeCache {
  readonly #source: SourceFile;
  readonly #store: CodeStore | undefined;

  constructor(source: SourceFile, store: CodeStore | undefined) {
    this.#source = source;
    this.#store = store;
  }

  /** The signature of a kernel, or of the only one; undefined if it was not kept. */
  async signature(kernel: string | undefined): Promise<KernelSignature | undefined> {
    const bytes = await this.#store?.cache.get(this.#signatureKey(kernel));
    const text = bytes === undefined ? undefined : tryDecodeUtf8(bytes);
    return text === undefined ? undefined : tryReading(() => readSignature(text, this.#source));
  }

  async keepSignature(kernel: string | undefined, signature: KernelSignature): Promise<void> {
    const bytes = encodeUtf8(writeSignature(signature));
    await this.#store?.cache.put(this.#signatureKey(kernel), bytes);
  }

  /** Code for a device and for extents: from memory, from the store, or compiled. */
  async getOrCompile(
    device: Device,
    signature: KernelSignature,
    choice: CodeChoice,
    compile: () => Promise<CompiledCode>,
  ): Promise<Omit<CompiledKernel, "compileMs">> {
    const key = this.#codeKey(device, signature, choice);
    let cache = compiled.get(device);
    if (cache === undefined) compiled.set(device, (cache = new MemoryCache(KEPT_IN_MEMORY)));
    let wasCompiled = false;
    const code = await cache.getOrMake(key, async () => {
      const kept = await this.#tryLoad(key, device, signature);
      if (kept !== undefined) return kept;
      wasCompiled = true;
      const fresh = await compile();
      await this.#keep(key, fresh);
      return fresh;
    });
    return { ...code, cache: wasCompiled ? "miss" : "hit" };
  }

  #signatureKey(kernel: string | undefined): CacheKey {
    return this.#key("signature", [{ name: "kernel", value: JSON.stringify(kernel ?? null) }]);
  }

  #codeKey(device: Device, { name }: KernelSignature, { dims, schedule }: CodeChoice): CacheKey {
    const extents = [...dims].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return this.#key("code", [
      { name: "kernel", value: name },
      { name: "device", value: device.kind },
      { name: "machine", value: device.codeKey ?? "" },
      { name: "dims", value: JSON.stringify(extents) },
      { name: "schedule", value: schedule ?? "" },
    ]);
  }

  #key(kind: string, parts: readonly KeyPart[]): CacheKey {
    return cacheKey([
      { name: "entry", value: kind },
      { name: "toolchain", value: this.#store?.toolchain ?? "" },
      { name: "source", value: this.#source.text },
      ...parts,
    ]);
  }

  async #tryLoad(
    key: CacheKey,
    device: Device,
    signature: KernelSignature,
  ): Promise<CompiledCode | undefined> {
    if (!isPortable(device)) return undefined;
    const bytes = await this.#store?.cache.get(key);
    if (bytes === undefined) return undefined;
    return tryReading(async () => {
      const { image, schedule, flops } = readEntry(bytes);
      return { executable: await device.load(signature, image), schedule, flops };
    });
  }

  async #keep(key: CacheKey, code: CompiledCode): Promise<void> {
    const image = tryImageOf(code.executable);
    if (this.#store === undefined || image === undefined) return;
    await this.#store.cache.put(key, writeEntry(image, code));
  }
}

/** An entry that this version cannot read counts as absent. */
async function tryReading<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    // A device refuses code with an error of its own, such as WebAssembly's CompileError.
    const isUnreadable = error instanceof SyntaxError || errorName(error) === "CompileError";
    if (isUnreadable) return undefined;
    throw error;
  }
}

const errorName = (error: unknown): string => (error instanceof Error ? error.name : "");

/** An entry: the length of the facts, the facts as JSON, the code. */
function writeEntry({ binary, ...image }: Image, { schedule, flops }: CompiledCode): Uint8Array {
  const facts = encodeUtf8(JSON.stringify({ image, schedule, flops }));
  const bytes = new Uint8Array(4 + facts.length + binary.length);
  new DataView(bytes.buffer).setUint32(0, facts.length, true);
  bytes.set(facts, 4);
  bytes.set(binary, 4 + facts.length);
  return bytes;
}

function readEntry(bytes: Uint8Array): {
  readonly image: Image;
  readonly schedule: string;
  readonly flops: number | undefined;
} {
  if (bytes.length < 4) throw new SyntaxError("an entry without a length");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = tryDecodeUtf8(bytes.subarray(4, 4 + length));
  const facts: unknown = JSON.parse(text ?? "");
  if (typeof facts !== "object" || facts === null || !("image" in facts)) {
    throw new SyntaxError("an entry without facts");
  }
  const { image } = facts;
  if (typeof image !== "object" || image === null) throw new SyntaxError("an entry without code");
  const schedule = "schedule" in facts ? String(facts.schedule) : "";
  const flops = "flops" in facts ? Number(facts.flops) : undefined;
  return { image: { ...image, binary: bytes.subarray(4 + length) }, schedule, flops };
}
