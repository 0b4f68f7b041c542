/**
 * Locations: where an operation came from. Cheap to make (the parser makes one per operation):
 * a line and a column are computed only when somebody asks.
 */
import type { SourceFile } from "@strata/support";

/** Base of the location kinds of MLIR's builtin dialect. */
export abstract class Location {
  abstract print(): string;

  toString(): string {
    return this.print();
  }
}

/** No location is known. */
export class UnknownLoc extends Location {
  static readonly instance: UnknownLoc = new UnknownLoc();

  print(): string {
    return "unknown";
  }
}

/** A place in a text this process has read: the offset is turned into line and column on demand. */
export class SourceLoc extends Location {
  readonly file: SourceFile;
  readonly offset: number;
  readonly end: number;

  constructor(file: SourceFile, offset: number, end = offset) {
    super();
    this.file = file;
    this.offset = offset;
    this.end = end;
  }

  print(): string {
    const { line, column } = this.file.locate(this.offset);
    return `${JSON.stringify(this.file.name)}:${line}:${column}`;
  }
}

/** File, 1-based line and column, as written in text. */
export class FileLineColLoc extends Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;

  constructor(file: string, line: number, column: number) {
    super();
    this.file = file;
    this.line = line;
    this.column = column;
  }

  print(): string {
    return `${JSON.stringify(this.file)}:${this.line}:${this.column}`;
  }
}

/** A name, optionally wrapping another location. */
export class NameLoc extends Location {
  readonly name: string;
  readonly child: Location | undefined;

  constructor(name: string, child?: Location) {
    super();
    this.name = name;
    this.child = child;
  }

  print(): string {
    const name = JSON.stringify(this.name);
    return this.child ? `${name}(${this.child.print()})` : name;
  }
}

/** A callee's location seen from its caller's. */
export class CallSiteLoc extends Location {
  readonly callee: Location;
  readonly caller: Location;

  constructor(callee: Location, caller: Location) {
    super();
    this.callee = callee;
    this.caller = caller;
  }

  print(): string {
    return `callsite(${this.callee.print()} at ${this.caller.print()})`;
  }
}

/** Several locations that one operation stands for. */
export class FusedLoc extends Location {
  readonly locations: readonly Location[];
  readonly metadata: string | undefined;

  constructor(locations: readonly Location[], metadata?: string) {
    super();
    this.locations = locations;
    this.metadata = metadata;
  }

  print(): string {
    const inner = this.locations.map((l) => l.print()).join(", ");
    return `fused${this.metadata === undefined ? "" : `<${this.metadata}>`}[${inner}]`;
  }
}

export const unknownLoc: UnknownLoc = UnknownLoc.instance;

/** The first place in a source text that a location stands for, if it has one. */
export function sourceOf(location: Location): SourceLoc | undefined {
  if (location instanceof SourceLoc) return location;
  if (location instanceof NameLoc) return location.child && sourceOf(location.child);
  if (location instanceof CallSiteLoc) return sourceOf(location.callee);
  if (location instanceof FusedLoc) {
    for (const l of location.locations) {
      const found = sourceOf(l);
      if (found) return found;
    }
  }
  return undefined;
}
