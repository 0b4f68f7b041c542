/**
 * The rules one import must keep. Each rule is a function from the import and its place to a complaint.
 */
import { isBuiltin } from "node:module";
import { posix } from "node:path";
import {
  DIALECT_FLOOR,
  DIALECT_RANKS,
  LOWERING_TARGETS,
  RAISING_SOURCES,
  tryLoweringOf,
  tryRaisingOf,
  tryRankOf,
} from "./floor-order.ts";
import type { ImportSite } from "./imports.ts";
import type { WorkspacePackage } from "./packages.ts";

/** What is wrong with an import: the rule's stable name, and a sentence. */
export interface Complaint {
  readonly rule: string;
  readonly message: string;
}

/** Where an import stands. */
export interface ImportPlace {
  readonly package: WorkspacePackage;
  /** The file relative to the package's folder, such as `src/ops.ts`. */
  readonly file: string;
  /** Whether the file is a test (or the package's tool configuration), which may use `devDependencies`. */
  readonly isTest: boolean;
}

/** Checks one import; returns the first rule it breaks, or undefined. */
export function checkImport(
  place: ImportPlace,
  site: ImportSite,
  packages: ReadonlyMap<string, WorkspacePackage>,
): Complaint | undefined {
  const { specifier } = site;
  if (specifier.startsWith(".")) return checkRelativeImport(place, site);
  if (isBuiltin(specifier)) {
    if (specifier.startsWith("node:")) return undefined;
    return { rule: "bare-builtin", message: `write "node:${specifier}"` };
  }
  const name = packageNameOf(specifier);
  const target = packages.get(name);
  if (target === place.package) return checkSelfImport(place, target, specifier);
  if (target !== undefined) {
    const complaint = place.isTest ? undefined : checkFloors(place, target);
    if (complaint !== undefined) return complaint;
  }
  const { dependencies, devDependencies } = place.package;
  if (!dependencies.has(name) && !(place.isTest && devDependencies.has(name))) {
    const where = place.isTest ? "dependencies or devDependencies" : "dependencies";
    const path = `${place.package.folder}/package.json`;
    return { rule: "undeclared", message: `${name} is not in the ${where} of ${path}` };
  }
  return target === undefined ? undefined : checkExport(target, specifier);
}

/** `@scope/name/sub` → `@scope/name`; `name/sub` → `name`. */
export function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function checkRelativeImport(place: ImportPlace, site: ImportSite): Complaint | undefined {
  const target = posix.join(posix.dirname(place.file), site.specifier);
  if (target.startsWith("..")) {
    return {
      rule: "leaves-package",
      message: `"${site.specifier}" leaves ${place.package.folder}; import the package by its name`,
    };
  }
  if (!place.isTest && target.startsWith("test/")) {
    return { rule: "imports-test", message: `source imports its test "${site.specifier}"` };
  }
  if (place.isTest || place.package.floor !== DIALECT_FLOOR || site.typeOnly) return undefined;
  const lowering = tryLoweringOf(target.replace(/^src\//, ""));
  if (lowering === undefined || lowering === tryLoweringOf(place.file.replace(/^src\//, ""))) {
    return undefined;
  }
  return {
    rule: "loads-lowering",
    message:
      `only the lowering itself imports "${site.specifier}"; ` +
      `others reach it through the subpath ${place.package.name}/lower-to-${lowering}`,
  };
}

function checkSelfImport(
  place: ImportPlace,
  self: WorkspacePackage,
  specifier: string,
): Complaint | undefined {
  if (place.isTest) return checkExport(self, specifier);
  return { rule: "self-import", message: `a package imports its own files by relative path` };
}

function checkExport(target: WorkspacePackage, specifier: string): Complaint | undefined {
  const subpath = `.${specifier.slice(target.name.length)}`;
  if (target.exports.has(subpath)) return undefined;
  const known = [...target.exports.keys()].join(", ");
  return { rule: "not-exported", message: `${target.name} exports ${known}, not "${subpath}"` };
}

function checkFloors(place: ImportPlace, target: WorkspacePackage): Complaint | undefined {
  const from = place.package;
  if (from.floor === "dev") return undefined;
  if (target.floor === "dev") {
    return { rule: "imports-dev", message: `${target.name} is for tests; only tests import it` };
  }
  if (from.floor === "tool") return undefined;
  if (target.floor === "tool" || target.floor > from.floor) {
    const [low, high] = [describeFloor(from), describeFloor(target)];
    return { rule: "floor-up", message: `imports point down: ${low} cannot import ${high}` };
  }
  if (target.floor < from.floor) return undefined;
  if (from.floor === DIALECT_FLOOR) return checkDialectOrder(place, target);
  const floor = String(from.floor);
  return {
    rule: "floor-sideways",
    message: `${from.name} and ${target.name} are both on floor ${floor}, which has no order`,
  };
}

function checkDialectOrder(place: ImportPlace, target: WorkspacePackage): Complaint | undefined {
  const [from, to] = [dialectNameOf(place.package), dialectNameOf(target)];
  const [fromRank, toRank] = [tryRankOf(from), tryRankOf(to)];
  if (fromRank === undefined || toRank === undefined) {
    const unknown = fromRank === undefined ? from : to;
    return { rule: "floor-order", message: `dialect "${unknown}" is not in floor-order.ts` };
  }
  if (toRank < fromRank) return undefined;
  const lowering = tryLoweringOf(place.file.replace(/^src\//, ""));
  if (lowering !== undefined && LOWERING_TARGETS[lowering]?.includes(to) === true) return undefined;
  const raising = tryRaisingOf(place.file.replace(/^src\//, ""));
  if (raising !== undefined && RAISING_SOURCES[raising]?.includes(to) === true) return undefined;
  const order = DIALECT_RANKS.map((names) => `{${names.join(" ")}}`).join(" < ");
  const who = lowering === undefined ? from : `${from}/lower-to-${lowering}`;
  return {
    rule: "floor-sideways",
    message: `${who} cannot import ${to}: the order is ${order}, and a lowering imports its target`,
  };
}

function dialectNameOf(p: WorkspacePackage): string {
  return p.folder.slice(p.folder.lastIndexOf("/") + 1);
}

function describeFloor(p: WorkspacePackage): string {
  return typeof p.floor === "number" ? `${p.name} (floor ${p.floor})` : `${p.name} (${p.floor})`;
}
