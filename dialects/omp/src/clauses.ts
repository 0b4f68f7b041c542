/**
 * The clauses of OpenMP operations in text. Clauses come in any order; each at most once.
 *
 * A reduction names an operation that combines, the variable that is reduced, and the argument of
 * the region that stands for a thread's own copy:
 * `reduction(@add %x -> %own : memref<f32>)`.
 */
import {
  ArrayAttr,
  type AsmPrinter,
  type Block,
  DenseArrayAttr,
  i1,
  lookupSymbol,
  type Operation,
  type OpParser,
  type ParsedArgument,
  type Report,
  SymbolRefAttr,
  type Type,
  type UnresolvedOperand,
  type Value,
} from "@strata/ir";

/** Reads one clause behind its keyword. */
export type ClauseParser = (p: OpParser) => void;

/** Reads clauses until another word comes; a diagnostic for one that is there twice. */
export function parseClauses(p: OpParser, clauses: Readonly<Record<string, ClauseParser>>): void {
  const seen = new Set<string>();
  for (;;) {
    const name = Object.keys(clauses).find((c) => p.asm.tryConsume(c));
    if (name === undefined) return;
    if (seen.has(name)) {
      p.asm.fail("omp.clause-repeated", `the clause \`${name}\` is given twice`, p.start);
    }
    seen.add(name);
    clauses[name]!(p);
  }
}

/** `(%x : type)` for an operand group of one value. */
export function parseTypedOperand(p: OpParser, group: string): void {
  p.asm.expect("(");
  p.setOperands(group, [p.parseOperand()]);
  p.asm.expect(":");
  p.setOperandTypes(group, [p.asm.parseType()]);
  p.asm.expect(")");
}

/** The reductions of an operation: names, and whether copies are handed over as pointers. */
export interface ReductionSyntax {
  readonly symbol: SymbolRefAttr;
  readonly byReference: boolean;
}

/** The reductions that an operation states, in the order of its reduced variables. */
export function reductionsOf(op: Operation): ReductionSyntax[] {
  const symbols = op.getAttr("reduction_syms");
  const byref = op.getAttr("reduction_byref");
  if (!(symbols instanceof ArrayAttr)) return [];
  return symbols.values.flatMap((symbol, i) =>
    symbol instanceof SymbolRefAttr
      ? [{ symbol, byReference: byref instanceof DenseArrayAttr && Number(byref.values[i]) !== 0 }]
      : [],
  );
}

/** Reads `(@name %x -> %own, … : types)`; returns the region's arguments. */
export function parseReductions(p: OpParser): ParsedArgument[] {
  const symbols: SymbolRefAttr[] = [];
  const byref: boolean[] = [];
  const variables: UnresolvedOperand[] = [];
  const args: ParsedArgument[] = [];
  p.asm.expect("(");
  do {
    byref.push(p.asm.tryConsume("byref"));
    symbols.push(p.asm.parseSymbolRef());
    variables.push(p.parseOperand());
    p.asm.expect("->");
    args.push(p.parseArgument(false));
  } while (p.asm.tryConsume(","));
  p.asm.expect(":");
  const types: Type[] = p.asm.parseTypeList();
  p.asm.expect(")");
  if (types.length !== args.length) {
    p.asm.fail("parse.operand-count", `${args.length} values but ${types.length} types`, p.start);
  }
  p.setOperands("reduction_vars", variables);
  p.setOperandTypes("reduction_vars", types);
  p.setAttr("reduction_syms", ArrayAttr.get(symbols));
  p.setAttr(
    "reduction_byref",
    DenseArrayAttr.get(
      i1,
      byref.map((b) => (b ? 1n : 0n)),
    ),
  );
  return args.map((a, i) => ({ ...a, type: types[i] }));
}

/** Writes ` reduction(…)` unless there is none; the region's arguments must have names. */
export function printReductions(
  p: AsmPrinter,
  op: Operation,
  variables: readonly Value[],
  entry: Block | undefined,
): void {
  if (variables.length === 0) return;
  const list = reductionsOf(op);
  p.write(" reduction(");
  p.list(variables.keys(), (i) => {
    if (list[i]?.byReference === true) p.write("byref ");
    p.attribute(list[i]!.symbol);
    p.write(" ");
    p.operand(variables[i]!);
    p.write(" -> ");
    p.operand(entry!.args[i]!);
  });
  p.write(" : ");
  p.types(variables.map((v) => v.type));
  p.write(")");
}

/** Reports reductions that do not fit their variables or the region's arguments. */
export function verifyReductions(
  op: Operation,
  variables: readonly Value[],
  entry: Block | undefined,
  report: Report,
): void {
  const named = reductionsOf(op).length;
  if (named !== variables.length) {
    report(
      "omp.reduction-count",
      `\`${op.name}\` reduces ${variables.length} variables but names ${named} reductions`,
    );
  }
  for (const { symbol } of reductionsOf(op)) {
    if (lookupSymbol(op, symbol)?.name === "omp.declare_reduction") continue;
    report("omp.reduction-symbol", `\`${symbol.toString()}\` is no declared reduction`);
  }
  if (new Set(variables).size !== variables.length) {
    report("omp.reduction-repeated", `\`${op.name}\` reduces a variable twice`);
  }
  const args = entry?.args.map((a) => a.type) ?? [];
  const types = variables.map((v) => v.type);
  if (args.length !== types.length || args.some((t, i) => t !== types[i])) {
    report(
      "omp.region-arguments",
      `the region of \`${op.name}\` must take (${types.join(", ")}), one for each reduced ` +
        `variable, found (${args.join(", ")})`,
    );
  }
}

/** Reports operands of clauses that only upstream knows. */
export function refuseClauses(
  op: Operation,
  clauses: Readonly<Record<string, number>>,
  report: Report,
): void {
  for (const [clause, group] of Object.entries(clauses)) {
    if (op.operandGroup(group).length === 0) continue;
    report("omp.clause", `the clause \`${clause}\` of \`${op.name}\` is not supported`);
  }
}
