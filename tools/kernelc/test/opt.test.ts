/** `kernelc opt`: IR in, IR out, and everything that can be wrong with it. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kernelc, makeFolder, removeFolders, type Outcome } from "./capture.ts";

const ADD_TWICE = `func.func @f(%a: i32, %b: i32) -> i32 {
  %x = arith.addi %a, %b : i32
  %y = arith.addi %a, %b : i32
  %unused = arith.subi %a, %b : i32
  %z = arith.muli %x, %y : i32
  return %z : i32
}
`;

const ADD_ONCE = `module {
  func.func @f(%arg0: i32, %arg1: i32) -> i32 {
    %0 = arith.addi %arg0, %arg1 : i32
    %1 = arith.muli %0, %0 : i32
    return %1 : i32
  }
}
`;

const BROKEN = `func.func @f(%a: i32) -> i32 {
  return %b : i32
}
`;

let folder = "";
beforeAll(() => {
  folder = makeFolder();
});
afterAll(removeFolders);

const opt = async (stdin: string, ...args: readonly string[]): Promise<Outcome> =>
  kernelc(["opt", ...args], { stdin });

describe("printing", () => {
  it("reads standard input and prints", async () => {
    expect(await opt("")).toEqual({ status: 0, stdout: "module {\n}\n", stderr: "" });
    const { stdout } = await opt(ADD_TWICE);
    expect(stdout).toContain("  func.func @f(%arg0: i32, %arg1: i32) -> i32 {");
    expect(await opt(stdout, "-")).toMatchObject({ status: 0, stdout });
  });

  it("prints the generic form", async () => {
    const { stdout } = await opt(ADD_TWICE, "--print-generic");
    expect(stdout).toContain('"builtin.module"() ({');
    expect(stdout).toContain('"arith.addi"(');
  });

  it("prints locations", async () => {
    const { stdout } = await opt(ADD_TWICE, "--print-locations");
    expect(stdout).toContain('loc("<stdin>":2:');
  });

  it("reads and writes files", async () => {
    const [source, target] = [join(folder, "in.mlir"), join(folder, "out.mlir")];
    writeFileSync(source, ADD_TWICE);
    expect(await opt("", source, "-o", target)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(readFileSync(target, "utf8")).toContain("arith.muli");
  });

  it("accepts unknown dialects where asked to", async () => {
    const text = '"odd.op"() : () -> ()\n';
    const refused = await opt(text);
    expect(refused).toMatchObject({ status: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^error\[[a-z]+\.[a-z-]+\]: .*odd/);
    const { status, stdout } = await opt(text, "--allow-unregistered-dialect");
    expect({ status, stdout }).toEqual({ status: 0, stdout: `module {\n  ${text}}\n` });
  });

  it("works on pieces", async () => {
    const pieces = `${ADD_TWICE}// -----\n${ADD_TWICE}`;
    const { status, stdout } = await opt(pieces, "--split-input-file", "--cse");
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${ADD_ONCE}// -----\n${ADD_ONCE}` });
  });

  it("tells what is wrong with one piece and goes on with the others", async () => {
    const pieces = `${ADD_TWICE}// -----\n${BROKEN}// -----\n${ADD_TWICE}`;
    const target = join(folder, "pieces.mlir");
    const outcome = await opt(pieces, "--split-input-file", "--cse");
    expect(outcome).toMatchObject({ status: 1, stdout: `${ADD_ONCE}// -----\n${ADD_ONCE}` });
    expect(outcome.stderr).toContain("<stdin>:10:");
    expect(await opt(pieces, "--split-input-file", "-o", target)).toMatchObject({ status: 1 });
    expect(existsSync(target)).toBe(false);
  });
});

describe("passes", () => {
  it("run as a pipeline", async () => {
    const pipeline = "builtin.module(func.func(canonicalize,cse))";
    const { status, stdout } = await opt(ADD_TWICE, "--pass-pipeline", pipeline);
    expect({ status, stdout }).toEqual({ status: 0, stdout: ADD_ONCE });
  });

  it("run as options in their order", async () => {
    const path = join(folder, "flags.mlir");
    writeFileSync(path, ADD_TWICE);
    for (const args of [
      ["--canonicalize", "--cse", path],
      [path, "--canonicalize", "--cse"],
    ]) {
      expect(await opt("", ...args)).toMatchObject({ status: 0, stdout: ADD_ONCE });
    }
  });

  it("are listed", async () => {
    const { status, stdout } = await opt("", "--list-passes");
    expect(status).toBe(0);
    for (const pass of ["canonicalize", "cse", "dce", "scf-vectorize"]) {
      expect(stdout).toMatch(new RegExp(`^${pass} {2}\\(on `, "m"));
    }
  });

  it("lower from level to level", async () => {
    const text = `func.func @twice(%x: tensor<16xf32>) -> tensor<16xf32> {
  %0 = pattern.map ins(%x : tensor<16xf32>) -> tensor<16xf32> {
  ^bb0(%v: f32, %i: index):
    %1 = arith.addf %v, %v : f32
    pattern.yield %1 : f32
  }
  return %0 : tensor<16xf32>
}
`;
    const flags = [
      "--pattern-fuse",
      "--convert-pattern-to-loop",
      "--scf-vectorize=vector-bits=256",
    ];
    const { status, stdout, stderr } = await opt(text, ...flags);
    expect(status).toBe(0);
    expect(stdout).toContain("arith.addf %0, %0 : vector<8xf32>");
    expect(stderr).toContain("remark[scf.vectorize]: vectorized: 8 lanes");
  });

  it("show the IR after each", async () => {
    const { stdout, stderr } = await opt(ADD_TWICE, "--cse", "--dce", "--print-ir-after-all");
    expect(stdout).toBe(ADD_ONCE);
    expect(stderr).toContain("IR Dump After cse");
    expect(stderr).toContain("IR Dump After dce");
  });

  it("are timed", async () => {
    const { stderr } = await opt(ADD_TWICE, "--cse", "--timing");
    for (const name of ["parse", "verify", "cse", "print"]) {
      expect(stderr).toMatch(new RegExp(` ms .* ${name}$`, "m"));
    }
  });
});

describe("mistakes", () => {
  const usage: readonly [string, readonly string[], string, string][] = [
    ["an unknown pass", ["--cze"], "cli.unknown-option", 'did you mean "--cse"?'],
    ["an unknown option", ["--print-genric"], "cli.unknown-option", '"--print-generic"'],
    ["two files", ["a.mlir", "b.mlir"], "cli.excess-arguments", "a.mlir b.mlir"],
    ["passes twice", ["--cse", "--pass-pipeline", "cse"], "cli.two-pipelines", "--cse"],
    ["a wrong anchor", ["--pass-pipeline", "func.func(cse)"], "pipeline.anchor", "builtin.module("],
    ["an unknown pass", ["--pass-pipeline", "builtin.module(cze)"], "pipeline.unknown-pass", "cse"],
    ["an unclosed list", ["--pass-pipeline", "builtin.module(cse"], "pipeline.syntax", "^"],
    ["no pass", ["--pass-pipeline", "builtin.module(,)"], "pipeline.syntax", "^"],
    [
      "an unknown operation",
      ["--pass-pipeline", "func.fun(cse)"],
      "pipeline.unknown-op",
      "func.func",
    ],
    ["a pass's unknown option", ["--cse=speed=3"], "pass.option-unknown", "speed"],
    ["no option's value", ["--pass-pipeline", "cse{speed}"], "pass.option-unknown", "cse{speed}"],
  ];

  it.each(usage)("%s", async (_what, args, code, text) => {
    const { status, stdout, stderr } = await opt(ADD_TWICE, ...args);
    expect(stderr).toContain(`error[${code}]: `);
    expect(stderr).toContain(text);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  const input: readonly [string, string, string][] = [
    ["a syntax error", "func.func @f( {\n", "1:15"],
    ["an unknown value", BROKEN, "2:10"],
    ["an unknown operation", "func.fnc @f() {}\n", "func.func"],
    [
      "IR that does not verify",
      'func.func @f(%a: i32) -> f32 {\n  "func.return"(%a) : (i32) -> ()\n}\n',
      "2:3",
    ],
  ];

  it.each(input)("%s", async (_what, text, shown) => {
    const { status, stdout, stderr } = await opt(text);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toMatch(/^error\[[a-z]+\.[a-z-]+\]: /);
    expect(stderr).toContain(shown);
    expect(stderr).toContain("^");
  });

  it("an unwritable output", async () => {
    const { status, stderr } = await opt("", "-o", join(folder, "none/x.mlir"));
    expect(status).toBe(1);
    expect(stderr).toContain("error[value.unwritable]: ");
  });
});

describe("expected diagnostics", () => {
  const verify = async (text: string): Promise<Outcome> =>
    opt(text, "--verify-diagnostics", "--split-input-file");

  it("are met", async () => {
    const text = `func.func @f(%a: i32) -> i32 {
  // expected-error@+1 {{%b}}
  return %b : i32
}
// -----
func.func @g() {
  return
}
`;
    expect(await verify(text)).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("are missed", async () => {
    const { status, stderr } = await verify("// expected-error@below {{nothing}}\nmodule {}\n");
    expect(status).toBe(1);
    expect(stderr).toContain("error[opt.missing-diagnostic]: ");
    expect(stderr).toContain("<stdin>:1:4");
  });

  it("are somewhere else", async () => {
    const { status, stderr } = await verify(`// expected-error {{%b}}\n${BROKEN}`);
    expect(status).toBe(1);
    expect(stderr).toContain("error[opt.unexpected-diagnostic]: ");
    expect(stderr).toContain("error[opt.missing-diagnostic]: ");
  });

  it("may be regular expressions", async () => {
    expect(await verify(`// expected-error-re@3 {{%[a-c]\\b}}\n${BROKEN}`)).toMatchObject({
      status: 0,
    });
    const broken = await verify("// expected-error-re {{(}}\n");
    expect(broken.status).toBe(1);
    expect(broken.stderr).toContain("error[opt.bad-expectation]: ");
  });
});

describe("--run-reproducer", () => {
  it("runs the pipeline that the file states", async () => {
    const text = `// strata-reproducer: builtin.module(func.func(cse))\n// why\n${ADD_TWICE}`;
    const { status, stdout } = await opt(text, "--run-reproducer");
    expect(status).toBe(0);
    expect(stdout.match(/arith\.addi/g)).toHaveLength(1);
  });

  it("refuses a file that states none, and passes besides", async () => {
    const none = await opt(ADD_TWICE, "--run-reproducer");
    expect(none.stderr).toContain("opt.no-reproducer");
    expect(none.status).toBe(1);
    const both = await opt(ADD_TWICE, "--run-reproducer", "--cse");
    expect(both.stderr).toContain("cli.two-pipelines");
    expect(both.status).toBe(2);
  });
});
