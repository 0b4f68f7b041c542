import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import type { BinaryOperator, Expression, UnaryOperator } from "@strata/frontend";
import { PRECEDENCE } from "../../src/syntax/precedence.ts";
import { printExpression } from "../../src/syntax/print.ts";
import { parse, strip } from "./parsing.ts";

const place = { start: 0, end: 0 };
const nameText = fc.constantFrom("a", "b", "c", "of", "type", "async", "as", "$x", "_1", "größe");
const word = nameText.map((text) => ({ text, ...place }));
const raw = fc.oneof(
  fc.nat(1000).map(String),
  fc.constantFrom("0x1f", "0b10", "1e3", ".5", "2.", "1_000", "1.5e-3", "0xFFFFFFFF"),
);

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  nameText.map((name): Expression => ({ kind: "identifier", name, ...place })),
  raw.map((text): Expression => {
    return { kind: "number", raw: text, value: Number(text.replaceAll("_", "")), ...place };
  }),
  fc.bigInt(0n, 99n).map((value): Expression => ({ kind: "bigint", value, ...place })),
  fc.boolean().map((value): Expression => ({ kind: "boolean", value, ...place })),
);

const binaryOps = Object.keys(PRECEDENCE) as BinaryOperator[];
const unaryOps: UnaryOperator[] = ["-", "+", "!", "~"];

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constant("binary" as const),
      op: fc.constantFrom(...binaryOps),
      left: tie("expression"),
      right: tie("expression"),
      opStart: fc.constant(0),
      start: fc.constant(0),
      end: fc.constant(0),
    }),
    fc.record({
      kind: fc.constant("unary" as const),
      op: fc.constantFrom(...unaryOps),
      operand: tie("expression"),
      start: fc.constant(0),
      end: fc.constant(0),
    }),
    fc.record({
      kind: fc.constant("conditional" as const),
      test: tie("expression"),
      consequent: tie("expression"),
      alternate: tie("expression"),
      start: fc.constant(0),
      end: fc.constant(0),
    }),
    fc.record({
      kind: fc.constant("call" as const),
      callee: tie("expression"),
      typeArgs: fc.constant([]),
      args: fc.array(tie("expression"), { maxLength: 3 }),
      start: fc.constant(0),
      end: fc.constant(0),
    }),
    fc.record({
      kind: fc.constant("member" as const),
      object: tie("expression"),
      name: word,
      start: fc.constant(0),
      end: fc.constant(0),
    }),
    fc.record({
      kind: fc.constant("index" as const),
      object: tie("expression"),
      index: tie("expression"),
      start: fc.constant(0),
      end: fc.constant(0),
    }),
    fc
      .tuple(fc.array(word, { maxLength: 2 }), tie("expression"))
      .map(([names, body]): Expression => {
        const params = names.map((name) => ({
          pattern: { kind: "name" as const, ...name },
          type: undefined,
          ...place,
        }));
        return { kind: "arrow", params, returnType: undefined, body, ...place };
      }),
    fc.record({
      kind: fc.constant("array" as const),
      elements: fc.array(tie("expression"), { maxLength: 3 }),
      start: fc.constant(0),
      end: fc.constant(0),
    }),
    fc.array(fc.tuple(word, tie("expression")), { maxLength: 2 }).map((fields): Expression => ({
      kind: "object",
      fields: fields.map(([name, value]) => ({ name, value, shorthand: false, ...place })),
      ...place,
    })),
  ),
}));

describe("printing, then parsing", () => {
  it("gives the same expression", () => {
    fc.assert(
      fc.property(expression, (tree) => {
        const text = `function f() { return ${printExpression(tree)}; }`;
        const { module, diagnostics } = parse(text);
        expect(diagnostics.map(({ message }) => `${message} in ${text}`)).toEqual([]);
        const [only] = module.functions[0]?.body.statements ?? [];
        expect(only?.kind === "return" ? strip(only.value) : undefined).toEqual(strip(tree));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("any text", () => {
  it("is parsed or refused, never a crash", () => {
    const piece = fc.constantFrom(
      ..."( ) [ ] { } , ; : . ? ?. => = == + - * ** / % < > >> & && | || ! ~ ++ -- ... @ # ` ' \"".split(
        " ",
      ),
      ..."function const let if else for while do return class async await type import export of in".split(
        " ",
      ),
      "a",
      "f32",
      "1",
      "1.5",
      "\n",
      "// c\n",
      "/* c */",
      "new",
      "this",
    );
    const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(" "));
    fc.assert(
      fc.property(text, fc.boolean(), (body, wrapped) => {
        const source = wrapped ? `export function f() { ${body} }` : body;
        const { diagnostics, module } = parse(source);
        expect(module.file.text).toBe(source);
        for (const { span } of diagnostics) {
          expect(span?.start).toBeLessThanOrEqual(span?.end ?? 0);
          expect(span?.end).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
