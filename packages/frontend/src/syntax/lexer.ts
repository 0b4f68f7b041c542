/**
 * From text to tokens with matched brackets.
 *
 * Invariants: in the result every bracket has a partner (a missing one is inserted with an empty
 * image, a stray one dropped, both reported); an opening bracket's `payload` is the index of its
 * partner in `tokens`.
 */
import { Lexer, type IToken, type TokenType } from "chevrotain";
import { DiagnosticSink, type SourceFile } from "@strata/support";
import { LBrace, LBracket, LParen, RBrace, RBracket, RParen, allTokens } from "./tokens.ts";

/** The tokens of a file. */
export interface TokenStream {
  readonly tokens: IToken[];
  readonly comments: readonly IToken[];
  /** Offset of the first bracket without a partner; syntax errors behind it are not trusted. */
  readonly trustedTo: number;
}

let lexer: Lexer | undefined;

function sharedLexer(): Lexer {
  lexer ??= new Lexer(allTokens, {
    positionTracking: "onlyOffset",
    ensureOptimizations: true,
    skipValidations: true,
  });
  return lexer;
}

/** Where a token ends; a token inserted for a missing bracket is empty. */
export function tokenEnd(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** Splits a file into tokens and reports what is no token. */
export function tokenize(file: SourceFile, sink: DiagnosticSink): TokenStream {
  const result = sharedLexer().tokenize(file.text);
  for (const error of result.errors) reportLexical(file, error.offset, error.length, sink);
  const comments = result.groups["comments"] ?? [];
  const open = result.groups["open"]?.[0];
  if (open === undefined) return { ...matchBrackets(file, result.tokens, sink), comments };
  const { startOffset: start } = open;
  sink.error("syntax.open-comment", "this comment is never closed", {
    span: file.span(start, start + 2),
    hint: "end it with */",
  });
  // What follows was meant as a comment: nothing behind it is trusted.
  const before = result.tokens.filter(({ startOffset }) => startOffset < start);
  const stream = matchBrackets(file, before, new DiagnosticSink());
  return { ...stream, trustedTo: Math.min(stream.trustedTo, start), comments };
}

function reportLexical(
  file: SourceFile,
  offset: number,
  length: number,
  sink: DiagnosticSink,
): void {
  const text = file.text.slice(offset, offset + 2);
  const span = file.span(offset, offset + Math.max(1, length));
  if (text.startsWith('"') || text.startsWith("'") || text.startsWith("`")) {
    sink.error("syntax.open-string", "this string is never closed", {
      span: file.span(offset, offset + 1),
      hint: "kernels have no strings; only import declarations name a module",
    });
  } else {
    const shown = file.text.slice(offset, offset + length);
    sink.error("syntax.character", `unexpected character "${shown}"`, { span });
  }
}

const CLOSERS: ReadonlyMap<TokenType, TokenType> = new Map([
  [LParen, RParen],
  [LBracket, RBracket],
  [LBrace, RBrace],
]);

function inserted(tokenType: TokenType, image: string, startOffset: number): IToken {
  return {
    image,
    startOffset,
    tokenType,
    tokenTypeIdx: tokenType.tokenTypeIdx ?? 0,
    isInsertedInRecovery: true,
  };
}

/** Gives each bracket a partner; the common case copies nothing. */
function matchBrackets(
  file: SourceFile,
  tokens: IToken[],
  sink: DiagnosticSink,
): { tokens: IToken[]; trustedTo: number } {
  const open: number[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    const { tokenType } = token;
    if (CLOSERS.has(tokenType)) {
      open.push(at);
    } else if (tokenType === RParen || tokenType === RBracket || tokenType === RBrace) {
      const opener = tokens[open.pop() ?? -1];
      if (opener === undefined || CLOSERS.get(opener.tokenType) !== tokenType) {
        return repairBrackets(file, tokens, sink);
      }
      opener.payload = at;
    }
  }
  if (open.length > 0) return repairBrackets(file, tokens, sink);
  return { tokens, trustedTo: Infinity };
}

function repairBrackets(
  file: SourceFile,
  tokens: readonly IToken[],
  sink: DiagnosticSink,
): { tokens: IToken[]; trustedTo: number } {
  const repaired: IToken[] = [];
  const open: IToken[] = [];
  let trustedTo = Infinity;
  const close = (opener: IToken, offset: number): void => {
    const closer = CLOSERS.get(opener.tokenType) ?? RBrace;
    trustedTo = Math.min(trustedTo, opener.startOffset);
    sink.error("syntax.open-bracket", `this "${opener.image}" is never closed`, {
      span: file.span(opener.startOffset, tokenEnd(opener)),
      hint: `add the missing ${closer.LABEL ?? closer.name}`,
    });
    opener.payload = repaired.length;
    repaired.push(inserted(closer, "", offset));
  };
  for (const token of tokens) {
    const { tokenType } = token;
    if (CLOSERS.has(tokenType)) {
      open.push(token);
    } else if (tokenType === RParen || tokenType === RBracket || tokenType === RBrace) {
      const partner = open.findLastIndex((opener) => CLOSERS.get(opener.tokenType) === tokenType);
      // A closing brace ends what was left open inside it; other strays are dropped.
      const inner = open[open.length - 1];
      if (partner < 0 || (tokenType !== RBrace && inner?.tokenType === LBrace)) {
        trustedTo = Math.min(trustedTo, token.startOffset);
        sink.error("syntax.stray-bracket", `this "${token.image}" closes nothing`, {
          span: file.span(token.startOffset, tokenEnd(token)),
        });
        continue;
      }
      while (open.length - 1 > partner) {
        const opener = open.pop();
        if (opener !== undefined) close(opener, token.startOffset);
      }
      const opener = open.pop();
      if (opener !== undefined) opener.payload = repaired.length;
    }
    repaired.push(token);
  }
  for (let opener = open.pop(); opener !== undefined; opener = open.pop()) {
    close(opener, file.text.length);
  }
  return { tokens: repaired, trustedTo };
}
