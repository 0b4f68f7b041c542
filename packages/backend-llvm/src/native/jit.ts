/**
 * Objects made callable in this process, through LLVM's ORC.
 *
 * Invariants: an object defines one symbol that is looked up, whose name is the object's own, so
 * that objects never clash; loading the same symbol again shares the code that is there; code is
 * given back when its last user is done.
 */
import { callbackAddress } from "@strata/runtime/native";
import { DiagnosticError } from "@strata/support";
import { linkFailed, unreadableObject } from "./errors.ts";
import type { LLVM } from "./library.ts";
import { expectPointer, giveBuffer, PointerSlot, takeError } from "./memory.ts";
import { hostMachine, TargetMachine } from "./target.ts";

interface Loaded {
  readonly address: bigint;
  readonly tracker: bigint;
  users: number;
}

/** Code in memory that can be called. */
export interface LoadedCode {
  readonly address: bigint;
  /** Gives the code back. Twice is harmless. */
  release(): void;
}

/** The linker of this process. */
export class Jit {
  readonly llvm: LLVM;
  readonly #jit: bigint;
  readonly #dylib: bigint;
  readonly #loaded = new Map<string, Loaded>();
  readonly #libraries = new Set<string>();
  readonly #errors: string[] = [];
  readonly #reporter: { readonly address: bigint; release(): void };
  #closed = false;

  constructor(llvm: LLVM) {
    const { functions: f } = llvm;
    this.llvm = llvm;
    const machine = new TargetMachine(llvm, hostMachine(llvm));
    const builder = f.createJitBuilder();
    // The builder takes the machine over.
    f.setJitMachine(builder, f.machineBuilder(machine.pointer));
    const slot = new PointerSlot();
    this.#expect(f.createJit(slot.cell, builder));
    this.#jit = expectPointer(slot.value, "JIT");
    this.#reporter = callbackAddress(["void", ["void *", "void *"]], (_context, error) => {
      this.#errors.push(takeError(f, error as bigint | null) ?? "");
      return undefined;
    });
    f.setErrorReporter(f.jitSession(this.#jit), this.#reporter.address, null);
    this.#dylib = expectPointer(f.mainDylib(this.#jit), "library of the JIT");
    const generator = new PointerSlot();
    const prefix = f.jitPrefix(this.#jit);
    this.#expect(f.processGenerator(generator.cell, prefix, null, null));
    f.addGenerator(this.#dylib, generator.value);
  }

  #expect(error: bigint | null): void {
    const message = takeError(this.llvm.functions, error);
    if (message !== undefined) throw linkFailed([message, ...this.#errors.splice(0)]);
  }

  /** Lets code call the functions of a shared library. */
  addLibrary(path: string): void {
    if (this.#libraries.has(path)) return;
    const { functions: f } = this.llvm;
    const generator = new PointerSlot();
    this.#expect(f.libraryGenerator(generator.cell, path, f.jitPrefix(this.#jit), null, null));
    f.addGenerator(this.#dylib, generator.value);
    this.#libraries.add(path);
  }

  /** Gives functions at addresses names, before those of the process and of libraries. */
  define(symbols: Readonly<Record<string, bigint>>): void {
    const { functions: f } = this.llvm;
    const entries = Object.entries(symbols);
    // { name, { address, { flags, flags of the target } } }; exported and callable: 1 + 4.
    const pairs = new BigUint64Array(new ArrayBuffer(24 * entries.length));
    entries.forEach(([name, address], k) => {
      pairs[3 * k] = expectPointer(f.internSymbol(this.#jit, name), "symbol");
      pairs[3 * k + 1] = address;
      pairs[3 * k + 2] = 5n;
    });
    this.#expect(f.define(this.#dylib, f.absoluteSymbols(pairs, entries.length)));
  }

  /** Makes an object callable at `symbol`; a SyntaxError for what is no object of this machine. */
  load(object: Uint8Array, symbol: string): LoadedCode {
    let loaded = this.#loaded.get(symbol);
    if (loaded === undefined) {
      loaded = this.#link(object, symbol);
      this.#loaded.set(symbol, loaded);
    }
    loaded.users++;
    const { address } = loaded;
    let held = true;
    const release = (): void => {
      if (held) this.#release(symbol);
      held = false;
    };
    return { address, release };
  }

  /** The address of a symbol that was loaded, or that code may call. */
  find(symbol: string): bigint {
    const { functions: f } = this.llvm;
    const address = new BigUint64Array(new ArrayBuffer(8));
    const failed = takeError(f, f.lookUp(this.#jit, address, symbol));
    if (failed !== undefined || address[0] === 0n) {
      throw linkFailed([failed ?? `${symbol} has no address`, ...this.#errors.splice(0)]);
    }
    return address[0]!;
  }

  #link(object: Uint8Array, symbol: string): Loaded {
    const { functions: f } = this.llvm;
    const tracker = expectPointer(f.createTracker(this.#dylib), "tracker");
    const give = (): void => {
      takeError(f, f.removeTracker(tracker));
      f.releaseTracker(tracker);
    };
    const buffer = giveBuffer(f, object, symbol);
    const refused = takeError(f, f.addObject(this.#jit, tracker, buffer));
    if (refused !== undefined) {
      give();
      throw unreadableObject(refused);
    }
    try {
      return { address: this.find(symbol), tracker, users: 0 };
    } catch (error) {
      give();
      throw error;
    }
  }

  #release(symbol: string): void {
    const loaded = this.#loaded.get(symbol);
    if (loaded === undefined || --loaded.users > 0 || this.#closed) return;
    const { functions: f } = this.llvm;
    this.#loaded.delete(symbol);
    const problem = takeError(f, f.removeTracker(loaded.tracker));
    f.releaseTracker(loaded.tracker);
    if (problem !== undefined) throw linkFailed([problem]);
  }

  /** Gives all code back. Twice is harmless. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { functions: f } = this.llvm;
    for (const { tracker } of this.#loaded.values()) f.releaseTracker(tracker);
    const problem = takeError(f, f.disposeJit(this.#jit));
    this.#reporter.release();
    if (problem !== undefined) throw linkFailed([problem]);
  }
}

/** Whether an error says that code could not be linked. */
export function isLinkFailure(error: unknown): error is DiagnosticError {
  return error instanceof DiagnosticError && error.diagnostics[0]?.code === "llvm.link";
}
