/**
 * Reproducers: a text that shows a crash again. The first lines are comments that state the
 * pipeline, so the text is IR that any tool reads.
 */
import type { Pipeline } from "./pipeline.ts";

const marker = "// strata-reproducer: ";

/** A reproducer: the pipeline, what went wrong, and the IR before the pipeline ran. */
export function writeReproducer(pipeline: Pipeline, problem: string, ir: string): string {
  const comment = problem
    .split("\n")
    .map((line) => `// ${line}`.trimEnd())
    .join("\n");
  return `${marker}${pipeline.toString()}\n${comment}\n${ir}`;
}

/** The pipeline text of a reproducer; undefined when the text is none. */
export function tryReadReproducer(text: string): string | undefined {
  if (!text.startsWith(marker)) return undefined;
  const end = text.indexOf("\n");
  return text.slice(marker.length, end < 0 ? undefined : end).trim();
}
