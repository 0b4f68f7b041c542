/**
 * Prints the body of a kernel.
 *
 * Invariants: a value is one expression for each lane; a pure value with a single use in its own block
 * is nested where it is used, unless the text grows long or, where it reads memory, something between
 * may write; everything else is a local constant. What loops carry is assigned at once at the end of
 * the body.
 */
import {
  type Block,
  MemRefType,
  type Operation,
  ownEffects,
  sourceOf,
  type Type,
  type Value,
  VectorType,
} from "@strata/ir";
import type { SourceFile } from "@strata/support";
import { constantLanes } from "./constants.ts";
import { fusedProducts, isFusedProduct, tryEmitFused } from "./contract.ts";
import { emitControlFlow } from "./control-flow.ts";
import type { ProgramScope, ScalarContext } from "./emission.ts";
import { atom, type CKind, type Expr, isTrivial } from "./expression.ts";
import type { CFlavour, Feature, Helper, Space } from "./flavour.ts";
import { emitMemory } from "./memory.ts";
import { Names } from "./names.ts";
import { scalarTable } from "./scalar-table.ts";
import { emitThread } from "./thread-ops.ts";
import { refuse, tryKindOf } from "./types.ts";
import { emitVector } from "./vectors.ts";

/** A line of the program, with the place in the source that it comes from. */
export interface Line {
  readonly text: string;
  readonly file?: SourceFile;
  readonly offset?: number;
}

/** A memref: where it begins and how far it extends. */
export interface MemRefView {
  readonly type: MemRefType;
  readonly pointer: string;
  readonly space: Space;
  /** Extents, of the kernel's index kind. */
  readonly sizes: readonly Expr[];
}

/** Text longer than this gets a name of its own. */
const LONGEST_NESTED = 56;

/** Prints one function. */
export class FunctionEmitter implements ProgramScope {
  readonly flavour: CFlavour;
  readonly indexBits: 32 | 64;
  readonly names: Names;
  readonly lines: Line[] = [];
  readonly #scope: ProgramScope;
  readonly #values = new Map<Value, readonly Expr[]>();
  readonly #memrefs = new Map<Value, MemRefView>();
  readonly #fused: ReadonlySet<Operation>;
  #depth = 1;
  #current: Operation;

  constructor(scope: ProgramScope, func: Operation, indexBits: 32 | 64) {
    this.#scope = scope;
    this.flavour = scope.flavour;
    this.indexBits = indexBits;
    this.names = new Names(scope.flavour.reserved);
    this.#fused = fusedProducts(func);
    this.#current = func;
  }

  use(helper: Helper): string {
    return this.#scope.use(helper);
  }

  need(feature: Feature): void {
    this.#scope.need(feature);
  }

  /** The kind of index in this kernel. */
  get indexKind(): CKind {
    return this.indexBits === 32 ? "i32" : "i64";
  }

  /** The kind that a scalar type, or a vector's elements, are held in. */
  kindOf(type: Type, op: Operation): CKind {
    const element = type instanceof VectorType ? type.elementType : type;
    const kind = tryKindOf(element, this.indexBits);
    if (kind === undefined) return refuse(op, `a value of \`${type.toString()}\``);
    if (kind === "f64") this.need("fp64");
    return kind;
  }

  /** Adds a line at the current depth. */
  line(text: string): void {
    const source = sourceOf(this.#current.location);
    const place = source === undefined ? {} : { file: source.file, offset: source.offset };
    this.lines.push({ text: `${"  ".repeat(this.#depth)}${text}`, ...place });
  }

  /** What `body` prints stands one level deeper. */
  indented(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
  }

  /** The lanes of a value: one for a scalar. */
  lanes(v: Value): readonly Expr[] {
    const known = this.#values.get(v);
    if (known === undefined) throw new Error(`a value of ${v.type.toString()} was never printed`);
    return known;
  }

  /** A scalar. */
  scalar(v: Value): Expr {
    return this.lanes(v)[0]!;
  }

  /** A memref. */
  memref(v: Value): MemRefView {
    const known = this.#memrefs.get(v);
    if (known !== undefined) return known;
    return refuse(this.#current, "a memref that is neither a parameter nor an array of the kernel");
  }

  bindMemRef(v: Value, view: MemRefView): void {
    this.#memrefs.set(v, view);
  }

  /** Makes expressions the lanes of a value, as they stand. */
  bind(v: Value, lanes: readonly Expr[]): void {
    this.#values.set(v, lanes);
  }

  /** Keeps an expression under a new name; it may then stand in several places. */
  hold(e: Expr, wanted: string): Expr {
    if (isTrivial(e)) return e;
    const name = this.names.fresh(wanted);
    this.line(`const ${this.flavour.types[e.kind]} ${name} = ${e.text};`);
    return atom(name, e.kind);
  }

  /** A variable that is assigned later on; `init` undefined leaves it open. */
  variable(kind: CKind, name: string, init: Expr | undefined): Expr {
    const start = init === undefined ? "" : ` = ${init.text}`;
    this.line(`${this.flavour.types[kind]} ${name}${start};`);
    return atom(name, kind);
  }

  /** Gives an operation's result its value: nested where it is used, or under a name. */
  define(v: Value, lanes: readonly Expr[]): void {
    const uses = [...v.uses()];
    if (uses.length === 0) {
      this.bind(v, lanes);
      return;
    }
    const [only] = lanes;
    const user = uses.length === 1 ? uses[0]!.owner : undefined;
    const nests =
      lanes.length === 1 &&
      user !== undefined &&
      user.parent === v.definingOp?.parent &&
      only!.text.length <= LONGEST_NESTED &&
      (!only!.reads || staysSame(v.definingOp!, user));
    if (nests) {
      this.bind(v, lanes);
      return;
    }
    const name = lanes.every(isTrivial) ? "" : this.names.forValue(v, "t");
    const named = lanes.map((e, k) => {
      if (isTrivial(e)) return e;
      const own = lanes.length === 1 ? name : this.names.fresh(`${name}_${k}`);
      this.line(`const ${this.flavour.types[e.kind]} ${own} = ${e.text};`);
      return atom(own, e.kind);
    });
    this.bind(v, named);
  }

  /** Prints the operations of a block up to its terminator, which it returns. */
  block(block: Block): Operation {
    for (const op of block.ops()) {
      this.#current = op;
      if (op === block.lastOp && op.definition.isTerminator) return op;
      this.#operation(op);
    }
    return block.lastOp!;
  }

  #operation(op: Operation): void {
    if (isFusedProduct(this.#fused, op)) return;
    if (tryEmitFused(this, this.#fused, op)) return;
    const constant = constantLanes(this, op);
    if (constant !== undefined) {
      this.bind(op.resultAt(0), constant);
      return;
    }
    if (this.#elementwise(op)) return;
    if (emitControlFlow(this, op) || emitMemory(this, op)) return;
    if (emitThread(this, op) || emitVector(this, op)) return;
    refuse(op, "the operation");
  }

  /** Operations that compute lane by lane. */
  #elementwise(op: Operation): boolean {
    const emit = scalarTable.get(op.definition);
    if (emit === undefined || op.resultTypes[0] instanceof MemRefType) return false;
    const lanesOf = (t: Type): number => (t instanceof VectorType ? t.numElements : 1);
    const count = lanesOf(op.resultTypes[0]!);
    const args = op.operands.map((v) => {
      const all = this.lanes(v);
      // A scalar among vectors is used by every lane.
      return all.length === 1 && count > 1 ? [this.hold(all[0]!, "s")] : all;
    });
    const element = (t: Type): Type => (t instanceof VectorType ? t.elementType : t);
    const cx: ScalarContext = {
      flavour: this.flavour,
      use: (h) => this.use(h),
      need: (f) => this.need(f),
      op,
      types: op.operandTypes.map(element),
      resultTypes: op.resultTypes.map(element),
      kinds: op.operandTypes.map((t) => this.kindOf(t, op)),
      resultKinds: op.resultTypes.map((t) => this.kindOf(t, op)),
    };
    const perLane = Array.from({ length: count }, (_, k) => {
      const given = emit(
        cx,
        args.map((a) => a[a.length === 1 ? 0 : k]!),
      );
      return Array.isArray(given) ? (given as readonly Expr[]) : [given as Expr];
    });
    op.results.forEach((r, i) =>
      this.define(
        r,
        perLane.map((e) => e[i]!),
      ),
    );
    return true;
  }
}

/** Whether nothing between two operations of a block may write memory. */
function staysSame(from: Operation, to: Operation): boolean {
  for (let op = from.next; op !== null && op !== to; op = op.next) {
    const effects = op.regions.length > 0 ? undefined : ownEffects(op);
    if (effects === undefined || effects.some((e) => e.kind !== "read")) return false;
  }
  return true;
}
