/**
 * Conformance to MLIR's textual form over the corpus; writes the table `docs/interop.md`.
 *
 * Generic form: read, verified and printed; `mlir-opt` makes the same of our print as of the
 * original. Pretty form: read and printed generic; the same as the file's generic form. A file of
 * dialects that are not declared here has no pretty form to read.
 */
import { Context } from "@strata/ir";
import { skipMlirOpt } from "@strata/testing";
import { describe, expect, it } from "vitest";
import {
  corpusFiles,
  firstDifference,
  foreignDialects,
  type Printed,
  printPiece,
  readPieces,
  skipCorpus,
  upstreamGeneric,
} from "./corpus.ts";
import { allDialects } from "./dialects.ts";
import { type Outcome, type Row, tableText } from "./table.ts";

interface Piece {
  readonly row: Row;
  readonly form: "generic" | "pretty";
  readonly ours: Printed;
  readonly original: string;
}

function outcomeOf(ours: Printed, theirs: Printed | undefined, original: Printed): Outcome {
  if ("reason" in ours) return { result: "fails", reason: ours.reason };
  if (theirs === undefined || "reason" in theirs) {
    return { result: "fails", reason: `mlir-opt refuses: ${theirs?.reason ?? "nothing printed"}` };
  }
  if ("reason" in original) return { result: "fails", reason: original.reason };
  return theirs.text === original.text
    ? { result: "same", reason: "" }
    : { result: "fails", reason: firstDifference(theirs.text, original.text) };
}

/** Reads every file in both forms; a file's outcome is that of its first piece that fails. */
function checkCorpus(): Row[] {
  const context = new Context(allDialects, { allowUnregistered: true });
  const rows: Row[] = [];
  const pieces: Piece[] = [];
  for (const file of corpusFiles()) {
    const originals = readPieces("generic", file);
    const foreign = [...new Set(originals.flatMap((t) => foreignDialects(context, t)))].sort();
    const row: Row = { file, foreign, outcomes: {} };
    rows.push(row);
    for (const form of ["generic", "pretty"] as const) {
      readPieces(form, file).forEach((text, i) => {
        const ours = printPiece(context, text, file);
        pieces.push({ row, form, ours, original: originals[i] ?? "" });
      });
    }
  }
  const printed = pieces.filter((p) => "text" in p.ours);
  const theirs = upstreamGeneric(printed.map((p) => ("text" in p.ours ? p.ours.text : "")));
  const originals = upstreamGeneric(printed.map((p) => p.original));
  const at = new Map(printed.map((p, i) => [p, i]));
  for (const p of pieces) {
    const i = at.get(p);
    const found = outcomeOf(
      p.ours,
      i === undefined ? undefined : theirs[i],
      (i === undefined ? undefined : originals[i]) ?? { reason: "" },
    );
    const before = p.row.outcomes[p.form];
    if (before === undefined || before.result === "same") p.row.outcomes[p.form] = found;
  }
  for (const { foreign, outcomes } of rows) {
    const { result, reason } = outcomes.pretty ?? { result: "fails", reason: "" };
    const unknown = /parse\.(?:unknown-op|unregistered)\].*`(\w+)/.exec(reason)?.[1];
    if (result === "fails" && unknown !== undefined && foreign.includes(unknown)) {
      outcomes.pretty = { result: "not declared", reason: foreign.join(", ") };
    }
  }
  return rows;
}

/** What is known to fail, with the reason: an entry that no longer fails must go. */
const known: ReadonlySet<string> = new Set([
  // Clauses that the omp dialect refuses.
  "generic mlir-conversion__with-mlir__dialects__omp__ops.mlir",
  // An attribute under a property's name, of another kind than the property.
  "generic dialects__llvm__arith_vector_types.mlir",
  "pretty dialects__llvm__arith_vector_types.mlir",
  // Options of a pass are kept without their values.
  "pretty mlir-conversion__with-mlir__dialects__transform__transform_generic.mlir",
]);

describe.skipIf(skipMlirOpt || skipCorpus)("the conformance corpus", () => {
  it("comes back from mlir-opt as it went", { timeout: 300_000 }, async () => {
    const rows = checkCorpus();
    expect(rows.length).toBe(176);
    const failing = rows.flatMap(({ file, outcomes }) =>
      (["generic", "pretty"] as const)
        .filter((form) => outcomes[form]?.result === "fails")
        .map((form) => `${form} ${file}`),
    );
    expect(failing.sort()).toEqual([...known].sort());
    await expect(tableText(rows)).toMatchFileSnapshot("../../docs/interop.md");
  });
});
