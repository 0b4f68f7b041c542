/**
 * Calls a lowered function in the interpreter with the arguments of the original: memrefs are
 * handed over as pointers to the same memory, results written through pointers are read back.
 */
import { lowerSignature } from "@strata/func/lower-to-llvm";
import { type ElementStore, Interpreter, MemRefValue, type RuntimeValue } from "@strata/interpret";
import {
  dynamic,
  type FunctionType,
  IndexType,
  IntegerType,
  MemRefType,
  type ModuleOp,
  type Type,
  VectorType,
} from "@strata/ir";
import { codecOf, type Memory, memoryOf, type PointerValue } from "@strata/llvm";
import { createLLVMTypeConverter, isDense, memoryTypeOf, stridesOf } from "@strata/llvm/lowering";
import { bug, DiagnosticError } from "@strata/support";

const converter = createLLVMTypeConverter();

function refuse(what: string): never {
  throw new DiagnosticError(bug("compiler.run-lowered", `${what} cannot be handed over`));
}

/** An index as an i64; a vector of indices likewise. */
function lowered(v: RuntimeValue, type: Type): RuntimeValue {
  if (type instanceof IndexType) return BigInt(v as number);
  if (type instanceof VectorType) {
    const to = converter.convertOne(type);
    if (to !== type) return refuse(`a value of \`${type.toString()}\``);
  }
  return v;
}

function raised(v: RuntimeValue, type: Type): RuntimeValue {
  return type instanceof IndexType ? Number(v) : v;
}

/** Pointers to the memory behind memrefs, one for each store. */
class Handover {
  readonly memory: Memory;
  readonly #pointers = new Map<ElementStore, PointerValue>();

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** The values that stand for a memref. */
  memref(v: MemRefValue, type: MemRefType): RuntimeValue[] {
    const { buffer } = v;
    const { array } = buffer;
    if (array === undefined) return refuse(`a \`${type.toString()}\``);
    let base = this.#pointers.get(buffer);
    if (base === undefined) {
      base = this.memory.adopt(array);
      this.#pointers.set(buffer, base);
    }
    const sizes = v.shape.filter((_, d) => type.shape[d] === dynamic);
    const strides = isDense(type)
      ? []
      : v.strides.filter((_, d) => stridesOf(type)?.[d] === dynamic);
    const pointer = base.plus(v.offset * array.BYTES_PER_ELEMENT);
    return [pointer, ...[...sizes, ...strides].map(BigInt)];
  }
}

/** Runs a function of a lowered module; `type` is the function's type before lowering. */
export function runLowered(
  module: ModuleOp,
  name: string,
  type: FunctionType,
  args: readonly RuntimeValue[],
): RuntimeValue[] {
  const interpreter = new Interpreter(module);
  const memory = memoryOf(interpreter);
  const handover = new Handover(memory);
  const signature = lowerSignature(type, converter);
  if (signature === undefined) return refuse("the signature");
  const values = args.flatMap((v, i) => {
    const t = type.inputs[i]!;
    return v instanceof MemRefValue && t instanceof MemRefType
      ? handover.memref(v, t)
      : [lowered(v, t)];
  });
  if (type.results.some((t) => t instanceof MemRefType)) return refuse("a memref as result");
  if (!signature.writesResults) {
    return interpreter.run(name, values).map((v, i) => raised(v, type.results[i]!));
  }
  const outs = signature.results.map((t) => {
    const codec = codecOf(inMemoryType(t));
    return { codec, pointer: memory.tryAllocate("host", codec.size, 64)! };
  });
  interpreter.run(name, [...values, ...outs.map((o) => o.pointer)]);
  return outs.map(({ codec, pointer }, i) => {
    const t = type.results[i]!;
    const v = codec.read(pointer.allocation!.view, 0, memory);
    return raised(narrowed(v, signature.results[i]!), t);
  });
}

const inMemoryType = (t: Type): Type =>
  t instanceof VectorType ? t.withElementType(memoryTypeOf(t.elementType)) : memoryTypeOf(t);

/** A value read in the type it has in memory, as its own: only integers differ. */
function narrowed(v: RuntimeValue, type: Type): RuntimeValue {
  if (!(type instanceof IntegerType) || memoryTypeOf(type) === type) return v;
  const bits = BigInt(v as number);
  if (type.width === 1) return Number(bits & 1n);
  const n = BigInt.asIntN(type.width, bits);
  return type.width > 32 ? n : Number(n);
}
