/** The parser's own errors in the words of this project, and as diagnostics. */
import {
  EOF,
  type IParserErrorMessageProvider,
  type IRecognitionException,
  type IToken,
} from "chevrotain";
import { userError, type Diagnostic, type SourceFile } from "@strata/support";
import { tokenEnd } from "./lexer.ts";

function found(token: IToken): string {
  if (token.tokenType === EOF) return "the end of the file";
  const image = token.image.length > 40 ? `${token.image.slice(0, 40)}…` : token.image;
  return token.image === "" ? "the end of the brackets" : `"${image}"`;
}

/** Messages of the kind `expected ")", found "x"`. */
export const errorMessages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual }) =>
    `expected ${expected.LABEL ?? expected.name}, found ${found(actual)}`,
  buildNotAllInputParsedMessage: ({ firstRedundant }) => `unexpected ${found(firstRedundant)}`,
  buildNoViableAltMessage: ({ actual, customUserDescription }) => {
    const [first] = actual;
    const what = customUserDescription ?? "something else";
    return `expected ${what}, found ${first === undefined ? "nothing" : found(first)}`;
  },
  buildEarlyExitMessage: ({ actual, customUserDescription }) => {
    const [first] = actual;
    const what = customUserDescription ?? "something else";
    return `expected ${what}, found ${first === undefined ? "nothing" : found(first)}`;
  },
};

/** A parser's exception as a diagnostic; at the end of the file it points behind the last token. */
export function syntaxError(file: SourceFile, error: IRecognitionException): Diagnostic {
  const { token, message } = error;
  const previous =
    "previousToken" in error ? (error.previousToken as IToken | undefined) : undefined;
  const atEnd = token.tokenType === EOF || token.image === "";
  const start = atEnd
    ? previous === undefined || previous.tokenType === EOF
      ? file.text.length
      : tokenEnd(previous)
    : token.startOffset;
  const span = file.span(start, atEnd ? start : tokenEnd(token));
  return userError("syntax.expected", message, { span });
}
