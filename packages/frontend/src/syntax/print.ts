/**
 * The syntax tree as text.
 *
 * Invariant: parsing the text gives the same tree again, apart from places and that bodies of `if`
 * and loops become blocks; parentheses are written only where precedence needs them.
 */
import type {
  ArrowFunction,
  BindingPattern,
  Block,
  Declarator,
  Expression,
  FunctionDeclaration,
  Module,
  Parameter,
  Statement,
  TypeNode,
  TypeParameter,
} from "./ast.ts";
import { PRECEDENCE } from "./precedence.ts";

/** Levels below and above the binary operators. */
const ASSIGNMENT = -1;
const CONDITIONAL = 0;
const UNARY = 12;
const POSTFIX = 13;

function wrap(text: string, own: number, needed: number): string {
  return own < needed ? `(${text})` : text;
}

/** An expression as text; `level` is the binding strength its place needs. */
export function printExpression(node: Expression, level: number = ASSIGNMENT): string {
  switch (node.kind) {
    case "number":
      return node.raw;
    case "bigint":
      return `${node.value}n`;
    case "boolean":
      return String(node.value);
    case "identifier":
      return node.name;
    case "unary": {
      const operand = printExpression(node.operand, UNARY);
      // `- -x` and `+ +x`: adjacent signs would read as `--x`.
      const gap = operand.startsWith(node.op) ? " " : "";
      return wrap(`${node.op}${gap}${operand}`, UNARY, level);
    }
    case "binary": {
      const own = PRECEDENCE[node.op];
      const right = node.op === "**";
      // The base of a power may not be a unary expression without parentheses.
      const left = printExpression(node.left, right ? UNARY + 1 : own);
      const text = `${left} ${node.op} ${printExpression(node.right, right ? own : own + 1)}`;
      return wrap(text, own, level);
    }
    case "conditional": {
      const test = printExpression(node.test, CONDITIONAL + 1);
      const text = `${test} ? ${printExpression(node.consequent)} : ${printExpression(node.alternate)}`;
      return wrap(text, CONDITIONAL, level);
    }
    case "call": {
      const types = node.typeArgs.length > 0 ? `<${node.typeArgs.map(printType).join(", ")}>` : "";
      return `${printExpression(node.callee, POSTFIX)}${types}(${list(node.args)})`;
    }
    case "member": {
      // `1.x` would read as a number.
      const object = printExpression(node.object, POSTFIX);
      return `${node.object.kind === "number" ? `(${object})` : object}.${node.name.text}`;
    }
    case "index":
      return `${printExpression(node.object, POSTFIX)}[${printExpression(node.index)}]`;
    case "arrow":
      return wrap(printArrow(node), ASSIGNMENT, level);
    case "array":
      return `[${list(node.elements)}]`;
    case "object":
      return printObject(node.fields);
    case "assignment": {
      const text = `${printExpression(node.target, POSTFIX)} ${node.op} ${printExpression(node.value)}`;
      return wrap(text, ASSIGNMENT, level);
    }
    case "update": {
      const target = printExpression(node.target, POSTFIX);
      const text = node.prefix ? `${node.op}${target}` : `${target}${node.op}`;
      return wrap(text, node.prefix ? UNARY : POSTFIX - 1, level);
    }
    case "error":
      return "/* error */";
  }
}

function list(nodes: readonly Expression[]): string {
  return nodes.map((node) => printExpression(node)).join(", ");
}

function printObject(
  fields: readonly {
    readonly name: { readonly text: string };
    readonly value: Expression;
    readonly shorthand: boolean;
  }[],
): string {
  const parts = fields.map(({ name, value, shorthand }) =>
    shorthand ? name.text : `${name.text}: ${printExpression(value)}`,
  );
  return parts.length === 0 ? "{}" : `{ ${parts.join(", ")} }`;
}

function printArrow(node: ArrowFunction): string {
  const result = node.returnType === undefined ? "" : `: ${printType(node.returnType)}`;
  const { body } = node;
  const text = body.kind === "block" ? printBlock(body, "") : printExpression(body);
  // An object literal as the body would read as a block.
  const safe = body.kind !== "block" && text.startsWith("{") ? `(${text})` : text;
  return `(${node.params.map(printParameter).join(", ")})${result} => ${safe}`;
}

function printParameter(param: Parameter): string {
  const pattern = printPattern(param.pattern);
  return param.type === undefined ? pattern : `${pattern}: ${printType(param.type)}`;
}

function printPattern(pattern: BindingPattern): string {
  switch (pattern.kind) {
    case "name":
      return pattern.text;
    case "objectPattern": {
      const fields = pattern.fields.map(({ property, binding }) =>
        property.text === binding.text ? property.text : `${property.text}: ${binding.text}`,
      );
      return `{ ${fields.join(", ")} }`;
    }
    case "arrayPattern": {
      const elements = pattern.elements.map((element) => element?.text ?? "");
      const hole = pattern.elements.length > 0 && pattern.elements.at(-1) === undefined;
      return `[${elements.join(", ")}${hole ? "," : ""}]`;
    }
  }
}

/** A type as text. */
export function printType(node: TypeNode): string {
  switch (node.kind) {
    case "reference":
      return node.args.length === 0
        ? node.name
        : `${node.name}<${node.args.map(printType).join(", ")}>`;
    case "tuple":
      return `[${node.elements.map(printType).join(", ")}]`;
    case "array":
      return `${printType(node.element)}[]`;
    case "object": {
      const fields = node.fields.map(({ name, type }) => `${name.text}: ${printType(type)}`);
      return fields.length === 0 ? "{}" : `{ ${fields.join("; ")} }`;
    }
    case "literal":
      return String(node.value);
    case "function":
      return "(() => void)";
    case "error":
      return "/* error */";
  }
}

function printDeclarators(keyword: string, declarators: readonly Declarator[]): string {
  const parts = declarators.map(({ pattern, type, init }) => {
    const annotation = type === undefined ? "" : `: ${printType(type)}`;
    const value = init === undefined ? "" : ` = ${printExpression(init)}`;
    return `${printPattern(pattern)}${annotation}${value}`;
  });
  return `${keyword} ${parts.join(", ")}`;
}

function printNested(node: Statement, indent: string): string {
  return node.kind === "block"
    ? printBlock(node, indent)
    : printBlock({ kind: "block", statements: [node], start: node.start, end: node.end }, indent);
}

function printBlock(node: Block, indent: string): string {
  if (node.statements.length === 0) return "{}";
  const inner = `${indent}  `;
  const lines = node.statements.map((statement) => `${inner}${printStatement(statement, inner)}`);
  return `{\n${lines.join("\n")}\n${indent}}`;
}

/** A statement as text; `indent` stands before its further lines. */
export function printStatement(node: Statement, indent: string = ""): string {
  switch (node.kind) {
    case "variable":
      return `${printDeclarators(node.keyword, node.declarators)};`;
    case "expression": {
      const text = printExpression(node.expression);
      return text.startsWith("{") ? `(${text});` : `${text};`;
    }
    case "if": {
      const consequent = `if (${printExpression(node.test)}) ${printNested(node.consequent, indent)}`;
      if (node.alternate === undefined) return consequent;
      const chained = node.alternate.kind === "if";
      const alternate = chained
        ? printStatement(node.alternate, indent)
        : printNested(node.alternate, indent);
      return `${consequent} else ${alternate}`;
    }
    case "for": {
      const { init, test, update } = node;
      const first =
        init === undefined
          ? ""
          : init.kind === "variable"
            ? printDeclarators(init.keyword, init.declarators)
            : printExpression(init.expression);
      const second = test === undefined ? "" : ` ${printExpression(test)}`;
      const third = update === undefined ? "" : ` ${printExpression(update)}`;
      return `for (${first};${second};${third}) ${printNested(node.body, indent)}`;
    }
    case "while":
      return `while (${printExpression(node.test)}) ${printNested(node.body, indent)}`;
    case "doWhile":
      return `do ${printNested(node.body, indent)} while (${printExpression(node.test)});`;
    case "break":
      return "break;";
    case "continue":
      return "continue;";
    case "return":
      return node.value === undefined ? "return;" : `return ${printExpression(node.value)};`;
    case "block":
      return printBlock(node, indent);
    case "empty":
      return ";";
    case "error":
      return "/* error */";
  }
}

function printTypeParameters(params: readonly TypeParameter[]): string {
  if (params.length === 0) return "";
  const parts = params.map(({ name, constraint }) =>
    constraint === undefined ? name.text : `${name.text} extends ${printType(constraint)}`,
  );
  return `<${parts.join(", ")}>`;
}

/** A function declaration as text, without its doc comment. */
export function printFunction(node: FunctionDeclaration): string {
  const params = node.params.map(printParameter).join(", ");
  const result = node.returnType === undefined ? "" : `: ${printType(node.returnType)}`;
  const head = `function ${node.name.text}${printTypeParameters(node.typeParams)}(${params})${result}`;
  return `${node.exported ? "export " : ""}${head} ${printBlock(node.body, "")}`;
}

/** A whole module as text. */
export function printModule(module: Module): string {
  const parts: string[] = [];
  for (const { names, from } of module.imports) {
    const shown = names.map(({ imported, local }) =>
      imported.text === local.text ? local.text : `${imported.text} as ${local.text}`,
    );
    parts.push(`import { ${shown.join(", ")} } from "${from}";`);
  }
  for (const { name, params, type } of module.aliases) {
    parts.push(`type ${name.text}${printTypeParameters(params)} = ${printType(type)};`);
  }
  for (const constant of module.constants) parts.push(printStatement(constant));
  for (const fn of module.functions) parts.push(printFunction(fn));
  return `${parts.join("\n\n")}\n`;
}
