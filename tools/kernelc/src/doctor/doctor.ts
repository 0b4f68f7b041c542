/** `kernelc doctor`: what is installed of all that Strata works with, and what to install. */
import type { CommandContext } from "../cli.ts";
import { checks, type Finding } from "./checks.ts";

interface Row {
  readonly name: string;
  readonly use: string;
  readonly finding: Finding;
}

/** Prints what was found as a table or as JSON; what is missing is no failure. */
export async function doctorCommand(
  options: { readonly json?: boolean },
  { io }: CommandContext,
): Promise<void> {
  const rows: Row[] = [];
  for (const { name, use, look } of checks) rows.push({ name, use, finding: await look() });
  if (options.json === true) {
    const engines = rows.map(({ name, use, finding }) => ({ name, use, ...finding }));
    io.stdout.write(`${JSON.stringify({ engines }, undefined, 2)}\n`);
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, use, finding } of rows) {
    const mark = finding.found ? "ok     " : "missing";
    const what = finding.found ? `${finding.version}  (${finding.where})` : finding.reason;
    io.stdout.write(`${name.padEnd(width)}  ${mark}  ${what}\n`);
    const indent = " ".repeat(width + 11);
    io.stdout.write(`${indent}for ${use}\n`);
    if (!finding.found) io.stdout.write(`${indent}${finding.hint}\n`);
  }
}
