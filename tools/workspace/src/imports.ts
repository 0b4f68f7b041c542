/**
 * The imports of one TypeScript source, each with its line.
 *
 * "Type-only" means that nothing is left of it at run time: `import type`, `export type … from` and
 * `import("…").T`. `import { type T }` keeps its module under `verbatimModuleSyntax`, so it is not type-only.
 */
import { parseSync, Visitor } from "oxc-parser";

/** One import, re-export or dynamic import of a module. */
export interface ImportSite {
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
  readonly typeOnly: boolean;
}

/** Reads the imports of `source` in source order; throws a SyntaxError naming `file` if it does not parse. */
export function readImports(file: string, source: string): ImportSite[] {
  const { program, errors } = parseSync(file, source, { sourceType: "module" });
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${file}: ${error.message}`);
  const sites: (Omit<ImportSite, "line"> & { start: number })[] = [];
  const add = (node: { start: number }, specifier: string, typeOnly: boolean): void => {
    sites.push({ specifier, typeOnly, start: node.start });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node, node.source.value, node.importKind === "type"),
    ExportAllDeclaration: (node) => add(node, node.source.value, node.exportKind === "type"),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node, node.source.value, node.exportKind === "type");
    },
    ImportExpression: (node) => {
      const { source: name } = node;
      if (name.type === "Literal" && typeof name.value === "string") add(node, name.value, false);
    },
    TSImportType: (node) => add(node, node.source.value, true),
  }).visit(program);
  const lineOf = lineCounter(source);
  return sites
    .toSorted((a, b) => a.start - b.start)
    .map(({ specifier, typeOnly, start }) => ({ specifier, line: lineOf(start), typeOnly }));
}

/** Counts lines up to offsets that only grow. */
function lineCounter(source: string): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset; at++) if (source.charCodeAt(at) === 10) line++;
    return line;
  };
}
