/**
 * The operations of `func`: functions, calls, returns. Names, attributes and textual forms are
 * upstream's.
 */
import {
  AnyArrayAttr,
  AnyType,
  attr,
  AutomaticAllocationScope,
  Block,
  ConstantLike,
  defineOp,
  FlatSymbolRef,
  FunctionType,
  FunctionTypeAttr,
  IsolatedFromAbove,
  IsTerminator,
  type Location,
  operand,
  type Operation,
  optionalAttr,
  HasParent,
  Pure,
  Region,
  region,
  type Report,
  result,
  ReturnLike,
  StrAttr,
  StringAttr,
  SymbolNameAttr,
  SymbolRefAttr,
  SymbolTrait,
  lookupSymbol,
  type Type,
  TypeAttr,
  typeWhere,
  type TypeConstraint,
  unitAttr,
  unknownLoc,
  variadic,
  variadicResult,
} from "@strata/ir";
import { parseCallIndirect, parseFunction, printFunction } from "./function-syntax.ts";
import { verifyFunction } from "./function-verify.ts";

const FunctionLike: TypeConstraint<FunctionType> = typeWhere(
  "function type",
  (t) => t instanceof FunctionType,
);

/** A function: a symbol with a body, or without one a declaration. */
export class FuncOp extends defineOp("func.func", {
  summary: "A function: a symbol with a body, or without one a declaration.",
  attributes: {
    sym_name: attr(SymbolNameAttr),
    function_type: attr(FunctionTypeAttr),
    sym_visibility: optionalAttr(StrAttr),
    arg_attrs: optionalAttr(AnyArrayAttr),
    res_attrs: optionalAttr(AnyArrayAttr),
    no_inline: unitAttr("Calls to the function are not inlined."),
  },
  regions: { body: region() },
  traits: [IsolatedFromAbove, SymbolTrait, AutomaticAllocationScope],
  defaultDialect: "func",
  parse: parseFunction,
  print: printFunction,
  verify: verifyFunction,
}) {
  /** A function with an empty entry block whose arguments have the input types. */
  static create(
    name: string,
    type: FunctionType,
    options: { visibility?: "private" | "nested"; location?: Location } = {},
  ): FuncOp {
    const op = FuncOp.declare(name, type, options);
    op.body.append(new Block(type.inputs));
    return op;
  }

  /** A declaration: a function without a body. */
  static declare(
    name: string,
    type: FunctionType,
    options: { visibility?: "private" | "nested"; location?: Location } = {},
  ): FuncOp {
    return FuncOp.of(
      {
        sym_name: StringAttr.get(name),
        function_type: TypeAttr.get(type),
        sym_visibility:
          options.visibility === undefined ? undefined : StringAttr.get(options.visibility),
        body: new Region(),
      },
      { location: options.location ?? unknownLoc },
    );
  }

  /** The symbol's name. */
  get symbolName(): string {
    return this.sym_name.value;
  }

  get type(): FunctionType {
    const t = this.function_type.value;
    if (!(t instanceof FunctionType)) throw new Error(`@${this.symbolName} has no function type`);
    return t;
  }

  /** Whether the function has no body. */
  get isDeclaration(): boolean {
    return this.body.isEmpty;
  }

  /** The first block of the body; an error for a declaration. */
  get entry(): Block {
    return this.body.entry;
  }
}

function verifyReturn(op: Operation, report: Report): void {
  const parent = op.parentOp;
  if (!(parent instanceof FuncOp)) return;
  const expected = parent.type.results;
  const given = op.operandTypes;
  if (given.length !== expected.length) {
    report(
      "func.return-count",
      `\`func.return\` has ${given.length} operands but @${parent.symbolName} returns ` +
        `${expected.length} values`,
    );
    return;
  }
  given.forEach((t, i) => {
    if (t === expected[i]) return;
    report(
      "func.return-type",
      `operand ${i} of \`func.return\` is \`${t.toString()}\` but @${parent.symbolName} returns ` +
        `\`${expected[i]!.toString()}\``,
    );
  });
}

/** Ends a function with its results. */
export class ReturnOp extends defineOp("func.return", {
  summary: "Ends a function with its results.",
  operands: { inputs: variadic(AnyType) },
  traits: [Pure, IsTerminator, ReturnLike, HasParent(() => FuncOp)],
  assembly: "attr-dict ($inputs^ `:` type($inputs))?",
  verify: verifyReturn,
}) {}

function verifyCallee(op: Operation, report: Report, type: FunctionType, what: string): void {
  const given = FunctionType.get(op.operandTypes, op.resultTypes);
  if (given === type) return;
  report(
    "func.call-type",
    `\`${op.name}\` calls ${what} of type \`${type.toString()}\` as \`${given.toString()}\``,
  );
}

function referencedFunction(op: Operation, ref: unknown, report: Report): FuncOp | undefined {
  if (!(ref instanceof SymbolRefAttr)) return undefined;
  const callee = lookupSymbol(op, ref);
  if (callee instanceof FuncOp) return callee;
  report(
    "func.unknown-callee",
    `\`${op.name}\` refers to ${ref.toString()}, which is ${callee === undefined ? "not defined" : `a \`${callee.name}\``}`,
    callee === undefined ? "define or declare the function in the module" : undefined,
  );
  return undefined;
}

/** Calls a function by its symbol. */
export class CallOp extends defineOp("func.call", {
  summary: "Calls a function by its symbol.",
  operands: { args: variadic(AnyType) },
  results: { outs: variadicResult(AnyType) },
  attributes: {
    callee: attr(FlatSymbolRef),
    arg_attrs: optionalAttr(AnyArrayAttr),
    res_attrs: optionalAttr(AnyArrayAttr),
    no_inline: unitAttr("The call is not inlined."),
  },
  assembly: "$callee `(` $args `)` attr-dict `:` functional-type($args, results)",
  verify: (op, report) => {
    const callee = referencedFunction(op, op.getAttr("callee"), report);
    if (callee !== undefined) {
      verifyCallee(op, report, callee.type, `@${callee.symbolName}`);
    }
  },
}) {
  /** A call of `callee` with arguments of its input types. */
  static to(callee: FuncOp, args: readonly Operation["operands"][number][]): CallOp {
    return CallOp.of(
      { callee: SymbolRefAttr.get(callee.symbolName), args },
      { types: { outs: callee.type.results } },
    );
  }
}

/** Calls a function value. */
export class CallIndirectOp extends defineOp("func.call_indirect", {
  summary: "Calls a function value.",
  operands: { callee: operand(FunctionLike), args: variadic(AnyType) },
  results: { outs: variadicResult(AnyType) },
  attributes: { arg_attrs: optionalAttr(AnyArrayAttr), res_attrs: optionalAttr(AnyArrayAttr) },
  assembly: "$callee `(` $args `)` attr-dict `:` type($callee)",
  parse: parseCallIndirect,
  inferResults: (operands): Type[] => {
    const callee = operands[0]?.type;
    return callee instanceof FunctionType ? [...callee.results] : [];
  },
  verify: (op, report) => {
    const type = op.operand(0).type;
    if (!(type instanceof FunctionType)) return;
    const given = FunctionType.get(op.operandTypes.slice(1), op.resultTypes);
    if (given === type) return;
    report(
      "func.call-type",
      `\`func.call_indirect\` calls a \`${type.toString()}\` as \`${given.toString()}\``,
    );
  },
}) {}

/** A function as a value. */
export class ConstantOp extends defineOp("func.constant", {
  summary: "A function as a value.",
  results: { result: result(FunctionLike) },
  attributes: { value: attr(FlatSymbolRef) },
  traits: [Pure, ConstantLike],
  assembly: "attr-dict $value `:` type($result)",
  resultNames: () => "f",
  verify: (op, report) => {
    const callee = referencedFunction(op, op.getAttr("value"), report);
    const type = op.resultAt(0).type;
    if (callee === undefined || callee.type === type) return;
    report(
      "func.constant-type",
      `\`func.constant\` is \`${type.toString()}\` but @${callee.symbolName} is ` +
        `\`${callee.type.toString()}\``,
    );
  },
}) {}

/** Every operation of the dialect. */
export const funcOps = [FuncOp, ReturnOp, CallOp, CallIndirectOp, ConstantOp] as const;
