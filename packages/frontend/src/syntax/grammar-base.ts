/**
 * What all parts of the grammar share: the state of one parse, places, and refusals.
 *
 * Invariants: actions that report or move by hand do nothing in Chevrotain's recording phase;
 * within one parse no two reports share code and place.
 */
import { EOF, EmbeddedActionsParser, type IToken, type TokenType } from "chevrotain";
import { DiagnosticSink, SourceFile, userError, type Diagnostic } from "@strata/support";
import { tokenEnd, type TokenStream } from "./lexer.ts";
import { FirstTokenLookahead } from "./lookahead.ts";
import { errorMessages } from "./syntax-errors.ts";
import { refuse, type Refused } from "./refusals.ts";
import { RBrace, allTokens } from "./tokens.ts";

/** The common base of the grammar's parts. */
export abstract class GrammarBase extends EmbeddedActionsParser {
  protected file: SourceFile = new SourceFile("", "");
  #sink: DiagnosticSink = new DiagnosticSink();
  #trustedTo = Infinity;
  readonly #reported = new Set<string>();
  #tokens: readonly IToken[] = [];

  /** `validate`: check the grammar itself, for tests; costs some milliseconds. */
  constructor(validate: boolean) {
    const lookaheadStrategy = new FirstTokenLookahead();
    super(allTokens, {
      recoveryEnabled: false,
      maxLookahead: 1,
      lookaheadStrategy,
      skipValidations: !validate,
      errorMessageProvider: errorMessages,
    });
    lookaheadStrategy.next = () => this.LA(1);
  }

  /** Prepares for the parse of a file. */
  begin(file: SourceFile, stream: TokenStream, sink: DiagnosticSink): void {
    this.input = stream.tokens;
    this.file = file;
    this.#tokens = stream.tokens;
    this.#trustedTo = stream.trustedTo;
    this.#sink = sink;
    this.#reported.clear();
  }

  /** Reports unless the place lies behind a broken bracket or the same was said of it. */
  protected report(diagnostic: Diagnostic): void {
    if (this.RECORDING_PHASE) return;
    const start = diagnostic.span?.start ?? 0;
    const key = `${diagnostic.code}@${start}`;
    if (start >= this.#trustedTo || this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#sink.add(diagnostic);
  }

  /** Reports a construct outside the language between two offsets. */
  protected refuse(construct: Refused, start: number, end: number): void {
    if (this.RECORDING_PHASE) return;
    this.report(refuse(construct, this.file.span(start, Math.max(start, end))));
  }

  protected refuseToken(construct: Refused, token: IToken): void {
    // What an optional part gives while the grammar is recorded is no token.
    if (!this.RECORDING_PHASE) this.refuse(construct, token.startOffset, tokenEnd(token));
  }

  /** Reports a token that fits nowhere. */
  protected reportUnexpected(token: IToken): void {
    if (this.RECORDING_PHASE) return;
    const end = Math.max(tokenEnd(token), token.startOffset);
    this.report(
      userError("syntax.unexpected", `unexpected ${describe(token)}`, {
        span: this.file.span(Math.min(token.startOffset, this.file.text.length), end),
      }),
    );
  }

  /** Where the next token starts; the end of the text if there is none. */
  protected nextStart(): number {
    return this.atEnd() ? this.file.text.length : this.LA(1).startOffset;
  }

  /** Where the last consumed token ends. */
  protected lastEnd(): number {
    return this.RECORDING_PHASE ? 0 : tokenEnd(this.LA(0));
  }

  /** Whether a line ends between the last consumed token and the next one. */
  protected newlineAhead(): boolean {
    const { text } = this.file;
    const to = this.nextStart();
    for (let at = this.lastEnd(); at < to; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) return true;
    }
    return false;
  }

  /** The partner of an opening bracket. */
  protected partner(open: IToken): IToken | undefined {
    return typeof open.payload === "number" ? this.#tokens[open.payload] : undefined;
  }

  /** The token `distance` places behind the partner of an opening bracket. */
  protected behindPartner(open: IToken, distance: number = 1): IToken | undefined {
    return typeof open.payload === "number" ? this.#tokens[open.payload + distance] : undefined;
  }

  /** Whether the next token has the text of a contextual keyword. */
  protected nextIs(image: string): boolean {
    return this.LA(1).image === image;
  }

  /** Consumes tokens up to `stop`, or up to and with it. */
  protected skipTo(stop: IToken | undefined, inclusive: boolean): void {
    if (this.RECORDING_PHASE) return;
    while (!this.atEnd() && this.LA(1) !== stop) this.skipOne();
    if (inclusive && !this.atEnd()) this.skipOne();
  }

  /** Consumes one token; after an opening bracket everything up to its partner. */
  protected skipBalanced(): void {
    if (this.RECORDING_PHASE) return;
    const partner = this.partner(this.LA(1));
    if (partner === undefined) this.skipOne();
    else this.skipTo(partner, true);
  }

  protected skipOne(): void {
    this.consume(0, this.LA(1).tokenType);
  }

  protected atEnd(): boolean {
    return this.LA(1).tokenType === EOF;
  }

  /** Skips a declaration that ends with braces: `class X { … }`. */
  protected skipBraced(): void {
    if (this.RECORDING_PHASE) return;
    while (!this.atEnd() && this.LA(1).tokenType !== RBrace) {
      const braced = this.LA(1).image === "{";
      this.skipBalanced();
      if (braced) return;
      if (this.LA(0).image === ";") return;
    }
  }
}

/** A token as a message names it. */
export function describe(token: IToken): string {
  if (token.tokenType === EOF) return "end of file";
  if (token.image === "") return `missing ${label(token.tokenType)}`;
  const image = token.image.length > 40 ? `${token.image.slice(0, 40)}…` : token.image;
  return `"${image}"`;
}

/** A token type as a message names it. */
export function label(tokenType: TokenType): string {
  return tokenType.LABEL ?? tokenType.name;
}
