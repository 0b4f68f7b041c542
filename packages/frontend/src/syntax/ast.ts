/**
 * The syntax tree of a kernel file.
 *
 * Invariants: `start` and `end` are offsets into the module's file, half open; parentheses leave
 * no node; a construct outside the language has been reported and stands as an `error` node.
 */
import type { SourceFile, SourceSpan } from "@strata/support";

/** What every node has. */
export interface Node {
  readonly start: number;
  readonly end: number;
}

/** A name with its place. */
export interface Name extends Node {
  readonly text: string;
}

// Types

/** `f32`, `n`, `Tensor<f32, [n, 3]>`. */
export interface TypeReference extends Node {
  readonly kind: "reference";
  readonly name: string;
  readonly args: readonly TypeNode[];
}

/** `[A, B]`. */
export interface TupleTypeNode extends Node {
  readonly kind: "tuple";
  readonly elements: readonly TypeNode[];
}

/** `A[]`. */
export interface ArrayTypeNode extends Node {
  readonly kind: "array";
  readonly element: TypeNode;
}

/** `{ a: A; b: B }`. */
export interface ObjectTypeNode extends Node {
  readonly kind: "object";
  readonly fields: readonly { readonly name: Name; readonly type: TypeNode }[];
}

/** A number as a type: a fixed extent. */
export interface LiteralTypeNode extends Node {
  readonly kind: "literal";
  readonly value: number;
}

/** `(x: A) => B`. */
export interface FunctionTypeNode extends Node {
  readonly kind: "function";
}

/** A type that has been refused. */
export interface ErrorTypeNode extends Node {
  readonly kind: "error";
}

export type TypeNode =
  | TypeReference
  | TupleTypeNode
  | ArrayTypeNode
  | ObjectTypeNode
  | LiteralTypeNode
  | FunctionTypeNode
  | ErrorTypeNode;

// Expressions

/** A number; `raw` is its text, from which points and exponents can be told. */
export interface NumberLiteral extends Node {
  readonly kind: "number";
  readonly value: number;
  readonly raw: string;
}

/** `4n`. */
export interface BigIntLiteral extends Node {
  readonly kind: "bigint";
  readonly value: bigint;
}

/** `true` or `false`. */
export interface BooleanLiteral extends Node {
  readonly kind: "boolean";
  readonly value: boolean;
}

/** A name that stands for a value. */
export interface Identifier extends Node {
  readonly kind: "identifier";
  readonly name: string;
}

export type UnaryOperator = "-" | "+" | "!" | "~";

export interface UnaryExpression extends Node {
  readonly kind: "unary";
  readonly op: UnaryOperator;
  readonly operand: Expression;
}

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "**"
  | "<<"
  | ">>"
  | ">>>"
  | "&"
  | "|"
  | "^"
  | "&&"
  | "||"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "==="
  | "!="
  | "!==";

export interface BinaryExpression extends Node {
  readonly kind: "binary";
  readonly op: BinaryOperator;
  readonly opStart: number;
  readonly left: Expression;
  readonly right: Expression;
}

export interface ConditionalExpression extends Node {
  readonly kind: "conditional";
  readonly test: Expression;
  readonly consequent: Expression;
  readonly alternate: Expression;
}

export interface CallExpression extends Node {
  readonly kind: "call";
  readonly callee: Expression;
  readonly typeArgs: readonly TypeNode[];
  readonly args: readonly Expression[];
}

/** `object.name`. */
export interface MemberExpression extends Node {
  readonly kind: "member";
  readonly object: Expression;
  readonly name: Name;
}

/** `object[index]`. */
export interface IndexExpression extends Node {
  readonly kind: "index";
  readonly object: Expression;
  readonly index: Expression;
}

export interface ArrowFunction extends Node {
  readonly kind: "arrow";
  readonly params: readonly Parameter[];
  readonly returnType: TypeNode | undefined;
  readonly body: Expression | Block;
}

export interface ArrayLiteral extends Node {
  readonly kind: "array";
  readonly elements: readonly Expression[];
}

export interface ObjectLiteral extends Node {
  readonly kind: "object";
  readonly fields: readonly ObjectField[];
}

export interface ObjectField extends Node {
  readonly name: Name;
  /** For a shorthand field the identifier of that name. */
  readonly value: Expression;
  readonly shorthand: boolean;
}

export type AssignmentOperator =
  | "="
  | "+="
  | "-="
  | "*="
  | "/="
  | "%="
  | "**="
  | "<<="
  | ">>="
  | ">>>="
  | "&="
  | "|="
  | "^="
  | "&&="
  | "||=";

/** Syntactically an expression; the language allows it as a statement only. */
export interface AssignmentExpression extends Node {
  readonly kind: "assignment";
  readonly op: AssignmentOperator;
  readonly target: Expression;
  readonly value: Expression;
}

/** `x++` and the like; allowed as a statement only. */
export interface UpdateExpression extends Node {
  readonly kind: "update";
  readonly op: "++" | "--";
  readonly prefix: boolean;
  readonly target: Expression;
}

/** An expression that has been refused. */
export interface ErrorExpression extends Node {
  readonly kind: "error";
}

export type Expression =
  | NumberLiteral
  | BigIntLiteral
  | BooleanLiteral
  | Identifier
  | UnaryExpression
  | BinaryExpression
  | ConditionalExpression
  | CallExpression
  | MemberExpression
  | IndexExpression
  | ArrowFunction
  | ArrayLiteral
  | ObjectLiteral
  | AssignmentExpression
  | UpdateExpression
  | ErrorExpression;

// Patterns of declarations

/** `{ a, b: c }`. */
export interface ObjectPattern extends Node {
  readonly kind: "objectPattern";
  readonly fields: readonly { readonly property: Name; readonly binding: Name }[];
}

/** `[a, , b]`; a hole is undefined. */
export interface ArrayPattern extends Node {
  readonly kind: "arrayPattern";
  readonly elements: readonly (Name | undefined)[];
}

export interface NamePattern extends Node {
  readonly kind: "name";
  readonly text: string;
}

export type BindingPattern = NamePattern | ObjectPattern | ArrayPattern;

// Statements

export interface Declarator extends Node {
  readonly pattern: BindingPattern;
  readonly type: TypeNode | undefined;
  readonly init: Expression | undefined;
}

export interface VariableStatement extends Node {
  readonly kind: "variable";
  readonly keyword: "const" | "let";
  readonly declarators: readonly Declarator[];
}

export interface ExpressionStatement extends Node {
  readonly kind: "expression";
  readonly expression: Expression;
}

export interface IfStatement extends Node {
  readonly kind: "if";
  readonly test: Expression;
  readonly consequent: Statement;
  readonly alternate: Statement | undefined;
}

export interface ForStatement extends Node {
  readonly kind: "for";
  readonly init: VariableStatement | ExpressionStatement | undefined;
  readonly test: Expression | undefined;
  readonly update: Expression | undefined;
  readonly body: Statement;
}

export interface WhileStatement extends Node {
  readonly kind: "while";
  readonly test: Expression;
  readonly body: Statement;
}

export interface DoWhileStatement extends Node {
  readonly kind: "doWhile";
  readonly body: Statement;
  readonly test: Expression;
}

export interface BreakStatement extends Node {
  readonly kind: "break";
}

export interface ContinueStatement extends Node {
  readonly kind: "continue";
}

export interface ReturnStatement extends Node {
  readonly kind: "return";
  readonly value: Expression | undefined;
}

export interface Block extends Node {
  readonly kind: "block";
  readonly statements: readonly Statement[];
}

export interface EmptyStatement extends Node {
  readonly kind: "empty";
}

/** A statement that has been refused or could not be read. */
export interface ErrorStatement extends Node {
  readonly kind: "error";
}

export type Statement =
  | VariableStatement
  | ExpressionStatement
  | IfStatement
  | ForStatement
  | WhileStatement
  | DoWhileStatement
  | BreakStatement
  | ContinueStatement
  | ReturnStatement
  | Block
  | EmptyStatement
  | ErrorStatement;

// Declarations

/** `n extends Dim`. */
export interface TypeParameter extends Node {
  readonly name: Name;
  readonly constraint: TypeNode | undefined;
}

export interface Parameter extends Node {
  readonly pattern: BindingPattern;
  readonly type: TypeNode | undefined;
}

export interface ImportDeclaration extends Node {
  readonly from: string;
  readonly fromSpan: Node;
  readonly names: readonly { readonly imported: Name; readonly local: Name }[];
}

export interface FunctionDeclaration extends Node {
  readonly kind: "function";
  readonly exported: boolean;
  readonly name: Name;
  readonly typeParams: readonly TypeParameter[];
  readonly params: readonly Parameter[];
  readonly returnType: TypeNode | undefined;
  readonly body: Block;
  /** The text of the doc comment directly above, without stars. */
  readonly doc: string | undefined;
}

export interface TypeAlias extends Node {
  readonly name: Name;
  readonly params: readonly TypeParameter[];
  readonly type: TypeNode;
}

/** A kernel file, read. */
export interface Module {
  readonly file: SourceFile;
  readonly imports: readonly ImportDeclaration[];
  readonly aliases: readonly TypeAlias[];
  readonly constants: readonly VariableStatement[];
  readonly functions: readonly FunctionDeclaration[];
  /** Made from the text of a JavaScript function: there are no imports to go by. */
  readonly captured?: boolean;
}

/** The place of a node in a file. */
export function spanOf(file: SourceFile, node: Node): SourceSpan {
  return { file, start: node.start, end: node.end };
}
