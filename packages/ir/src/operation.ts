/**
 * Operations: the one node type of the IR. Subclasses made by `defineOp` add typed accessors on
 * their prototype and nothing to the object itself.
 *
 * Invariants: `operandUses[i].index === i`; `results[i].index === i`; inherent attributes live in
 * `properties`, one slot for each attribute the definition declares (in name order); everything else
 * is discardable.
 */
import type { Attribute } from "./attribute.ts";
import type { Block, Region } from "./block.ts";
import type { OpDefinition } from "./op-definition.ts";
import { type Location, unknownLoc } from "./location.ts";
import type { Type } from "./type.ts";
import { OpResult, Use, type Value } from "./value.ts";

/** Everything an operation is made of; arrays are taken over, not copied. */
export interface OperationParts {
  readonly location?: Location;
  readonly operands?: readonly Value[];
  readonly resultTypes?: readonly Type[];
  /** By slot of the definition; missing slots take the default. */
  readonly properties?: (Attribute | undefined)[];
  readonly discardable?: Map<string, Attribute> | null;
  readonly regions?: readonly Region[];
  readonly successors?: readonly Block[];
  /** Length of each operand group; needed where more than one group is variadic. */
  readonly operandSegments?: readonly number[] | null;
  readonly resultSegments?: readonly number[] | null;
}

const noProperties: (Attribute | undefined)[] = [];
const noRegions: Region[] = [];
const noBlocks: Block[] = [];

/** The uses that an operation's operands are; arrays of exactly the length that is needed. */
function usesOf(op: Operation, operands: readonly Value[] | undefined): Use[] {
  const n = operands === undefined ? 0 : operands.length;
  if (n === 0) return [];
  const first = new Use(op, 0, operands![0]!);
  if (n === 1) return [first];
  const second = new Use(op, 1, operands![1]!);
  if (n === 2) return [first, second];
  const uses = [first, second, new Use(op, 2, operands![2]!)];
  for (let i = 3; i < n; i++) uses.push(new Use(op, i, operands![i]!));
  return uses;
}

function resultsOf(op: Operation, types: readonly Type[] | undefined): OpResult[] {
  const n = types === undefined ? 0 : types.length;
  if (n === 0) return [];
  const first = new OpResult(types![0]!, op, 0);
  if (n === 1) return [first];
  const results = [first, new OpResult(types![1]!, op, 1)];
  for (let i = 2; i < n; i++) results.push(new OpResult(types![i]!, op, i));
  return results;
}

/** A node of the IR: operands in, results out, attributes, nested regions, successor blocks. */
export class Operation {
  /** On the prototype of each op class. */
  declare readonly definition: OpDefinition;

  parent: Block | null = null;
  prev: Operation | null = null;
  next: Operation | null = null;
  /** Position in the block; only `Block.isBefore` gives it meaning. */
  order = 0;
  /**
   * Scratch for whichever algorithm runs: a position in a list of its own, which is meaningful only
   * where that list holds this operation at that position.
   */
  slot = -1;
  location: Location;
  operandUses: Use[];
  readonly results: readonly OpResult[];
  properties: (Attribute | undefined)[];
  discardable: Map<string, Attribute> | null;
  readonly regions: readonly Region[];
  successors: Block[];
  operandSegments: readonly number[] | null;
  resultSegments: readonly number[] | null;

  constructor(parts: OperationParts) {
    this.location = parts.location ?? unknownLoc;
    this.operandUses = usesOf(this, parts.operands);
    this.results = resultsOf(this, parts.resultTypes);
    this.properties = parts.properties ?? noProperties;
    this.discardable = parts.discardable ?? null;
    const regions = parts.regions;
    this.regions = regions ?? noRegions;
    if (regions !== undefined) for (const r of regions) r.parent = this;
    this.successors = parts.successors === undefined ? noBlocks : [...parts.successors];
    this.operandSegments = parts.operandSegments ?? null;
    this.resultSegments = parts.resultSegments ?? null;
  }

  /** Full name, e.g. `arith.addi`. */
  get name(): string {
    return this.definition.name;
  }

  get parentRegion(): Region | null {
    return this.parent === null ? null : this.parent.parent;
  }

  get parentOp(): Operation | null {
    return this.parent === null ? null : this.parent.parentOp;
  }

  get numOperands(): number {
    return this.operandUses.length;
  }

  get numResults(): number {
    return this.results.length;
  }

  /** Operand `i`; an error when there is none. */
  operand(i: number): Value {
    const use = this.operandUses[i];
    if (use === undefined) throw new Error(`${this.name} has no operand ${i}`);
    return use.value;
  }

  /** Result `i`; an error when there is none. */
  resultAt(i: number): OpResult {
    const r = this.results[i];
    if (r === undefined) throw new Error(`${this.name} has no result ${i}`);
    return r;
  }

  /** The operand values, as a new array. */
  get operands(): Value[] {
    const uses = this.operandUses;
    const out = new Array<Value>(uses.length);
    for (let i = 0; i < uses.length; i++) out[i] = uses[i]!.value;
    return out;
  }

  get operandTypes(): Type[] {
    return this.operandUses.map((u) => u.value.type);
  }

  get resultTypes(): Type[] {
    return this.results.map((r) => r.type);
  }

  setOperand(i: number, value: Value): void {
    const use = this.operandUses[i];
    if (use === undefined) throw new Error(`${this.name} has no operand ${i}`);
    use.set(value);
  }

  /** Replaces all operands; `segments` where the definition needs them. */
  setOperands(values: readonly Value[], segments: readonly number[] | null = null): void {
    for (const u of this.operandUses) u.unlink();
    this.operandUses = values.map((v, i) => new Use(this, i, v));
    this.operandSegments = segments;
  }

  /** Values of operand group `g` of the definition (operands come in declared groups). */
  operandGroup(g: number): Value[] {
    const start = this.definition.operandStart(this, g);
    const length = this.definition.operandLength(this, g);
    const out: Value[] = [];
    for (let i = start; i < start + length; i++) out.push(this.operandUses[i]!.value);
    return out;
  }

  /** Results of result group `g` of the definition. */
  resultGroup(g: number): OpResult[] {
    const start = this.definition.resultStart(this, g);
    return this.results.slice(start, start + this.definition.resultLength(this, g));
  }

  /** Replaces the values of operand group `g`. */
  setOperandGroup(g: number, values: readonly Value[]): void {
    const groups = this.definition.operandGroups.map((_, k) =>
      k === g ? [...values] : this.operandGroup(k),
    );
    const segments = this.definition.needsOperandSegments ? groups.map((x) => x.length) : null;
    this.setOperands(groups.flat(), segments);
  }

  /** An attribute by name, inherent or discardable. */
  getAttr(name: string): Attribute | undefined {
    const slot = this.definition.attributeSlot(name);
    if (slot !== undefined) return this.properties[slot];
    return this.discardable?.get(name);
  }

  /** Sets an attribute by name; `undefined` removes it. */
  setAttr(name: string, value: Attribute | undefined): void {
    const slot = this.definition.attributeSlot(name);
    if (slot !== undefined) {
      this.properties[slot] = value;
    } else if (value === undefined) {
      this.discardable?.delete(name);
    } else {
      (this.discardable ??= new Map()).set(name, value);
    }
  }

  /** Whether the op ends a block: it says so, or its dialect is unknown. */
  get mayBeTerminator(): boolean {
    return this.definition.isTerminator || !this.definition.isRegistered;
  }

  /** Whether this operation encloses `other` or is it. */
  isAncestorOf(other: Operation): boolean {
    return encloses(this, other);
  }

  /** The nearest enclosing operation of a class; undefined when there is none. */
  parentOfType<C extends new (...args: never[]) => Operation>(cls: C): InstanceType<C> | undefined {
    let op = this.parentOp;
    while (op !== null && !(op instanceof cls)) op = (op as Operation).parentOp;
    return op === null ? undefined : (op as InstanceType<C>);
  }

  /** Whether `this` stands before `other` in the same block. */
  isBeforeInBlock(other: Operation): boolean {
    if (this.parent === null || this.parent !== other.parent) {
      throw new Error("the operations are not in one block");
    }
    return this.parent.isBefore(this, other);
  }

  /** Takes the operation out of its block; it stays usable. */
  remove(): this {
    this.parent?.remove(this);
    return this;
  }

  moveBefore(anchor: Operation): void {
    this.remove();
    anchor.parent!.insertBefore(this, anchor);
  }

  moveAfter(anchor: Operation): void {
    this.remove();
    anchor.parent!.insertAfter(this, anchor);
  }

  /** Whether no result is used. */
  get isUnused(): boolean {
    const results = this.results;
    for (let i = 0; i < results.length; i++) if (results[i]!.firstUse !== null) return false;
    return true;
  }

  /** Removes and takes apart the operation; its results must be unused. */
  erase(): void {
    if (!this.isUnused) throw new Error(`${this.name} is erased while its results are in use`);
    this.dropAllReferences();
    this.remove();
  }

  /** Unlinks the operands of this operation and of everything nested in it. */
  dropAllReferences(): void {
    if (this.regions.length > 0) walk(this, dropReferences);
    else dropReferences(this);
  }

  /** Replaces all uses of the results, one value each, and erases the operation. */
  replaceWith(values: readonly Value[]): void {
    if (values.length !== this.results.length) {
      throw new Error(`${this.name} has ${this.results.length} results, got ${values.length}`);
    }
    this.results.forEach((r, i) => r.replaceAllUsesWith(values[i]!));
    this.erase();
  }
}

function dropReferences(op: Operation): void {
  const uses = op.operandUses;
  for (let i = 0; i < uses.length; i++) uses[i]!.unlink();
  if (op.successors.length > 0) op.successors = [];
}

function encloses(outer: Operation, inner: Operation): boolean {
  let op: Operation | null = inner;
  while (op !== null && op !== outer) op = op.parentOp;
  return op !== null;
}

/** What a walk's callback may answer. */
export type WalkAnswer = void | "skip" | "stop";

/**
 * Visits `root` and everything nested in it. `"skip"` leaves out the regions of the current op,
 * `"stop"` ends the walk. The current op may be erased or replaced in post-order; in pre-order only
 * together with `"skip"`. The walk keeps its own stack: deep nesting and long blocks are no problem.
 */
export function walk(
  root: Operation,
  visit: (op: Operation) => WalkAnswer,
  order: "pre" | "post" = "pre",
): boolean {
  type Frame = { op: Operation; region: number; block: Block | null; next: Operation | null };
  const stack: Frame[] = [];
  const enter = (op: Operation): boolean => {
    const answer = order === "pre" ? visit(op) : undefined;
    if (answer === "stop") return false;
    if (op.regions.length > 0 && answer !== "skip") {
      stack.push({ op, region: -1, block: null, next: null });
      return true;
    }
    return order === "post" ? visit(op) !== "stop" : true;
  };
  if (!enter(root)) return false;
  while (stack.length > 0) {
    const f = stack[stack.length - 1]!;
    if (f.next !== null) {
      const op = f.next;
      f.next = op.next;
      if (!enter(op)) return false;
    } else if (f.block !== null && f.block.next !== null) {
      f.block = f.block.next;
      f.next = f.block.firstOp;
    } else if (++f.region < f.op.regions.length) {
      f.block = f.op.regions[f.region]!.firstBlock;
      f.next = f.block === null ? null : f.block.firstOp;
    } else {
      stack.pop();
      if (order === "post" && visit(f.op) === "stop") return false;
    }
  }
  return true;
}

/** All operations of a class nested in `root`, in pre-order. */
export function collect<C extends new (...args: never[]) => Operation>(
  root: Operation,
  cls: C,
): InstanceType<C>[] {
  const out: InstanceType<C>[] = [];
  walk(root, (op) => {
    if (op instanceof cls) out.push(op as InstanceType<C>);
  });
  return out;
}
