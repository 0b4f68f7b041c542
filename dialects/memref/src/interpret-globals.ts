/** The memory of a module's globals: made when first asked for, once for each interpreter. */
import {
  createStore,
  failAt,
  fillUninitialized,
  type InterpreterContext,
  MemRefValue,
  TensorValue,
  valueOfAttribute,
} from "@strata/interpret";
import { DenseElementsAttr, lookupSymbol, type Operation, UnitAttr } from "@strata/ir";
import { type GetGlobal, Global } from "./ops.ts";

/** Memory by `memref.global`, and by the ops that ask for it. */
class Globals {
  readonly storage = new Map<Operation, MemRefValue>();
  readonly asked = new Map<Operation, MemRefValue>();
}

function makeStorage(op: GetGlobal, global: Global): MemRefValue {
  const type = global.memrefType;
  const value = global.initial_value;
  if (value instanceof DenseElementsAttr) {
    const tensor = valueOfAttribute(value);
    if (tensor instanceof TensorValue) {
      return new MemRefValue(tensor.data, type.shape, type.elementType);
    }
  }
  if (!(value instanceof UnitAttr)) {
    failAt(
      op,
      "memref.external-global",
      `the elements of @${global.sym_name.value} are not in the module`,
    );
  }
  const store = createStore(type.elementType, type.numElements);
  fillUninitialized(store);
  return new MemRefValue(store, type.shape, type.elementType);
}

/** The memory of the global that an op names. */
export function globalStorage(op: GetGlobal, cx: InterpreterContext): MemRefValue {
  const globals = cx.stateOf(Globals, () => new Globals());
  const known = globals.asked.get(op);
  if (known !== undefined) return known;
  const global = lookupSymbol(op, op.symbol);
  if (!(global instanceof Global)) {
    failAt(op, "memref.unknown-global", `no \`memref.global\` is named ${op.symbol.toString()}`);
  }
  let storage = globals.storage.get(global);
  if (storage === undefined) globals.storage.set(global, (storage = makeStorage(op, global)));
  globals.asked.set(op, storage);
  return storage;
}
