/**
 * The grammar of statements.
 *
 * Invariant: an error inside a statement costs that statement only; `block` always ends behind
 * its own closing brace.
 */
import { EOF, type IRecognitionException, type IToken, type ParserMethod } from "chevrotain";
import { userError } from "@strata/support";
import type {
  Block,
  Declarator,
  ExpressionStatement,
  ForStatement,
  Node,
  Statement,
  VariableStatement,
} from "./ast.ts";
import { PrimaryGrammar } from "./grammar-primary.ts";
import { tokenEnd } from "./lexer.ts";
import type { Refused } from "./refusals.ts";
import { syntaxError } from "./syntax-errors.ts";
import * as t from "./tokens.ts";

/** Tokens that begin a statement and nothing else: places to go on after an error. */
const RESUME = new Set([
  t.Const,
  t.Let,
  t.Var,
  t.If,
  t.For,
  t.While,
  t.Do,
  t.Return,
  t.Break,
  t.Continue,
  t.Switch,
  t.Try,
  t.Throw,
]);

/** Keywords that may follow `declare` or `abstract`. */
const DECLARED = new Set([t.Class, t.Function, t.Const, t.Let, t.Var, t.Enum]);

export function isRecognitionError(error: unknown): error is IRecognitionException {
  return error instanceof Error && "resyncedTokens" in error && "token" in error;
}

type ForHead = Pick<ForStatement, "init" | "test" | "update">;

export abstract class StatementGrammar extends PrimaryGrammar {
  readonly block: ParserMethod<[], Block> = this.RULE("block", (): Block => {
    const open = this.CONSUME(t.LBrace);
    const close = this.RECORDING_PHASE ? undefined : this.partner(open);
    const statements: Statement[] = [];
    for (;;) {
      this.MANY(() => {
        const start = this.nextStart();
        try {
          statements.push(this.SUBRULE(this.statement));
        } catch (error) {
          if (!isRecognitionError(error)) throw error;
          this.report(syntaxError(this.file, error));
          this.resume(close);
          statements.push({ kind: "error", start, end: this.lastEnd() });
        }
      });
      if (this.RECORDING_PHASE || this.LA(1) === close || this.atEnd()) break;
      this.reportUnexpected(this.LA(1));
      this.skipBalanced();
      this.resume(close);
    }
    this.CONSUME(t.RBrace);
    return { kind: "block", statements, start: open.startOffset, end: this.lastEnd() };
  });

  /** Goes on at the next statement, or before the end of the block. */
  protected resume(close: IToken | undefined): void {
    while (!this.atEnd() && this.LA(1) !== close) {
      const { tokenType } = this.LA(1);
      if (tokenType === t.Semicolon) {
        this.skipOne();
        return;
      }
      if (RESUME.has(tokenType) && this.newlineAhead()) return;
      this.skipBalanced();
    }
  }

  /** The end of a statement: `;`, a closing brace, or the end of a line. */
  protected endStatement(semicolon: IToken | undefined): void {
    if (this.RECORDING_PHASE || semicolon !== undefined) return;
    const next = this.LA(1);
    if (next.tokenType === t.RBrace || this.atEnd() || this.newlineAhead()) return;
    const end = this.lastEnd();
    this.report(
      userError("syntax.semicolon", 'expected ";" or a new line', {
        span: this.file.span(end, end),
      }),
    );
  }

  readonly statement: ParserMethod<[], Statement> = this.RULE("statement", (): Statement =>
    this.OR({
      ERR_MSG: "a statement",
      DEF: [
        {
          GATE: () => this.isRefusedWordAhead(),
          ALT: (): Statement => this.SUBRULE(this.refusedWordStatement),
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: (): Statement => this.SUBRULE(this.variableStatement) },
        { ALT: (): Statement => this.SUBRULE(this.block) },
        { ALT: (): Statement => this.SUBRULE(this.ifStatement) },
        { ALT: (): Statement => this.SUBRULE(this.forStatement) },
        { ALT: (): Statement => this.SUBRULE(this.whileStatement) },
        { ALT: (): Statement => this.SUBRULE(this.doWhileStatement) },
        { ALT: (): Statement => this.SUBRULE(this.jumpStatement) },
        { ALT: (): Statement => this.SUBRULE(this.returnStatement) },
        { ALT: (): Statement => this.SUBRULE(this.refusedStatement) },
        {
          ALT: (): Statement => {
            const { startOffset: start } = this.CONSUME(t.Semicolon);
            return { kind: "empty" as const, start, end: this.lastEnd() };
          },
        },
        {
          ALT: (): Statement => this.SUBRULE(this.expressionStatement),
          IGNORE_AMBIGUITIES: true,
        },
      ],
    }),
  );

  readonly expressionStatement: ParserMethod<[], ExpressionStatement> = this.RULE(
    "expressionStatement",
    (): ExpressionStatement => {
      const expression = this.SUBRULE(this.expression);
      this.endStatement(this.OPTION(() => this.CONSUME(t.Semicolon)));
      const { start } = expression;
      return { kind: "expression", expression, start, end: this.lastEnd() };
    },
  );

  readonly variableStatement: ParserMethod<[], VariableStatement> = this.RULE(
    "variableStatement",
    (): VariableStatement => {
      const declaration = this.SUBRULE(this.variableDeclaration);
      this.endStatement(this.OPTION(() => this.CONSUME(t.Semicolon)));
      return declaration;
    },
  );

  readonly variableDeclaration: ParserMethod<[], VariableStatement> = this.RULE(
    "variableDeclaration",
    (): VariableStatement => {
      const token = this.OR([
        { ALT: () => this.CONSUME(t.Const) },
        { ALT: () => this.CONSUME(t.Let) },
        { ALT: () => this.CONSUME(t.Var) },
      ]);
      if (token.tokenType === t.Var) this.refuseToken("var", token);
      const declarators: Declarator[] = [];
      let more = true;
      this.AT_LEAST_ONE({
        GATE: () => more,
        DEF: () => {
          declarators.push(this.SUBRULE(this.declarator));
          more = this.OPTION(() => this.CONSUME(t.Comma)) !== undefined;
        },
        ERR_MSG: "a name",
      });
      const keyword = token.tokenType === t.Const ? "const" : "let";
      const start = token.startOffset;
      return { kind: "variable", keyword, declarators, start, end: this.lastEnd() };
    },
  );

  readonly declarator: ParserMethod<[], Declarator> = this.RULE("declarator", (): Declarator => {
    const start = this.nextStart();
    const pattern = this.SUBRULE(this.bindingPattern);
    const type = this.OPTION(() => this.SUBRULE(this.typeAnnotation));
    const init = this.OPTION1(() => {
      this.CONSUME(t.Assign);
      return this.SUBRULE(this.assignment);
    });
    return { pattern, type, init, start, end: this.lastEnd() };
  });

  readonly ifStatement: ParserMethod<[], Statement> = this.RULE("ifStatement", (): Statement => {
    const { startOffset: start } = this.CONSUME(t.If);
    this.CONSUME(t.LParen);
    const test = this.SUBRULE(this.expression);
    this.CONSUME(t.RParen);
    const consequent = this.SUBRULE(this.statement);
    const alternate = this.OPTION(() => {
      this.CONSUME(t.Else);
      return this.SUBRULE1(this.statement);
    });
    return { kind: "if", test, consequent, alternate, start, end: this.lastEnd() };
  });

  readonly forStatement: ParserMethod<[], Statement> = this.RULE("forStatement", (): Statement => {
    const { startOffset: start } = this.CONSUME(t.For);
    const asynchronous = this.OPTION(() => this.CONSUME(t.Await));
    if (asynchronous !== undefined) this.refuseToken("await", asynchronous);
    const refused = this.ACTION(() => this.forEachAhead());
    const open = this.CONSUME(t.LParen);
    let head: ForHead | undefined;
    this.OPTION1({
      GATE: () => refused === undefined,
      DEF: () => {
        head = this.SUBRULE(this.forHead);
      },
    });
    if (refused !== undefined) this.skipTo(this.partner(open), false);
    this.CONSUME(t.RParen);
    const headEnd = this.lastEnd();
    const body = this.SUBRULE(this.statement);
    const end = this.lastEnd();
    if (refused !== undefined) this.refuse(refused, start, headEnd);
    if (head === undefined) return { kind: "error", start, end };
    const { init, test, update } = head;
    return { kind: "for", init, test, update, body, start, end };
  });

  /** Whether the head in parentheses is one of `of` or `in`. */
  protected forEachAhead(): Refused | undefined {
    const open = this.LA(1);
    const close = this.partner(open);
    let depth = 0;
    for (let at = 2; this.LA(at) !== close && this.LA(at).tokenType !== EOF; at++) {
      const { tokenType, image } = this.LA(at);
      if (tokenType === t.Semicolon) return undefined;
      if (tokenType === t.LBrace || tokenType === t.LBracket || tokenType === t.LParen) depth++;
      if (tokenType === t.RBrace || tokenType === t.RBracket || tokenType === t.RParen) depth--;
      if (depth > 0) continue;
      if (tokenType === t.In) return "for-in";
      if (tokenType === t.Identifier && image === "of" && at > 2) return "for-of";
    }
    return undefined;
  }

  readonly forHead: ParserMethod<[], ForHead> = this.RULE("forHead", (): ForHead => {
    const init = this.OPTION(() =>
      this.OR([
        {
          ALT: (): VariableStatement | ExpressionStatement =>
            this.SUBRULE(this.variableDeclaration),
        },
        {
          ALT: (): VariableStatement | ExpressionStatement => {
            const expression = this.SUBRULE(this.expression);
            const { start, end } = expression;
            return { kind: "expression", expression, start, end };
          },
        },
      ]),
    );
    this.CONSUME(t.Semicolon);
    const test = this.OPTION1(() => this.SUBRULE1(this.expression));
    this.CONSUME1(t.Semicolon);
    const update = this.OPTION2(() => this.SUBRULE2(this.expression));
    return { init, test, update };
  });

  readonly whileStatement: ParserMethod<[], Statement> = this.RULE(
    "whileStatement",
    (): Statement => {
      const { startOffset: start } = this.CONSUME(t.While);
      this.CONSUME(t.LParen);
      const test = this.SUBRULE(this.expression);
      this.CONSUME(t.RParen);
      const body = this.SUBRULE(this.statement);
      return { kind: "while", test, body, start, end: this.lastEnd() };
    },
  );

  readonly doWhileStatement: ParserMethod<[], Statement> = this.RULE(
    "doWhileStatement",
    (): Statement => {
      const { startOffset: start } = this.CONSUME(t.Do);
      const body = this.SUBRULE(this.statement);
      this.CONSUME(t.While);
      this.CONSUME(t.LParen);
      const test = this.SUBRULE(this.expression);
      this.CONSUME(t.RParen);
      // A semicolon is always supplied here.
      this.OPTION(() => this.CONSUME(t.Semicolon));
      return { kind: "doWhile", body, test, start, end: this.lastEnd() };
    },
  );

  readonly jumpStatement: ParserMethod<[], Statement> = this.RULE(
    "jumpStatement",
    (): Statement => {
      const token = this.OR([
        { ALT: () => this.CONSUME(t.Break) },
        { ALT: () => this.CONSUME(t.Continue) },
      ]);
      const target = this.OPTION({
        GATE: () => !this.newlineAhead(),
        DEF: () => this.CONSUME(t.Identifier),
      });
      if (target !== undefined) this.refuseToken("label", target);
      this.endStatement(this.OPTION1(() => this.CONSUME(t.Semicolon)));
      const kind = token.tokenType === t.Break ? ("break" as const) : ("continue" as const);
      return { kind, start: token.startOffset, end: this.lastEnd() };
    },
  );

  readonly returnStatement: ParserMethod<[], Statement> = this.RULE(
    "returnStatement",
    (): Statement => {
      const { startOffset: start } = this.CONSUME(t.Return);
      const value = this.OPTION({
        GATE: () => !this.newlineAhead(),
        DEF: () => this.SUBRULE(this.expression),
      });
      this.endStatement(this.OPTION1(() => this.CONSUME(t.Semicolon)));
      return { kind: "return", value, start, end: this.lastEnd() };
    },
  );

  /** A statement that begins with a word that is a keyword only there. */
  protected isRefusedWordAhead(): boolean {
    const { tokenType, image } = this.LA(1);
    if (tokenType !== t.Identifier) return false;
    const next = this.LA(2);
    if (next.tokenType === t.Colon) return true;
    if (image === "async") return next.tokenType === t.Function;
    if (next.startOffset <= tokenEnd(this.LA(1))) return false;
    const declares = image === "interface" || image === "type" || image === "namespace";
    if (declares) return next.tokenType === t.Identifier;
    const follows = DECLARED.has(next.tokenType) || next.tokenType === t.Identifier;
    return (image === "abstract" || image === "declare") && follows;
  }

  readonly refusedWordStatement: ParserMethod<[], Statement> = this.RULE(
    "refusedWordStatement",
    (): Statement => {
      const token = this.CONSUME(t.Identifier);
      this.ACTION(() => this.skipRefusedWord(token));
      return { kind: "error", start: token.startOffset, end: this.lastEnd() };
    },
  );

  protected skipRefusedWord(word: IToken): void {
    const { image } = word;
    if (this.LA(1).tokenType === t.Colon) {
      this.skipOne();
      this.refuse("label", word.startOffset, this.lastEnd());
    } else if (image === "type") {
      this.skipAlias();
      this.refuse("type-in-function", word.startOffset, this.lastEnd());
    } else {
      this.skipBraced();
      const construct: Refused =
        image === "async" ? "async" : image === "interface" ? "interface" : "namespace";
      this.refuseToken(image === "abstract" ? "class" : construct, word);
    }
  }

  /** Skips the rest of a type alias. */
  protected skipAlias(): void {
    while (!this.atEnd() && this.LA(1).tokenType !== t.RBrace) {
      if (this.LA(1).tokenType === t.Semicolon) {
        this.skipOne();
        return;
      }
      if (RESUME.has(this.LA(1).tokenType) && this.newlineAhead()) return;
      this.skipBalanced();
    }
  }

  readonly refusedStatement: ParserMethod<[], Statement> = this.RULE(
    "refusedStatement",
    (): Statement => {
      const start = this.nextStart();
      this.OR([
        { ALT: () => this.refusedBraced("class", this.CONSUME(t.Class)) },
        { ALT: () => this.refusedBraced("enum", this.CONSUME(t.Enum)) },
        { ALT: () => this.refusedBraced("switch", this.CONSUME(t.Switch)) },
        { ALT: () => this.refusedBraced("with", this.CONSUME(t.With)) },
        { ALT: () => this.refusedFunction(this.CONSUME(t.Function)) },
        {
          ALT: () => {
            this.refusedBraced("try", this.CONSUME(t.Try));
            this.ACTION(() => {
              while (this.nextIs("catch") || this.nextIs("finally")) this.skipBraced();
            });
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(t.Throw);
            this.SUBRULE(this.thrown);
            this.refuseToken("throw", token);
          },
        },
        {
          ALT: () => {
            this.refuseToken("debugger", this.CONSUME(t.Debugger));
            this.OPTION1(() => this.CONSUME1(t.Semicolon));
          },
        },
        {
          ALT: () => {
            const token = this.CONSUME(t.Export);
            this.ACTION(() => this.resume(undefined));
            this.refuseToken("export-form", token);
          },
        },
        {
          ALT: () => {
            this.refuseToken("decorator", this.CONSUME(t.At));
            this.CONSUME(t.Identifier);
          },
        },
      ]);
      return { kind: "error", start, end: this.lastEnd() };
    },
  );

  readonly thrown: ParserMethod<[], Node> = this.RULE("thrown", (): Node => {
    const value = this.tokensSkippedTo();
    this.OPTION(() => this.CONSUME(t.Semicolon));
    return value;
  });

  /** Skips an expression without reading it, so that what is thrown is not refused as well. */
  protected tokensSkippedTo(): Node {
    const start = this.nextStart();
    if (!this.RECORDING_PHASE) {
      while (!this.atEnd() && !this.nextIs(";") && !this.nextIs("}")) {
        if (this.newlineAhead() && this.lastEnd() > start) break;
        this.skipBalanced();
      }
    }
    return { start, end: this.lastEnd() };
  }

  protected refusedBraced(construct: Refused, token: IToken): void {
    this.skipBraced();
    this.refuseToken(construct, token);
  }

  protected refusedFunction(token: IToken): void {
    const generator = this.nextIs("*");
    this.skipBraced();
    this.refuseToken(generator ? "generator" : "nested-function", token);
  }
}
