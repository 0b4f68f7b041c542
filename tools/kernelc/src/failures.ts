/**
 * The two kinds of failures that are not about the user's input. Everything else the driver throws
 * on purpose is a plain `DiagnosticError`.
 */
import { DiagnosticError, userError, type DiagnosticDetails } from "@strata/support";

/** The command line is wrong: exit status 2. */
export class UsageError extends DiagnosticError {}

/** The environment lacks something: exit status 3. */
export class EnvironmentError extends DiagnosticError {}

/** An error of the command line: exit status 2. */
export function usageError(
  code: string,
  message: string,
  details: DiagnosticDetails = {},
): UsageError {
  return new UsageError(userError(code, message, details));
}

/** Something that the environment lacks: exit status 3. */
export function environmentError(
  code: string,
  message: string,
  details: DiagnosticDetails = {},
): EnvironmentError {
  return new EnvironmentError(userError(code, message, details));
}

/** An error of the user's input: exit status 1. */
export function inputError(
  code: string,
  message: string,
  details: DiagnosticDetails = {},
): DiagnosticError {
  return new DiagnosticError(userError(code, message, details));
}
