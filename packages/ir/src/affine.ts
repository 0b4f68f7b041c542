/**
 * Affine expressions and maps over dimensions `d0…` and symbols `s0…`, simplified as they are built
 * and interned, with evaluation, composition and MLIR's text form.
 */
import { Interner } from "./type.ts";

export type AffineBinary = "+" | "*" | "floordiv" | "ceildiv" | "mod";

/** An integer expression over dimensions and symbols. */
export type AffineExpr =
  | { readonly kind: "const"; readonly value: bigint }
  | { readonly kind: "dim"; readonly index: number }
  | { readonly kind: "sym"; readonly index: number }
  | {
      readonly kind: "binary";
      readonly op: AffineBinary;
      readonly lhs: AffineExpr;
      readonly rhs: AffineExpr;
    };

export function affineConst(value: bigint | number): AffineExpr {
  return { kind: "const", value: BigInt(value) };
}

export function affineDim(index: number): AffineExpr {
  return { kind: "dim", index };
}

export function affineSym(index: number): AffineExpr {
  return { kind: "sym", index };
}

function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q;
}

function applyBinary(op: AffineBinary, a: bigint, b: bigint): bigint {
  switch (op) {
    case "+":
      return a + b;
    case "*":
      return a * b;
    case "floordiv":
      return floorDiv(a, b);
    case "ceildiv":
      return -floorDiv(-a, b);
    case "mod":
      return a - floorDiv(a, b) * b;
  }
}

function isSymbolic(e: AffineExpr): boolean {
  if (e.kind === "binary") return isSymbolic(e.lhs) && isSymbolic(e.rhs);
  return e.kind !== "dim";
}

/** Builds `lhs op rhs`, folding constants and neutral elements. Constants go to the right. */
export function affineBinary(op: AffineBinary, lhs: AffineExpr, rhs: AffineExpr): AffineExpr {
  if (lhs.kind === "const" && rhs.kind === "const") {
    if (op === "+" || op === "*" || rhs.value > 0n) {
      return affineConst(applyBinary(op, lhs.value, rhs.value));
    }
  }
  if (op === "+" || op === "*") {
    if (lhs.kind === "const" || (isSymbolic(lhs) && !isSymbolic(rhs))) [lhs, rhs] = [rhs, lhs];
  }
  if (rhs.kind === "const") {
    const c = rhs.value;
    if (op === "+") {
      if (c === 0n) return lhs;
      if (lhs.kind === "binary" && lhs.op === "+" && lhs.rhs.kind === "const") {
        return affineBinary("+", lhs.lhs, affineConst(lhs.rhs.value + c));
      }
    } else if (op === "*") {
      if (c === 1n) return lhs;
      if (c === 0n) return rhs;
      if (lhs.kind === "binary" && lhs.op === "*" && lhs.rhs.kind === "const") {
        return affineBinary("*", lhs.lhs, affineConst(lhs.rhs.value * c));
      }
    } else if (c === 1n) {
      return op === "mod" ? affineConst(0n) : lhs;
    }
  }
  return { kind: "binary", op, lhs, rhs };
}

/** Value of an expression; division by a non-positive number is an error. */
export function evaluateAffine(
  e: AffineExpr,
  dims: readonly bigint[],
  syms: readonly bigint[],
): bigint {
  switch (e.kind) {
    case "const":
      return e.value;
    case "dim":
    case "sym": {
      const v = (e.kind === "dim" ? dims : syms)[e.index];
      if (v === undefined) throw new RangeError(`no value for ${e.kind} ${e.index}`);
      return v;
    }
    case "binary": {
      const a = evaluateAffine(e.lhs, dims, syms);
      const b = evaluateAffine(e.rhs, dims, syms);
      if (e.op !== "+" && e.op !== "*" && b <= 0n) {
        throw new RangeError(`${e.op} by ${b} in an affine expression`);
      }
      return applyBinary(e.op, a, b);
    }
  }
}

/** The expression with its dimensions and symbols replaced. */
export function substituteAffine(
  e: AffineExpr,
  dims: readonly AffineExpr[],
  syms: readonly AffineExpr[],
): AffineExpr {
  if (e.kind === "dim") return dims[e.index] ?? e;
  if (e.kind === "sym") return syms[e.index] ?? e;
  if (e.kind === "const") return e;
  const lhs = substituteAffine(e.lhs, dims, syms);
  return affineBinary(e.op, lhs, substituteAffine(e.rhs, dims, syms));
}

const negated = (e: AffineExpr): AffineExpr | undefined => {
  if (e.kind === "const" && e.value < 0n) return affineConst(-e.value);
  if (e.kind !== "binary" || e.op !== "*" || e.rhs.kind !== "const") return undefined;
  return e.rhs.value < 0n ? affineBinary("*", e.lhs, affineConst(-e.rhs.value)) : undefined;
};

/** MLIR's text of an expression. */
export function printAffineExpr(e: AffineExpr, nested = false): string {
  switch (e.kind) {
    case "const":
      return String(e.value);
    case "dim":
      return `d${e.index}`;
    case "sym":
      return `s${e.index}`;
    case "binary": {
      let text: string;
      const minus = e.op === "+" ? negated(e.rhs) : undefined;
      if (minus !== undefined) {
        text = `${printAffineExpr(e.lhs)} - ${printAffineExpr(minus, minus.kind === "binary" && minus.op !== "*")}`;
        if (e.lhs.kind === "binary" && e.lhs.op !== "+") {
          text = `${printAffineExpr(e.lhs, e.lhs.op !== "*")} - ${printAffineExpr(minus, true)}`;
        }
      } else if (e.op === "*" && e.rhs.kind === "const" && e.rhs.value === -1n) {
        text = `-${printAffineExpr(e.lhs, true)}`;
      } else {
        const atom = e.op !== "+";
        text = `${printAffineExpr(e.lhs, atom)} ${e.op} ${printAffineExpr(e.rhs, atom)}`;
      }
      return nested ? `(${text})` : text;
    }
  }
}

const maps = new Interner<AffineMap>();

/** `(d0, …)[s0, …] -> (expr, …)`; interned. */
export class AffineMap {
  readonly numDims: number;
  readonly numSyms: number;
  readonly results: readonly AffineExpr[];

  private constructor(numDims: number, numSyms: number, results: readonly AffineExpr[]) {
    this.numDims = numDims;
    this.numSyms = numSyms;
    this.results = results;
  }

  static get(numDims: number, numSyms: number, results: readonly AffineExpr[]): AffineMap {
    const map = new AffineMap(numDims, numSyms, results);
    return maps.get(map.toString(), () => map);
  }

  static identity(rank: number): AffineMap {
    return AffineMap.get(
      rank,
      0,
      Array.from({ length: rank }, (_, i) => affineDim(i)),
    );
  }

  static constant(value: number): AffineMap {
    return AffineMap.get(0, 0, [affineConst(value)]);
  }

  get isIdentity(): boolean {
    return (
      this.numSyms === 0 &&
      this.results.length === this.numDims &&
      this.results.every((e, i) => e.kind === "dim" && e.index === i)
    );
  }

  evaluate(dims: readonly bigint[], syms: readonly bigint[] = []): bigint[] {
    return this.results.map((e) => evaluateAffine(e, dims, syms));
  }

  toString(): string {
    const dims = Array.from({ length: this.numDims }, (_, i) => `d${i}`).join(", ");
    const syms = Array.from({ length: this.numSyms }, (_, i) => `s${i}`).join(", ");
    const results = this.results.map((e) => printAffineExpr(e)).join(", ");
    return `(${dims})${this.numSyms > 0 ? `[${syms}]` : ""} -> (${results})`;
  }
}

const sets = new Interner<IntegerSet>();

/** One constraint of an integer set: `expr == 0` or `expr >= 0`. */
export interface AffineConstraint {
  readonly expr: AffineExpr;
  readonly equality: boolean;
}

/** `(d0, …)[s0, …] : (constraint, …)`; interned. */
export class IntegerSet {
  readonly numDims: number;
  readonly numSyms: number;
  readonly constraints: readonly AffineConstraint[];

  private constructor(numDims: number, numSyms: number, constraints: readonly AffineConstraint[]) {
    this.numDims = numDims;
    this.numSyms = numSyms;
    this.constraints = constraints;
  }

  static get(
    numDims: number,
    numSyms: number,
    constraints: readonly AffineConstraint[],
  ): IntegerSet {
    const set = new IntegerSet(numDims, numSyms, constraints);
    return sets.get(set.toString(), () => set);
  }

  toString(): string {
    const dims = Array.from({ length: this.numDims }, (_, i) => `d${i}`).join(", ");
    const syms = Array.from({ length: this.numSyms }, (_, i) => `s${i}`).join(", ");
    const body = this.constraints
      .map((c) => `${printAffineExpr(c.expr)} ${c.equality ? "==" : ">="} 0`)
      .join(", ");
    return `(${dims})${this.numSyms > 0 ? `[${syms}]` : ""} : (${body})`;
  }
}
