import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import {
  applyDimOperator,
  compareDims,
  dimBinary,
  dimConst,
  dimName,
  dimNames,
  dimParam,
  evaluateDim,
  isNonNegativeDim,
  printDim,
  printSignature,
  simplifyDim,
  substituteDim,
  type DimExpr,
  type DimOperator,
} from "@strata/support";

const operators: DimOperator[] = [
  "+",
  "-",
  "*",
  "floordiv",
  "mod",
  "ceildiv",
  "div",
  "rem",
  "min",
  "max",
];
const n = dimName("n");
const m = dimName("m");

const { expr } = fc.letrec<{ expr: DimExpr }>((tie) => ({
  expr: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.integer({ min: -9, max: 9 }).map(dimConst),
    fc.constantFrom(n, m, dimParam("k"), dimParam("n")),
    fc.record({
      kind: fc.constant("binary" as const),
      op: fc.constantFrom(...operators),
      left: tie("expr"),
      right: tie("expr"),
    }),
  ),
}));

function tryEvaluate(e: DimExpr, values: readonly number[]): number | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = values;
  try {
    return evaluateDim(e, {
      dims: new Map([
        ["n", a],
        ["m", b],
      ]),
      params: new Map([
        ["k", c],
        ["n", d],
      ]),
    });
  } catch {
    return undefined;
  }
}

const valuesArb = fc.tuple(fc.nat(20), fc.nat(20), fc.integer({ min: -20, max: 20 }), fc.nat(9));

function show(e: DimExpr): string {
  return printDim(simplifyDim(e));
}

describe("simplifyDim", () => {
  it("keeps the value", () => {
    fc.assert(
      fc.property(expr, valuesArb, (e, values) => {
        const before = tryEvaluate(e, values);
        fc.pre(before !== undefined);
        expect(tryEvaluate(simplifyDim(e), values)).toBe(before);
      }),
      { numRuns: 2000 },
    );
  });

  it("is idempotent", () => {
    fc.assert(
      fc.property(expr, (e) => {
        const once = simplifyDim(e);
        expect(simplifyDim(once)).toEqual(once);
      }),
    );
  });

  it("never calls equal what differs, nor different what may be equal", () => {
    fc.assert(
      fc.property(expr, expr, valuesArb, (a, b, values) => {
        const [x, y] = [tryEvaluate(a, values), tryEvaluate(b, values)];
        fc.pre(x !== undefined && y !== undefined);
        const relation = compareDims(a, b);
        if (relation === "equal") expect(x).toBe(y);
        if (relation === "different") expect(x).not.toBe(y);
      }),
      { numRuns: 1000 },
    );
  });

  it("proves signs soundly", () => {
    fc.assert(
      fc.property(expr, valuesArb, (e, values) => {
        const value = tryEvaluate(e, values);
        fc.pre(value !== undefined && isNonNegativeDim(e));
        expect(value).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("prints polynomials in one form", () => {
    expect(show(dimBinary("-", dimBinary("+", n, dimConst(1)), dimConst(1)))).toBe("n");
    expect(show(dimBinary("-", n, dimConst(2)))).toBe("n - 2");
    expect(show(dimBinary("*", dimConst(2), dimBinary("+", m, n)))).toBe("2*m + 2*n");
    expect(show(dimBinary("-", n, m))).toBe("n - m");
    expect(show(dimBinary("ceildiv", n, dimConst(2)))).toBe("ceildiv(n, 2)");
    expect(show(dimBinary("min", n, m))).toBe("min(m, n)");
    expect(show(dimBinary("floordiv", dimConst(-7), dimConst(2)))).toBe("-4");
    expect(show(dimBinary("*", n, m))).toBe("m*n");
  });
});

describe("operators", () => {
  it("follow their definitions on small integers", () => {
    for (let a = -12; a <= 12; a++) {
      for (let b = -5; b <= 5; b++) {
        if (b === 0) continue;
        expect(applyDimOperator("floordiv", a, b)).toBe(Math.floor(a / b) + 0);
        expect(applyDimOperator("ceildiv", a, b)).toBe(Math.ceil(a / b) + 0);
        expect(applyDimOperator("div", a, b)).toBe(Math.trunc(a / b) + 0);
        expect(applyDimOperator("rem", a, b)).toBe((a % b) + 0);
        expect(applyDimOperator("mod", a, b)).toBe(a - b * Math.floor(a / b));
      }
    }
  });

  it("refuse division by zero and overflow", () => {
    expect(() => applyDimOperator("mod", 1, 0)).toThrow("divides by zero");
    expect(() => applyDimOperator("*", 2 ** 40, 2 ** 40)).toThrow("2^53");
    expect(() => evaluateDim(n, { dims: new Map() })).toThrow('no value for "n"');
  });
});

describe("names", () => {
  it("are found and replaced", () => {
    const e = dimBinary("+", dimBinary("*", n, dimParam("k")), m);
    expect(dimNames(e)).toEqual({ dims: new Set(["n", "m"]), params: new Set(["k"]) });
    const replaced = substituteDim(e, (name) => (name === "n" ? dimConst(3) : undefined));
    expect(printDim(replaced)).toBe("3*k + m");
  });
});

describe("printSignature", () => {
  it("shows parameters and results", () => {
    const dims = [n, dimBinary("-", m, dimConst(1))];
    const text = printSignature({
      name: "f",
      doc: undefined,
      params: [
        { name: "u", type: { kind: "tensor", dtype: "f32", dims: [n, m] } },
        { name: "k", type: { kind: "scalar", dtype: "index" } },
      ],
      form: "object",
      results: [{ name: "v", type: { kind: "tensor", dtype: "bool", dims } }],
      dims: ["n", "m"],
      checks: [],
    });
    expect(text).toBe("f(u: Tensor<f32, [n, m]>, k: index): { v: Tensor<bool, [n, m - 1]> }");
  });
});
