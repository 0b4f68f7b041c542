/** The grammar of types, type parameters and binding patterns. */
import type { IToken, ParserMethod } from "chevrotain";
import type {
  ArrayPattern,
  BindingPattern,
  Name,
  ObjectPattern,
  TypeNode,
  TypeParameter,
} from "./ast.ts";
import { GrammarBase } from "./grammar-base.ts";
import { tokenEnd } from "./lexer.ts";
import * as t from "./tokens.ts";

/** Words that begin a computed type. */
const TYPE_OPERATORS = new Set(["keyof", "readonly", "unique", "infer", "asserts"]);

function nameOf(token: IToken): Name {
  return { text: token.image, start: token.startOffset, end: tokenEnd(token) };
}

type ObjectTypeField = { readonly name: Name; readonly type: TypeNode };

export abstract class TypeGrammar extends GrammarBase {
  protected name(token: IToken): Name {
    return nameOf(token);
  }

  /** `A`, `A[]`; unions and conditional types are read and refused. */
  readonly type: ParserMethod<[], TypeNode> = this.RULE("type", (): TypeNode => {
    const start = this.nextStart();
    this.OPTION(() => this.CONSUME(t.Bar));
    let node: TypeNode = this.SUBRULE(this.primaryType);
    this.MANY({
      GATE: () => !this.newlineAhead(),
      DEF: () => {
        this.CONSUME(t.LBracket);
        const computed = this.OPTION1(() => this.SUBRULE1(this.type));
        this.CONSUME(t.RBracket);
        const end = this.lastEnd();
        if (computed !== undefined) this.refuse("conditional-type", start, end);
        node = { kind: "array", element: node, start, end };
      },
    });
    this.MANY1(() => {
      this.OR([{ ALT: () => this.CONSUME1(t.Bar) }, { ALT: () => this.CONSUME(t.Ampersand) }]);
      this.SUBRULE2(this.primaryType);
      this.refuse("union-type", start, this.lastEnd());
      node = { kind: "error", start, end: this.lastEnd() };
    });
    this.OPTION2({
      GATE: () => !this.newlineAhead(),
      DEF: () => {
        this.CONSUME(t.Extends);
        this.SUBRULE3(this.type);
        this.CONSUME(t.Question);
        this.SUBRULE4(this.type);
        this.CONSUME(t.Colon);
        this.SUBRULE5(this.type);
        this.refuse("conditional-type", start, this.lastEnd());
        node = { kind: "error", start, end: this.lastEnd() };
      },
    });
    return node;
  });

  readonly primaryType: ParserMethod<[], TypeNode> = this.RULE("primaryType", (): TypeNode => {
    const start = this.nextStart();
    return this.OR({
      ERR_MSG: "a type",
      DEF: [
        {
          GATE: () => TYPE_OPERATORS.has(this.LA(1).image) && this.LA(2).tokenType === t.Identifier,
          ALT: () => {
            this.CONSUME(t.Identifier);
            this.SUBRULE(this.primaryType);
            return this.refusedType("conditional-type", start);
          },
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: () => this.SUBRULE(this.typeReference) },
        { ALT: () => this.SUBRULE(this.tupleType) },
        { ALT: () => this.SUBRULE(this.objectType) },
        {
          GATE: () => this.behindPartner(this.LA(1))?.tokenType === t.Arrow,
          ALT: () => {
            const open = this.CONSUME(t.LParen);
            this.skipTo(this.partner(open), false);
            this.CONSUME(t.RParen);
            this.CONSUME(t.Arrow);
            this.SUBRULE(this.type);
            return { kind: "function" as const, start, end: this.lastEnd() };
          },
          IGNORE_AMBIGUITIES: true,
        },
        {
          ALT: () => {
            this.CONSUME1(t.LParen);
            const inner = this.SUBRULE1(this.type);
            this.CONSUME1(t.RParen);
            return inner;
          },
        },
        {
          ALT: () => {
            const minus = this.OPTION(() => this.CONSUME(t.Minus));
            const number = this.CONSUME(t.NumberToken);
            const value = Number(number.image.replaceAll("_", ""));
            return {
              kind: "literal" as const,
              value: minus === undefined ? value : -value,
              start,
              end: this.lastEnd(),
            };
          },
        },
        {
          ALT: () => {
            this.OR1([
              { ALT: () => this.CONSUME(t.StringToken) },
              { ALT: () => this.CONSUME(t.TemplateToken) },
            ]);
            return this.refusedType("string-type", start);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Typeof);
            this.CONSUME1(t.Identifier);
            this.MANY(() => {
              this.CONSUME(t.Dot);
              this.CONSUME(t.PropertyName);
            });
            return this.refusedType("conditional-type", start);
          },
        },
        {
          // `void`, `true`, `null` …: named, so that the analysis can say what they are not.
          ALT: () => {
            const token = this.OR2([
              { ALT: () => this.CONSUME(t.Void) },
              { ALT: () => this.CONSUME(t.Null) },
              { ALT: () => this.CONSUME(t.True) },
              { ALT: () => this.CONSUME(t.False) },
              { ALT: () => this.CONSUME(t.This) },
            ]);
            const name = token.image;
            return { kind: "reference" as const, name, args: [], start, end: this.lastEnd() };
          },
        },
      ],
    });
  });

  protected refusedType(
    construct: "conditional-type" | "string-type" | "qualified-type",
    start: number,
  ): TypeNode {
    this.refuse(construct, start, this.lastEnd());
    return { kind: "error", start, end: this.lastEnd() };
  }

  readonly typeReference: ParserMethod<[], TypeNode> = this.RULE("typeReference", (): TypeNode => {
    const token = this.CONSUME(t.Identifier);
    let qualified = false;
    this.MANY(() => {
      this.CONSUME(t.Dot);
      this.CONSUME(t.PropertyName);
      qualified = true;
    });
    const args = this.OPTION({
      GATE: () => !this.newlineAhead(),
      DEF: () => this.SUBRULE(this.typeArguments),
    });
    const start = token.startOffset;
    if (qualified) return this.refusedType("qualified-type", start);
    return { kind: "reference", name: token.image, args: args ?? [], start, end: this.lastEnd() };
  });

  readonly typeArguments: ParserMethod<[], TypeNode[]> = this.RULE(
    "typeArguments",
    (): TypeNode[] => {
      const args: TypeNode[] = [];
      let more = true;
      this.CONSUME(t.LessThan);
      this.MANY({
        GATE: () => more,
        DEF: () => {
          args.push(this.SUBRULE(this.type));
          more = this.OPTION(() => this.CONSUME(t.Comma)) !== undefined;
        },
      });
      this.CONSUME(t.GreaterThan);
      return args;
    },
  );

  readonly tupleType: ParserMethod<[], TypeNode> = this.RULE("tupleType", (): TypeNode => {
    const elements: TypeNode[] = [];
    let more = true;
    const open = this.CONSUME(t.LBracket);
    this.MANY({
      GATE: () => more,
      DEF: () => {
        elements.push(this.SUBRULE(this.type));
        more = this.OPTION(() => this.CONSUME(t.Comma)) !== undefined;
      },
    });
    this.CONSUME(t.RBracket);
    return { kind: "tuple", elements, start: open.startOffset, end: this.lastEnd() };
  });

  readonly objectType: ParserMethod<[], TypeNode> = this.RULE("objectType", (): TypeNode => {
    const fields: ObjectTypeField[] = [];
    let more = true;
    const open = this.CONSUME(t.LBrace);
    this.MANY({
      GATE: () => more,
      DEF: () => {
        fields.push(this.SUBRULE(this.objectTypeField));
        const separator = this.OPTION(() =>
          this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.CONSUME(t.Semicolon) }]),
        );
        more = separator !== undefined || this.newlineAhead();
      },
    });
    this.CONSUME(t.RBrace);
    return { kind: "object", fields, start: open.startOffset, end: this.lastEnd() };
  });

  readonly objectTypeField: ParserMethod<[], ObjectTypeField> = this.RULE(
    "objectTypeField",
    (): ObjectTypeField => {
      this.OPTION({
        GATE: () => this.nextIs("readonly") && this.LA(2).tokenType !== t.Colon,
        DEF: () => this.CONSUME(t.Identifier),
      });
      const token = this.CONSUME(t.PropertyName);
      const question = this.OPTION1(() => this.CONSUME(t.Question));
      if (question !== undefined) this.refuseToken("optional-field", question);
      this.CONSUME(t.Colon);
      return { name: nameOf(token), type: this.SUBRULE(this.type) };
    },
  );

  /** `<n extends Dim, m extends Dim>`. */
  readonly typeParameters: ParserMethod<[], TypeParameter[]> = this.RULE(
    "typeParameters",
    (): TypeParameter[] => {
      const params: TypeParameter[] = [];
      let more = true;
      this.CONSUME(t.LessThan);
      this.MANY({
        GATE: () => more,
        DEF: () => {
          const token = this.CONSUME(t.Identifier);
          const constraint = this.OPTION(() => {
            this.CONSUME(t.Extends);
            return this.SUBRULE(this.type);
          });
          this.OPTION1(() => {
            this.CONSUME(t.Assign);
            const type = this.SUBRULE1(this.type);
            this.refuse("type-default", type.start, type.end);
          });
          const name = nameOf(token);
          params.push({ name, constraint, start: name.start, end: this.lastEnd() });
          more = this.OPTION2(() => this.CONSUME(t.Comma)) !== undefined;
        },
      });
      this.CONSUME(t.GreaterThan);
      return params;
    },
  );

  /** `x`, `{ a, b: c }` or `[a, b]`. */
  readonly bindingPattern: ParserMethod<[], BindingPattern> = this.RULE(
    "bindingPattern",
    (): BindingPattern =>
      this.OR({
        ERR_MSG: "a name",
        DEF: [
          {
            ALT: (): BindingPattern => {
              const token = this.CONSUME(t.Identifier);
              const { startOffset: start, image: text } = token;
              return { kind: "name", text, start, end: tokenEnd(token) };
            },
          },
          { ALT: (): BindingPattern => this.SUBRULE(this.objectPattern) },
          { ALT: (): BindingPattern => this.SUBRULE(this.arrayPattern) },
        ],
      }),
  );

  abstract readonly patternDefault: ParserMethod<[], void>;

  readonly objectPattern: ParserMethod<[], ObjectPattern> = this.RULE(
    "objectPattern",
    (): ObjectPattern => {
      const fields: { property: Name; binding: Name }[] = [];
      let more = true;
      const open = this.CONSUME(t.LBrace);
      this.MANY({
        GATE: () => more,
        DEF: () => {
          this.OR([
            {
              ALT: () => {
                const rest = this.CONSUME(t.Ellipsis);
                this.CONSUME(t.Identifier);
                this.refuseToken("pattern-rest", rest);
              },
            },
            {
              ALT: () => {
                const property = nameOf(this.CONSUME(t.PropertyName));
                const binding = this.OPTION(() => {
                  this.CONSUME(t.Colon);
                  return this.SUBRULE(this.boundName);
                });
                fields.push({ property, binding: binding ?? property });
              },
            },
          ]);
          this.SUBRULE(this.patternDefault);
          more = this.OPTION2(() => this.CONSUME(t.Comma)) !== undefined;
        },
      });
      this.CONSUME(t.RBrace);
      return { kind: "objectPattern", fields, start: open.startOffset, end: this.lastEnd() };
    },
  );

  readonly arrayPattern: ParserMethod<[], ArrayPattern> = this.RULE(
    "arrayPattern",
    (): ArrayPattern => {
      const elements: (Name | undefined)[] = [];
      let more = true;
      const open = this.CONSUME(t.LBracket);
      this.MANY({
        GATE: () => more,
        DEF: () => {
          this.OR([
            {
              ALT: () => {
                const rest = this.CONSUME(t.Ellipsis);
                this.CONSUME(t.Identifier);
                this.refuseToken("pattern-rest", rest);
                more = this.OPTION(() => this.CONSUME(t.Comma)) !== undefined;
              },
            },
            {
              ALT: () => {
                this.CONSUME1(t.Comma);
                elements.push(undefined);
              },
            },
            {
              ALT: () => {
                elements.push(this.SUBRULE(this.boundName));
                this.SUBRULE(this.patternDefault);
                more = this.OPTION2(() => this.CONSUME2(t.Comma)) !== undefined;
              },
            },
          ]);
        },
      });
      this.CONSUME(t.RBracket);
      return { kind: "arrayPattern", elements, start: open.startOffset, end: this.lastEnd() };
    },
  );

  /** A name inside a pattern; a pattern there is read and refused. */
  readonly boundName: ParserMethod<[], Name> = this.RULE("boundName", (): Name => {
    const pattern = this.SUBRULE(this.bindingPattern);
    if (pattern.kind === "name" || this.RECORDING_PHASE) {
      return pattern.kind === "name" ? pattern : { text: "", start: 0, end: 0 };
    }
    this.refuse("nested-pattern", pattern.start, pattern.end);
    return { text: "", start: pattern.start, end: pattern.end };
  });
}
