/**
 * Functions of whole vectors, from glibc's libmvec:
 *
 *     %y = math.exp %x : vector<8xf32>
 *     // becomes
 *     %y = func.call @_ZGVdN8v_expf(%x) : (vector<8xf32>) -> vector<8xf32>
 *
 * Invariants: only vectors that fill a register are taken, since each other one costs more than it
 * saves; only functions that the library has; scalars stay calls of libm. Errors of these functions
 * are below four units in the last place.
 */
import { FuncOp, CallOp } from "@strata/func";
import {
  Builder,
  f32,
  f64,
  FunctionType,
  type ModuleOp,
  type Operation,
  SymbolRefAttr,
  UnitAttr,
  VectorType,
  walk,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { tryLoadLibrary, type NativeLibrary } from "@strata/runtime/native";
import type { MachineDescription } from "./native/target.ts";

/** What the linker knows the library by. */
export const VECTOR_LIBRARY = "libmvec.so.1";

/** Names in C of the operations that the library may have. */
const names: ReadonlyMap<string, string> = new Map(
  (
    "acos acosh asin asinh atan atanh cbrt cos cosh erf erfc exp exp2 expm1 log log10 log1p log2 " +
    "sin sinh tan tanh"
  )
    .split(" ")
    .map((name) => [`math.${name}`, name]),
);

let library: NativeLibrary | null | undefined;

/** The library of this machine; undefined where it has none. */
function tryLoadVectorLibrary(): NativeLibrary | undefined {
  if (library === undefined) {
    const isKnown = process.platform === "linux" && process.arch === "x64";
    const loaded = isKnown ? tryLoadLibrary(VECTOR_LIBRARY) : { problem: "another system" };
    library = "library" in loaded ? loaded.library : null;
  }
  return library ?? undefined;
}

/** Whether this machine has the library: what is compiled depends on it. */
export function hasVectorMath(): boolean {
  return tryLoadVectorLibrary() !== undefined;
}

/** The register class of the vector ABI: `b` 128 bits of SSE, `d` 256 bits of AVX2. */
function classOf(bits: number, { features }: MachineDescription): string | undefined {
  if (bits === 128) return "b";
  return bits === 256 && features.split(",").includes("+avx2") ? "d" : undefined;
}

/** The function for an operation; undefined where there is none. */
function tryFunctionOf(
  op: Operation,
  machine: MachineDescription,
  from: NativeLibrary,
): string | undefined {
  const name = names.get(op.name);
  const type = op.resultTypes[0];
  if (name === undefined || !(type instanceof VectorType) || type.rank !== 1) return undefined;
  const { elementType: e } = type;
  if (e !== f32 && e !== f64) return undefined;
  const [lanes = 0] = type.shape;
  const registers = classOf(lanes * (e === f32 ? 32 : 64), machine);
  if (registers === undefined) return undefined;
  const symbol = `_ZGV${registers}N${lanes}v_${name}${e === f32 ? "f" : ""}`;
  return from.has(symbol) ? symbol : undefined;
}

/** Replaces functions of vectors by calls of the library of this machine, where it has them. */
export function callVectorMath(module: ModuleOp, machine: MachineDescription): void {
  const from = tryLoadVectorLibrary();
  if (from === undefined) return;
  const declared = new Set<string>();
  const operations: Operation[] = [];
  walk(module, (op) => {
    if (names.has(op.name)) operations.push(op);
  });
  for (const op of operations) {
    const symbol = tryFunctionOf(op, machine, from);
    if (symbol === undefined) continue;
    const types = op.resultTypes;
    if (!declared.has(symbol)) {
      declared.add(symbol);
      const type = FunctionType.get(types, types);
      const made = FuncOp.declare(symbol, type, { visibility: "private" });
      Builder.atStart(module.body.entry).insert(made);
    }
    const call = CallOp.of(
      { callee: SymbolRefAttr.get(symbol), args: [...op.operands] },
      { types: { outs: types }, location: op.location },
    );
    Builder.before(op).insert(call);
    op.replaceWith([...call.results]);
  }
}

/** Says of the library's functions, lowered, that they compute and do nothing else. */
export function markVectorMathPure(functions: readonly llvm.FuncOp[]): boolean {
  let found = false;
  for (const f of functions) {
    if (!f.isDeclaration || !f.sym_name.value.startsWith("_ZGV")) continue;
    f.setAttr(
      "memory_effects",
      llvm.MemoryEffectsAttr.get({
        other: "none",
        argMem: "none",
        inaccessibleMem: "none",
        errnoMem: "none",
        targetMem0: "none",
        targetMem1: "none",
      }),
    );
    f.setAttr("no_unwind", UnitAttr.instance);
    f.setAttr("will_return", UnitAttr.instance);
    found = true;
  }
  return found;
}
