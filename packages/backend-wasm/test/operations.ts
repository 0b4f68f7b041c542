/** Every operation of a dialect with every combination of types that its declaration admits. */
import { ConstantOp } from "@strata/arith";
import { FuncOp, ReturnOp } from "@strata/func";
import {
  type Attribute,
  type AttributeSpec,
  bf16,
  Block,
  buildOperation,
  elementTypeOf,
  f16,
  f32,
  f64,
  FunctionType,
  i1,
  i16,
  i32,
  i64,
  i8,
  index,
  IntegerAttr,
  MemRefType,
  type ModuleOp,
  type OpDefinition,
  type Operation,
  type Type,
  type Value,
  VectorType,
  verify,
} from "@strata/ir";
import * as memref from "@strata/memref";
import * as vector from "@strata/vector";

/** The element types of kernels. */
export const elementTypes: readonly Type[] = [i1, i8, i16, i32, i64, index, f16, bf16, f32, f64];

/** A function that applies one operation to elements in memory. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly MemRefType[];
  /** The operation with its types, to show. */
  readonly label: string;
}

const shaped = (t: Type, lanes: number | undefined): Type =>
  lanes === undefined ? t : VectorType.get([lanes], t);

/** Element types of the operands: one for all, but for selections and powers. */
function operandElements(def: OpDefinition, element: Type, other: Type): Type[] {
  if (def.name === "arith.select") return [i1, element, element];
  if (def.name === "math.fpowi") return [element, other];
  return def.operandGroups.map(() => element);
}

/** Whether the second element type matters: it is the result's of a cast, or an operand's. */
function takesTwoTypes(def: OpDefinition): boolean {
  const isUnary = def.operandGroups.length === 1 && def.resultGroups.length === 1;
  return isUnary || def.name === "math.fpowi";
}

/** The values of attributes to try: each case of an enumeration in turn. */
function attributeChoices(specs: readonly AttributeSpec[]): Record<string, Attribute>[] {
  const found = specs.find((s) => s.constraint.cases !== undefined && !s.optional);
  const cases = found?.constraint.cases ?? [];
  if (found === undefined) return [{}];
  return cases.map((_, k) => ({ [found.name]: IntegerAttr.i64(k) }));
}

/** Adds a function for each fitting combination of types; `lanes` undefined makes scalars. */
export function addCases(module: ModuleOp, def: OpDefinition, lanes: number | undefined): Case[] {
  const cases = new Map<string, Case>();
  for (const element of elementTypes) {
    for (const other of takesTwoTypes(def) ? elementTypes : [element]) {
      for (const attributes of attributeChoices(def.attributes)) {
        const operands = operandElements(def, element, other);
        const op = tryOperation(def, operands, other, lanes, attributes);
        if (op === undefined) continue;
        const label =
          `${def.name} ${Object.values(attributes).join(" ")} ` +
          `(${operands.map((t) => shaped(t, lanes)).join(", ")}) -> ${op.resultTypes.join(", ")}`;
        if (cases.has(label)) {
          op.dropAllReferences();
          continue;
        }
        cases.set(label, addFunction(module, op, operands, lanes, cases.size, label));
      }
    }
  }
  return [...cases.values()];
}

/** An operation on arguments of a block of its own; undefined when the types do not fit. */
function tryOperation(
  def: OpDefinition,
  operands: readonly Type[],
  resultElement: Type,
  lanes: number | undefined,
  attributes: Readonly<Record<string, Attribute>>,
): Operation | undefined {
  const block = new Block(operands.map((t) => shaped(t, lanes)));
  const init: Record<string, unknown> = { ...attributes };
  def.operandGroups.forEach((g, k) => (init[g.name] = block.args[k]));
  const results = def.resultGroups.map(() => shaped(resultElement, lanes));
  const op = buildOperation(def, init, undefined, results);
  block.append(op);
  if (verify(op).length === 0) return op;
  op.dropAllReferences();
  return undefined;
}

/** A function that loads the operands, applies the operation and stores the results. */
function addFunction(
  module: ModuleOp,
  op: Operation,
  operands: readonly Type[],
  lanes: number | undefined,
  number: number,
  label: string,
): Case {
  const inputs = [...operands, ...op.resultTypes.map(elementTypeOf)].map((t) =>
    MemRefType.get([lanes ?? 1], t),
  );
  const name = `${op.name.replace(".", "_")}_${lanes ?? "scalar"}_${number}`;
  const f = FuncOp.create(name, FunctionType.get(inputs, []));
  const block = f.entry;
  const zero = ConstantOp.of({ value: IntegerAttr.index(0) });
  block.append(zero);
  operands.forEach((t, k) => {
    const [base, indices, type] = [block.args[k]!, [zero.result], shaped(t, lanes)];
    const load: Operation =
      type instanceof VectorType
        ? vector.Load.of({ base, indices }, { types: { result: type } })
        : memref.Load.of({ memref: base, indices });
    block.append(load);
    op.setOperand(k, load.resultAt(0));
  });
  op.remove();
  block.append(op);
  op.results.forEach((value: Value, k) => {
    const [base, indices] = [block.args[operands.length + k]!, [zero.result]];
    block.append(
      value.type instanceof VectorType
        ? vector.Store.of({ valueToStore: value, base, indices })
        : memref.Store.of({ value, memref: base, indices }),
    );
  });
  block.append(ReturnOp.of({ inputs: [] }));
  module.add(f);
  return { name, inputs, label };
}
