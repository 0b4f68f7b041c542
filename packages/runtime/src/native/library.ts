/**
 * Shared libraries of the system, called through koffi.
 *
 * Invariants: koffi is configured once, before the first library is loaded; native code runs on
 * stacks that are large enough for compilers; a library that is loaded stays loaded, since code in
 * flight on other threads may be inside of it. Importing this module loads koffi and no library.
 */
import koffi, { type LibraryHandle } from "koffi";

/** An address of the process; `null` is the null pointer. */
export type Address = bigint | null;

/** What stands for a C type at a call. Integers of 64 bits beyond 2^53 are bigints. */
export interface NativeTypes {
  readonly void: undefined;
  readonly int8: number;
  readonly int: number;
  readonly uint: number;
  readonly int64: number | bigint;
  readonly uint64: number | bigint;
  readonly size_t: number | bigint;
  readonly float: number;
  readonly double: number;
  /** A C string; copied both ways. */
  readonly str: string | null;
  /** A pointer: an address, or an array that the callee reads and writes in place. */
  readonly "void *": Address;
}

export type NativeType = keyof NativeTypes;

/** What may be given for a parameter. */
export type NativeArgument<T extends NativeType> = T extends "void *"
  ? Address | number | ArrayBuffer | ArrayBufferView
  : NativeTypes[T];

/** What may be given for a list of parameters. */
export type NativeArguments<P extends readonly NativeType[]> = {
  -readonly [K in keyof P]: NativeArgument<P[K]>;
};

/** Name of a function, its result, its parameters. */
export type NativeDeclaration = readonly [
  symbol: string,
  result: NativeType,
  parameters: readonly NativeType[],
];

/** A function as declared. */
export type NativeFunction<D extends NativeDeclaration> = (
  ...args: NativeArguments<D[2]>
) => NativeTypes[D[1]];

/** Functions by the names of a table. */
export type NativeInterface<T extends Readonly<Record<string, NativeDeclaration>>> = {
  readonly [K in keyof T]: NativeFunction<T[K]>;
};

/** Bytes of the stacks that native code runs on: compilers recurse deeply. */
const STACK_BYTES = { sync: 14 * 2 ** 20, async: 4 * 2 ** 20 };

let configured = false;

function configure(): void {
  if (configured) return;
  configured = true;
  const { sync_stack_size: sync = 0, async_stack_size: async = 0 } = koffi.config();
  if (sync >= STACK_BYTES.sync && async >= STACK_BYTES.async) return;
  try {
    koffi.config({ sync_stack_size: STACK_BYTES.sync, async_stack_size: STACK_BYTES.async });
  } catch {
    // Another user of koffi in this process was first: its stacks are what there is.
  }
}

/** A library of the process. */
export class NativeLibrary {
  /** The name or path it was loaded by; empty for the process itself. */
  readonly path: string;
  readonly #handle: LibraryHandle;

  constructor(path: string, handle: LibraryHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Whether the library has a function. */
  has(symbol: string): boolean {
    return this.tryBind([symbol, "void", []]) !== undefined;
  }

  /** A function of the library; undefined where it has none of that name. */
  tryBind<const D extends NativeDeclaration>(declaration: D): NativeFunction<D> | undefined {
    const [symbol, result, parameters] = declaration;
    try {
      return this.#handle.func(symbol, result, [...parameters]) as NativeFunction<D>;
    } catch {
      return undefined;
    }
  }

  /** The functions of a table; an error that names the first one missing. */
  bind<const T extends Readonly<Record<string, NativeDeclaration>>>(table: T): NativeInterface<T> {
    const bound: Record<string, unknown> = {};
    for (const [name, [symbol, result, parameters]] of Object.entries(table)) {
      bound[name] = this.#handle.func(symbol, result, [...parameters]);
    }
    return bound as NativeInterface<T>;
  }
}

/** Loads a library by path or by a name the linker knows, or gives the reason why it cannot. */
export function tryLoadLibrary(
  path: string,
): { readonly library: NativeLibrary } | { readonly problem: string } {
  configure();
  try {
    return { library: new NativeLibrary(path, koffi.load(path)) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** What the process has loaded already: the C library among it. */
export function loadProcess(): NativeLibrary {
  configure();
  return new NativeLibrary("", koffi.load(null));
}

/** The function at an address. */
export function functionAt<const D extends readonly [NativeType, readonly NativeType[]]>(
  address: bigint,
  [result, parameters]: D,
): CallableFunction<D> {
  configure();
  return koffi.decode(address, koffi.proto(result, [...parameters])) as CallableFunction<D>;
}

/** A native function that may also run on another thread. */
export type CallableFunction<D extends readonly [NativeType, readonly NativeType[]]> =
  NativeFunction<readonly ["", D[0], D[1]]> & {
    /** Runs on a thread of the pool; the caller keeps every argument alive until `done`. */
    async(
      ...args: [
        ...args: NativeArguments<D[1]>,
        done: (error: Error | null, result: NativeTypes[D[0]]) => void,
      ]
    ): void;
  };

/** A function of the program as an address that native code may call, until it is given back. */
export function callbackAddress<const D extends readonly [NativeType, readonly NativeType[]]>(
  [result, parameters]: D,
  run: NativeFunction<readonly ["", D[0], D[1]]>,
): { readonly address: bigint; release(): void } {
  configure();
  const address = koffi.register(run, koffi.pointer(koffi.proto(result, [...parameters])));
  return { address, release: () => koffi.unregister(address) };
}

/** The address of an array's first element; the array must be kept alive while it is used. */
export function addressOf(memory: ArrayBuffer | SharedArrayBuffer | ArrayBufferView): bigint {
  return koffi.address(memory);
}

/** The C string at an address. */
export function stringAt(address: bigint): string {
  return koffi.decode.string(address);
}

let copyBytes: ((to: Uint8Array, from: bigint, length: number) => unknown) | undefined;

/** A copy of the bytes at an address. */
export function bytesAt(address: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  if (length === 0) return bytes;
  configure();
  copyBytes ??= koffi.load(null).func("memcpy", "void *", ["void *", "void *", "size_t"]);
  copyBytes(bytes, address, length);
  return bytes;
}
