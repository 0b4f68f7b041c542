/**
 * Token types of the kernel language's grammar.
 *
 * Invariants: the order of `allTokens` decides between tokens that match at one place; `>` is
 * always a token of its own (the parser joins `>>` and `>>>`), so that type arguments can close.
 * Start characters are given where that spares Chevrotain the analysis of a regular expression.
 */
import { Lexer, createToken, type IToken, type TokenType } from "chevrotain";

function category(name: string): TokenType {
  return createToken({ name, pattern: Lexer.NA });
}

/** What may follow a point: identifiers and keywords. */
export const PropertyName: TokenType = category("PropertyName");
/** Operators between two operands, the refused ones included. */
export const BinaryToken: TokenType = category("BinaryToken");
/** `=`, `+=` and the like. */
export const AssignToken: TokenType = category("AssignToken");
/** Operators before an operand, the refused ones included. */
export const PrefixToken: TokenType = category("PrefixToken");

export const Identifier: TokenType = createToken({
  name: "Identifier",
  pattern: /[A-Za-z_$\u00aa-\uffff][\w$\u00aa-\uffff]*/,
  categories: [PropertyName],
  label: "a name",
});

const keywords: TokenType[] = [];

function keyword(text: string, categories: TokenType[] = []): TokenType {
  const token = createToken({
    name: text.charAt(0).toUpperCase() + text.slice(1),
    pattern: text,
    longer_alt: Identifier,
    categories: [PropertyName, ...categories],
    label: `"${text}"`,
  });
  keywords.push(token);
  return token;
}

export const Import: TokenType = keyword("import");
export const Export: TokenType = keyword("export");
export const Function: TokenType = keyword("function");
export const Const: TokenType = keyword("const");
export const Let: TokenType = keyword("let");
export const Var: TokenType = keyword("var");
export const If: TokenType = keyword("if");
export const Else: TokenType = keyword("else");
export const For: TokenType = keyword("for");
export const While: TokenType = keyword("while");
export const Do: TokenType = keyword("do");
export const Break: TokenType = keyword("break");
export const Continue: TokenType = keyword("continue");
export const Return: TokenType = keyword("return");
export const True: TokenType = keyword("true");
export const False: TokenType = keyword("false");
export const Class: TokenType = keyword("class");
export const Enum: TokenType = keyword("enum");
export const Switch: TokenType = keyword("switch");
export const Try: TokenType = keyword("try");
export const Throw: TokenType = keyword("throw");
export const With: TokenType = keyword("with");
export const Debugger: TokenType = keyword("debugger");
export const New: TokenType = keyword("new");
export const This: TokenType = keyword("this");
export const Super: TokenType = keyword("super");
export const Null: TokenType = keyword("null");
export const Await: TokenType = keyword("await", [PrefixToken]);
export const Yield: TokenType = keyword("yield", [PrefixToken]);
export const Typeof: TokenType = keyword("typeof", [PrefixToken]);
export const Void: TokenType = keyword("void", [PrefixToken]);
export const Delete: TokenType = keyword("delete", [PrefixToken]);
export const Instanceof: TokenType = keyword("instanceof", [BinaryToken]);
export const In: TokenType = keyword("in", [BinaryToken]);
// Reserved words without a use here; read so that the parser can name them.
for (const text of ["case", "catch", "default", "extends", "finally"]) keyword(text);
export const Extends: TokenType = keywords.find(({ name }) => name === "Extends") ?? Identifier;
export const Default: TokenType = keywords.find(({ name }) => name === "Default") ?? Identifier;

export const NumberToken: TokenType = createToken({
  name: "Number",
  pattern:
    /0[xX][\da-fA-F_]+n?|0[bB][01_]+n?|0[oO][0-7_]+n?|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?n?/,
  start_chars_hint: [...".0123456789"],
  label: "a number",
});
export const StringToken: TokenType = createToken({
  name: "String",
  pattern: /"(?:[^"\\\n\r]|\\[^])*"|'(?:[^'\\\n\r]|\\[^])*'/,
  start_chars_hint: ['"', "'"],
  line_breaks: true,
  label: "a string",
});
export const TemplateToken: TokenType = createToken({
  name: "Template",
  pattern: /`(?:[^`\\]|\\[^])*`/,
  start_chars_hint: ["`"],
  line_breaks: true,
  label: "a template literal",
});

const REGEX = /\/(?![*/])(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r])*\])+\/[a-z]*/y;

/** A slash begins a regular expression unless an operand stands before it. */
function matchRegex(text: string, offset: number, before: IToken[]): RegExpExecArray | null {
  const last = before[before.length - 1];
  if (last !== undefined) {
    const { tokenType } = last;
    const closes = tokenType === RParen || tokenType === RBracket || tokenType === RBrace;
    const operand = tokenType === Identifier || tokenType === NumberToken;
    if (closes || operand || tokenType === True || tokenType === False) return null;
    if (tokenType === StringToken || tokenType === This) return null;
  }
  REGEX.lastIndex = offset;
  return REGEX.exec(text);
}

export const RegexToken: TokenType = createToken({
  name: "Regex",
  pattern: matchRegex,
  start_chars_hint: ["/"],
  line_breaks: false,
  label: "a regular expression",
});

const punctuators: TokenType[] = [];

function punctuator(name: string, text: string, categories: TokenType[] = []): TokenType {
  const token = createToken({ name, pattern: text, categories, label: `"${text}"` });
  punctuators.push(token);
  return token;
}

// Longer texts before their prefixes.
for (const text of [">>>=", ">>=", "<<=", "**=", "&&=", "||=", "??="]) {
  punctuator(`Assign${text}`, text, [AssignToken]);
}
export const Ellipsis: TokenType = punctuator("Ellipsis", "...");
for (const text of ["===", "!==", "=="]) punctuator(`Compare${text}`, text, [BinaryToken]);
export const Arrow: TokenType = punctuator("Arrow", "=>");
for (const text of ["!=", "<=", ">="]) punctuator(`Compare${text}`, text, [BinaryToken]);
for (const text of ["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="]) {
  punctuator(`Assign${text}`, text, [AssignToken]);
}
for (const text of ["<<", "**", "&&", "||", "??"])
  punctuator(`Operator${text}`, text, [BinaryToken]);
export const Increment: TokenType = punctuator("Increment", "++", [PrefixToken]);
export const Decrement: TokenType = punctuator("Decrement", "--", [PrefixToken]);
export const QuestionDot: TokenType = createToken({
  name: "QuestionDot",
  pattern: /\?\.(?!\d)/,
  start_chars_hint: ["?"],
  label: '"?."',
});
export const Assign: TokenType = punctuator("Assign", "=", [AssignToken]);
export const Plus: TokenType = punctuator("Plus", "+", [BinaryToken, PrefixToken]);
export const Minus: TokenType = punctuator("Minus", "-", [BinaryToken, PrefixToken]);
export const Star: TokenType = punctuator("Star", "*", [BinaryToken]);
for (const text of ["/", "%", "^"]) punctuator(`Operator${text}`, text, [BinaryToken]);
export const Ampersand: TokenType = punctuator("Ampersand", "&", [BinaryToken]);
export const Bar: TokenType = punctuator("Bar", "|", [BinaryToken]);
export const LessThan: TokenType = punctuator("LessThan", "<", [BinaryToken]);
export const GreaterThan: TokenType = punctuator("GreaterThan", ">", [BinaryToken]);
export const Bang: TokenType = punctuator("Bang", "!", [PrefixToken]);
export const Tilde: TokenType = punctuator("Tilde", "~", [PrefixToken]);
export const Question: TokenType = punctuator("Question", "?");
export const Colon: TokenType = punctuator("Colon", ":");
export const Semicolon: TokenType = punctuator("Semicolon", ";");
export const Comma: TokenType = punctuator("Comma", ",");
export const Dot: TokenType = punctuator("Dot", ".");
export const At: TokenType = punctuator("At", "@");
export const Hash: TokenType = punctuator("Hash", "#");
export const LParen: TokenType = punctuator("LParen", "(");
export const RParen: TokenType = punctuator("RParen", ")");
export const LBracket: TokenType = punctuator("LBracket", "[");
export const RBracket: TokenType = punctuator("RBracket", "]");
export const LBrace: TokenType = punctuator("LBrace", "{");
export const RBrace: TokenType = punctuator("RBrace", "}");

const WhiteSpace = createToken({
  name: "WhiteSpace",
  pattern: /[ \t\n\r\f\v\u00a0\ufeff\u2028\u2029]+/,
  line_breaks: true,
  group: Lexer.SKIPPED,
});
const LineComment = createToken({
  name: "LineComment",
  pattern: /\/\/[^\n\r]*/,
  start_chars_hint: ["/"],
  group: "comments",
});
const BlockComment = createToken({
  name: "BlockComment",
  pattern: /\/\*[^]*?\*\//,
  start_chars_hint: ["/"],
  line_breaks: true,
  group: "comments",
});

/** The start of a comment without an end; its own group, so that it is reported once. */
const OpenComment = createToken({ name: "OpenComment", pattern: "/*", group: "open" });

/** All tokens, in the order in which the lexer tries them. */
export const allTokens: TokenType[] = [
  WhiteSpace,
  LineComment,
  BlockComment,
  OpenComment,
  PropertyName,
  BinaryToken,
  AssignToken,
  PrefixToken,
  ...keywords,
  Identifier,
  NumberToken,
  StringToken,
  TemplateToken,
  RegexToken,
  QuestionDot,
  ...punctuators,
];
