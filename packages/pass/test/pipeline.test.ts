import { DiagnosticError, renderDiagnostic } from "@strata/support";
import { builtin, Context, ModuleOp } from "@strata/ir";
import { func, FuncOp } from "@strata/func";
import { describe, expect, test } from "vitest";
import {
  bool,
  checkContracts,
  definePass,
  float,
  int,
  list,
  oneOf,
  parsePipeline,
  PassManager,
  PassRegistry,
  pipeline,
  text,
  u32,
} from "../src/index.ts";

const clean = definePass("clean", { summary: "Nothing.", on: "any", run: () => false });
const unroll = definePass("unroll", {
  summary: "Unrolls.",
  on: FuncOp,
  options: {
    factor: u32({ default: 4, min: 1, doc: "iterations per step" }),
    onlyInnermost: bool(),
    sizes: list(int()),
    label: text({ default: "" }),
    mode: oneOf(["fast", "small"], { default: "fast" }),
    ratio: float({ default: 0.5 }),
  },
  run: () => false,
});
const strict = definePass("strict", {
  summary: "Needs an option.",
  on: "any",
  options: { seed: u32({ doc: "where to start" }) },
  run: () => false,
});
const registry = new PassRegistry([clean, unroll, strict]);
const context = new Context([builtin, func]);

/** The message and the underlined text of the error that parsing throws. */
function problem(source: string): { code: string; message: string; hint?: string; at: string } {
  try {
    parsePipeline(source, registry, { context });
  } catch (e) {
    const d = e instanceof DiagnosticError ? e.diagnostics[0] : undefined;
    if (d === undefined) throw e;
    const at = d.span === undefined ? "" : source.slice(d.span.start, d.span.end);
    return {
      code: d.code,
      message: d.message,
      at,
      ...(d.hint === undefined ? {} : { hint: d.hint }),
    };
  }
  throw new Error("it parses");
}

describe("pipeline text", () => {
  test.each([
    ["clean", "builtin.module(clean)"],
    ["clean,clean", "builtin.module(clean,clean)"],
    ["", "builtin.module()"],
    ["builtin.module()", "builtin.module()"],
    ["func.func(clean)", "func.func(clean)"],
    ["any(clean)", "any(clean)"],
    ["func.func(unroll),clean", "builtin.module(func.func(unroll),clean)"],
    [
      " builtin.module( clean , func.func( unroll{ factor=8  only-innermost } , clean ) ) ",
      "builtin.module(clean,func.func(unroll{factor=8 only-innermost=true},clean))",
    ],
    ["func.func(unroll{onlyInnermost=false factor=4})", "func.func(unroll)"],
    [
      "func.func(unroll{sizes=1,-2,3 label='a b' mode=small ratio=1e-3})",
      'func.func(unroll{sizes=1,-2,3 label="a b" mode=small ratio=0.001})',
    ],
    [
      'func.func(unroll{label="q\\"\\\\}," sizes={1,2}})',
      'func.func(unroll{sizes=1,2 label="q\\"\\\\},"})',
    ],
    ["strict{seed=7}", "builtin.module(strict{seed=7})"],
  ])("%s", (source, printed) => {
    const p = parsePipeline(source, registry, { context });
    expect(p.toString()).toBe(printed);
    expect(parsePipeline(printed, registry, { context }).toString()).toBe(printed);
  });

  test.each([
    ["claen", "pipeline.unknown-pass", "claen", 'did you mean "clean"?'],
    ["func.fun(clean)", "pipeline.unknown-op", "func.fun", "did you mean `func.func`?"],
    ["builtin.module(unroll)", "pipeline.pass-anchor", "unroll", "nest it: `func.func(unroll)`"],
    ["clean(clean)", "pipeline.pass-nests", "clean", "options stand in braces: `pass{name=value}`"],
    ["func.func", "pipeline.op-as-pass", "func.func", "to run passes on it: `func.func(…)`"],
    ["func.func(unroll{facto=3})", "pass.option-unknown", "facto", 'did you mean "factor"?'],
    ["clean{x=1}", "pass.option-unknown", "x", "it has no options"],
    ["func.func(unroll{factor=0})", "pass.option-value", "factor=0", undefined],
    ["func.func(unroll{factor=x})", "pass.option-value", "factor=x", undefined],
    ["func.func(unroll{mode=big})", "pass.option-value", "mode=big", undefined],
    ["func.func(unroll{factor})", "pipeline.option-syntax", "factor", "`factor=…`, a u32"],
    ["func.func(unroll{factor=1 factor=2})", "pipeline.option-twice", "factor", undefined],
    ["func.func(unroll{label='a)", "pipeline.unclosed", "'", undefined],
    ["func.func(unroll{factor=1", "pipeline.option-syntax", "", undefined],
    ["clean,", "pipeline.syntax", "", undefined],
    ["func.func(clean", "pipeline.syntax", "", undefined],
    ["func.func(clean))", "pipeline.trailing", ")", undefined],
    ["(clean)", "pipeline.syntax", "(", undefined],
    ["strict", "pass.option-missing", "strict", "`seed`: where to start"],
    [`${"builtin.module(".repeat(100)}`, "pipeline.too-deep", "builtin.module", undefined],
  ])("%s is refused", (source, code, at, hint) => {
    expect(problem(source)).toMatchObject({ code, at, ...(hint === undefined ? {} : { hint }) });
  });

  test("errors show the place", () => {
    try {
      parsePipeline("func.func(unroll{factor=0})", registry);
      expect.unreachable();
    } catch (e) {
      expect(renderDiagnostic((e as DiagnosticError).diagnostics[0]!)).toBe(
        `error[pass.option-value]: the option \`factor\` needs a u32 of at least 1
 --> <pipeline>:1:18
  |
1 | func.func(unroll{factor=0})
  |                  ^^^^^^^^`,
      );
    }
  });
});

describe("pipelines in code", () => {
  test("nest and print", () => {
    const p = pipeline(ModuleOp, clean, pipeline(FuncOp, unroll.with({ factor: 2 }), clean));
    expect(p.toString()).toBe("builtin.module(clean,func.func(unroll{factor=2},clean))");
  });

  test("check options and anchors", () => {
    expect(() => unroll.with({ factor: 0.5 })).toThrow("needs a u32");
    expect(() => strict.with({})).toThrow("needs `seed`");
    expect(() => pipeline(ModuleOp, unroll)).toThrow("runs on `func.func`, not `builtin.module`");
    // @ts-expect-error an option that is not declared
    expect(() => unroll.with({ factr: 1 })).toThrow("no option `factr`");
  });

  test("two passes of one name are refused", () => {
    const other = definePass("clean", { summary: "", on: "any", run: () => false });
    expect(() => registry.add([other])).toThrow("two passes are named `clean`");
    expect(registry.list().map((p) => p.name)).toEqual(["clean", "strict", "unroll"]);
  });
});

describe("contracts", () => {
  const lower = definePass("lower", {
    summary: "",
    on: "any",
    establishes: ["loops"],
    run: () => false,
  });
  const tile = definePass("tile", {
    summary: "",
    on: "any",
    requires: ["loops"],
    run: () => false,
  });
  const flatten = definePass("flatten", {
    summary: "",
    on: "any",
    destroys: ["loops"],
    run: () => false,
  });
  const check = (...passes: Parameters<typeof pipeline>[1][]): string[] =>
    checkContracts(pipeline(ModuleOp, ...passes)).map((d) => `${d.message}; ${d.hint ?? ""}`);

  test("hold in order", () => {
    expect(check(lower, clean, tile)).toEqual([]);
    expect(check(tile)).toEqual([]);
    expect(check(tile, lower)).toEqual(["`tile` requires `loops`; put `lower` before it"]);
    expect(check(lower, pipeline(FuncOp, flatten), tile)).toEqual([
      "`tile` requires `loops`, which `flatten` destroys; ",
    ]);
    expect(checkContracts(pipeline(ModuleOp, tile), [])).toHaveLength(1);
    expect(checkContracts(pipeline(ModuleOp, tile), ["loops"])).toEqual([]);
    expect(() => PassManager.on(ModuleOp, [tile, lower])).toThrow("requires `loops`");
  });
});
