/** Stencils: what the arrow's accessors read, and where. */
import { dimBinary, dimConst, type DimExpr } from "@strata/support";
import type { Expression } from "../syntax/ast.ts";
import { isStatic, type BoundaryEntity, type Value } from "./context.ts";
import { coerce, isError, makeLiteral } from "./conversions.ts";
import * as say from "./diagnostics.ts";
import type { LambdaParam } from "./functions.ts";
import { indexParams, type PatternCall } from "./pattern-call.ts";
import { tryConstant } from "./shapes.ts";
import type { Accessor, Typed } from "./tree.ts";
import { resolve, type Scalarish } from "./types.ts";

/** `stencil(t, boundary, f)`, `stencil([a, b], [clamp, zero], f, { stride: 2 })`. */
export function stencil(call: PatternCall): Typed | undefined {
  if (!call.count(3, 4, "a tensor, a boundary, an arrow and options")) return undefined;
  const list = call.tensors(0);
  const boundaries = boundaryList(call, list?.exprs.length ?? 1);
  const options = stencilOptions(call, list?.dims.length ?? 0);
  if (list === undefined || boundaries === undefined || options === undefined) return undefined;
  const { exprs, elements, dims } = list;
  const values = boundaryValues(call, boundaries, elements);
  if (values === undefined) return undefined;
  const accessors: Accessor[] = elements.map((type, input) => {
    return { name: accessorName(call.node.args[2], input), input, rank: dims.length, type };
  });
  const params: LambdaParam[] = [
    ...accessors.map((accessor): LambdaParam => ({ kind: "accessor", accessor })),
    ...indexParams(dims.length),
  ];
  const [element] = elements;
  const modes = boundaries.map(({ mode }) => mode);
  const keeps = modes.includes("copy") || options.parity !== undefined;
  const copies = keeps && element !== undefined;
  const body = copies ? call.typedArrow(2, params, element) : call.storedArrow(2, params);
  if (body === undefined) return undefined;
  const shape = dims.map((dim, d) => pointsOf(dim, options.strides[d] ?? 1));
  return {
    kind: "stencil",
    inputs: exprs,
    boundaries: modes,
    values,
    accessors,
    body,
    ...options,
    type: { kind: "tensor", element: resolve(body.type) as Scalarish, dims: shape },
    at: call.node,
  };
}

/** How many points lie in an extent at a distance of `stride`. */
function pointsOf(dim: DimExpr, stride: number): DimExpr {
  if (stride === 1) return dim;
  return dimBinary("ceildiv", dim, dimConst(stride));
}

/** The boundary of each input; undefined if something was reported. */
function boundaryList(call: PatternCall, inputs: number): BoundaryEntity[] | undefined {
  const { cx } = call;
  const given = call.args[1];
  const refuse = (value: Value | undefined, k?: number): undefined => {
    const list = call.node.args[1];
    const at = k !== undefined && list?.kind === "array" ? (list.elements[k] ?? list) : call.at(1);
    if (value === undefined || isStatic(value) || !isError(value)) {
      cx.report(say.expectedBoundary(cx.span(at)));
    }
    return undefined;
  };
  if (given?.kind === "boundary") return Array.from({ length: inputs }, () => given);
  if (given?.kind !== "boundaries") return refuse(given);
  const list: BoundaryEntity[] = [];
  for (const [k, value] of given.list.entries()) {
    if (value.kind !== "boundary") return refuse(value, k);
    list.push(value);
  }
  if (list.length === inputs) return list;
  cx.report(say.boundaryCount(inputs, list.length, cx.span(call.at(1))));
  return undefined;
}

/** What is read outside, for each input that has such a value; undefined if reported. */
function boundaryValues(
  call: PatternCall,
  boundaries: readonly BoundaryEntity[],
  elements: readonly Scalarish[],
): Typed[] | undefined {
  const { cx } = call;
  const at = call.at(1);
  const values = elements.flatMap((element, k) => {
    const { mode, value } = boundaries[k] ?? { mode: "clamp", value: undefined };
    if (mode !== "zero" && mode !== "constant") return [];
    const given = value ?? makeLiteral(cx, zeroOf(element), element, at);
    // A literal takes the type of each input by itself.
    const fresh =
      given.kind === "literal" && typeof given.value === "number" && elements.length > 1
        ? makeLiteral(cx, given.value, element, at)
        : given;
    return [coerce(cx, fresh, element, "the boundary's value")];
  });
  return values.some(isError) ? undefined : values;
}

interface StencilOptions {
  readonly strides: readonly number[];
  readonly parity: number | undefined;
}

/** `{ stride: 2, parity: 0 }`: literals, one stride for all axes or a list with one for each. */
function stencilOptions(call: PatternCall, rank: number): StencilOptions | undefined {
  const { cx } = call;
  let strides = new Array<number>(rank).fill(1);
  let parity: number | undefined;
  if (call.args.length < 4) return { strides, parity };
  const given = call.expr(3);
  if (given === undefined) return undefined;
  if (given.kind !== "object") {
    const hint = "write an object: `{ stride: 2 }`";
    cx.report(say.notConstant("the options of stencil", cx.span(call.at(3)), hint));
    return undefined;
  }
  const whole = (value: Typed, least: number, most: number): number | undefined => {
    const n = tryConstant(cx, value);
    if (value.kind === "literal") cx.literals.delete(value);
    return n !== undefined && Number.isInteger(n) && n >= least && n <= most ? n : undefined;
  };
  for (const { name, value } of given.fields) {
    if (name === "stride") {
      const items = value.kind === "tuple" ? value.elements : strides.map(() => value);
      const found = items.map((item) => whole(item, 1, 2 ** 31 - 1));
      const known = found.filter((n) => n !== undefined);
      if (known.length !== rank) {
        const hint = `write a positive integer, or a list of ${rank}`;
        cx.report(say.notConstant("the option stride", cx.span(value.at), hint));
        return undefined;
      }
      strides = known;
    } else if (name === "parity") {
      parity = whole(value, 0, 1);
      if (parity === undefined) {
        cx.report(say.notConstant("the option parity", cx.span(value.at), "write 0 or 1"));
        return undefined;
      }
    } else {
      cx.report(say.unknownOption("stencil", name, ["stride", "parity"], cx.span(value.at)));
      return undefined;
    }
  }
  return { strides, parity };
}

function accessorName(arrow: Expression | undefined, k: number): string {
  const pattern = arrow?.kind === "arrow" ? arrow.params[k]?.pattern : undefined;
  return pattern?.kind === "name" ? pattern.text : `c${k}`;
}

/** The zero of an element type, in the form its literals have. */
function zeroOf(element: Scalarish): number | bigint | boolean {
  const resolved = resolve(element);
  if (resolved.kind !== "scalar") return 0;
  if (resolved.name === "bool") return false;
  return resolved.name === "i64" || resolved.name === "u64" ? 0n : 0;
}
