/**
 * Statements: bodies of functions and arrows as typed blocks.
 *
 * Invariants: loops that drive a stencil's offsets are written out; a `for` that is not a counted
 * loop has become a `while`; every path of a body returns.
 */
import { dimConst } from "@strata/support";
import type {
  ArrowFunction,
  Expression,
  ForStatement,
  Node,
  Statement,
  VariableStatement,
} from "../syntax/ast.ts";
import { MAX_UNROLLED, Scope, isStatic, type Analysis, type VariableEntity } from "./context.ts";
import {
  balance,
  coerce,
  errorAt,
  fieldOf,
  isError,
  itemOf,
  makeLiteral,
  toIndex,
} from "./conversions.ts";
import { completeType, declaredType } from "./declared-types.ts";
import * as say from "./diagnostics.ts";
import { elaborateValue, expression, lookup } from "./expressions.ts";
import { declareEntity, declareVariable, dimsInFrame } from "./functions.ts";
import { binary } from "./operators.ts";
import { tryConstant, tryDim } from "./shapes.ts";
import type { BlockT, StatementT, Typed, Variable } from "./tree.ts";
import { BOOL, ERROR, INDEX, isScalarish, resolve, scalarMask, type Ty } from "./types.ts";

/** The body of a function or arrow, and the type of what it returns. */
export function elaborateBody(
  cx: Analysis,
  scope: Scope,
  body: ArrowFunction["body"],
): { block: BlockT; type: Ty } {
  const { returns } = scope.frame;
  if (body.kind !== "block") {
    const value = returned(cx, scope, expression(cx, scope, body));
    const block: BlockT = {
      kind: "block",
      statements: [{ kind: "return", value, at: body }],
      at: body,
    };
    return { block, type: value.type };
  }
  const unassigned = cx.unassigned;
  const block = statements(cx, new Scope(scope, scope.frame), body.statements, body);
  cx.unassigned = unassigned;
  if (canEnd(block)) {
    cx.report(say.missingReturn(scope.frame.owner, cx.span(body)));
    return { block, type: ERROR };
  }
  return { block, type: returns.type ?? ERROR };
}

/** Brings a returned value to the type of the body's results. */
function returned(cx: Analysis, scope: Scope, value: Typed): Typed {
  const { returns } = scope.frame;
  if (isError(value)) {
    returns.type ??= ERROR;
    return value;
  }
  const { expected } = returns;
  if (expected !== undefined && expected.kind !== "error" && expected.kind !== "static") {
    const typed = coerce(cx, value, completeType(expected, resolve(value.type)), "the result");
    returns.type = isError(typed) ? ERROR : (returns.type ?? typed.type);
    return typed;
  }
  if (returns.type === undefined || resolve(returns.type).kind === "error") {
    returns.type ??= value.type;
    return value;
  }
  return coerce(cx, value, returns.type, "the result");
}

/** Whether control can reach the end of a block. */
function canEnd(block: BlockT): boolean {
  return block.statements.every((s) => {
    switch (s.kind) {
      case "return":
      case "break":
      case "continue":
        return false;
      case "if":
        return s.alternate === undefined || canEnd(s.consequent) || canEnd(s.alternate);
      case "block":
        return canEnd(s);
      case "while":
        return !(s.condition.kind === "literal" && s.condition.value === true && !breaks(s.body));
      default:
        return true;
    }
  });
}

function breaks(block: BlockT): boolean {
  return block.statements.some((s) => {
    if (s.kind === "break") return true;
    if (s.kind === "if") {
      return breaks(s.consequent) || (s.alternate !== undefined && breaks(s.alternate));
    }
    return s.kind === "block" && breaks(s);
  });
}

function statements(cx: Analysis, scope: Scope, list: readonly Statement[], at: Node): BlockT {
  return { kind: "block", statements: list.flatMap((s) => statement(cx, scope, s)), at };
}

/** A statement as a block with names of its own. */
function nested(cx: Analysis, scope: Scope, s: Statement): BlockT {
  const inner = new Scope(scope, scope.frame);
  return s.kind === "block"
    ? statements(cx, inner, s.statements, s)
    : statements(cx, inner, [s], s);
}

function statement(cx: Analysis, scope: Scope, s: Statement): StatementT[] {
  switch (s.kind) {
    case "variable":
      return declaration(cx, scope, s);
    case "expression":
      return effect(cx, scope, s.expression);
    case "if": {
      const condition = test(cx, scope, s.test, "the condition of `if`");
      const before = cx.unassigned;
      const consequent = nested(cx, scope, s.consequent);
      const afterThen = cx.unassigned;
      cx.unassigned = before;
      const alternate = s.alternate === undefined ? undefined : nested(cx, scope, s.alternate);
      const afterElse = cx.unassigned;
      // Assigned behind the statement is what both sides that go on have assigned.
      const goes = [
        ...(canEnd(consequent) ? [afterThen] : []),
        ...(alternate === undefined || canEnd(alternate) ? [afterElse] : []),
      ];
      cx.unassigned = new Set(goes.flatMap((set) => [...set]));
      return [{ kind: "if", condition, consequent, alternate, at: s }];
    }
    case "for":
      return forLoop(cx, scope, s);
    case "while":
      return inLoop(cx, s, () => {
        const condition = test(cx, scope, s.test, "the condition of `while`");
        const before = cx.unassigned;
        const body = nested(cx, scope, s.body);
        cx.unassigned = before;
        return [{ kind: "while", condition, body, update: undefined, at: s }];
      });
    case "doWhile":
      return inLoop(cx, s, () => {
        const body = nested(cx, scope, s.body);
        const condition = test(cx, scope, s.test, "the condition of `while`");
        return [{ kind: "doWhile", body, condition, at: s }];
      });
    case "break":
    case "continue":
      if (cx.loops.length === scope.frame.loops.length) {
        cx.report(say.outsideLoop(s.kind, cx.span(s)));
        return [];
      }
      return [{ kind: s.kind, at: s }];
    case "return": {
      if (s.value === undefined) {
        cx.report(say.emptyReturn(cx.span(s)));
        return [];
      }
      const value = returned(cx, scope, expression(cx, scope, s.value));
      return [{ kind: "return", value, at: s }];
    }
    case "block":
      return [nested(cx, scope, s)];
    case "empty":
    case "error":
      return [];
  }
}

function inLoop<T>(cx: Analysis, loop: Node, inside: () => T): T {
  const outer = cx.loops;
  cx.loops = [...outer, loop];
  try {
    return inside();
  } finally {
    cx.loops = outer;
  }
}

function test(cx: Analysis, scope: Scope, node: Expression, what: string): Typed {
  const value = expression(cx, scope, node);
  const type = resolve(value.type);
  if (type.kind === "error") return value;
  if (isScalarish(type) && scalarMask(type) === scalarMask(BOOL)) return value;
  cx.report(say.notBool(what, type, cx.span(node)));
  return errorAt(node);
}

// Declarations

function declaration(cx: Analysis, scope: Scope, s: VariableStatement): StatementT[] {
  const mutable = s.keyword === "let";
  return s.declarators.flatMap((d): StatementT[] => {
    const declared =
      d.type === undefined
        ? undefined
        : declaredType(cx, d.type, { dims: dimsInFrame(scope.frame), parameter: false });
    if (d.init === undefined) {
      if (d.pattern.kind !== "name" || !mutable) {
        cx.report(say.needsInitializer(cx.text(d.pattern), cx.span(d)));
        return [];
      }
      const type = declared?.kind === "scalar" ? declared.type : cx.fresh(-1 >>> 0);
      const variable: Variable = { name: d.pattern.text, type, mutable, at: d.pattern };
      declareVariable(cx, scope, variable);
      cx.unassigned = new Set([...cx.unassigned, variable]);
      return [{ kind: "declare", variable, init: undefined, at: d }];
    }
    const given = elaborateValue(cx, scope, d.init);
    if (isStatic(given)) {
      if (d.pattern.kind !== "name" || mutable) {
        cx.report(say.staticVariable(cx.text(d.pattern), cx.span(d)));
      } else {
        const named = given.kind === "closure" ? { ...given, name: d.pattern.text } : given;
        declareEntity(cx, scope, d.pattern.text, named, d.pattern);
      }
      return [];
    }
    let init: Typed = given;
    if (declared !== undefined && declared.kind !== "error" && declared.kind !== "static") {
      init = coerce(
        cx,
        init,
        completeType(declared, resolve(init.type)),
        `"${cx.text(d.pattern)}"`,
      );
    }
    return bind(cx, scope, d.pattern, init, mutable);
  });
}

function bind(
  cx: Analysis,
  scope: Scope,
  pattern: VariableStatement["declarators"][number]["pattern"],
  init: Typed,
  mutable: boolean,
): StatementT[] {
  if (pattern.kind === "name") {
    const dim = mutable || isError(init) ? undefined : tryDim(init);
    const variable: Variable = { name: pattern.text, type: init.type, mutable, dim, at: pattern };
    declareVariable(cx, scope, variable);
    return [{ kind: "declare", variable, init, at: pattern }];
  }
  // The whole is evaluated once; its parts get names.
  const whole: Variable = { name: "parts", type: init.type, mutable: false, at: pattern };
  const use: Typed = { kind: "variable", variable: whole, type: init.type, at: pattern };
  const type = resolve(init.type);
  const out: StatementT[] = [{ kind: "declare", variable: whole, init, at: pattern }];
  const part = (name: string, value: Typed, at: Node): void => {
    const variable: Variable = { name, type: value.type, mutable, at };
    declareVariable(cx, scope, variable);
    out.push({ kind: "declare", variable, init: value, at });
  };
  if (pattern.kind === "arrayPattern") {
    const elements = type.kind === "tuple" ? type.elements : [];
    if (type.kind !== "tuple" && type.kind !== "error") {
      cx.report(
        say.notAssignable(
          "a list of names",
          { kind: "tuple", elements: [] },
          type,
          cx.span(pattern),
          undefined,
        ),
      );
    }
    pattern.elements.forEach((name, k) => {
      if (name === undefined) return;
      part(name.text, itemOf(use, k, elements[k] ?? ERROR), name);
    });
    return out;
  }
  for (const { property, binding } of pattern.fields) {
    const known = type.kind === "object" ? type.fields.map((f) => f.name) : [];
    if (type.kind !== "error" && !known.includes(property.text)) {
      cx.report(say.unknownProperty(property.text, "this value", known, cx.span(property)));
      continue;
    }
    part(binding.text, fieldOf(use, property.text), binding);
  }
  return out;
}

// Assignments

function effect(cx: Analysis, scope: Scope, e: Expression): StatementT[] {
  if (e.kind === "assignment") return assignment(cx, scope, e.target, e.op, e.value, e);
  if (e.kind === "update") {
    return assignment(cx, scope, e.target, e.op === "++" ? "+=" : "-=", undefined, e);
  }
  if (e.kind !== "error") {
    elaborateValue(cx, scope, e);
    cx.report(say.noEffect(cx.span(e)));
  }
  return [];
}

function assignment(
  cx: Analysis,
  scope: Scope,
  target: Expression,
  op: string,
  given: Expression | undefined,
  at: Node,
): StatementT[] {
  if (target.kind !== "identifier") {
    const isElement = target.kind === "index" || (target.kind === "call" && op === "=");
    cx.report(
      isElement ? say.assignedElement(cx.span(target)) : say.assignedTarget(cx.span(target)),
    );
    return [];
  }
  const entity = lookup(cx, scope, target.name, target);
  if (entity === undefined || entity.kind === "error") return [];
  if (entity.kind !== "variable") {
    cx.report(say.assignedTarget(cx.span(target)));
    return [];
  }
  const { variable } = entity;
  if (entity.frame !== scope.frame) {
    cx.report(say.closureAssigns(variable.name, cx.span(at)));
    return [];
  }
  if (!variable.mutable) {
    const isParameter = "pattern" in variable.at;
    cx.report(
      isParameter
        ? say.assignedParameter(variable.name, cx.span(target))
        : say.constAssigned(variable.name, cx.span(target), cx.span(variable.at)),
    );
    return [];
  }
  const use: Typed = { kind: "variable", variable, type: variable.type, at: target };
  let value: Typed;
  if (op === "=" && given !== undefined) value = expression(cx, scope, given);
  else {
    if (cx.unassigned.has(variable)) cx.report(say.unassigned(variable.name, cx.span(target)));
    const right = given === undefined ? oneOf(cx, variable.type, at) : expression(cx, scope, given);
    value = binary(cx, op.slice(0, -1) as Parameters<typeof binary>[1], use, right, at);
  }
  if (isError(value)) return [];
  const typed = coerce(cx, value, variable.type, `"${variable.name}"`);
  if (isError(typed)) return [];
  (entity as VariableEntity).assignments.push({ at, loops: cx.loops });
  if (cx.unassigned.has(variable)) {
    cx.unassigned = new Set([...cx.unassigned].filter((v) => v !== variable));
  }
  return [{ kind: "assign", variable, value: typed, at }];
}

function oneOf(cx: Analysis, type: Ty, at: Node): Typed {
  const t = resolve(type);
  const wide = t.kind === "scalar" && (t.name === "i64" || t.name === "u64");
  return isScalarish(t) ? makeLiteral(cx, wide ? 1n : 1, t, at) : errorAt(at);
}

// Loops

interface CountedLoop {
  readonly name: string;
  readonly nameNode: Node;
  readonly from: Expression;
  readonly to: Expression;
  readonly relation: "<" | "<=" | ">" | ">=";
  readonly step: number;
}

/** The parts of `for (let i = a; i < b; i += s)`; undefined for other forms. */
function countedLoop(s: ForStatement): CountedLoop | undefined {
  const { init, test: condition, update } = s;
  if (init?.kind !== "variable" || init.keyword !== "let" || init.declarators.length !== 1) {
    return undefined;
  }
  const [d] = init.declarators;
  if (
    d === undefined ||
    d.pattern.kind !== "name" ||
    d.init === undefined ||
    d.type !== undefined
  ) {
    return undefined;
  }
  const name = d.pattern.text;
  const isCounter = (e: Expression): boolean => e.kind === "identifier" && e.name === name;
  if (condition?.kind !== "binary" || !isCounter(condition.left)) return undefined;
  const relation = condition.op;
  if (relation !== "<" && relation !== "<=" && relation !== ">" && relation !== ">=") {
    return undefined;
  }
  let signed: number | undefined;
  if (update?.kind === "update" && isCounter(update.target)) signed = update.op === "++" ? 1 : -1;
  else if (update?.kind === "assignment" && isCounter(update.target)) {
    const by = update.value;
    const n = by.kind === "number" && Number.isSafeInteger(by.value) ? by.value : 0;
    if (update.op === "+=") signed = n;
    else if (update.op === "-=") signed = -n;
  }
  const up = relation === "<" || relation === "<=";
  if (signed === undefined || signed === 0 || signed > 0 !== up) return undefined;
  if (mentionsAssignment(s.body, name) || mentions(condition.right, name)) return undefined;
  return {
    name,
    nameNode: d.pattern,
    from: d.init,
    to: condition.right,
    relation,
    step: Math.abs(signed),
  };
}

type Syntax = { readonly [key: string]: unknown };

/** Visits all nodes of a syntax tree. */
function someNode(root: unknown, holds: (node: Syntax) => boolean): boolean {
  if (Array.isArray(root)) return root.some((one) => someNode(one, holds));
  if (typeof root !== "object" || root === null) return false;
  const node = root as Syntax;
  if ("text" in node && "lineStarts" in node) return false;
  return holds(node) || Object.values(node).some((child) => someNode(child, holds));
}

function mentions(root: unknown, name: string): boolean {
  return someNode(root, (n) => n["kind"] === "identifier" && n["name"] === name);
}

function mentionsAssignment(root: unknown, name: string): boolean {
  return someNode(
    root,
    (n) => (n["kind"] === "assignment" || n["kind"] === "update") && isName(n["target"], name),
  );
}

function isName(node: unknown, name: string): boolean {
  const n = node as Syntax | undefined;
  return n?.["kind"] === "identifier" && n["name"] === name;
}

/** Whether a body reads through an accessor at offsets that need the counter. */
function drivesOffsets(cx: Analysis, scope: Scope, body: Statement, counter: string): boolean {
  return someNode(body, (n) => {
    if (n["kind"] !== "call") return false;
    const callee = n["callee"] as Syntax;
    if (callee["kind"] !== "identifier") return false;
    const entity = scope.lookup(String(callee["name"]));
    const uses = mentions(n["args"], counter);
    // A helper that takes the accessor may use the counter as well.
    return entity?.kind === "accessor"
      ? uses || someNode(n["args"], (a) => a["kind"] === "identifier")
      : uses && someNode(n["args"], (a) => isAccessor(scope, a));
  });
}

function isAccessor(scope: Scope, n: Syntax): boolean {
  return n["kind"] === "identifier" && scope.lookup(String(n["name"]))?.kind === "accessor";
}

function forLoop(cx: Analysis, scope: Scope, s: ForStatement): StatementT[] {
  const counted = countedLoop(s);
  if (counted === undefined) return generalFor(cx, scope, s);
  const from = expression(cx, scope, counted.from);
  const to = expression(cx, scope, counted.to);
  if (isError(from) || isError(to)) return [];
  const [low, high] = [tryConstant(cx, from), tryConstant(cx, to)];
  if (low !== undefined && high !== undefined && drivesOffsets(cx, scope, s.body, counted.name)) {
    for (const bound of [from, to]) if (bound.kind === "literal") cx.literals.delete(bound);
    return unrolled(cx, scope, s, counted, low, high);
  }
  // The counter has the type of its bounds, `index` where these are literals.
  const open = (e: Typed): boolean => resolve(e.type).kind === "var";
  const wanted = open(from) && open(to) ? INDEX : undefined;
  const start = wanted === undefined ? from : toIndex(cx, from, "the counter");
  const end = wanted === undefined ? to : toIndex(cx, to, "the bound");
  const both = balance(cx, start, end, counted.relation, s);
  if (both === undefined) return [];
  const variable: Variable = {
    name: counted.name,
    type: both.type,
    mutable: false,
    at: counted.nameNode,
  };
  return inLoop(cx, s, () => {
    const inner = new Scope(scope, scope.frame);
    declareVariable(cx, inner, variable);
    const before = cx.unassigned;
    const body = nested(cx, inner, s.body);
    cx.unassigned = before;
    return [
      {
        kind: "for",
        counter: variable,
        from: both.left,
        to: both.right,
        relation: counted.relation,
        step: counted.step,
        body,
        at: s,
      },
    ];
  });
}

/** Any other `for`, as a `while` with an update. */
function generalFor(cx: Analysis, scope: Scope, s: ForStatement): StatementT[] {
  const inner = new Scope(scope, scope.frame);
  const init = s.init === undefined ? [] : statement(cx, inner, s.init);
  const loop = inLoop(cx, s, (): StatementT => {
    const condition =
      s.test === undefined
        ? makeLiteral(cx, true, BOOL, s)
        : test(cx, inner, s.test, "the condition of `for`");
    const before = cx.unassigned;
    const body = nested(cx, inner, s.body);
    const update =
      s.update === undefined
        ? undefined
        : ({ kind: "block", statements: effect(cx, inner, s.update), at: s.update } as BlockT);
    cx.unassigned = before;
    return { kind: "while", condition, body, update, at: s };
  });
  return [{ kind: "block", statements: [...init, loop], at: s }];
}

function unrolled(
  cx: Analysis,
  scope: Scope,
  s: ForStatement,
  counted: CountedLoop,
  low: number,
  high: number,
): StatementT[] {
  const holds: Record<CountedLoop["relation"], (i: number) => boolean> = {
    "<": (i) => i < high,
    "<=": (i) => i <= high,
    ">": (i) => i > high,
    ">=": (i) => i >= high,
  };
  const step = counted.relation.startsWith("<") ? counted.step : -counted.step;
  const iterations: BlockT[] = [];
  for (let i = low; holds[counted.relation](i); i += step) {
    if (++cx.unrolled > MAX_UNROLLED) {
      cx.report(say.unrollLimit(MAX_UNROLLED, cx.span(s)));
      return [];
    }
    inLoop(cx, s, () => {
      const inner = new Scope(scope, scope.frame);
      const variable: Variable = {
        name: counted.name,
        type: INDEX,
        mutable: false,
        dim: dimConst(i),
        at: counted.nameNode,
      };
      declareVariable(cx, inner, variable);
      const init = makeLiteral(cx, i, INDEX, counted.nameNode);
      const body = nested(cx, inner, s.body);
      const declare: StatementT = { kind: "declare", variable, init, at: counted.nameNode };
      iterations.push({ ...body, statements: [declare, ...body.statements] });
    });
  }
  return [{ kind: "unrolled", iterations, at: s }];
}
