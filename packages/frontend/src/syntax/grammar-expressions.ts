/** The grammar of expressions and arrow functions. */
import type { IToken, ParserMethod } from "chevrotain";
import { userError } from "@strata/support";
import type {
  ArrowFunction,
  AssignmentOperator,
  BinaryOperator,
  Block,
  Expression,
  Name,
  ObjectField,
  Parameter,
  TypeNode,
  UnaryOperator,
} from "./ast.ts";
import { TypeGrammar } from "./grammar-types.ts";
import { tokenEnd } from "./lexer.ts";
import { buildBinary, type OperatorToken } from "./precedence.ts";
import type { Refused } from "./refusals.ts";
import * as t from "./tokens.ts";

const REFUSED_PREFIX: Readonly<Record<string, Refused>> = {
  typeof: "typeof",
  void: "void",
  delete: "delete",
  await: "await",
  yield: "yield",
};

const REFUSED_BINARY: Readonly<Record<string, Refused>> = {
  "??": "nullish",
  in: "in",
  instanceof: "instanceof",
};

/** Tokens that stand in the type arguments of a call. */
const IN_TYPE_ARGUMENTS = new Set(
  [t.Identifier, t.Comma, t.NumberToken, t.LBracket, t.RBracket, t.LessThan, t.Extends].map(
    ({ name }) => name,
  ),
);

export abstract class ExpressionGrammar extends TypeGrammar {
  /** Unary expressions that stood in parentheses: `(-x) ** 2` is not `-x ** 2`. */
  readonly #closed: WeakSet<Expression> = new WeakSet();

  protected closeUnary(expression: Expression): void {
    this.#closed.add(expression);
  }

  /** `-x ** 2` is an error in JavaScript too: it reads both ways. */
  protected checkPower(base: Expression, operator: OperatorToken): void {
    if (operator.op !== "**" || base.kind !== "unary" || this.#closed.has(base)) return;
    this.report(
      userError("syntax.unary-power", `"${base.op}" before a power needs parentheses`, {
        span: this.file.span(base.start, base.end),
        hint: `write (${base.op}x) ** y or ${base.op}(x ** y)`,
      }),
    );
  }

  abstract readonly block: ParserMethod<[], Block>;

  protected errorAt(start: number): Expression {
    return { kind: "error", start, end: this.lastEnd() };
  }

  protected refused(construct: Refused, start: number): Expression {
    this.refuse(construct, start, this.lastEnd());
    return this.errorAt(start);
  }

  /** Expressions with commas; `(0, f)`, which compilers of modules write, is `f`. */
  readonly expression: ParserMethod<[], Expression> = this.RULE("expression", (): Expression => {
    const first = this.SUBRULE(this.assignment);
    let result = first;
    let count = 1;
    this.MANY(() => {
      this.CONSUME(t.Comma);
      result = this.SUBRULE1(this.assignment);
      count++;
    });
    if (count === 1 || this.RECORDING_PHASE) return first;
    if (count === 2 && first.kind === "number" && first.value === 0) return result;
    return this.refused("comma-operator", first.start);
  });

  readonly assignment: ParserMethod<[], Expression> = this.RULE("assignment", (): Expression =>
    this.OR({
      ERR_MSG: "an expression",
      DEF: [
        {
          GATE: () => this.isArrowAhead(),
          ALT: (): Expression => this.SUBRULE(this.arrow),
          IGNORE_AMBIGUITIES: true,
        },
        {
          ALT: (): Expression => {
            const target = this.SUBRULE(this.conditional);
            const assigned = this.OPTION(() => {
              const op = this.CONSUME(t.AssignToken);
              return { op, value: this.SUBRULE1(this.assignment) };
            });
            if (assigned === undefined || this.RECORDING_PHASE) return target;
            const { op, value } = assigned;
            if (op.image === "??=") return this.refused("nullish", target.start);
            return {
              kind: "assignment",
              op: op.image as AssignmentOperator,
              target,
              value,
              start: target.start,
              end: value.end,
            };
          },
        },
      ],
    }),
  );

  /** Whether an arrow function begins at the next token. */
  protected isArrowAhead(): boolean {
    const first = this.LA(1);
    if (first.tokenType === t.Identifier) {
      if (this.LA(2).tokenType === t.Arrow) return true;
      if (first.image !== "async" || this.LA(2).startOffset < tokenEnd(first) + 1) return false;
      const second = this.LA(2);
      if (second.tokenType === t.Identifier) return this.LA(3).tokenType === t.Arrow;
      return second.tokenType === t.LParen && this.closesAsParameters(second);
    }
    if (first.tokenType === t.LParen) return this.closesAsParameters(first);
    if (first.tokenType !== t.LessThan) return false;
    const open = this.LA(this.typeArgumentsLength());
    return open.tokenType === t.LParen && this.closesAsParameters(open);
  }

  /** Whether `=>` or a result type and `=>` follow the partner of a parenthesis. */
  protected closesAsParameters(open: IToken): boolean {
    let distance = 1;
    let next = this.behindPartner(open, distance);
    if (next?.tokenType === t.Arrow) return true;
    if (next?.tokenType !== t.Colon) return false;
    // `c ? (x) : y` has a colon as well: only tokens of a type may stand before the arrow.
    for (;;) {
      next = this.behindPartner(open, ++distance);
      if (next === undefined) return false;
      if (next.tokenType === t.Arrow) return true;
      if (next.tokenType === t.LBrace || next.tokenType === t.LBracket) {
        const opening = next;
        while (next !== undefined && next !== this.partner(opening)) {
          next = this.behindPartner(open, ++distance);
        }
        continue;
      }
      const { name } = next.tokenType;
      if (!IN_TYPE_ARGUMENTS.has(name) && next.tokenType !== t.GreaterThan) return false;
    }
  }

  readonly arrow: ParserMethod<[], Expression> = this.RULE("arrow", (): Expression => {
    const start = this.nextStart();
    const asynchronous = this.OPTION({
      GATE: () => this.nextIs("async") && this.LA(2).tokenType !== t.Arrow,
      DEF: () => this.CONSUME(t.Identifier),
    });
    const typeParams = this.OPTION1(() => this.SUBRULE(this.typeParameters));
    if (typeParams !== undefined) this.refuse("generic-arrow", start, this.lastEnd());
    let returnType: TypeNode | undefined;
    const params = this.OR([
      {
        ALT: (): Parameter[] => {
          const token = this.CONSUME1(t.Identifier);
          const end = tokenEnd(token);
          const place = { start: token.startOffset, end };
          const pattern = { kind: "name" as const, text: token.image, ...place };
          return [{ pattern, type: undefined, ...place }];
        },
      },
      {
        ALT: (): Parameter[] => {
          const list = this.SUBRULE(this.parameters);
          returnType = this.OPTION2(() => this.SUBRULE(this.typeAnnotation));
          return list;
        },
      },
    ]);
    this.CONSUME(t.Arrow);
    const body = this.OR1({
      ERR_MSG: "an expression or a block",
      DEF: [
        { ALT: (): Expression | Block => this.SUBRULE(this.block), IGNORE_AMBIGUITIES: true },
        { ALT: (): Expression | Block => this.SUBRULE(this.assignment) },
      ],
    });
    if (asynchronous !== undefined) this.refuseToken("async", asynchronous);
    const node: ArrowFunction = {
      kind: "arrow",
      params,
      returnType,
      body,
      start,
      end: this.lastEnd(),
    };
    return node;
  });

  /** `: T`, also where a type predicate stands. */
  readonly typeAnnotation: ParserMethod<[], TypeNode> = this.RULE(
    "typeAnnotation",
    (): TypeNode => {
      this.CONSUME(t.Colon);
      const type = this.SUBRULE(this.type);
      this.OPTION({
        GATE: () => this.nextIs("is") && !this.newlineAhead(),
        DEF: () => {
          this.CONSUME(t.Identifier);
          this.SUBRULE1(this.type);
          this.refuse("type-predicate", type.start, this.lastEnd());
        },
      });
      return type;
    },
  );

  /** `(a: A, { b, c })`. */
  readonly parameters: ParserMethod<[], Parameter[]> = this.RULE("parameters", (): Parameter[] => {
    const params: Parameter[] = [];
    let more = true;
    this.CONSUME(t.LParen);
    this.MANY({
      GATE: () => more,
      DEF: () => {
        params.push(this.SUBRULE(this.parameter));
        more = this.OPTION(() => this.CONSUME(t.Comma)) !== undefined;
      },
    });
    this.CONSUME(t.RParen);
    return params;
  });

  readonly parameter: ParserMethod<[], Parameter> = this.RULE("parameter", (): Parameter => {
    const start = this.nextStart();
    const rest = this.OPTION(() => this.CONSUME(t.Ellipsis));
    const pattern = this.SUBRULE(this.bindingPattern);
    const optional = this.OPTION1(() => this.CONSUME(t.Question));
    const type = this.OPTION2(() => this.SUBRULE(this.typeAnnotation));
    this.OPTION3(() => {
      const assign = this.CONSUME(t.Assign);
      this.SUBRULE(this.assignment);
      this.refuse("default-parameter", assign.startOffset, this.lastEnd());
    });
    if (rest !== undefined) this.refuseToken("rest-parameter", rest);
    if (optional !== undefined) this.refuseToken("optional-parameter", optional);
    return { pattern, type, start, end: this.lastEnd() };
  });

  readonly patternDefault: ParserMethod<[], void> = this.RULE("patternDefault", (): void => {
    this.OPTION(() => {
      const assign = this.CONSUME(t.Assign);
      this.SUBRULE(this.assignment);
      this.refuse("pattern-default", assign.startOffset, this.lastEnd());
    });
  });

  readonly conditional: ParserMethod<[], Expression> = this.RULE("conditional", (): Expression => {
    const test = this.SUBRULE(this.binary);
    const branches = this.OPTION(() => {
      this.CONSUME(t.Question);
      const consequent = this.SUBRULE1(this.assignment);
      this.CONSUME(t.Colon);
      return { consequent, alternate: this.SUBRULE2(this.assignment) };
    });
    if (branches === undefined || this.RECORDING_PHASE) return test;
    const { consequent, alternate } = branches;
    return {
      kind: "conditional",
      test,
      consequent,
      alternate,
      start: test.start,
      end: alternate.end,
    };
  });

  /** A flat run of operands and operators; precedence is settled by `buildBinary`. */
  readonly binary: ParserMethod<[], Expression> = this.RULE("binary", (): Expression => {
    const first = this.SUBRULE(this.unary);
    let operands: Expression[] | undefined;
    let operators: OperatorToken[] | undefined;
    let last = first;
    this.MANY({
      GATE: () => this.LA(1).tokenType !== t.Identifier || this.isAsAhead(),
      DEF: () => {
        this.OR([
          {
            ALT: () => {
              const operator = this.SUBRULE(this.binaryOperator);
              if (!this.RECORDING_PHASE) this.checkPower(last, operator);
              last = this.SUBRULE1(this.unary);
              (operands ??= [first]).push(last);
              (operators ??= []).push(operator);
            },
          },
          {
            ALT: () => {
              this.CONSUME(t.Identifier);
              const constant = this.OPTION(() => this.CONSUME(t.Const));
              this.OPTION1({
                GATE: () => constant === undefined,
                DEF: () => this.SUBRULE(this.type),
              });
              const construct = constant === undefined ? "as" : "as-const";
              this.refuse(construct, first.start, this.lastEnd());
            },
          },
        ]);
      },
    });
    if (operands === undefined || operators === undefined || this.RECORDING_PHASE) return first;
    return buildBinary(operands, operators);
  });

  protected isAsAhead(): boolean {
    const { image } = this.LA(1);
    return (image === "as" || image === "satisfies") && !this.newlineAhead();
  }

  /** One operator; `>>` and `>>>` are adjacent `>` tokens. */
  readonly binaryOperator: ParserMethod<[], OperatorToken> = this.RULE(
    "binaryOperator",
    (): OperatorToken => {
      const token = this.CONSUME(t.BinaryToken);
      let text = token.image;
      this.MANY({
        GATE: () =>
          text.startsWith(">") && text.length < 3 && !text.endsWith("=") && this.isAdjacent(),
        DEF: () => {
          text += this.CONSUME(t.GreaterThan).image;
        },
      });
      const construct = REFUSED_BINARY[text];
      if (construct !== undefined) this.refuseToken(construct, token);
      const op = construct === undefined ? (text as BinaryOperator) : undefined;
      return { op, start: token.startOffset };
    },
  );

  protected isAdjacent(): boolean {
    return this.LA(1).startOffset === this.lastEnd();
  }

  readonly unary: ParserMethod<[], Expression> = this.RULE("unary", (): Expression =>
    this.OR({
      ERR_MSG: "an expression",
      DEF: [
        {
          ALT: (): Expression => {
            const token = this.CONSUME(t.PrefixToken);
            const { startOffset: start, image } = token;
            const refused = REFUSED_PREFIX[image];
            // `yield` may stand alone.
            const operand = this.OPTION({
              GATE: () => refused !== "yield" || !this.newlineAhead(),
              DEF: () => this.SUBRULE(this.unary),
            });
            if (this.RECORDING_PHASE) return this.errorAt(start);
            if (refused !== undefined) return this.refused(refused, start);
            if (operand === undefined) return this.missingOperand(token);
            const { end } = operand;
            if (image === "++" || image === "--") {
              return { kind: "update", op: image, prefix: true, target: operand, start, end };
            }
            return { kind: "unary", op: image as UnaryOperator, operand, start, end };
          },
        },
        { ALT: (): Expression => this.SUBRULE(this.postfix) },
        {
          ALT: (): Expression => {
            const start = this.nextStart();
            this.SUBRULE(this.typeArguments);
            this.SUBRULE1(this.unary);
            return this.refused("as", start);
          },
        },
      ],
    }),
  );

  protected missingOperand(operator: IToken): Expression {
    const start = operator.startOffset;
    this.report(
      userError("syntax.expected", `expected an expression after "${operator.image}"`, {
        span: this.file.span(start, tokenEnd(operator)),
      }),
    );
    return this.errorAt(start);
  }

  readonly postfix: ParserMethod<[], Expression> = this.RULE("postfix", (): Expression => {
    let node: Expression = this.SUBRULE(this.primary);
    let typeArgs: readonly TypeNode[] = [];
    this.MANY({
      GATE: () => this.isPostfixAhead(),
      DEF: () => {
        const { start } = node;
        this.OR([
          {
            ALT: () => {
              this.CONSUME(t.Dot);
              this.OPTION(() => this.CONSUME(t.Hash));
              const name: Name = this.name(this.CONSUME(t.PropertyName));
              node = { kind: "member", object: node, name, start, end: name.end };
            },
          },
          {
            ALT: () => {
              const args = this.SUBRULE(this.callArguments);
              node = { kind: "call", callee: node, typeArgs, args, start, end: this.lastEnd() };
              typeArgs = [];
            },
          },
          {
            ALT: () => {
              this.CONSUME(t.LBracket);
              const index = this.SUBRULE(this.expression);
              this.CONSUME(t.RBracket);
              node = { kind: "index", object: node, index, start, end: this.lastEnd() };
            },
          },
          {
            ALT: () => {
              const token = this.OR1([
                { ALT: () => this.CONSUME(t.Increment) },
                { ALT: () => this.CONSUME(t.Decrement) },
              ]);
              const op = token.image === "++" ? "++" : "--";
              node = {
                kind: "update",
                op,
                prefix: false,
                target: node,
                start,
                end: this.lastEnd(),
              };
            },
          },
          {
            ALT: () => {
              typeArgs = this.SUBRULE(this.typeArguments);
            },
          },
          {
            ALT: () => {
              const token = this.CONSUME(t.QuestionDot);
              this.OPTION1(() => this.CONSUME1(t.PropertyName));
              this.refuseToken("optional-chaining", token);
              node = this.errorAt(start);
            },
          },
          { ALT: () => this.refuseToken("non-null", this.CONSUME(t.Bang)) },
          {
            ALT: () => {
              this.refuseToken("template", this.CONSUME(t.TemplateToken));
              node = this.errorAt(start);
            },
          },
        ]);
      },
    });
    return node;
  });

  /** Whether the next token goes on with the operand before it. */
  protected isPostfixAhead(): boolean {
    const { tokenType } = this.LA(1);
    if (tokenType === t.Increment || tokenType === t.Decrement || tokenType === t.Bang) {
      return !this.newlineAhead();
    }
    return tokenType !== t.LessThan || this.isTypeArgumentsAhead();
  }

  /** Whether `<…>(` follows, which is a call with type arguments. */
  protected isTypeArgumentsAhead(): boolean {
    return this.LA(this.typeArgumentsLength()).tokenType === t.LParen;
  }

  /** Lookahead distance of the token behind `<…>`; 1, the `<` itself, if it does not close. */
  protected typeArgumentsLength(): number {
    let depth = 0;
    for (let at = 1; ; at++) {
      const { tokenType } = this.LA(at);
      if (tokenType === t.GreaterThan) {
        depth--;
        if (depth === 0) return at + 1;
      } else if (tokenType === t.LessThan) {
        depth++;
      } else if (!IN_TYPE_ARGUMENTS.has(tokenType.name)) {
        return 1;
      }
    }
  }

  readonly callArguments: ParserMethod<[], Expression[]> = this.RULE(
    "callArguments",
    (): Expression[] => {
      const args: Expression[] = [];
      let more = true;
      this.CONSUME(t.LParen);
      this.MANY({
        GATE: () => more,
        DEF: () => {
          args.push(this.SUBRULE(this.element));
          more = this.OPTION(() => this.CONSUME(t.Comma)) !== undefined;
        },
      });
      this.CONSUME(t.RParen);
      return args;
    },
  );

  /** An element of a list; a spread one is read and refused. */
  readonly element: ParserMethod<[], Expression> = this.RULE("element", (): Expression => {
    const spread = this.OPTION(() => this.CONSUME(t.Ellipsis));
    const value = this.SUBRULE(this.assignment);
    return spread === undefined ? value : this.refused("spread", spread.startOffset);
  });

  abstract readonly primary: ParserMethod<[], Expression>;

  readonly arrayLiteral: ParserMethod<[], Expression> = this.RULE(
    "arrayLiteral",
    (): Expression => {
      const elements: Expression[] = [];
      let more = true;
      const open = this.CONSUME(t.LBracket);
      this.MANY({
        GATE: () => more,
        DEF: () => {
          this.OR([
            {
              ALT: () => {
                elements.push(this.SUBRULE(this.element));
                more = this.OPTION(() => this.CONSUME(t.Comma)) !== undefined;
              },
            },
            { ALT: () => this.refuseToken("array-hole", this.CONSUME1(t.Comma)) },
          ]);
        },
      });
      this.CONSUME(t.RBracket);
      return { kind: "array", elements, start: open.startOffset, end: this.lastEnd() };
    },
  );

  readonly objectLiteral: ParserMethod<[], Expression> = this.RULE(
    "objectLiteral",
    (): Expression => {
      const fields: ObjectField[] = [];
      let more = true;
      const open = this.CONSUME(t.LBrace);
      this.MANY({
        GATE: () => more,
        DEF: () => {
          const field = this.SUBRULE(this.objectField);
          if (field !== undefined) fields.push(field);
          more = this.OPTION(() => this.CONSUME(t.Comma)) !== undefined;
        },
      });
      this.CONSUME(t.RBrace);
      return { kind: "object", fields, start: open.startOffset, end: this.lastEnd() };
    },
  );

  abstract readonly objectField: ParserMethod<[], ObjectField | undefined>;
}
