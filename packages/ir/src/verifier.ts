/**
 * Checks that operations are what their declarations say: operands, results, attributes, regions,
 * traits, the op's own checks, terminators, and that values are defined before they are used.
 */
import { type Diagnostic, DiagnosticError, userError } from "@strata/support";
import type { Region } from "./block.ts";
import { Bindings } from "./constraint.ts";
import { Dominance } from "./dominance.ts";
import { sourceOf } from "./location.ts";
import type { OpDefinition, ValueGroup } from "./op-definition.ts";
import { type Operation, walk } from "./operation.ts";
import { NoTerminator, SameOperandsAndResultType } from "./traits.ts";
import type { Value } from "./value.ts";

/** Where in a source text an operation stands, for diagnostics. */
export function spanOf(op: Operation): Diagnostic["span"] {
  const at = sourceOf(op.location);
  return at === undefined ? undefined : { file: at.file, start: at.offset, end: at.end };
}

/** A user error at an operation. */
export function opError(op: Operation, code: string, message: string, hint?: string): Diagnostic {
  return userError(code, message, { span: spanOf(op), hint });
}

/** Everything wrong with an operation and all it contains; empty when it is well formed. */
export function verify(root: Operation, limit = 100): Diagnostic[] {
  const found: Diagnostic[] = [];
  const dominance = new Dominance();
  let crash: unknown;
  walk(root, (op) => {
    try {
      verifyOne(op, dominance, root, found);
    } catch (error) {
      // Checks of an operation's own may rely on what stands around it to be right.
      crash ??= error;
    }
    return found.length >= limit ? "stop" : undefined;
  });
  if (crash !== undefined && found.length === 0) throw crash;
  return found;
}

/** Verifies and throws what was found. */
export function expectVerified(root: Operation): void {
  const found = verify(root);
  if (found.length > 0) throw new DiagnosticError(found);
}

function verifyOne(
  op: Operation,
  dominance: Dominance,
  root: Operation,
  found: Diagnostic[],
): void {
  const before = found.length;
  const def = op.definition;
  if (def.isRegistered) {
    if (!isPlainAndRight(op, def)) {
      const report = reporter(op, found);
      verifyValues(op, def, report);
      verifyAttributes(op, def, report);
      verifyRegions(op, def, report);
      verifySuccessors(op, def, report);
      if (found.length === before) {
        for (const t of def.traits) t.verify?.(op, report);
        if (found.length === before) def.parts.verify?.(op, report);
      }
    } else if (def.traitChecks.length > 0 || def.parts.verify !== undefined) {
      const report = reporter(op, found);
      for (const check of def.traitChecks) check(op, report);
      if (found.length === before) def.parts.verify?.(op, report);
    }
  }
  if (op !== root) verifyOperandsDominate(op, dominance, found);
  if (op.regions.length > 0) for (const r of op.regions) verifyTerminators(op, r, found);
}

function reporter(op: Operation, found: Diagnostic[]): Report {
  return (code, message, hint) => {
    found.push(opError(op, code, message, hint));
  };
}

/**
 * Whether an operation of the most frequent shape (single operands and results of one type) is right
 * in all but the checks of its own and its other traits; false when that is to be looked at closely.
 */
function isPlainAndRight(op: Operation, def: OpDefinition): boolean {
  if (!def.isPlain) return false;
  const uses = op.operandUses;
  const { results, properties } = op;
  if (uses.length !== def.operandGroups.length || results.length !== def.resultGroups.length) {
    return false;
  }
  const { verified } = def;
  const { type } = uses[0]!.value;
  if (type !== verified.type) return firstTime(op, def);
  for (let i = 1; i < uses.length; i++) if (uses[i]!.value.type !== type) return false;
  for (let i = 0; i < results.length; i++) if (results[i]!.type !== type) return false;
  const known = verified.attributes;
  for (let i = 0; i < known.length; i++) if (properties[i] !== known[i]) return firstTime(op, def);
  return op.regions.length === 0 && op.successors.length === 0;
}

/** Checks closely, and remembers the types and attributes if they are right. */
function firstTime(op: Operation, def: OpDefinition): boolean {
  const problems: Diagnostic[] = [];
  const report = reporter(op, problems);
  verifyValues(op, def, report);
  verifyAttributes(op, def, report);
  verifyRegions(op, def, report);
  verifySuccessors(op, def, report);
  SameOperandsAndResultType.verify?.(op, report);
  if (problems.length > 0) return false;
  def.verified.type = op.operand(0).type;
  for (let i = 0; i < def.attributes.length; i++) def.verified.attributes[i] = op.properties[i];
  return true;
}

type Report = (code: string, message: string, hint?: string) => void;

function verifyValues(op: Operation, def: OpDefinition, report: Report): void {
  const bindings = new Bindings();
  if (!countOk(def.operandGroups, op.numOperands, op.operandSegments)) {
    report(
      "ir.operand-count",
      `\`${op.name}\` ${expectation(def.operandGroups, "operand")}, found ${op.numOperands}`,
    );
    return;
  }
  if (!countOk(def.resultGroups, op.numResults, op.resultSegments)) {
    report(
      "ir.result-count",
      `\`${op.name}\` ${expectation(def.resultGroups, "result")}, found ${op.numResults}`,
    );
    return;
  }
  const check = (kind: string, g: ValueGroup, values: readonly Value[]): void => {
    for (const v of values) {
      if (!g.constraint.check(v.type, bindings)) {
        report(
          `ir.${kind}-type`,
          `${kind} \`${g.name}\` of \`${op.name}\` must be ${g.constraint.summary}, found \`${v.type.toString()}\``,
        );
      }
    }
  };
  // Constraints derived from a variable come after those that bind it, wherever they are declared.
  const late: (() => void)[] = [];
  def.operandGroups.forEach((g, i) => {
    const run = (): void => check("operand", g, op.operandGroup(i));
    if (g.constraint.infer(bindings) !== undefined || !isDerived(g)) run();
    else late.push(run);
  });
  def.resultGroups.forEach((g, i) => {
    const run = (): void => check("result", g, op.resultGroup(i));
    if (isDerived(g)) late.push(run);
    else run();
  });
  for (const run of late) run();
}

function isDerived(g: ValueGroup): boolean {
  return g.constraint.constructor.name === "DerivedConstraint";
}

function countOk(
  groups: readonly ValueGroup[],
  count: number,
  segments: readonly number[] | null,
): boolean {
  if (segments !== null) {
    if (segments.length !== groups.length) return false;
    if (segments.reduce((a, b) => a + b, 0) !== count) return false;
    return groups.every((g, i) => {
      const n = segments[i]!;
      return g.multiplicity === "variadic" || n === 1 || (g.multiplicity === "optional" && n === 0);
    });
  }
  const min = groups.filter((g) => g.multiplicity === "one").length;
  const open = groups.find((g) => g.multiplicity !== "one");
  if (open === undefined) return count === min;
  return count >= min && (open.multiplicity === "variadic" || count <= min + 1);
}

function expectation(groups: readonly ValueGroup[], what: string): string {
  const min = groups.filter((g) => g.multiplicity === "one").length;
  const open = groups.some((g) => g.multiplicity !== "one");
  return `needs ${open ? "at least " : ""}${min} ${what}${min === 1 ? "" : "s"}`;
}

function verifyAttributes(op: Operation, def: OpDefinition, report: Report): void {
  for (let i = 0; i < def.attributes.length; i++) {
    const a = def.attributes[i]!;
    const v = op.properties[i];
    if (v === undefined) {
      if (!a.optional) {
        report("ir.attribute-missing", `\`${op.name}\` needs the attribute \`${a.name}\``);
      }
    } else if (!a.constraint.check(v)) {
      report(
        "ir.attribute-kind",
        `attribute \`${a.name}\` of \`${op.name}\` must be ${a.constraint.summary}, found \`${v.toString()}\``,
      );
    }
  }
}

function verifyRegions(op: Operation, def: OpDefinition, report: Report): void {
  const specs = def.parts.regions;
  const last = specs[specs.length - 1];
  const variadic = last?.variadic === true;
  const min = variadic ? specs.length - 1 : specs.length;
  if (op.regions.length < min || (!variadic && op.regions.length > min)) {
    report("ir.region-count", `\`${op.name}\` needs ${min} regions, found ${op.regions.length}`);
    return;
  }
  op.regions.forEach((r, i) => {
    const spec = specs[Math.min(i, specs.length - 1)]!;
    if (spec.singleBlock && r.firstBlock !== null && !r.hasOneBlock) {
      report("ir.region-blocks", `region \`${spec.name}\` of \`${op.name}\` must have one block`);
    }
  });
}

function verifySuccessors(op: Operation, def: OpDefinition, report: Report): void {
  const specs = def.parts.successors;
  const variadic = specs[specs.length - 1]?.variadic === true;
  const min = variadic ? specs.length - 1 : specs.length;
  if (op.successors.length < min || (!variadic && op.successors.length > min)) {
    report(
      "ir.successor-count",
      `\`${op.name}\` needs ${min} successors, found ${op.successors.length}`,
    );
  }
  for (const s of op.successors) {
    if (s.parent !== op.parentRegion) {
      report("ir.successor-region", `\`${op.name}\` branches to a block of another region`);
    }
  }
}

function verifyOperandsDominate(op: Operation, dominance: Dominance, found: Diagnostic[]): void {
  const uses = op.operandUses;
  for (let i = 0; i < uses.length; i++) {
    const { value } = uses[i]!;
    const home = value.parentBlock;
    // Mostly the value is an argument of the block, or computed further up in it.
    if (home !== null && home === op.parent) {
      const def = value.definingOp;
      if (def === undefined || home.isBefore(def, op)) continue;
    }
    if (isGraphRegion(op.parentRegion)) return;
    if (op.parent !== null && !dominance.isReachable(op.parent)) return;
    if (!dominance.valueDominates(value, op) && !definedInGraph(value, op)) {
      found.push(
        opError(
          op,
          "ir.dominance",
          `operand ${i} of \`${op.name}\` is not defined on every path that leads here`,
        ),
      );
    }
  }
}

function isGraphRegion(r: Region | null): boolean {
  const owner = r?.parent;
  if (!owner) return true;
  if (!owner.definition.isRegistered) return true;
  const specs = owner.definition.parts.regions;
  const i = owner.regions.indexOf(r);
  return specs[Math.min(i, specs.length - 1)]?.graph === true;
}

/** Values of an enclosing graph region are visible throughout it. */
function definedInGraph(v: Value, user: Operation): boolean {
  const home = v.parentBlock?.parent;
  return (
    !!home &&
    isGraphRegion(home) &&
    user.parentRegion !== null &&
    home.isAncestorOf(user.parentRegion)
  );
}

function verifyTerminators(op: Operation, r: Region, found: Diagnostic[]): void {
  if (!op.definition.isRegistered || op.definition.hasTrait(NoTerminator)) return;
  for (const b of r.blocks()) {
    const last = b.lastOp;
    if (last === null) {
      found.push(
        opError(
          op,
          "ir.empty-block",
          `a block of \`${op.name}\` is empty`,
          "end it with a terminator",
        ),
      );
    } else if (!last.mayBeTerminator) {
      found.push(
        opError(
          last,
          "ir.terminator-missing",
          `the block ends with \`${last.name}\`, which is no terminator`,
        ),
      );
    }
  }
}
