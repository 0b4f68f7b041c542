/** The grammar of operands, with all those that the language refuses. */
import type { IToken, ParserMethod } from "chevrotain";
import { userError } from "@strata/support";
import type { Expression, ObjectField } from "./ast.ts";
import { ExpressionGrammar } from "./grammar-expressions.ts";
import { tokenEnd } from "./lexer.ts";
import type { Refused } from "./refusals.ts";
import * as t from "./tokens.ts";

/** Names that stand for something no kernel can do. */
const REFUSED_NAMES: Readonly<Record<string, Refused>> = {
  eval: "eval",
  require: "require",
  console: "console",
};

export abstract class PrimaryGrammar extends ExpressionGrammar {
  readonly primary: ParserMethod<[], Expression> = this.RULE("primary", (): Expression =>
    this.OR({
      ERR_MSG: "an expression",
      DEF: [
        {
          GATE: () => this.nextIs("async") && this.LA(2).tokenType === t.Function,
          ALT: (): Expression => {
            this.refuseToken("async", this.CONSUME(t.Identifier));
            return this.SUBRULE(this.functionExpression);
          },
          IGNORE_AMBIGUITIES: true,
        },
        {
          GATE: () => this.isRefusedNameAhead(),
          ALT: (): Expression => {
            const token = this.CONSUME2(t.Identifier);
            const construct = REFUSED_NAMES[token.image];
            this.ACTION(() => this.skipUse());
            if (construct !== undefined) this.refuseToken(construct, token);
            return this.errorAt(token.startOffset);
          },
          IGNORE_AMBIGUITIES: true,
        },
        {
          ALT: (): Expression => {
            const token = this.CONSUME1(t.Identifier);
            const { startOffset: start, image: name } = token;
            return { kind: "identifier", name, start, end: tokenEnd(token) };
          },
        },
        { ALT: (): Expression => this.numberLiteral(this.CONSUME(t.NumberToken)) },
        {
          ALT: (): Expression => {
            this.CONSUME(t.LParen);
            const inner = this.SUBRULE(this.expression);
            this.CONSUME(t.RParen);
            if (!this.RECORDING_PHASE && inner.kind === "unary") this.closeUnary(inner);
            return inner;
          },
        },
        { ALT: (): Expression => this.SUBRULE(this.arrayLiteral) },
        { ALT: (): Expression => this.SUBRULE(this.objectLiteral) },
        { ALT: (): Expression => this.booleanLiteral(this.CONSUME(t.True), true) },
        { ALT: (): Expression => this.booleanLiteral(this.CONSUME(t.False), false) },
        { ALT: (): Expression => this.SUBRULE(this.refusedPrimary) },
      ],
    }),
  );

  protected isRefusedNameAhead(): boolean {
    const { image } = this.LA(1);
    if (!Object.hasOwn(REFUSED_NAMES, image)) return false;
    const { tokenType } = this.LA(2);
    return tokenType === t.LParen || tokenType === t.Dot;
  }

  /** Skips `.name` and `(…)` behind a refused name, so that its arguments are not refused too. */
  protected skipUse(): void {
    for (;;) {
      const { tokenType } = this.LA(1);
      if (tokenType === t.LParen) {
        this.skipBalanced();
      } else if (tokenType === t.Dot) {
        this.skipOne();
        this.skipOne();
      } else {
        return;
      }
    }
  }

  protected booleanLiteral(token: IToken, value: boolean): Expression {
    return { kind: "boolean", value, start: token.startOffset, end: tokenEnd(token) };
  }

  protected numberLiteral(token: IToken): Expression {
    const { startOffset: start, image: raw } = token;
    const place = { start, end: tokenEnd(token) };
    if (this.RECORDING_PHASE) return { kind: "error", ...place };
    const digits = raw.replaceAll("_", "");
    const misplaced = /^0[0-9]/.test(raw) || /__|_$|_[.eE]|[.eE]_|^0_/.test(raw);
    if (misplaced || (raw.endsWith("n") && /[.eE]/.test(raw) && !/^0x/i.test(raw))) {
      this.report(
        userError("syntax.number", `"${raw}" is no number`, {
          span: this.file.span(place.start, place.end),
          hint: "write decimal digits without leading zeros, 0x…, 0b… or 0o…",
        }),
      );
      return { kind: "error", ...place };
    }
    if (digits.endsWith("n")) {
      return { kind: "bigint", value: BigInt(digits.slice(0, -1)), ...place };
    }
    return { kind: "number", value: Number(digits), raw, ...place };
  }

  /** Operands outside the language, read far enough to go on behind them. */
  readonly refusedPrimary: ParserMethod<[], Expression> = this.RULE(
    "refusedPrimary",
    (): Expression => {
      const start = this.nextStart();
      return this.OR([
        { ALT: (): Expression => this.refusedOperand("string", this.CONSUME(t.StringToken)) },
        { ALT: (): Expression => this.refusedOperand("template", this.CONSUME(t.TemplateToken)) },
        { ALT: (): Expression => this.refusedOperand("regex", this.CONSUME(t.RegexToken)) },
        { ALT: (): Expression => this.refusedOperand("null", this.CONSUME(t.Null)) },
        { ALT: (): Expression => this.refusedOperand("this", this.CONSUME(t.This)) },
        { ALT: (): Expression => this.refusedOperand("super", this.CONSUME(t.Super)) },
        {
          ALT: (): Expression => {
            this.CONSUME(t.New);
            // What follows reads as a call: `X(…)`.
            this.SUBRULE(this.postfix);
            return this.refused("new", start);
          },
        },
        {
          ALT: (): Expression => {
            this.CONSUME(t.Import);
            this.skipBalanced();
            return this.refused("dynamic-import", start);
          },
        },
        {
          ALT: (): Expression => {
            this.CONSUME(t.Class);
            this.skipBraced();
            return this.refused("class", start);
          },
        },
        { ALT: (): Expression => this.SUBRULE(this.functionExpression) },
      ]);
    },
  );

  protected refusedOperand(construct: Refused, token: IToken): Expression {
    this.refuseToken(construct, token);
    return { kind: "error", start: token.startOffset, end: tokenEnd(token) };
  }

  readonly functionExpression: ParserMethod<[], Expression> = this.RULE(
    "functionExpression",
    (): Expression => {
      const keyword = this.CONSUME(t.Function);
      const start = keyword.startOffset;
      const star = this.OPTION(() => this.CONSUME(t.Star));
      this.OPTION1(() => this.CONSUME(t.Identifier));
      this.OPTION2(() => this.SUBRULE(this.typeParameters));
      this.SUBRULE(this.parameters);
      this.OPTION3(() => this.SUBRULE(this.typeAnnotation));
      this.SUBRULE(this.block);
      if (star === undefined) this.refuseToken("function-expression", keyword);
      else this.refuseToken("generator", star);
      return this.errorAt(start);
    },
  );

  readonly objectField: ParserMethod<[], ObjectField | undefined> = this.RULE(
    "objectField",
    (): ObjectField | undefined => {
      const start = this.nextStart();
      return this.OR({
        ERR_MSG: "a field",
        DEF: [
          {
            ALT: (): ObjectField | undefined => {
              this.CONSUME(t.Ellipsis);
              this.SUBRULE(this.assignment);
              this.refuse("spread", start, this.lastEnd());
              return undefined;
            },
          },
          {
            ALT: (): ObjectField | undefined => {
              this.CONSUME(t.LBracket);
              this.SUBRULE(this.expression);
              this.CONSUME(t.RBracket);
              this.CONSUME(t.Colon);
              this.SUBRULE1(this.assignment);
              this.refuse("computed-field", start, this.lastEnd());
              return undefined;
            },
          },
          {
            ALT: (): ObjectField | undefined => {
              this.OR1([
                { ALT: () => this.CONSUME(t.StringToken) },
                { ALT: () => this.CONSUME(t.NumberToken) },
              ]);
              this.CONSUME1(t.Colon);
              this.SUBRULE2(this.assignment);
              this.refuse("computed-field", start, this.lastEnd());
              return undefined;
            },
          },
          {
            GATE: () => this.isMethodAhead(),
            ALT: (): ObjectField | undefined => {
              this.CONSUME(t.Star);
              this.skipMethod();
              this.refuse("method", start, this.lastEnd());
              return undefined;
            },
          },
          {
            GATE: () => this.isMethodAhead(),
            ALT: (): ObjectField | undefined => {
              this.CONSUME(t.PropertyName);
              this.skipMethod();
              this.refuse("method", start, this.lastEnd());
              return undefined;
            },
            IGNORE_AMBIGUITIES: true,
          },
          {
            ALT: (): ObjectField | undefined => {
              const name = this.name(this.CONSUME1(t.PropertyName));
              const value = this.OPTION(() => {
                this.CONSUME2(t.Colon);
                return this.SUBRULE3(this.assignment);
              });
              const shorthand = value === undefined;
              const { text, end } = name;
              const itself: Expression = { kind: "identifier", name: text, start, end };
              return { name, value: value ?? itself, shorthand, start, end: this.lastEnd() };
            },
          },
        ],
      });
    },
  );

  /** `f() {`, `get x() {`, `async f() {`, `*f() {`. */
  protected isMethodAhead(): boolean {
    const { tokenType } = this.LA(2);
    return (
      tokenType === t.LParen ||
      tokenType === t.Identifier ||
      tokenType === t.Star ||
      tokenType === t.Hash ||
      this.LA(1).tokenType === t.Star
    );
  }

  protected skipMethod(): void {
    if (this.RECORDING_PHASE) return;
    while (!this.atEnd() && this.LA(1).tokenType !== t.LBrace) this.skipBalanced();
    this.skipBalanced();
  }
}
