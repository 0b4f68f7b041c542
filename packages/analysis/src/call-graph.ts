/**
 * Which function calls which.
 *
 * Invariants: functions are operations of symbol tables that have a function type; a call belongs
 * to the nearest function around it. A call whose callee is no symbol that is found is unknown.
 */
import {
  CallInterface,
  lookupSymbol,
  type Operation,
  SymbolRefAttr,
  SymbolTrait,
  walk,
} from "@strata/ir";

/** Whether an operation is a function. */
export function isFunction(op: Operation): boolean {
  return op.definition.hasTrait(SymbolTrait) && op.getAttr("function_type") !== undefined;
}

/** One function in the graph. */
interface Node {
  readonly callees: Set<Operation>;
  readonly callers: Set<Operation>;
  /** The calls inside of the function. */
  readonly calls: Operation[];
  hasUnknownCallees: boolean;
  /** Whether its symbol stands elsewhere than in calls, so that others may call it. */
  isReferenced: boolean;
}

/** The calls inside of a module. */
export class CallGraph {
  readonly #nodes = new Map<Operation, Node>();
  #components: readonly (readonly Operation[])[] | undefined;

  constructor(module: Operation) {
    walk(module, (op) => {
      if (isFunction(op)) this.#node(op);
    });
    walk(module, (op) => this.#visit(op));
  }

  #node(f: Operation): Node {
    let node = this.#nodes.get(f);
    if (node === undefined) {
      node = {
        callees: new Set(),
        callers: new Set(),
        calls: [],
        hasUnknownCallees: false,
        isReferenced: false,
      };
      this.#nodes.set(f, node);
    }
    return node;
  }

  #visit(op: Operation): void {
    const calling = CallInterface.of(op);
    const callee = calling?.callee(op);
    for (const a of [...op.properties, ...(op.discardable?.values() ?? [])]) {
      if (!(a instanceof SymbolRefAttr) || a === callee) continue;
      const target = lookupSymbol(op, a);
      const node = target && this.#nodes.get(target);
      if (node !== undefined) node.isReferenced = true;
    }
    if (calling === undefined) return;
    const caller = enclosingFunction(op);
    if (caller === undefined) return;
    const from = this.#node(caller);
    from.calls.push(op);
    const target = callee && lookupSymbol(op, callee);
    const to = target && this.#nodes.get(target);
    if (target === undefined || to === undefined) from.hasUnknownCallees = true;
    else {
      from.callees.add(target);
      to.callers.add(caller);
    }
  }

  /** All functions, in the order of the program. */
  get functions(): readonly Operation[] {
    return [...this.#nodes.keys()];
  }

  /** The functions that a function calls. */
  calleesOf(f: Operation): readonly Operation[] {
    return [...(this.#nodes.get(f)?.callees ?? [])];
  }

  /** The functions that call a function. */
  callersOf(f: Operation): readonly Operation[] {
    return [...(this.#nodes.get(f)?.callers ?? [])];
  }

  /** The calls inside of a function. */
  callsIn(f: Operation): readonly Operation[] {
    return this.#nodes.get(f)?.calls ?? [];
  }

  /** Whether a function calls something that is not known. */
  hasUnknownCallees(f: Operation): boolean {
    return this.#nodes.get(f)?.hasUnknownCallees ?? true;
  }

  /** Whether something else than calls names a function, e.g. a launch. */
  isReferenced(f: Operation): boolean {
    return this.#nodes.get(f)?.isReferenced ?? false;
  }

  /** Whether a function may call itself, by way of others or not. */
  isRecursive(f: Operation): boolean {
    if (this.#nodes.get(f)?.callees.has(f) === true) return true;
    return this.components().some((c) => c.length > 1 && c.includes(f));
  }

  /** Groups of functions that call each other round, callees before callers. */
  components(): readonly (readonly Operation[])[] {
    return (this.#components ??= this.#findComponents());
  }

  /** Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972). */
  #findComponents(): Operation[][] {
    const found: Operation[][] = [];
    const number = new Map<Operation, number>();
    const low = new Map<Operation, number>();
    const stack: Operation[] = [];
    const onStack = new Set<Operation>();
    const enter = (f: Operation): void => {
      number.set(f, number.size);
      low.set(f, number.get(f)!);
      stack.push(f);
      onStack.add(f);
      for (const g of this.calleesOf(f)) {
        if (!number.has(g)) enter(g);
        if (onStack.has(g)) low.set(f, Math.min(low.get(f)!, low.get(g)!));
      }
      if (low.get(f) !== number.get(f)) return;
      const group = stack.splice(stack.indexOf(f));
      for (const g of group) onStack.delete(g);
      found.push(group);
    };
    for (const f of this.#nodes.keys()) if (!number.has(f)) enter(f);
    return found;
  }
}

function enclosingFunction(op: Operation): Operation | undefined {
  let at = op.parentOp;
  while (at !== null && !isFunction(at)) at = at.parentOp;
  return at ?? undefined;
}

/** The call graph of a module, for the cache of a pass manager. */
export const callGraphAnalysis: { readonly name: string; compute(op: Operation): CallGraph } = {
  name: "call-graph",
  compute: (op) => new CallGraph(op),
};
