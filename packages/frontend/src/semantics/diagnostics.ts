/** The diagnostics of the analysis: one function each, with a stable code. */
import { didYouMean, userError, type Diagnostic, type SourceSpan } from "@strata/support";
import { printTy, type Ty } from "./types.ts";

// Names

export function unknownName(name: string, visible: Iterable<string>, span: SourceSpan): Diagnostic {
  const hint = didYouMean(name, visible) ?? "declare it, or pass it as a parameter";
  return userError("name.unknown", `nothing here is called "${name}"`, { span, hint });
}

export function dimensionAsValue(name: string, span: SourceSpan): Diagnostic {
  return userError("name.dimension", `"${name}" is a dimension, which is a type, not a value`, {
    span,
    hint: "read the extent from a tensor: `t.shape[0]`",
  });
}

export function duplicateName(name: string, span: SourceSpan): Diagnostic {
  return userError("name.duplicate", `"${name}" is declared twice`, {
    span,
    hint: "give one of them another name",
  });
}

export function unknownType(name: string, known: Iterable<string>, span: SourceSpan): Diagnostic {
  const hint =
    didYouMean(name, known) ??
    "scalars are bool, i8 … i64, u8 … u64, f16, bf16, f32, f64 and index; tensors Tensor<f32, [n]>";
  return userError("name.unknown-type", `there is no type "${name}"`, { span, hint });
}

export function numberType(name: string, span: SourceSpan): Diagnostic {
  const hints: Readonly<Record<string, string>> = {
    number: "write the exact type: f32, f64, i32, index …",
    bigint: "write i64 or u64",
    boolean: "write bool",
  };
  const hint = hints[name] ?? "write a scalar type, a tensor or an object of them";
  return userError("type.inexact", `"${name}" is no type of the kernel language`, { span, hint });
}

export function unknownProperty(
  name: string,
  owner: string,
  known: readonly string[],
  span: SourceSpan,
): Diagnostic {
  const listed = known.map((one) => `\`${one}\``).join(", ");
  const hint = didYouMean(name, known) ?? (known.length > 0 ? `it has ${listed}` : undefined);
  return userError("name.unknown-property", `${owner} has no "${name}"`, { span, hint });
}

export function unknownMath(name: string, known: Iterable<string>, span: SourceSpan): Diagnostic {
  const special: Readonly<Record<string, string>> = {
    random: "kernels are deterministic: pass a tensor of random numbers, or compute a hash",
    exp2: "write 2 ** x",
    asinh: "write Math.log(x + Math.sqrt(x * x + 1))",
    acosh: "write Math.log(x + Math.sqrt(x * x - 1))",
    atanh: "write 0.5 * Math.log((1 + x) / (1 - x))",
  };
  const hint = special[name] ?? didYouMean(name, known);
  return userError("name.unknown-math", `kernels have no Math.${name}`, { span, hint });
}

// Types

export function notAssignable(
  what: string,
  expected: Ty,
  actual: Ty,
  span: SourceSpan,
  hint: string | undefined,
): Diagnostic {
  const message = `${what} is ${printTy(expected)}, this is ${printTy(actual)}`;
  return userError("type.mismatch", message, { span, hint });
}

export function operandsDiffer(
  op: string,
  left: Ty,
  right: Ty,
  span: SourceSpan,
  hint: string | undefined,
): Diagnostic {
  const message = `"${op}" takes two operands of one type, these are ${printTy(left)} and ${printTy(right)}`;
  return userError("type.operands", message, { span, hint });
}

export function wrongOperand(
  op: string,
  takes: string,
  actual: Ty,
  span: SourceSpan,
  hint?: string,
): Diagnostic {
  return userError("type.operand", `${op} takes ${takes}, this is ${printTy(actual)}`, {
    span,
    hint,
  });
}

export function tensorOperand(op: string, actual: Ty, span: SourceSpan): Diagnostic {
  return userError("type.tensor-operand", `${op} takes scalars, this is ${printTy(actual)}`, {
    span,
    hint: "work on the elements: `map(t, (x) => …)`, `zip(a, b, (x, y) => …)`",
  });
}

export function integerDivision(type: Ty, span: SourceSpan): Diagnostic {
  return userError("type.integer-division", `"/" does not divide ${printTy(type)}`, {
    span,
    hint: "write `idiv(a, b)` for the truncated quotient, or convert both: `f32(a) / f32(b)`",
  });
}

export function integerPower(type: Ty, span: SourceSpan): Diagnostic {
  return userError("type.integer-power", `"**" does not take ${printTy(type)}`, {
    span,
    hint: "multiply, shift (`1 << n`), or convert to a float: `f32(x) ** 2`",
  });
}

export function notBool(what: string, actual: Ty, span: SourceSpan): Diagnostic {
  return userError("type.not-bool", `${what} is bool, this is ${printTy(actual)}`, {
    span,
    hint: "compare it: `x !== 0`",
  });
}

export function literalRange(
  text: string,
  type: string,
  range: string,
  span: SourceSpan,
): Diagnostic {
  return userError("type.literal-range", `${text} does not fit in ${type} (${range})`, {
    span,
    hint: `convert it if wrapping is meant: \`${type}(${text})\``,
  });
}

export function literalFraction(text: string, type: string, span: SourceSpan): Diagnostic {
  return userError("type.literal-fraction", `${text} is no ${type}`, {
    span,
    hint: "write a whole number, or convert the other operand to a float: `f32(i)`",
  });
}

export function expectedValue(what: string, span: SourceSpan): Diagnostic {
  return userError("type.not-a-value", `${what} is not a value`, {
    span,
    hint: "call it, or pass it to a pattern",
  });
}

export function notCallable(what: string, span: SourceSpan): Diagnostic {
  return userError("type.not-callable", `${what} cannot be called`, { span });
}

export function typeArguments(span: SourceSpan): Diagnostic {
  return userError("type.call-arguments", "calls take no type arguments", {
    span,
    hint: "remove them; annotate the declaration or convert the value if the type must be fixed",
  });
}

// Calls

export function argumentCount(
  name: string,
  expected: string,
  actual: number,
  span: SourceSpan,
): Diagnostic {
  const given = actual === 1 ? "1 is given" : `${actual} are given`;
  return userError("call.arguments", `${name} takes ${expected}, ${given}`, { span });
}

export function recursion(chain: readonly string[], span: SourceSpan): Diagnostic {
  return userError("call.recursion", `recursion: ${chain.join(" → ")}`, {
    span,
    hint: "functions are inlined, so none may call itself: write a loop, or `iterate`",
  });
}

export function tooLarge(limit: number, span: SourceSpan): Diagnostic {
  return userError("call.too-large", `this kernel inlines more than ${limit} calls`, {
    span,
    hint: "call helpers less often: they are copied at each call",
  });
}

export function parameterPattern(span: SourceSpan): Diagnostic {
  return userError("call.parameter-pattern", "parameters are plain names", {
    span,
    hint: "destructure inside the function",
  });
}

export function untypedParameter(name: string, span: SourceSpan): Diagnostic {
  return userError("call.untyped-parameter", `the type of "${name}" is not known`, {
    span,
    hint: "annotate it: `x: f32`, `t: Tensor<f32, [n, m]>`",
  });
}

// Shapes

export function rankMismatch(
  what: string,
  expected: number,
  actual: number,
  span: SourceSpan,
): Diagnostic {
  return userError("shape.rank", `${what} has rank ${expected}, this has rank ${actual}`, { span });
}

export function extentMismatch(reason: string, a: string, b: string, span: SourceSpan): Diagnostic {
  return userError("shape.mismatch", `${reason}: ${a} is not ${b}`, { span });
}

export function unknownExtent(reason: string, span: SourceSpan): Diagnostic {
  const message = `${reason}: an extent here is known only while the kernel runs`;
  return userError("shape.unknown", message, {
    span,
    hint: "compute extents from `t.shape[k]`, integer parameters and constants",
  });
}

export function negativeExtent(text: string, span: SourceSpan): Diagnostic {
  return userError("shape.negative", `an extent may not be negative, this is ${text}`, { span });
}

export function unboundDimension(name: string, span: SourceSpan): Diagnostic {
  return userError("shape.unbound", `"${name}" is not the extent of any parameter`, {
    span,
    hint: "write `Dim` for an extent that the body computes",
  });
}

export function anyExtentInParameter(span: SourceSpan): Diagnostic {
  return userError("shape.any-extent", "`Dim` is not allowed in the type of a parameter", {
    span,
    hint: "name the dimension: `function f<n extends Dim>(t: Tensor<f32, [n]>)`",
  });
}

export function rankLimit(rank: number, span: SourceSpan): Diagnostic {
  return userError("shape.rank-limit", `tensors have rank 0 to 6, this has ${rank}`, { span });
}

export function wrongRank(
  pattern: string,
  rank: number,
  actual: number,
  span: SourceSpan,
): Diagnostic {
  const message = `${pattern} takes a tensor of rank ${rank} here, this has rank ${actual}`;
  return userError("pattern.rank", message, { span });
}

export function axisRange(axis: number, rank: number, span: SourceSpan): Diagnostic {
  const range = rank === 0 ? "a scalar has none" : `axes are ${-rank} to ${rank - 1}`;
  return userError("shape.axis", `there is no axis ${axis}: ${range}`, { span });
}

export function notConstant(what: string, span: SourceSpan, hint?: string): Diagnostic {
  return userError("shape.not-constant", `${what} must be known when the kernel is compiled`, {
    span,
    hint: hint ?? "write a literal or a constant",
  });
}

// Patterns

export function patternInBody(name: string, owner: string, span: SourceSpan): Diagnostic {
  return userError(
    "pattern.in-body",
    `${name} makes or walks a whole tensor, which the arrow of ${owner} may not`,
    {
      span,
      hint: "compute it before, in a `const`; sums over a range (`sum(n, (p) => …)`) may stand here",
    },
  );
}

export function expectedTensor(pattern: string, actual: Ty, span: SourceSpan): Diagnostic {
  return userError("pattern.tensor", `${pattern} takes a tensor, this is ${printTy(actual)}`, {
    span,
  });
}

export function expectedArrow(pattern: string, span: SourceSpan): Diagnostic {
  return userError("pattern.arrow", `${pattern} takes an arrow function here`, {
    span,
    hint: "write `(x) => …`",
  });
}

export function arrowParameters(
  pattern: string,
  most: number,
  actual: number,
  span: SourceSpan,
): Diagnostic {
  const count = most === 1 ? "1 parameter" : `${most} parameters`;
  return userError(
    "pattern.parameters",
    `the arrow of ${pattern} takes at most ${count} here, it has ${actual}`,
    { span },
  );
}

export function scalarResult(pattern: string, actual: Ty, span: SourceSpan): Diagnostic {
  return userError(
    "pattern.scalar-result",
    `the arrow of ${pattern} gives a scalar, this is ${printTy(actual)}`,
    { span },
  );
}

export function boundaryCount(inputs: number, given: number, span: SourceSpan): Diagnostic {
  return userError("pattern.boundary", `${inputs} tensors have ${given} boundaries`, {
    span,
    hint: "write one boundary for all, or a list with one for each tensor",
  });
}

export function expectedBoundary(span: SourceSpan): Diagnostic {
  return userError("pattern.boundary", "a stencil takes a boundary here", {
    span,
    hint: "write clamp, zero, constant(v), wrap, reflect or copy",
  });
}

export function unknownOption(
  pattern: string,
  name: string,
  known: readonly string[],
  span: SourceSpan,
): Diagnostic {
  return userError("pattern.option", `${pattern} has no option "${name}"`, {
    span,
    hint: didYouMean(name, known) ?? `options are ${known.join(", ")}`,
  });
}

// Flow

export function constAssigned(
  name: string,
  span: SourceSpan,
  declared: SourceSpan | undefined,
): Diagnostic {
  const note = { message: `"${name}" is declared here`, span: declared };
  return userError("flow.const", `"${name}" cannot be assigned`, {
    span,
    notes: declared === undefined ? [] : [note],
    hint: "declare it with `let`",
  });
}

export function assignedParameter(name: string, span: SourceSpan): Diagnostic {
  return userError("flow.parameter", `the parameter "${name}" cannot be assigned`, {
    span,
    hint: `copy it first: \`let ${name}2 = ${name};\``,
  });
}

export function assignedElement(span: SourceSpan): Diagnostic {
  return userError("flow.element", "elements and fields cannot be assigned: values do not change", {
    span,
    hint: "make a new tensor with `map`, `zip`, `build` or `scan`",
  });
}

export function assignedTarget(span: SourceSpan): Diagnostic {
  return userError("flow.target", "only a variable can be assigned", {
    span,
    hint: "write one assignment per variable",
  });
}

export function assignmentInExpression(span: SourceSpan): Diagnostic {
  return userError("flow.assignment-value", "an assignment is a statement, it has no value", {
    span,
    hint: "write it as a statement of its own",
  });
}

export function closureAssigns(name: string, span: SourceSpan): Diagnostic {
  return userError(
    "flow.closure-assigns",
    `an arrow may not assign "${name}", a variable declared outside it`,
    {
      span,
      hint: "return the new value: with `reduce`, `scan` or `iterate` it is carried along",
    },
  );
}

export function closureReads(name: string, span: SourceSpan, assigned: SourceSpan): Diagnostic {
  return userError("flow.closure-reads", `this arrow reads "${name}", which is assigned later`, {
    span,
    notes: [{ message: `"${name}" is assigned here`, span: assigned }],
    hint: `copy the value first: \`const ${name}Now = ${name};\``,
  });
}

export function unassigned(name: string, span: SourceSpan): Diagnostic {
  return userError("flow.unassigned", `"${name}" may be read before it has a value`, {
    span,
    hint: "give it a value where it is declared",
  });
}

export function needsInitializer(name: string, span: SourceSpan): Diagnostic {
  return userError("flow.initializer", `"${name}" needs a value`, { span });
}

export function missingReturn(name: string, span: SourceSpan): Diagnostic {
  return userError("flow.missing-return", `${name} does not return a value on every path`, {
    span,
    hint: "end with `return …;`",
  });
}

export function emptyReturn(span: SourceSpan): Diagnostic {
  return userError("flow.empty-return", "`return` needs a value", { span });
}

export function noEffect(span: SourceSpan): Diagnostic {
  return userError("flow.no-effect", "this statement has no effect: its value is not used", {
    span,
    hint: "assign it to a `const`, or return it",
  });
}

export function wrongPattern(count: number, actual: Ty, span: SourceSpan): Diagnostic {
  const names = count === 1 ? "1 name" : `${count} names`;
  return userError("flow.pattern", `a list of ${names} does not fit ${printTy(actual)}`, { span });
}

export function outsideLoop(word: string, span: SourceSpan): Diagnostic {
  return userError("flow.outside-loop", `\`${word}\` stands outside a loop`, { span });
}

export function staticVariable(what: string, span: SourceSpan): Diagnostic {
  return userError("flow.static-let", `${what} is fixed when the kernel is compiled`, {
    span,
    hint: "declare it with `const`",
  });
}

export function dynamicIndex(span: SourceSpan, actual: Ty): Diagnostic {
  const tensor = actual.kind === "tensor";
  return userError("type.index", `\`a[i]\` does not index ${printTy(actual)}`, {
    span,
    hint: tensor
      ? "read elements with `t.at(i, j)`, extents with `t.shape[k]`"
      : "only lists of several results and `t.shape` are indexed, with a literal",
  });
}

export function unrollLimit(limit: number, span: SourceSpan): Diagnostic {
  return userError("flow.unroll-limit", `this loop unrolls to more than ${limit} iterations`, {
    span,
    hint: "its counter is used in a stencil offset: make the range smaller, or use `t.at(…)`",
  });
}

// Kernels

export function unknownKernel(name: string, known: readonly string[]): Diagnostic {
  const listed = known.length > 0 ? `kernels here: ${known.join(", ")}` : "it exports no function";
  return userError("kernel.unknown", `the file has no kernel "${name}"`, {
    hint: didYouMean(name, known) ?? listed,
  });
}

export function resultForm(actual: Ty, span: SourceSpan): Diagnostic {
  const message = `a kernel returns a scalar, a tensor or an object of them, this is ${printTy(actual)}`;
  return userError("kernel.result", message, {
    span,
    hint: "return an object: `{ a, b }`",
  });
}

export function resultExtent(what: string, span: SourceSpan): Diagnostic {
  return userError(
    "kernel.result-extent",
    `an extent of ${what} is known only while the kernel runs`,
    {
      span,
      hint: "results are allocated before: compute extents from `t.shape[k]` and integer parameters, and return the count as a second result",
    },
  );
}

export function parameterType(name: string, actual: Ty, span: SourceSpan): Diagnostic {
  const message = `the parameter "${name}" is a scalar or a tensor, not ${printTy(actual)}`;
  return userError("kernel.parameter", message, { span });
}

export function boundType(
  name: string,
  expected: string,
  actual: string,
  span: SourceSpan,
): Diagnostic {
  return userError("kernel.argument-type", `the argument "${name}" is ${actual}, not ${expected}`, {
    span,
  });
}

export function parameterForm(name: string, written: string, span: SourceSpan): Diagnostic {
  const message = `the parameter "${name}" is a scalar or a tensor, not ${written}`;
  return userError("kernel.parameter", message, { span, hint: "pass the parts one by one" });
}

export function unknownArgument(
  name: string,
  known: Iterable<string>,
  span: SourceSpan,
): Diagnostic {
  const hint = didYouMean(name, known);
  return userError("kernel.unknown-argument", `the kernel has no parameter "${name}"`, {
    span,
    hint,
  });
}

export function notDimConstraint(name: string, span: SourceSpan): Diagnostic {
  return userError("kernel.type-parameter", `the type parameter "${name}" does not extend Dim`, {
    span,
    hint: `write \`${name} extends Dim\`; write element types out: f32, i32 …`,
  });
}

export function tooDeep(span: SourceSpan): Diagnostic {
  return userError("kernel.too-deep", "this kernel is nested too deeply", {
    span,
    hint: "name parts of large expressions with `const`",
  });
}
