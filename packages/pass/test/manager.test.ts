import { bug, DiagnosticError, userError, warning } from "@strata/support";
import {
  builtin,
  Context,
  expectVerified,
  ModuleOp,
  parseModule,
  StringAttr,
  UnitAttr,
} from "@strata/ir";
import { arith } from "@strata/arith";
import { func, FuncOp } from "@strata/func";
import { describe, expect, test } from "vitest";
import {
  definePass,
  dominanceAnalysis,
  type IrDump,
  parsePipeline,
  PassFailure,
  PassManager,
  PassRegistry,
  pipeline,
  type Progress,
  runPipeline,
  runPipelineAsync,
  tryReadReproducer,
} from "../src/index.ts";

const context = new Context([builtin, func, arith]);

function module(): ModuleOp {
  const m = parseModule(
    context,
    `func.func @f() -> i32 {
      %0 = arith.constant 1 : i32
      return %0 : i32
    }
    func.func @g() {
      return
    }`,
  );
  expectVerified(m);
  return m;
}

const mark = definePass("mark", {
  summary: "Sets an attribute.",
  on: FuncOp,
  run(op, _, cx) {
    cx.count("marked");
    op.setAttr("test.mark", UnitAttr.instance);
  },
});
const idle = definePass("idle", { summary: "Does nothing.", on: "any", run: () => false });
const crash = definePass("crash", {
  summary: "Crashes on @g.",
  on: FuncOp,
  run(op) {
    if (op.sym_name.value === "g") throw new TypeError("x is undefined");
  },
});
const spoil = definePass("spoil", {
  summary: "Leaves broken IR.",
  on: FuncOp,
  run(op) {
    op.body.firstBlock?.firstOp?.setAttr("value", StringAttr.get("no number"));
  },
});

function failure(run: () => unknown): PassFailure {
  try {
    run();
  } catch (e) {
    if (e instanceof PassFailure) return e;
    throw e;
  }
  throw new Error("it works");
}

describe("running", () => {
  test("passes run per operation, in order", () => {
    const seen: string[] = [];
    const hook = {
      beforePass: (e: { pass: { name: string }; op: { name: string }; path: readonly string[] }) =>
        void seen.push(`${e.path.join(">")} ${e.pass.name}`),
    };
    const p = pipeline(ModuleOp, idle, pipeline(FuncOp, mark, idle));
    const r = runPipeline(p, module(), { instrumentations: [hook] });
    expect(seen).toEqual([
      "builtin.module idle",
      "builtin.module>func.func mark",
      "builtin.module>func.func idle",
      "builtin.module>func.func mark",
      "builtin.module>func.func idle",
    ]);
    expect(r.changed).toBe(true);
    expect(r.statistics.get("mark")?.get("marked")).toBe(2);
    expect(r.timing.name).toBe("builtin.module");
    const nested = r.timing.children.get("func.func")!;
    expect([nested.count, nested.children.get("mark")!.count]).toEqual([2, 2]);
    expect(r.timing.toString()).toMatch(/mark \(2×\)/u);
    expect(runPipeline(pipeline(ModuleOp, idle), module()).changed).toBe(false);
  });

  test("`any` runs on isolated operations", () => {
    let n = 0;
    const visit = definePass("visit", { summary: "", on: "any", run: () => void n++ });
    runPipeline(pipeline(ModuleOp, pipeline("any", visit)), module());
    expect(n).toBe(2);
  });

  test("the operation must be of the pipeline's kind", () => {
    expect(() => runPipeline(pipeline(FuncOp, mark), module())).toThrow("runs on `func.func`");
  });

  test("warnings are kept, errors stop after the pass", () => {
    const warn = definePass("warn", {
      summary: "",
      on: "any",
      run(_, __, cx) {
        cx.report(warning("test.odd", "odd"));
        return false;
      },
    });
    expect(runPipeline(pipeline(ModuleOp, warn), module()).diagnostics).toHaveLength(1);
    const refuse = definePass("refuse", {
      summary: "",
      on: "any",
      run(_, __, cx) {
        cx.report(userError("test.a", "first"));
        cx.report(userError("test.b", "second"));
      },
    });
    try {
      runPipeline(pipeline(ModuleOp, refuse), module());
      expect.unreachable();
    } catch (e) {
      expect((e as DiagnosticError).diagnostics.map((d) => d.code)).toEqual(["test.a", "test.b"]);
    }
  });

  test("analyses are cached until a pass changes something", () => {
    let computed = 0;
    const kind = { name: "size", compute: () => ++computed };
    const ask = definePass("ask", {
      summary: "",
      on: FuncOp,
      run(op, _, cx) {
        cx.analysis(kind, op);
        cx.analysis(dominanceAnalysis, op);
        return false;
      },
    });
    const keep = definePass("keep", {
      summary: "",
      on: FuncOp,
      preserves: ["size"],
      run: () => {},
    });
    const f = module().body.entry.firstOp!;
    runPipeline(pipeline(FuncOp, ask, ask, keep, ask), f);
    expect(computed).toBe(1);
    runPipeline(pipeline(FuncOp, ask, mark, ask), f);
    expect(computed).toBe(3);
  });

  test("progress and cancellation", async () => {
    const steps: Progress[] = [];
    const p = pipeline(ModuleOp, idle, pipeline(FuncOp, mark));
    runPipeline(p, module(), { onProgress: (s) => void steps.push(s) });
    expect(steps.map((s) => `${s.done}/${s.total} ${s.next?.pass.name ?? "end"}`)).toEqual([
      "0/3 idle",
      "1/3 mark",
      "2/3 mark",
      "3/3 end",
    ]);
    const abort = new AbortController();
    const stop = definePass("stop", { summary: "", on: "any", run: () => abort.abort() });
    const more = pipeline(ModuleOp, stop, idle);
    await expect(runPipelineAsync(more, module(), { signal: abort.signal })).rejects.toThrow(
      "stopped before `idle` on `builtin.module`",
    );
    const later = new AbortController();
    setTimeout(() => later.abort(), 0);
    const many = pipeline(ModuleOp, ...Array.from({ length: 10_000 }, () => idle));
    await expect(runPipelineAsync(many, module(), { signal: later.signal })).rejects.toThrow(
      "pipeline.cancelled",
    );
  });
});

describe("failures", () => {
  test("a crash is a bug with a reproducer", () => {
    const p = pipeline(ModuleOp, pipeline(FuncOp, mark, crash));
    const e = failure(() => runPipeline(p, module(), { reproducer: true }));
    expect(e.diagnostics[0]).toMatchObject({
      code: "pass.crashed",
      kind: "bug",
      message: "the pass `crash` on `func.func` @g has crashed: x is undefined",
    });
    expect(e.cause).toBeInstanceOf(TypeError);
    expect(tryReadReproducer(e.reproducer!)).toBe("builtin.module(func.func(mark,crash))");
    // The text is the input, before `mark` ran, and shows the crash again.
    expect(e.reproducer).not.toContain("test.mark");
    const again = parsePipeline(tryReadReproducer(e.reproducer!)!, new PassRegistry([mark, crash]));
    const f = failure(() => runPipeline(again, parseModule(context, e.reproducer!)));
    expect(f.diagnostics[0]!.message).toBe(e.diagnostics[0]!.message);
    expect(f.reproducer).toBeUndefined();
    expect(tryReadReproducer("module {}")).toBeUndefined();
  });

  test("broken IR is found after the pass that left it", () => {
    const p = pipeline(ModuleOp, pipeline(FuncOp, mark, spoil));
    const e = failure(() => runPipeline(p, module()));
    expect(e.diagnostics[0]).toMatchObject({ code: "pass.invalid-ir", kind: "bug" });
    expect(e.diagnostics[0]!.notes[0]!.message).toContain("arith.constant");
    expect(() => runPipeline(p, module(), { verify: false })).not.toThrow();
  });

  test("diagnostics of passes are left alone", () => {
    const refuse = definePass("refuse", {
      summary: "",
      on: "any",
      run() {
        throw new DiagnosticError(bug("test.bug", "known"));
      },
    });
    expect(() => runPipeline(pipeline(ModuleOp, refuse), module())).toThrow(
      "error[test.bug]: known",
    );
  });
});

describe("IR dumps", () => {
  const dumps = (options: object, ...passes: Parameters<typeof pipeline>[1][]): IrDump[] => {
    const out: IrDump[] = [];
    const printIr = { ...options, write: (d: IrDump) => void out.push(d) };
    const p = pipeline(ModuleOp, pipeline(FuncOp, ...passes));
    try {
      new PassManager(p, { printIr }).run(module());
    } catch (e) {
      if (!(e instanceof PassFailure)) throw e;
    }
    return out;
  };
  const show = (all: IrDump[]): string[] =>
    all.map((d) => d.header.replaceAll(/\/\/|-----/gu, "").trim());

  test("before and after, all or some", () => {
    expect(show(dumps({ before: true, after: ["idle"] }, mark, idle)).slice(0, 3)).toEqual([
      "IR Dump Before mark",
      "IR Dump Before idle",
      "IR Dump After idle",
    ]);
  });

  test("only what has changed", () => {
    const touch = definePass("touch", { summary: "", on: FuncOp, run: () => {} });
    const all = dumps({ after: true, onlyChanged: true }, idle, touch, mark);
    expect(show(all)).toEqual(["IR Dump After mark", "IR Dump After mark"]);
    expect(all[0]!.text).toContain("func.func @f() -> i32 attributes {test.mark}");
    expect(all[0]!.text).not.toContain("@g");
    expect(dumps({ after: ["mark"], wholeRoot: true }, mark)[0]!.text).toContain("@g");
  });

  test("on failure", () => {
    expect(show(dumps({ onFailure: true }, mark, crash))).toEqual(["IR Dump After failed crash"]);
  });
});
