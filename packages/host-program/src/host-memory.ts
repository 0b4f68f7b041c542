/** Memory of the host: cells of one element, which results of the device are read into. */
import { createStore, type ElementStore, type RuntimeValue } from "@strata/interpret";
import { MemRefType, type Operation, type Type } from "@strata/ir";
import * as memref from "@strata/memref";
import type { HostCompiler } from "./compile.ts";
import { refuse } from "./refuse.ts";
import { direct, type Step } from "./steps.ts";

/** Memory for one element. */
export class HostCell {
  readonly store: ElementStore;
  readonly bytes: Uint8Array;

  constructor(store: ElementStore) {
    this.store = store;
    const { array } = store;
    if (array === undefined) throw new TypeError(`${store.elementType.toString()} has no bytes`);
    this.bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  }
}

/** Bytes of an element in memory. */
export function elementBytes(op: Operation, element: Type): number {
  const { array } = createStore(element, 0);
  return array?.BYTES_PER_ELEMENT ?? refuse(op, `memory of \`${element.toString()}\``);
}

/** Compiles what concerns memory of the host; undefined for other operations. */
export function compileHostMemory<M, K>(
  cx: HostCompiler<M, K>,
  op: Operation,
): Step<M, K> | undefined {
  if (op instanceof memref.Alloca) {
    const type = op.resultTypes[0];
    if (!(type instanceof MemRefType) || type.rank !== 0)
      return refuse(op, "more than one element");
    elementBytes(op, type.elementType);
    const target = cx.slots.of(op.resultAt(0));
    return direct(({ slots }) => {
      slots[target] = new HostCell(createStore(type.elementType, 1));
    });
  }
  if (op instanceof memref.Load) {
    const [from, to] = [cx.slots.of(op.operand(0)), cx.slots.of(op.resultAt(0))];
    return direct(({ slots }) => {
      slots[to] = expectCell(op, slots[from]).store.get(0);
    });
  }
  if (op instanceof memref.Store) {
    const [value, to] = cx.slots.all(op.operands);
    return direct(({ slots }) => {
      expectCell(op, slots[to!]).store.set(0, slots[value!] as RuntimeValue);
    });
  }
  return undefined;
}

function expectCell(op: Operation, v: unknown): HostCell {
  return v instanceof HostCell ? v : refuse(op, "access to an element of the device");
}
