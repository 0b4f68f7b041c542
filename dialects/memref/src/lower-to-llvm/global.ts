/** Buffers of the module. */
import {
  DenseElementsAttr,
  i1,
  IntegerAttr,
  type IntegerType,
  RankedTensorType,
  Region,
  StringAttr,
  TypeAttr,
  UnitAttr,
  type Attribute,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { memoryTypeOf } from "@strata/llvm/lowering";
import { conversionPattern, type RewritePattern, type TypeConverter } from "@strata/rewrite";
import * as ops from "../ops.ts";
import { heapAlignment, noForm } from "./shared.ts";

/** The elements of a global in the type they have in memory; uninitialized ones are zero. */
function initialValue(op: ops.Global, element: IntegerType): Attribute | undefined {
  const value = op.initial_value;
  if (value === undefined) return undefined;
  if (value instanceof UnitAttr) return llvm.ZeroAttr.instance;
  if (!(value instanceof DenseElementsAttr)) return value;
  const n = value.type.numElements;
  if (n === 0) return llvm.ZeroAttr.instance;
  const elements = value.elements.map((e) => {
    if (!(e instanceof IntegerAttr)) return e;
    return IntegerAttr.get(e.type === i1 ? e.value & 1n : e.value, element);
  });
  return DenseElementsAttr.get(RankedTensorType.get([n], element), elements);
}

function global(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.global-to-llvm",
    ops.Global,
    (op, _adaptor, r) => {
      const type = op.memrefType;
      const element = converter.convertOne(type.elementType);
      if (element === undefined || type.layout !== undefined) return r.fail(noForm);
      const value = op.initial_value;
      if (
        value !== undefined &&
        !(value instanceof UnitAttr || value instanceof DenseElementsAttr)
      ) {
        return r.fail("the elements of the global are not in the module");
      }
      const memory = memoryTypeOf(element);
      const isPrivate =
        op.sym_visibility instanceof StringAttr && op.sym_visibility.value !== "public";
      const linkage = isPrivate && value !== undefined ? "internal" : "external";
      const align = op.alignment ?? IntegerAttr.i64(heapAlignment);
      r.replaceOpWith(
        op,
        llvm.GlobalOp.of({
          sym_name: op.sym_name,
          global_type: TypeAttr.get(llvm.LLVMArrayType.get(type.numElements, memory)),
          linkage: llvm.LinkageAttr.of(linkage),
          constant: op.constant,
          value: initialValue(op, memory as IntegerType),
          alignment: align,
          initializer: new Region(),
        }),
      );
      return true;
    },
    { converter },
  );
}

function getGlobal(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "memref.get_global-to-llvm",
    ops.GetGlobal,
    (op, _adaptor, r) => {
      const types = converter.convert(op.result.type);
      if (types?.length !== 1) return r.fail(noForm);
      const init = { global_name: op.symbol };
      const address = r.insert(llvm.AddressOfOp.of(init, { types: { res: types[0]! } }));
      r.replaceOp(op, [address.res]);
      return true;
    },
    { converter },
  );
}

/** Conversions of the buffers of the module. */
export function globalPatterns(converter: TypeConverter): RewritePattern[] {
  return [global(converter), getGlobal(converter)];
}
