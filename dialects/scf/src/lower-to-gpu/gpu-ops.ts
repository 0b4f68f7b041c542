/** Making the operations of `gpu` that hold others. */
import * as gpu from "@strata/gpu";
import {
  ArrayAttr,
  type Attribute,
  type Block,
  DenseArrayAttr,
  FunctionType,
  i32,
  IntegerAttr,
  MemRefType,
  type Type,
} from "@strata/ir";

/** The type of memory that a block shares. */
export function workgroupType(shape: readonly number[], element: Type): MemRefType {
  return MemRefType.get(
    shape,
    element,
    undefined,
    gpu.AddressSpaceAttr.get({ value: "workgroup" }),
  );
}

/** An axis of grid or block. */
export function dimension(axis: 0 | 1 | 2): gpu.DimensionAttr {
  return gpu.DimensionAttr.get({ value: (["x", "y", "z"] as const)[axis] });
}

/** A kernel whose entry block has `parameters` arguments, then buffers of the block. */
export function createKernel(
  name: string,
  entry: Block,
  parameters: number,
  options: {
    readonly argAttributes: readonly Attribute[];
    readonly block: readonly number[];
    readonly indexBits: 32 | 64;
  },
): gpu.GpuFunc {
  const types = entry.args.map((a) => a.type);
  const type = FunctionType.get(types.slice(0, parameters), []);
  const fn = gpu.GpuFunc.create(name, type, { kernel: true, workgroup: types.slice(parameters) });
  fn.body.entry.erase();
  fn.body.append(entry);
  fn.setAttr("arg_attrs", ArrayAttr.get(options.argAttributes));
  fn.setAttr("known_block_size", DenseArrayAttr.i32(options.block));
  fn.setAttr("index_bitwidth", IntegerAttr.get(options.indexBits, i32));
  return fn;
}
