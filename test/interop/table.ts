/** The table of `docs/interop.md`. */

/** What became of a file in one form. */
export interface Outcome {
  readonly result: "same" | "fails" | "not declared";
  readonly reason: string;
}

/** One file of the corpus. */
export interface Row {
  readonly file: string;
  /** Dialects of the file that are not declared here: their operations are kept whole. */
  readonly foreign: readonly string[];
  readonly outcomes: { generic?: Outcome; pretty?: Outcome };
}

/** The page, in Markdown. */
export function tableText(rows: readonly Row[]): string {
  const count = (form: "generic" | "pretty", result: Outcome["result"]): number =>
    rows.filter((r) => r.outcomes[form]?.result === result).length;
  const declared = rows.length - count("pretty", "not declared");
  const cell = (o: Outcome | undefined): string => o?.result ?? "";
  const lines = rows.map(({ file, outcomes }) => {
    const reasons = [outcomes.generic, outcomes.pretty]
      .filter((o) => o !== undefined && o.result !== "same")
      .map((o) => (o?.result === "not declared" ? `dialects: ${o.reason}` : (o?.reason ?? "")));
    const reason = [...new Set(reasons)].join("; ");
    return `| ${file} | ${cell(outcomes.generic)} | ${cell(outcomes.pretty)} | ${escape(reason)} |`;
  });
  return `# Interoperability with MLIR

Written by \`test/interop/corpus.interop.test.ts\`; do not edit. The files are inputs of the conformance corpus that
\`mlir-opt\` 22 accepts, kept outside the project.

- **generic**: the file in the generic form is read, verified and printed in the generic form; \`mlir-opt\` accepts
  that, and prints the same as for the original. ${count("generic", "same")} of ${rows.length} files.
- **pretty**: the file in the pretty form is read and printed in the generic form, which is the original's generic
  form to \`mlir-opt\`. ${count("pretty", "same")} of ${declared} files whose pretty form is of declared dialects.

Operations of dialects that are not declared here are kept whole in the generic form; their pretty form is not known.

| file | generic | pretty | reason |
|---|---|---|---|
${lines.join("\n")}
`;
}

const escape = (text: string): string => {
  const short = text.length > 160 ? `${text.slice(0, 160)}…` : text;
  return short.replaceAll("|", "\\|").replaceAll("<", "&lt;");
};
