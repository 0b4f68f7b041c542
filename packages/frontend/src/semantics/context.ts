/**
 * The state of one analysis, and names.
 *
 * Invariants: every type variable and literal made during the analysis is registered, so that
 * `finishTypes` sees all of them; at most one diagnostic per code and place is reported.
 */
import type {
  Diagnostic,
  DiagnosticSink,
  ShapeCheck,
  SourceFile,
  SourceSpan,
} from "@strata/support";
import type {
  ArrowFunction,
  Expression,
  FunctionDeclaration,
  Module,
  Node,
  Statement,
} from "../syntax/ast.ts";
import type { DeclaredType } from "./declared-types.ts";
import type { Accessor, BlockT, BoundaryMode, LiteralT, Typed, Variable } from "./tree.ts";
import { freshVar, type ScalarTy, type Ty, type VarTy } from "./types.ts";

/** Where patterns may stand: `tensor` code, or the `scalar` body of a pattern. */
export type Level = "tensor" | "scalar";

/** One running of a function's or arrow's body. */
export interface Frame {
  /** The arrow, or undefined for a kernel or a helper function. */
  readonly arrow: ArrowFunction | undefined;
  readonly parent: Frame | undefined;
  readonly level: Level;
  /** Name of the pattern whose arrow this is, or of the function. */
  readonly owner: string;
  /** Loops around the arrow, outermost first. */
  readonly loops: readonly Node[];
  /** What `return` gives here. */
  readonly returns: Returns;
}

/** The results of one body: all are brought to one type. */
export interface Returns {
  /** What the result is annotated as. */
  expected: DeclaredType | undefined;
  /** What a pattern makes of each result of its arrow. */
  readonly adapt: ((value: Typed) => Typed) | undefined;
  /** The type of the results so far. */
  type: Ty | undefined;
}

/** A variable with what is needed to judge its uses. */
export interface VariableEntity {
  readonly kind: "variable";
  readonly variable: Variable;
  readonly frame: Frame;
  /** Loops around the declaration, outermost first. */
  readonly loops: readonly Node[];
  readonly assignments: { readonly at: Node; readonly loops: readonly Node[] }[];
  /** Arrows of inner frames that read it. */
  readonly captures: {
    readonly arrow: Node;
    readonly use: Node;
    readonly loops: readonly Node[];
  }[];
}

/** A local arrow function. */
export interface ClosureEntity {
  readonly kind: "closure";
  readonly name: string;
  readonly arrow: ArrowFunction;
  readonly scope: Scope;
  readonly loops: readonly Node[];
}

export interface FunctionEntity {
  readonly kind: "function";
  readonly declaration: FunctionDeclaration;
}

/** A name of the language: a pattern, a conversion, `Math`. */
export interface BuiltinEntity {
  readonly kind: "builtin";
  readonly name: string;
}

export interface BoundaryEntity {
  readonly kind: "boundary";
  readonly mode: BoundaryMode;
  /** The value of `constant(v)`. */
  readonly value: Typed | undefined;
  readonly at: Node;
}

/** `[clamp, zero]`: a boundary for each input of a stencil. */
export interface BoundaryListEntity {
  readonly kind: "boundaries";
  readonly list: readonly Value[];
}

export interface AccessorEntity {
  readonly kind: "accessor";
  readonly accessor: Accessor;
}

/** A top-level constant: literals that take their types from each use. */
export interface ConstantEntity {
  readonly kind: "constant";
  readonly value: ConstantValue;
}

/** What a literal expression gives, computed as JavaScript does. */
export type ConstantValue =
  | {
      readonly kind: "scalar";
      readonly value: number | bigint | boolean;
      /** Written with a point or an exponent somewhere. */
      readonly decimal: boolean;
      /** The type, if an annotation or a conversion gives one. */
      readonly type: ScalarTy | undefined;
    }
  | { readonly kind: "list"; readonly elements: readonly ConstantValue[] };

/** Something whose declaration has been reported. */
export interface ErrorEntity {
  readonly kind: "error";
}

export type Entity =
  | VariableEntity
  | ClosureEntity
  | FunctionEntity
  | BuiltinEntity
  | BoundaryEntity
  | BoundaryListEntity
  | AccessorEntity
  | ConstantEntity
  | ErrorEntity;

/** What a name or a call may give besides an expression: known at compile time only. */
export type StaticValue =
  | ClosureEntity
  | FunctionEntity
  | BuiltinEntity
  | BoundaryEntity
  | BoundaryListEntity
  | AccessorEntity;

export type Value = Typed | StaticValue;

const STATIC_KINDS: ReadonlySet<string> = new Set([
  "closure",
  "function",
  "builtin",
  "boundary",
  "boundaries",
  "accessor",
]);

/** Whether a value exists at compile time only. */
export function isStatic(value: Value): value is StaticValue {
  return STATIC_KINDS.has(value.kind);
}

/** Names of one block; looks outwards. */
export class Scope {
  readonly parent: Scope | undefined;
  readonly frame: Frame;
  readonly #names = new Map<string, Entity>();

  constructor(parent: Scope | undefined, frame: Frame) {
    this.parent = parent;
    this.frame = frame;
  }

  /** Adds a name; false if this block has it already. */
  declare(name: string, entity: Entity): boolean {
    if (this.#names.has(name)) return false;
    this.#names.set(name, entity);
    return true;
  }

  lookup(name: string): Entity | undefined {
    return this.#names.get(name) ?? this.parent?.lookup(name);
  }

  /** All names that are visible here. */
  visibleNames(): string[] {
    return [...this.#names.keys(), ...(this.parent?.visibleNames() ?? [])];
  }
}

/** The analysis functions that call each other across modules. */
export interface Elaborators {
  /** An expression, which may be a static value. */
  readonly value: (cx: Analysis, scope: Scope, node: Expression, wanted?: DeclaredType) => Value;
  /** A statement as a block with names of its own. */
  readonly block: (cx: Analysis, scope: Scope, statement: Statement) => BlockT;
  /** A function or arrow body in the scope of its parameters; the type of what it returns. */
  readonly body: (
    cx: Analysis,
    scope: Scope,
    body: ArrowFunction["body"],
  ) => { readonly block: BlockT; readonly type: Ty };
}

/** Limits that keep a small text from becoming a huge program. */
export const MAX_UNROLLED = 4096;
export const MAX_INLINED = 20_000;

export class Analysis {
  readonly file: SourceFile;
  readonly module: Module;
  readonly sink: DiagnosticSink;
  readonly elaborate: Elaborators;
  readonly checks: ShapeCheck[] = [];
  /** Extents that are known for this analysis. */
  readonly dimValues: Map<string, number> = new Map();
  readonly paramValues: Map<string, number> = new Map();
  readonly literals: Set<LiteralT> = new Set();
  /** Raw texts of literals, for messages and for what hexadecimal ones may be. */
  readonly rawText: WeakMap<LiteralT, string> = new WeakMap();
  readonly variables: VariableEntity[] = [];
  /** Functions and arrows being inlined, innermost last. */
  readonly calls: { readonly name: string; readonly node: Node; readonly at: Node }[] = [];
  /** Loops around the current place, outermost first. */
  loops: readonly Node[] = [];
  /** Variables that hold no value yet. */
  unassigned: ReadonlySet<Variable> = new Set();
  /** Pairs of extents that were found to differ. */
  readonly disagreements: Set<string> = new Set();
  /** Type parameters that are no dimensions: reported where they are declared. */
  readonly wrongTypeParameters: Set<string> = new Set();
  unrolled = 0;
  inlined = 0;
  #opaque = 0;
  /** The scope of the module's functions and constants. */
  moduleScope: Scope | undefined;
  /** The text of a JavaScript function: names of the language need no import. */
  get captured(): boolean {
    return this.module.captured === true;
  }

  readonly #typeVariables: VarTy[] = [];
  readonly #reported = new Set<string>();

  constructor(module: Module, sink: DiagnosticSink, elaborate: Elaborators) {
    this.module = module;
    this.file = module.file;
    this.sink = sink;
    this.elaborate = elaborate;
  }

  span(node: Node): SourceSpan {
    return { file: this.file, start: node.start, end: node.end };
  }

  text(node: Node): string {
    return this.file.text.slice(node.start, node.end);
  }

  /** Reports once per code and place. */
  report(diagnostic: Diagnostic): void {
    const { code, span } = diagnostic;
    const key = `${code}@${span?.start ?? -1}-${span?.end ?? -1}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.sink.add(diagnostic);
  }

  /** A new type variable. */
  fresh(mask: number, decimal: boolean = false): VarTy {
    const variable = freshVar(mask, decimal);
    this.#typeVariables.push(variable);
    return variable;
  }

  get typeVariables(): readonly VarTy[] {
    return this.#typeVariables;
  }

  /** Number for a new extent that is known only while the kernel runs. */
  nextOpaque(): number {
    return this.#opaque++;
  }

  /** The value of a name in extents, where it is known. */
  knownDim(name: string, kind: "dim" | "param"): number | undefined {
    return (kind === "dim" ? this.dimValues : this.paramValues).get(name);
  }
}
