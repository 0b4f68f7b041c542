/** Running `vector.print`: vectors as nested lists in parentheses, as compiled programs print. */
import { interpretOf, type RuntimeValue, VectorValue } from "@strata/interpret";
import type { InterfaceBinding } from "@strata/ir";
import * as ops from "../ops.ts";

const marks = { no_punctuation: "", newline: "\n", comma: ", ", open: "( ", close: " )" } as const;

function textOf(v: RuntimeValue): string {
  if (!(v instanceof VectorValue)) {
    return typeof v === "number" || typeof v === "bigint"
      ? Object.is(v, -0)
        ? "-0"
        : String(v)
      : v.describe();
  }
  const { shape } = v.type;
  const level = (d: number, start: number): string => {
    if (d === shape.length) return textOf(v.elements[start]!);
    const step = shape.slice(d + 1).reduce((n, e) => n * e, 1);
    const items = Array.from({ length: shape[d]! }, (_, i) => level(d + 1, start + i * step));
    return `( ${items.join(", ")} )`;
  };
  return shape.length === 0 ? `( ${textOf(v.elements[0]!)} )` : level(0, 0);
}

/** How the operation of this file runs. */
export const printInterpretation: InterfaceBinding = interpretOf(ops.Print, (op, [v], cx) => {
  const text = v === undefined ? (op.stringLiteral?.value ?? "") : textOf(v);
  cx.write(text + marks[op.punctuation.kind as keyof typeof marks]);
});
