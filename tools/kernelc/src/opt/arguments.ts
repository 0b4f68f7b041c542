/** Arguments of `kernelc opt` that are no options of its own: a file, and passes. */
import { usageError } from "../failures.ts";

/** A pass given as an option: its name without dashes, and what follows `=`. */
export interface PassFlag {
  readonly name: string;
  readonly options: string;
}

/** The file and the passes among arguments that commander does not know. */
export function splitArguments(args: readonly string[]): {
  readonly file: string | undefined;
  readonly flags: readonly PassFlag[];
} {
  const files = args.filter((arg) => arg === "-" || !arg.startsWith("-"));
  if (files.length > 1) {
    throw usageError("cli.excess-arguments", `one file is expected, found ${files.join(" ")}`, {
      hint: "write options of a pass behind =, as in --canonicalize=max-iterations=3",
    });
  }
  const flags = args
    .filter((arg) => arg !== "-" && arg.startsWith("-"))
    .map((arg) => {
      const [, name = "", options = ""] = /^--?([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
      return { name, options };
    });
  return { file: files[0], flags };
}
