import { DiagnosticError } from "@strata/support";
import {
  constantAttr,
  expectVerified,
  i32,
  i64,
  IntegerType,
  type ModuleOp,
  parseModule,
  printOperation,
  UnrealizedConversionCastOp,
} from "@strata/ir";
import {
  AddOp,
  ConstOp,
  context,
  FuncOp,
  MulOp,
  NegOp,
  OpaqueOp,
  ReturnOp,
  ScopeOp,
  SubOp,
  TupleOp,
} from "@strata/testing/tiny";
import { describe, expect, test } from "vitest";
import {
  applyFullConversion,
  applyPartialConversion,
  branchConversion,
  conversionPattern,
  ConversionTarget,
  isLegalBranch,
  pattern,
  rule,
  type RewritePattern,
  TypeConverter,
} from "../src/index.ts";

const i128 = IntegerType.get(128);

function parse(body: string, args = "%a: i64, %b: i64"): ModuleOp {
  const m = parseModule(context, `"t.func"() ({\n^bb0(${args}):\n${body}\n}) : () -> ()`);
  expectVerified(m);
  return m;
}

/** The lines inside the function, values numbered in order of appearance. */
function lines(m: ModuleOp): string[] {
  expectVerified(m);
  const names = new Map<string, string>();
  const rename = (name: string): string => {
    let short = names.get(name);
    if (short === undefined) names.set(name, (short = `%${names.size}`));
    return short;
  };
  const all = printOperation(m, { generic: true }).split("\n");
  return all.slice(2, -3).map((l) =>
    l
      .trim()
      .replace(/\s+\/\/ pred.*/u, "")
      .replaceAll(/%\w+/gu, rename)
      .replaceAll("builtin.unrealized_conversion_cast", "cast"),
  );
}

/** i64 becomes i32. */
const narrow = TypeConverter.keeping().add((t) => (t === i64 ? i32 : undefined));
/** i128 becomes two i64. */
const split = TypeConverter.keeping().add((t) => (t === i128 ? [i64, i64] : undefined));

const func = (c: TypeConverter): RewritePattern =>
  conversionPattern("func", FuncOp, (op, _, rw) =>
    rw.convertRegion(op.body, c) ? rw.modifyInPlace(op, () => true) : false,
  );
const ret = (c: TypeConverter): RewritePattern =>
  conversionPattern(
    "return",
    ReturnOp,
    (op, adaptor, rw) => {
      rw.replaceOpWith(op, ReturnOp.of({ inputs: adaptor.inputs }));
    },
    { converter: c },
  );
const add = conversionPattern(
  "add",
  AddOp,
  (op, { lhs, rhs }, rw) => rw.replaceOp(op, rw.insert(AddOp.of({ lhs, rhs }))),
  { converter: narrow },
);
const sub = conversionPattern(
  "sub",
  SubOp,
  (op, { lhs, rhs }, rw) => rw.replaceOp(op, rw.insert(SubOp.of({ lhs, rhs }))),
  { converter: narrow },
);

const narrowTarget = (): ConversionTarget =>
  new ConversionTarget()
    .legalDialectWhen("t", (op) => narrow.isLegalOp(op))
    .legalDialect("builtin");

describe("types", () => {
  test("the last conversion is asked first, and null ends the search", () => {
    const c = new TypeConverter()
      .add((t) => t)
      .addFor(IntegerType, (t) => (t.width === 1 ? null : t.width > 64 ? [i64, i64] : undefined));
    expect(c.convert(i32)).toEqual([i32]);
    expect(c.convert(i128)).toEqual([i64, i64]);
    expect(c.convertOne(i128)).toBeUndefined();
    expect(c.convert(IntegerType.get(1))).toBeUndefined();
    expect(c.convertAll([i32, i128])).toEqual([i32, i64, i64]);
    expect(c.convertAll([i32, IntegerType.get(1)])).toBeUndefined();
    expect(c.isLegal(i32) && !c.isLegal(i128)).toBe(true);
  });
});

describe("full conversion", () => {
  test("changes types throughout a function", () => {
    const m = parse("%0 = t.add %a, %b : i64\n%1 = t.sub %0, %a : i64\nt.return %1 : i64");
    const r = applyFullConversion(m, narrowTarget(), [func(narrow), ret(narrow), add, sub]);
    expect(lines(m)).toEqual([
      "^bb0(%0: i32, %1: i32):",
      '%2 = "t.add"(%0, %1) : (i32, i32) -> i32',
      '%3 = "t.sub"(%2, %0) : (i32, i32) -> i32',
      '"t.return"(%3) : (i32) -> ()',
    ]);
    expect(Object.fromEntries(r.applied)).toEqual({ func: 1, add: 1, sub: 1, return: 1 });
    expect(r.casts).toEqual([]);
  });

  test("one value becomes several", () => {
    const m = parse(
      "%0 = t.add %x, %y : i128\n%1 = t.add %0, %x : i128\nt.return %1 : i128",
      "%x: i128, %y: i128",
    );
    const pairs = conversionPattern(
      "pairs",
      AddOp,
      (op, { convertedOperands: [l, r] }, rw) => {
        const made = l!.map((lhs, i) => rw.insert(AddOp.of({ lhs, rhs: r![i]! })).result);
        rw.replaceOp(op, [made]);
      },
      { converter: split },
    );
    const target = new ConversionTarget()
      .legalDialect("builtin")
      .legalDialectWhen("t", (op) => split.isLegalOp(op));
    applyFullConversion(m, target, [func(split), ret(split), pairs]);
    expect(lines(m)).toEqual([
      "^bb0(%0: i64, %1: i64, %2: i64, %3: i64):",
      '%4 = "t.add"(%0, %2) : (i64, i64) -> i64',
      '%5 = "t.add"(%1, %3) : (i64, i64) -> i64',
      '%6 = "t.add"(%4, %0) : (i64, i64) -> i64',
      '%7 = "t.add"(%5, %1) : (i64, i64) -> i64',
      '"t.return"(%6, %7) : (i64, i64) -> ()',
    ]);
  });

  test("values that vanish, branches, blocks out of order", () => {
    const drop = TypeConverter.keeping().add((t) =>
      t === i64 ? [] : t === i128 ? i32 : undefined,
    );
    const m = parse(
      `
      "t.cond_br"(%c, %x, %y, %y)[^bb1, ^bb2]
        <{operandSegmentSizes = array<i32: 1, 2, 1>}> : (i1, i64, i128, i128) -> ()
    ^bb2(%p: i128):
      t.return %p, %x : i128, i64
    ^bb1(%q: i64, %r: i128):
      "t.br"(%r)[^bb2] : (i128) -> ()`,
      "%c: i1, %x: i64, %y: i128",
    );
    const target = new ConversionTarget()
      .legalDialect("builtin")
      .legalDialectWhen("t", (op) => drop.isLegalOp(op) && isLegalBranch(op, drop));
    applyFullConversion(m, target, [func(drop), ret(drop), branchConversion(drop)]);
    expect(lines(m)).toEqual([
      "^bb0(%0: i1, %1: i32):",
      '"t.cond_br"(%0, %1, %1)[^bb2, ^bb1] <{operandSegmentSizes = array<i32: 1, 1, 1>}> : (i1, i32, i32) -> ()',
      "^bb1(%2: i32):",
      '"t.return"(%2) : (i32) -> ()',
      "^bb2(%3: i32):",
      '"t.br"(%3)[^bb1] : (i32) -> ()',
    ]);
  });

  test("goes on with what patterns make; rules and patterns take part", () => {
    const m = parse("%0 = t.sub %a, %b : i64\nt.return %0 : i64");
    const toAdd = rule("sub-to-add", (x, y) => [
      SubOp.pat({ lhs: x, rhs: y }),
      AddOp.pat({ lhs: x, rhs: NegOp.pat({ input: y }) }),
    ]);
    const negToMul = pattern("neg-to-mul", NegOp, (op, rw) => {
      const minusOne = rw.insert(
        ConstOp.of(
          { value: constantAttr(op.input.type, -1) },
          { types: { result: op.input.type } },
        ),
      );
      rw.replaceOp(op, rw.insert(MulOp.of({ lhs: op.input, rhs: minusOne.result })));
    });
    const target = new ConversionTarget().legalDialect("t", "builtin").illegal(SubOp, NegOp);
    const r = applyFullConversion(m, target, [toAdd, negToMul]);
    expect([...r.applied.keys()]).toEqual(["sub-to-add", "neg-to-mul"]);
    expect(lines(m).at(-2)).toBe('%4 = "t.add"(%0, %3) : (i64, i64) -> i64');
  });

  test("ten thousand operations", () => {
    const body = Array.from(
      { length: 10_000 },
      (_, i) => `%${i} = t.add %${i === 0 ? "a" : i - 1}, %b : i64`,
    );
    const m = parse(`${body.join("\n")}\nt.return %9999 : i64`);
    const r = applyFullConversion(m, narrowTarget(), [func(narrow), ret(narrow), add]);
    expect(r.applied.get("add")).toBe(10_000);
    expect(lines(m)).toHaveLength(10_002);
  });
});

describe("partial conversion", () => {
  test("leaves casts where both forms meet", () => {
    const m = parse(`
      %0 = t.add %a, %b : i64
      "t.opaque"(%0) : (i64) -> ()
      %1 = t.add %0, %a : i64
      t.return %1 : i64`);
    const target = new ConversionTarget().legalWhen(AddOp, (op) => narrow.isLegalOp(op));
    const r = applyPartialConversion(m, target, [add]);
    expect(lines(m)).toEqual([
      "^bb0(%0: i64, %1: i64):",
      '%2 = "cast"(%1) : (i64) -> i32',
      '%3 = "cast"(%0) : (i64) -> i32',
      '%4 = "t.add"(%3, %2) : (i32, i32) -> i32',
      '%5 = "cast"(%4) : (i32) -> i64',
      '"t.opaque"(%5) : (i64) -> ()',
      '%6 = "t.add"(%4, %3) : (i32, i32) -> i32',
      '%7 = "cast"(%6) : (i32) -> i64',
      '"t.return"(%7) : (i64) -> ()',
    ]);
    expect(r.casts).toHaveLength(4);
    // A later conversion of the rest removes them.
    const opaque = conversionPattern(
      "opaque",
      OpaqueOp,
      (op, { inputs }, rw) =>
        rw.replaceOp(op, rw.insert(OpaqueOp.of({ inputs }, { types: { outputs: [] } }))),
      { converter: narrow },
    );
    applyFullConversion(m, narrowTarget(), [func(narrow), ret(narrow), opaque]);
    expect(lines(m).some((l) => l.includes("cast"))).toBe(false);
  });

  test("uses materializations in place of casts", () => {
    const c = TypeConverter.keeping()
      .add((t) => (t === i64 ? i32 : undefined))
      .addTargetMaterialization((rw, types, inputs) => [
        rw.insert(TupleOp.of({ inputs }, { types: { outputs: types } })).results[0]!,
      ])
      .addSourceMaterialization((rw, types, inputs) => [
        rw.insert(TupleOp.of({ inputs }, { types: { outputs: types } })).results[0]!,
      ]);
    const neg = conversionPattern(
      "neg",
      NegOp,
      (op, { input }, rw) => rw.replaceOp(op, rw.insert(NegOp.of({ input }))),
      { converter: c },
    );
    const m = parse("%0 = t.neg %a : i64\n%1 = t.neg %0 : i64\nt.return %1 : i64");
    const target = new ConversionTarget().legalWhen(NegOp, (op) => c.isLegalOp(op));
    const r = applyPartialConversion(m, target, [neg]);
    expect(r.casts).toEqual([]);
    expect(lines(m)).toEqual([
      "^bb0(%0: i64, %1: i64):",
      '%2 = "t.tuple"(%0) : (i64) -> i32',
      '%3 = "t.neg"(%2) : (i32) -> i32',
      '%4 = "t.neg"(%3) : (i32) -> i32',
      '%5 = "t.tuple"(%4) : (i32) -> i64',
      '"t.return"(%5) : (i64) -> ()',
    ]);
  });

  test("does not look into what is recursively legal", () => {
    const m = parse(`
      %0 = "t.scope"() ({
        %1 = t.neg %a : i64
        t.return %1 : i64
      }) : () -> i64
      t.return %0 : i64`);
    const target = new ConversionTarget().illegal(NegOp).legal(ScopeOp);
    expect(() => applyPartialConversion(m, target, [])).toThrow("`t.neg`");
    target.recursivelyLegal(ScopeOp);
    expect(applyPartialConversion(m, target, []).changed).toBe(false);
  });
});

describe("failures", () => {
  const failures = (f: () => unknown): { message: string; notes: string[]; code: string }[] => {
    try {
      f();
    } catch (e) {
      if (!(e instanceof DiagnosticError)) throw e;
      return e.diagnostics.map((d) => ({
        code: d.code,
        message: d.message,
        notes: d.notes.map((n) => n.message),
      }));
    }
    return [];
  };

  test("name the operation, the patterns and their reasons, all in one run", () => {
    const m = parse("%0 = t.neg %a : i64\n%1 = t.mul %0, %b : i64\nt.return %1 : i64");
    const never = conversionPattern("never", NegOp, (_op, _adaptor, rw) =>
      rw.fail("it is too late"),
    );
    const silent = pattern("silent", NegOp, () => false);
    const target = new ConversionTarget().illegal(NegOp, MulOp);
    expect(failures(() => applyPartialConversion(m, target, [never, silent]))).toEqual([
      {
        code: "conversion.illegal-op",
        message: "`t.neg` : (i64) -> (i64) cannot be converted",
        notes: ["`never`: it is too late", "`silent`: does not match"],
      },
      {
        code: "conversion.illegal-op",
        message: "`t.mul` : (i64, i64) -> (i64) cannot be converted",
        notes: ["there is no pattern for it"],
      },
    ]);
  });

  test("say where an operation comes from", () => {
    const m = parse("%0 = t.sub %a, %b : i64\nt.return %0 : i64");
    const toAdd = rule("sub-to-add", (x, y) => [
      SubOp.pat({ lhs: x, rhs: y }),
      AddOp.pat({ lhs: x, rhs: NegOp.pat({ input: y }) }),
    ]);
    const target = new ConversionTarget().illegal(SubOp, NegOp);
    expect(failures(() => applyPartialConversion(m, target, [toAdd]))[0]!.notes).toEqual([
      "there is no pattern for it",
      "made by `sub-to-add` from `t.sub`",
    ]);
  });

  test("unknown operations fail a full conversion only", () => {
    const m = parse("%0 = t.neg %a : i64\nt.return %0 : i64");
    const target = new ConversionTarget().legal(FuncOp, ReturnOp);
    expect(failures(() => applyPartialConversion(m, target, []))).toEqual([]);
    expect(failures(() => applyFullConversion(m, target, []))).toHaveLength(1);
  });

  test("types that cannot be converted", () => {
    const m = parse("t.return %a : i64");
    const none = new TypeConverter();
    const target = new ConversionTarget().illegal(FuncOp, ReturnOp);
    expect(
      failures(() => applyPartialConversion(m, target, [func(none), ret(none)])).map(
        (f) => f.notes[0],
      ),
    ).toEqual([
      "`func`: the type `i64` of a block argument cannot be converted",
      "`return`: the operand type `i64` cannot be converted",
    ]);
  });

  test("casts that a full conversion would leave", () => {
    const m = parse(`%0 = t.add %a, %b : i64\n"t.opaque"(%0) : (i64) -> ()\nt.return`);
    const target = new ConversionTarget()
      .legal(FuncOp, ReturnOp, OpaqueOp)
      .legalWhen(AddOp, (op) => narrow.isLegalOp(op));
    const found = failures(() => applyFullConversion(m, target, [add]));
    expect(found.map((f) => f.code)).toEqual([
      "conversion.cast",
      "conversion.cast",
      "conversion.cast",
    ]);
    expect(found.at(-1)).toMatchObject({
      message: "a cast from (i32) to (i64) would remain",
      notes: ["the value comes from `t.add`", "it is used by `t.opaque`"],
    });
    target.legal(UnrealizedConversionCastOp);
    expect(failures(() => applyFullConversion(parse("t.return"), target, [add]))).toEqual([]);
  });

  test("patterns without end", () => {
    const m = parse("%0 = t.neg %a : i64\nt.return %0 : i64");
    const again = conversionPattern("again", NegOp, (op, { input }, rw) =>
      rw.replaceOp(op, rw.insert(NegOp.of({ input }))),
    );
    const target = new ConversionTarget().illegal(NegOp);
    const [found] = failures(() => applyPartialConversion(m, target, [again]));
    expect(found!.notes[0]).toBe("more than 200 patterns have been applied in a row");
    const lie = pattern("lie", NegOp, () => true);
    expect(failures(() => applyPartialConversion(m, target, [lie]))).toHaveLength(1);
  });
});
