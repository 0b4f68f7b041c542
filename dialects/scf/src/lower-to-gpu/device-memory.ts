/** Buffers of the device in host code, and scalars that come back from them. */
import * as gpu from "@strata/gpu";
import {
  type Builder,
  dynamic,
  MemRefType,
  nameHintOf,
  setNameHint,
  type Type,
  type Value,
} from "@strata/ir";
import * as memref from "@strata/memref";
import { Code, type Idx, known } from "./code.ts";

/** Allocates a buffer of the given extents. */
export function allocate(host: Builder, extents: readonly Idx[], element: Type): Value {
  const code = new Code(host);
  const shape = extents.map((n) => known(n) ?? dynamic);
  const dynamicSizes = extents.filter((n) => known(n) === undefined).map((n) => code.value(n));
  return code.insert(
    gpu.Alloc.of(
      { asyncDependencies: [], dynamicSizes, symbolOperands: [] },
      { types: { memref: MemRefType.get(shape, element) } },
    ),
  );
}

/** Allocates what a host allocation asks for. */
export function allocateLike(host: Builder, op: memref.Alloc): Value {
  const operands = {
    asyncDependencies: [],
    dynamicSizes: op.dynamicSizes,
    symbolOperands: op.symbolOperands,
  };
  const { memref: result } = op;
  const buffer = new Code(host).insert(gpu.Alloc.of(operands, { types: { memref: result.type } }));
  const hint = nameHintOf(result);
  if (hint !== undefined) setNameHint(buffer, hint);
  return buffer;
}

/** Frees a buffer. */
export function free(host: Builder, buffer: Value): void {
  host.insert(gpu.Dealloc.of({ asyncDependencies: [], memref: buffer }));
}

/** Copies between buffers of equal extents. */
export function copy(host: Builder, src: Value, dst: Value): void {
  host.insert(gpu.Memcpy.of({ asyncDependencies: [], dst, src }));
}

/** The scalars in buffers of rank 0, which are freed. */
export function readBack(host: Builder, buffers: readonly Value[]): Value[] {
  const code = new Code(host);
  return buffers.map((src) => {
    const type = src.type as MemRefType;
    const dst = code.insert(
      memref.Alloca.of({ dynamicSizes: [], symbolOperands: [] }, { types: { memref: type } }),
    );
    copy(host, src, dst);
    free(host, src);
    return code.load(dst, []);
  });
}
