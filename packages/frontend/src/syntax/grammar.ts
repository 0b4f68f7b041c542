/** The grammar of modules and of captured functions: the whole parser. */
import type { IToken, ParserMethod } from "chevrotain";
import { userError, type DiagnosticSink, type SourceFile } from "@strata/support";
import type {
  ArrowFunction,
  FunctionDeclaration,
  ImportDeclaration,
  Module,
  Name,
  TypeAlias,
  VariableStatement,
} from "./ast.ts";
import { docBefore } from "./doc-comments.ts";
import { StatementGrammar, isRecognitionError } from "./grammar-statements.ts";
import { tokenEnd, type TokenStream } from "./lexer.ts";
import type { Refused } from "./refusals.ts";
import { syntaxError } from "./syntax-errors.ts";
import * as t from "./tokens.ts";

interface Items {
  readonly imports: ImportDeclaration[];
  readonly aliases: TypeAlias[];
  readonly constants: VariableStatement[];
  readonly functions: FunctionDeclaration[];
}

/** A captured function: a declaration, a method or an arrow. */
export type CapturedFunction = Omit<FunctionDeclaration, "body"> & {
  readonly body: ArrowFunction["body"];
};

/** Tokens at which a top-level item begins for certain, at the start of a line. */
const TOP = new Set([t.Import, t.Export, t.Function, t.Const, t.Class, t.Enum]);

/** The parser; one instance serves any number of files, one after the other. */
export class KernelParser extends StatementGrammar {
  #comments: readonly IToken[] = [];
  #items: Items = { imports: [], aliases: [], constants: [], functions: [] };

  constructor(options: { readonly validate?: boolean } = {}) {
    super(options.validate === true);
    this.performSelfAnalysis();
  }

  override begin(file: SourceFile, stream: TokenStream, sink: DiagnosticSink): void {
    super.begin(file, stream, sink);
    this.#comments = stream.comments;
    this.#items = { imports: [], aliases: [], constants: [], functions: [] };
  }

  readonly module: ParserMethod<[], Module> = this.RULE("module", (): Module => {
    for (;;) {
      this.MANY(() => {
        try {
          this.SUBRULE(this.item);
        } catch (error) {
          if (!isRecognitionError(error)) throw error;
          this.report(syntaxError(this.file, error));
          this.resumeItem();
        }
      });
      if (this.RECORDING_PHASE || this.atEnd()) break;
      this.reportUnexpected(this.LA(1));
      this.skipBalanced();
      this.resumeItem();
    }
    return { file: this.file, ...this.#items };
  });

  protected resumeItem(): void {
    while (!this.atEnd()) {
      if (TOP.has(this.LA(1).tokenType) && this.newlineAhead()) return;
      this.skipBalanced();
    }
  }

  readonly item: ParserMethod<[], void> = this.RULE("item", (): void => {
    const start = this.nextStart();
    this.OR({
      ERR_MSG: 'an import, a function, a "const" or a "type"',
      DEF: [
        { ALT: () => this.SUBRULE(this.importDeclaration) },
        { ALT: () => this.SUBRULE(this.exportDeclaration) },
        { ALT: () => this.SUBRULE(this.functionDeclaration, { ARGS: [false, start] }) },
        {
          GATE: () => this.nextIs("type") && this.LA(2).tokenType === t.Identifier,
          ALT: () => this.SUBRULE(this.typeAlias),
          IGNORE_AMBIGUITIES: true,
        },
        {
          GATE: () => this.LA(1).tokenType === t.Const && this.LA(2).tokenType !== t.Enum,
          ALT: () => this.topConstant(this.SUBRULE(this.variableStatement)),
          IGNORE_AMBIGUITIES: true,
        },
        {
          GATE: () => this.LA(1).tokenType === t.Const,
          ALT: () => {
            this.CONSUME(t.Const);
            this.refusedBraced("enum", this.CONSUME(t.Enum));
          },
          IGNORE_AMBIGUITIES: true,
        },
        {
          GATE: () => this.nextIs("async"),
          ALT: () => {
            this.refuseToken("async", this.CONSUME(t.Identifier));
            this.SUBRULE1(this.functionDeclaration, { ARGS: [false, start] });
          },
          IGNORE_AMBIGUITIES: true,
        },
        { ALT: () => this.SUBRULE(this.strayStatement), IGNORE_AMBIGUITIES: true },
      ],
    });
  });

  /** A statement where none belongs. */
  readonly strayStatement: ParserMethod<[], void> = this.RULE("strayStatement", (): void => {
    const first = this.LA(1).tokenType;
    const { kind, start, end } = this.SUBRULE(this.statement);
    if (kind === "error" || kind === "empty") return;
    const variable = first === t.Let || first === t.Var;
    this.refuse(variable ? "global-let" : "top-level-statement", start, end);
  });

  protected topConstant(declaration: VariableStatement): void {
    if (this.RECORDING_PHASE) return;
    if (declaration.keyword === "const") this.#items.constants.push(declaration);
    else this.refuse("global-let", declaration.start, declaration.end);
  }

  readonly importDeclaration: ParserMethod<[], void> = this.RULE("importDeclaration", (): void => {
    const { startOffset: start } = this.CONSUME(t.Import);
    let names: ImportDeclaration["names"] = [];
    let odd = false;
    this.OPTION({
      GATE: () => this.nextIs("type") && this.LA(2).tokenType === t.LBrace,
      DEF: () => this.CONSUME(t.Identifier),
    });
    this.OPTION1(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME1(t.Identifier);
            this.OPTION2(() => {
              this.CONSUME(t.Comma);
              this.ACTION(() => this.skipBalanced());
            });
            odd = true;
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Star);
            this.CONSUME2(t.Identifier);
            this.CONSUME3(t.Identifier);
            odd = true;
          },
        },
        {
          ALT: () => {
            names = this.SUBRULE(this.importNames);
          },
        },
      ]);
      this.importFrom(this.CONSUME4(t.Identifier));
    });
    const source = this.CONSUME(t.StringToken);
    const end = tokenEnd(source);
    this.endStatement(this.OPTION3(() => this.CONSUME(t.Semicolon)));
    if (this.RECORDING_PHASE) return;
    if (odd) this.refuse("import-form", start, end);
    const from = source.image.slice(1, -1);
    const fromSpan = { start: source.startOffset, end };
    if (from !== "@strata/kernel") this.refuse("import-source", fromSpan.start, fromSpan.end);
    this.#items.imports.push({ from, fromSpan, names, start, end });
  });

  protected importFrom(token: IToken): void {
    if (!this.RECORDING_PHASE && token.image !== "from") this.reportUnexpected(token);
  }

  readonly importNames: ParserMethod<[], { imported: Name; local: Name }[]> = this.RULE(
    "importNames",
    (): { imported: Name; local: Name }[] => {
      const names: { imported: Name; local: Name }[] = [];
      let more = true;
      this.CONSUME(t.LBrace);
      this.MANY({
        GATE: () => more,
        DEF: () => {
          this.OPTION({
            GATE: () => this.nextIs("type") && this.LA(2).tokenType === t.Identifier,
            DEF: () => this.CONSUME(t.Identifier),
          });
          const imported = this.name(this.CONSUME(t.PropertyName));
          const local = this.OPTION1({
            GATE: () => this.nextIs("as"),
            DEF: () => {
              this.CONSUME1(t.Identifier);
              return this.name(this.CONSUME2(t.Identifier));
            },
          });
          names.push({ imported, local: local ?? imported });
          more = this.OPTION2(() => this.CONSUME(t.Comma)) !== undefined;
        },
      });
      this.CONSUME(t.RBrace);
      return names;
    },
  );

  readonly exportDeclaration: ParserMethod<[], void> = this.RULE("exportDeclaration", (): void => {
    const token = this.CONSUME(t.Export);
    const start = token.startOffset;
    this.OR([
      { ALT: () => this.SUBRULE(this.functionDeclaration, { ARGS: [true, start] }) },
      {
        GATE: () => this.nextIs("async") && this.LA(2).tokenType === t.Function,
        ALT: () => {
          this.refuseToken("async", this.CONSUME(t.Identifier));
          this.SUBRULE1(this.functionDeclaration, { ARGS: [true, start] });
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        GATE: () => this.nextIs("type") && this.LA(2).tokenType === t.Identifier,
        ALT: () => this.SUBRULE(this.typeAlias),
        IGNORE_AMBIGUITIES: true,
      },
      {
        ALT: () => {
          this.OR1([
            { ALT: () => this.CONSUME(t.Default) },
            { ALT: () => this.CONSUME(t.LBrace) },
            { ALT: () => this.CONSUME(t.Star) },
            { ALT: () => this.CONSUME1(t.Identifier) },
            { ALT: () => this.CONSUME(t.Const) },
            { ALT: () => this.CONSUME(t.Let) },
            { ALT: () => this.CONSUME(t.Var) },
            { ALT: () => this.CONSUME(t.Class) },
            { ALT: () => this.CONSUME(t.Enum) },
            { ALT: () => this.CONSUME(t.At) },
          ]);
          this.ACTION(() => this.refuseExport(start));
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
  });

  protected refuseExport(start: number): void {
    const second = this.LA(0);
    const end = tokenEnd(second);
    const constructs: ReadonlyMap<string, Refused> = new Map<string, Refused>([
      ["const", "export-const"],
      ["let", "global-let"],
      ["var", "global-let"],
      ["class", "class"],
      ["abstract", "class"],
      ["enum", "enum"],
      ["interface", "interface"],
      ["namespace", "namespace"],
      ["declare", "namespace"],
      ["@", "decorator"],
    ]);
    const construct =
      second.image === "const" && this.nextIs("enum") ? "enum" : constructs.get(second.image);
    this.refuse(construct ?? "export-form", start, end);
    this.resumeItem();
  }

  readonly functionDeclaration: ParserMethod<[boolean, number], void> = this.RULE(
    "functionDeclaration",
    (exported: boolean, start: number): void => {
      this.CONSUME(t.Function);
      const star = this.OPTION(() => this.CONSUME(t.Star));
      if (star !== undefined) this.refuseToken("generator", star);
      const name = this.name(this.CONSUME(t.Identifier));
      const typeParams = this.OPTION1(() => this.SUBRULE(this.typeParameters)) ?? [];
      const params = this.SUBRULE(this.parameters);
      const returnType = this.OPTION2(() => this.SUBRULE(this.typeAnnotation));
      const body = this.OPTION3(() => this.SUBRULE(this.block));
      const semicolon = this.OPTION4({
        GATE: () => body === undefined,
        DEF: () => this.CONSUME(t.Semicolon),
      });
      if (this.RECORDING_PHASE) return;
      if (body === undefined) {
        const ended = semicolon !== undefined || this.atEnd() || this.newlineAhead();
        if (!ended) this.reportUnexpected(this.LA(1));
        this.refuse("overload", start, this.lastEnd());
        return;
      }
      const doc = docBefore(this.file, this.#comments, start);
      const end = this.lastEnd();
      this.#items.functions.push({
        kind: "function",
        exported,
        name,
        typeParams,
        params,
        returnType,
        body,
        doc,
        start,
        end,
      });
    },
  );

  readonly typeAlias: ParserMethod<[], void> = this.RULE("typeAlias", (): void => {
    const { startOffset: start } = this.CONSUME(t.Identifier);
    const name = this.name(this.CONSUME1(t.Identifier));
    const params = this.OPTION(() => this.SUBRULE(this.typeParameters)) ?? [];
    this.CONSUME(t.Assign);
    const type = this.SUBRULE(this.type);
    const end = this.lastEnd();
    this.endStatement(this.OPTION1(() => this.CONSUME(t.Semicolon)));
    if (!this.RECORDING_PHASE) this.#items.aliases.push({ name, params, type, start, end });
  });

  /** The text of one function, as `Function.prototype.toString` gives it. */
  readonly captured: ParserMethod<[], CapturedFunction | undefined> = this.RULE(
    "captured",
    (): CapturedFunction | undefined => {
      const start = this.nextStart();
      return this.OR({
        ERR_MSG: "a function",
        DEF: [
          {
            GATE: () => this.isArrowAhead(),
            ALT: (): CapturedFunction | undefined => {
              const arrow = this.SUBRULE(this.arrow);
              if (this.RECORDING_PHASE || arrow.kind !== "arrow") return undefined;
              const { params, returnType, body, end } = arrow;
              const name = { text: "kernel", start, end: start };
              const head = { kind: "function" as const, exported: true, name, doc: undefined };
              return { ...head, typeParams: [], params, returnType, body, start, end };
            },
            IGNORE_AMBIGUITIES: true,
          },
          {
            ALT: (): CapturedFunction | undefined => {
              const asynchronous = this.OPTION({
                GATE: () => this.nextIs("async") && this.LA(2).tokenType !== t.LParen,
                DEF: () => this.CONSUME(t.Identifier),
              });
              if (asynchronous !== undefined) this.refuseToken("async", asynchronous);
              this.OPTION1(() => this.CONSUME(t.Function));
              const star = this.OPTION2(() => this.CONSUME(t.Star));
              if (star !== undefined) this.refuseToken("generator", star);
              const named = this.OPTION3(() => this.CONSUME(t.PropertyName));
              const typeParams = this.OPTION4(() => this.SUBRULE(this.typeParameters)) ?? [];
              const params = this.SUBRULE(this.parameters);
              const returnType = this.OPTION5(() => this.SUBRULE(this.typeAnnotation));
              const body = this.SUBRULE(this.block);
              const anonymous = { text: "kernel", start, end: start };
              const unnamed = named === undefined || this.RECORDING_PHASE;
              const name = unnamed ? anonymous : this.name(named);
              const head = { kind: "function" as const, exported: true, name, doc: undefined };
              const end = this.lastEnd();
              return { ...head, typeParams, params, returnType, body, start, end };
            },
          },
        ],
      });
    },
  );

  /** Reports what stands behind a captured function. */
  expectEnd(): void {
    if (!this.atEnd()) {
      this.report(
        userError("syntax.unexpected", `unexpected "${this.LA(1).image}" behind the function`, {
          span: this.file.span(this.nextStart(), tokenEnd(this.LA(1))),
        }),
      );
    }
  }
}
