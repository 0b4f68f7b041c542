/** Buffers of one element, which may become SSA values: their allocations and plain accesses. */
import { type InterfaceBinding, PromotableInterface } from "@strata/ir";
import { Alloca, Load, Store } from "./ops.ts";

/** What `mem2reg` asks. */
export const promotion: readonly InterfaceBinding[] = [
  PromotableInterface.on(Alloca, {
    slotType(op) {
      const { type } = (op as Alloca).memref;
      const isOne = type.hasStaticShape && type.rank === 0;
      return isOne ? type.elementType : undefined;
    },
  }),
  PromotableInterface.on(Load, {
    access: (op) => ({ slot: (op as Load).memref, stored: undefined }),
  }),
  PromotableInterface.on(Store, {
    access: (op) => ({ slot: (op as Store).memref, stored: (op as Store).value }),
  }),
];
