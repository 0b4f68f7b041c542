/**
 * Matrices of subgroups.
 *
 * Invariants: the lanes of a subgroup share one value of a matrix; element `i` of those that a lane
 * holds is element `lane + i * lanes`, counted by rows. Products are summed exactly enough in
 * double precision and rounded once.
 */
import {
  failAt,
  interpretOf,
  type InterpreterContext,
  MemRefValue,
  roundingOf,
  RuntimeObject,
  type RuntimeValue,
} from "@strata/interpret";
import {
  FloatType,
  type InterfaceBinding,
  IntegerType,
  type Operation,
  type Type,
} from "@strata/ir";
import { expectPosition } from "@strata/memref";
import type { MmaElementwiseKind } from "../attributes.ts";
import * as ops from "../ops.ts";
import type { MmaMatrixType } from "../types.ts";
import type { Answers } from "./collectives.ts";
import { currentThread, laneOf, type ThreadState } from "./threads.ts";

/** A matrix with its elements by rows. */
export class MatrixValue extends RuntimeObject {
  readonly type: MmaMatrixType;
  readonly elements: readonly RuntimeValue[];

  constructor(type: MmaMatrixType, elements: readonly RuntimeValue[]) {
    super();
    this.type = type;
    this.elements = elements;
  }

  describe(): string {
    return this.type.toString();
  }
}

function asMatrix(v: RuntimeValue | undefined): MatrixValue {
  if (v instanceof MatrixValue) return v;
  throw new Error("expected a matrix");
}

function asMemRef(v: RuntimeValue | undefined): MemRefValue {
  if (v instanceof MemRefValue) return v;
  throw new Error("expected a memref");
}

/** Rounds or wraps a number to an element type. */
function toElement(type: Type, n: number): number {
  if (type instanceof FloatType) return roundingOf(type)(n);
  const bits = type instanceof IntegerType ? type.width : 32;
  const unsigned = type instanceof IntegerType && type.signedness === "unsigned";
  const wide = BigInt(Math.trunc(n));
  return Number(unsigned ? BigInt.asUintN(bits, wide) : BigInt.asIntN(bits, wide));
}

/** Positions in memory of a matrix's elements, by rows of the matrix. */
function positionsOf(
  op: ops.MmaLoad | ops.MmaStore,
  type: MmaMatrixType,
  m: MemRefValue,
  indices: readonly RuntimeValue[],
): number[] {
  const wanted = type.elementType;
  const fits =
    m.elementType === wanted ||
    (wanted instanceof IntegerType && m.elementType === IntegerType.get(wanted.width));
  if (!fits) {
    failAt(
      op,
      "gpu.mma-memory",
      `\`${m.describe()}\` has no elements of \`${type.toString()}\``,
      "memory and matrix have one element type",
    );
  }
  const start = expectPosition(op, m, indices);
  const lead = Number(op.leadDimension.value);
  const [rows, columns] = type.shape;
  const step = m.strides[m.strides.length - 1] ?? 1;
  const positions: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      positions.push(start + (op.transpose ? j * lead + i * step : i * lead + j * step));
    }
  }
  if (Math.max(...positions) >= m.buffer.length) {
    failAt(op, "gpu.mma-bounds", `the matrix reaches behind the end of \`${m.describe()}\``);
  }
  return positions;
}

function load(op: ops.MmaLoad, [memref, ...indices]: readonly RuntimeValue[]): MatrixValue {
  const m = asMemRef(memref);
  const { type } = op.res;
  const elements = positionsOf(op, type, m, indices).map((at) =>
    toElement(type.elementType, Number(m.buffer.get(at))),
  );
  return new MatrixValue(type, elements);
}

function store(op: ops.MmaStore, [value, memref, ...indices]: readonly RuntimeValue[]): void {
  const matrix = asMatrix(value);
  const m = asMemRef(memref);
  positionsOf(op, matrix.type, m, indices).forEach((at, i) => {
    m.buffer.set(at, toElement(m.elementType, matrix.elements[i] as number));
  });
}

function insert(op: ops.MmaInsert, lanes: readonly ThreadState[]): MatrixValue {
  const matrix = asMatrix(lanes[0]!.waiting!.args[1]);
  const elements = [...matrix.elements];
  for (const t of lanes) {
    const [value, , ...indices] = t.waiting!.args;
    elements[heldElement(op, t, matrix, indices)] = value!;
  }
  return new MatrixValue(matrix.type, elements);
}

/** Which element of the matrix is the one of a lane with an index. */
function heldElement(
  op: Operation,
  t: ThreadState,
  matrix: MatrixValue,
  indices: readonly RuntimeValue[],
): number {
  const i = Number(indices[0] ?? 0);
  const at = laneOf(t) + i * t.block.launch.settings.subgroupSize;
  if (i >= 0 && at < matrix.elements.length) return at;
  return failAt(op, "gpu.mma-index", `the lane holds no element ${i} of \`${matrix.describe()}\``);
}

/** Runs an operation on matrices for the lanes of a subgroup, which must all have come to it. */
export function runMatrixOp(
  op: Operation,
  lanes: readonly ThreadState[],
  all: readonly ThreadState[],
): Answers {
  const { subgroupSize } = lanes[0]!.block.launch.settings;
  if (lanes.length < all.length || all.length < subgroupSize) {
    failAt(
      op,
      "gpu.mma-lanes",
      `${lanes.length} lanes execute \`${op.name}\`, which needs all ${subgroupSize} of the ` +
        "subgroup",
    );
  }
  const { args } = lanes[0]!.waiting!;
  if (op instanceof ops.MmaStore) {
    store(op, args);
    return lanes.map(() => []);
  }
  const matrix =
    op instanceof ops.MmaLoad
      ? load(op, args)
      : op instanceof ops.MmaInsert
        ? insert(op, lanes)
        : failAt(op, "gpu.unknown-wait", `\`${op.name}\` waits, but nothing runs it`);
  return lanes.map(() => [matrix]);
}

function multiply(op: ops.MmaCompute, a: MatrixValue, b: MatrixValue, c: MatrixValue): MatrixValue {
  const [rows, columns] = c.type.shape;
  const depth = a.type.shape[1];
  const at = (m: MatrixValue, i: number, j: number, transposed: boolean): number =>
    m.elements[transposed ? j * m.type.shape[0] + i : i * m.type.shape[1] + j] as number;
  const elements: number[] = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = c.elements[i * columns + j] as number;
      for (let k = 0; k < depth; k++) {
        sum += at(a, i, k, op.a_transpose) * at(b, k, j, op.b_transpose);
      }
      elements.push(toElement(c.type.elementType, sum));
    }
  }
  return new MatrixValue(c.type, elements);
}

const elementwise: Readonly<Record<MmaElementwiseKind, (a: number, b: number) => number>> = {
  addf: (a, b) => a + b,
  mulf: (a, b) => a * b,
  subf: (a, b) => a - b,
  maxf: Math.max,
  minf: Math.min,
  divf: (a, b) => a / b,
  addi: (a, b) => a + b,
  muli: (a, b) => Number(BigInt.asIntN(64, BigInt(a) * BigInt(b))),
  subi: (a, b) => a - b,
  divs: (a, b) => Math.trunc(a / b),
  divu: (a, b) => Math.floor((a >>> 0) / (b >>> 0)),
  negatef: (a) => -a,
  negates: (a) => -a,
  extf: (a) => a,
};

function combine(op: ops.MmaElementwise, args: readonly MatrixValue[]): MatrixValue {
  const kind = op.opType.value;
  const f = elementwise[kind];
  const { type } = op.res;
  const [a, b] = args;
  const elements = a!.elements.map((x, i) => {
    const y = (b?.elements[i] ?? 0) as number;
    if ((kind === "divs" || kind === "divu") && y === 0) {
      return failAt(op, "gpu.division-by-zero", "an element is divided by zero");
    }
    return toElement(type.elementType, f(x as number, y));
  });
  return new MatrixValue(type, elements);
}

/** The last operands and result of operations, so that lanes with the same operands share it. */
class Shared {
  readonly #last = new Map<Operation, readonly [readonly RuntimeValue[], MatrixValue]>();

  of(op: Operation, args: readonly RuntimeValue[], make: () => MatrixValue): MatrixValue {
    const last = this.#last.get(op);
    if (last !== undefined && args.every((a, i) => Object.is(a, last[0][i]))) return last[1];
    const made = make();
    this.#last.set(op, [args, made]);
    return made;
  }
}

const shared = (cx: InterpreterContext): Shared => cx.stateOf(Shared, () => new Shared());

/** How the operations that do not wait run. */
export const matrixInterpretation: readonly InterfaceBinding[] = [
  interpretOf(ops.MmaConstant, (op, args, cx) =>
    shared(cx).of(op, args, () => {
      const { type } = op.res;
      return new MatrixValue(
        type,
        new Array<RuntimeValue>(type.shape[0] * type.shape[1]).fill(args[0]!),
      );
    }),
  ),
  interpretOf(ops.MmaCompute, (op, args, cx) =>
    shared(cx).of(op, args, () =>
      multiply(op, asMatrix(args[0]), asMatrix(args[1]), asMatrix(args[2])),
    ),
  ),
  interpretOf(ops.MmaElementwise, (op, args, cx) =>
    shared(cx).of(op, args, () => combine(op, args.map(asMatrix))),
  ),
  interpretOf(ops.MmaExtract, (op, [matrix, ...indices], cx) => {
    const m = asMatrix(matrix);
    return m.elements[heldElement(op, currentThread(op, cx), m, indices)]!;
  }),
];
