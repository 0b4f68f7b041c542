/**
 * Print and parse as inverses: of our own text, and through upstream's tool in both directions.
 */
import { type Context, expectVerified, parseModule, printOperation } from "@strata/ir";
import { runMlirOpt, tryMlirOpt } from "./mlir-opt.ts";

/** The text of a module without what only our printer or only upstream's has. */
function printed(context: Context, text: string): { pretty: string; generic: string } {
  const module = parseModule(context, text);
  expectVerified(module);
  return { pretty: printOperation(module), generic: printOperation(module, { generic: true }) };
}

function expectSame(found: string, wanted: string, what: string): void {
  if (found === wanted) return;
  const [a, b] = [found.split("\n"), wanted.split("\n")];
  const i = a.findIndex((line, k) => line !== b[k]);
  throw new Error(
    `${what}, line ${i + 1}:\n  ${a[i] ?? "(end)"}\ninstead of\n  ${b[i] ?? "(end)"}`,
  );
}

/** Prints a module, pretty and generic, parses both and prints again: nothing may change. */
export function expectRoundTrip(context: Context, text: string): void {
  const first = printed(context, text);
  expectSame(printed(context, first.pretty).pretty, first.pretty, "the pretty form changes");
  const again = printed(context, first.generic);
  expectSame(again.pretty, first.pretty, "the generic form means something else");
  expectSame(again.generic, first.generic, "the generic form changes");
}

/**
 * Gives a module to `mlir-opt`, pretty and generic: it must accept both, and what it prints, pretty
 * and generic, must be the same module to us.
 */
export function expectUpstreamAgrees(context: Context, text: string): void {
  const own = printed(context, text);
  for (const form of ["pretty", "generic"] as const) {
    for (const args of [[], ["--mlir-print-op-generic"]]) {
      const theirs = printed(context, runMlirOpt(own[form], args));
      const what = `our ${form} form comes back changed${args.length > 0 ? " (generic)" : ""}`;
      expectSame(theirs.pretty, own.pretty, what);
    }
  }
}

/** Which of some texts `mlir-opt` finds nothing wrong with; it is started once for all of them. */
export function acceptedByUpstream(texts: readonly string[]): string[] {
  const { errors } = tryMlirOpt(texts.join("\n// -----\n"), ["--split-input-file"]);
  const wrong = [...errors.matchAll(/^[^:\n]*:(\d+):\d+: error/gm)].map(([, n]) => Number(n));
  let line = 1;
  return texts.filter((text) => {
    const first = line;
    line += text.split("\n").length;
    const last = line++;
    return !wrong.some((n) => n >= first && n < last);
  });
}
