/** What can be wrong with files of values: one function per finding. Codes are stable. */
import { DiagnosticError, didYouMean, userError, type DiagnosticDetails } from "@strata/support";

function fail(code: string, message: string, details: DiagnosticDetails): DiagnosticError {
  return new DiagnosticError(userError(code, message, details));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file, not a folder",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links go round in a circle",
};

/** A system error in words. */
export function systemReason(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error) {
    const code = String(error.code);
    return REASONS[code] ?? code;
  }
  return error instanceof Error ? error.message : String(error);
}

/** A file that cannot be read. */
export function unreadable(path: string, error: unknown): DiagnosticError {
  return fail("value.unreadable", `cannot read ${path}: ${systemReason(error)}`, {
    hint: "check the path and the permissions",
  });
}

/** A file that cannot be written; nothing was left behind. */
export function unwritable(path: string, error: unknown): DiagnosticError {
  return fail("value.unwritable", `cannot write ${path}: ${systemReason(error)}`, {
    hint: "name a file in a folder that exists and that you may write to",
  });
}

/** A file name whose extension no format has. */
export function unknownFormat(
  path: string,
  extension: string,
  known: readonly string[],
): DiagnosticError {
  const found = extension === "" ? "no extension" : `the extension ${extension}`;
  return fail("value.unknown-format", `the format of ${path} is not known: it has ${found}`, {
    hint: didYouMean(extension, known) ?? `use one of ${known.join(", ")}`,
  });
}

/** A text that is not a value of the type asked for. */
export function badLiteral(text: string, expected: string): DiagnosticError {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return fail("value.bad-literal", `expected ${expected}, found "${shown}"`, {
    hint: "write a number, true or false, or the name of a .npy, .png or .json file",
  });
}

/** A file that ends too early. */
export function truncated(path: string, needed: number, found: number): DiagnosticError {
  return fail(
    "value.truncated",
    `${path} is truncated: it needs ${needed} bytes, it has ${found}`,
    { hint: "write or download the file again" },
  );
}

/** A file that is no `.npy` file or whose header is broken. */
export function badNpy(path: string, reason: string): DiagnosticError {
  return fail("value.bad-npy", `${path} is not a valid .npy file: ${reason}`, {
    hint: "write it again, for example with numpy.save",
  });
}

/** An `.npy` file of a kind that is not read. */
export function unsupportedNpy(path: string, what: string, hint: string): DiagnosticError {
  return fail("value.unsupported-npy", `${path} holds ${what}`, { hint });
}

/** A file that is no PNG or a broken one. */
export function badPng(path: string, reason: string): DiagnosticError {
  return fail("value.bad-png", `${path} is not a valid PNG file: ${reason}`, {
    hint: "write or download the picture again",
  });
}

/** A tensor that cannot be written as a picture. */
export function notAPicture(path: string, found: string, hint: string): DiagnosticError {
  return fail("value.not-a-picture", `${path}: ${found} cannot be written as a PNG`, { hint });
}

/** A file whose JSON is broken or of the wrong form. */
export function badJson(path: string, reason: string): DiagnosticError {
  return fail("value.bad-json", `${path} does not hold a value: ${reason}`, {
    hint: "write a number, true or false, or nested arrays of them, all rows of one length",
  });
}

/** A file whose elements are of another type than asked for. */
export function wrongElements(path: string, expected: string, found: string): DiagnosticError {
  return fail(
    "value.element-type",
    `${path}: expected elements of type ${expected}, found ${found}`,
    { hint: `convert the file to ${expected} first` },
  );
}

/** A tensor whose bytes would exceed what the host can hold. */
export function fileTooLarge(path: string, what: string): DiagnosticError {
  return fail("value.too-large", `${path}: ${what} does not fit in memory`, {
    hint: "work on a smaller tensor, or on parts of it",
  });
}
