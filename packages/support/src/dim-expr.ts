/**
 * Extents as expressions over named dimensions and integer parameters.
 *
 * Invariants: trees are immutable; a named dimension is never negative, a parameter may be;
 * `simplifyDim` is canonical for polynomials: two that are equal as polynomials print the same.
 */

/** The operators of extents; `div` and `rem` truncate, `floordiv` and `mod` round down. */
export type DimOperator =
  | "+"
  | "-"
  | "*"
  | "floordiv"
  | "mod"
  | "ceildiv"
  | "div"
  | "rem"
  | "min"
  | "max";

/** An extent (or another integer known when a kernel is called). */
export type DimExpr =
  | { readonly kind: "const"; readonly value: number }
  | { readonly kind: "dim"; readonly name: string }
  | { readonly kind: "param"; readonly name: string }
  | {
      readonly kind: "binary";
      readonly op: DimOperator;
      readonly left: DimExpr;
      readonly right: DimExpr;
    };

/** The values of names when an expression is evaluated. */
export interface DimValues {
  readonly dims: ReadonlyMap<string, number>;
  readonly params?: ReadonlyMap<string, number>;
}

/** A constant extent; RangeError if it is no safe integer. */
export function dimConst(value: number): DimExpr {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no extent`);
  return { kind: "const", value };
}

/** A named dimension. */
export function dimName(name: string): DimExpr {
  return { kind: "dim", name };
}

/** The value of an integer parameter. */
export function dimParam(name: string): DimExpr {
  return { kind: "param", name };
}

/** `left op right`, simplified. */
export function dimBinary(op: DimOperator, left: DimExpr, right: DimExpr): DimExpr {
  return simplifyDim({ kind: "binary", op, left, right });
}

/** The value of an operator on safe integers; RangeError on division by zero or overflow. */
export function applyDimOperator(op: DimOperator, left: number, right: number): number {
  if (right === 0 && op !== "+" && op !== "-" && op !== "*" && op !== "min" && op !== "max") {
    throw new RangeError("an extent divides by zero");
  }
  const value = applyUnchecked(op, left, right);
  if (!Number.isSafeInteger(value)) throw new RangeError("an extent exceeds 2^53");
  return value === 0 ? 0 : value;
}

function applyUnchecked(op: DimOperator, left: number, right: number): number {
  switch (op) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "floordiv":
      return (left - modulo(left, right)) / right;
    case "mod":
      return modulo(left, right);
    case "ceildiv":
      return (left + modulo(-left, right)) / right;
    case "div":
      return (left - (left % right)) / right;
    case "rem":
      return left % right;
    case "min":
      return Math.min(left, right);
    case "max":
      return Math.max(left, right);
  }
}

/** The remainder with the sign of the divisor. */
function modulo(left: number, right: number): number {
  const remainder = left % right;
  return remainder !== 0 && remainder < 0 !== right < 0 ? remainder + right : remainder;
}

/** The value of an expression; RangeError on an unknown name, division by zero or overflow. */
export function evaluateDim(expr: DimExpr, values: DimValues): number {
  switch (expr.kind) {
    case "const":
      return expr.value;
    case "dim":
    case "param": {
      const found = (expr.kind === "dim" ? values.dims : values.params)?.get(expr.name);
      if (found === undefined) throw new RangeError(`no value for "${expr.name}"`);
      return found;
    }
    case "binary":
      return applyDimOperator(
        expr.op,
        evaluateDim(expr.left, values),
        evaluateDim(expr.right, values),
      );
  }
}

/** Replaces names that have a value by constants and simplifies. */
export function substituteDim(
  expr: DimExpr,
  replace: (name: string, kind: "dim" | "param") => DimExpr | undefined,
): DimExpr {
  if (expr.kind === "const") return expr;
  if (expr.kind !== "binary") return replace(expr.name, expr.kind) ?? expr;
  return dimBinary(expr.op, substituteDim(expr.left, replace), substituteDim(expr.right, replace));
}

/** The names an expression reads. */
export function dimNames(expr: DimExpr): { dims: Set<string>; params: Set<string> } {
  const names = { dims: new Set<string>(), params: new Set<string>() };
  const visit = (e: DimExpr): void => {
    if (e.kind === "dim") names.dims.add(e.name);
    else if (e.kind === "param") names.params.add(e.name);
    else if (e.kind === "binary") {
      visit(e.left);
      visit(e.right);
    }
  };
  visit(expr);
  return names;
}

/** An expression as text: `2*n - 1`, `ceildiv(n, 2)`, `min(n, m)`. */
export function printDim(expr: DimExpr): string {
  return printAt(expr, 0);
}

function printAt(expr: DimExpr, level: number): string {
  switch (expr.kind) {
    case "const":
      return expr.value < 0 && level > 0 ? `(${expr.value})` : String(expr.value);
    case "dim":
    case "param":
      return expr.name;
    case "binary": {
      const { op, left, right } = expr;
      if (op === "*") return `${printAt(left, 2)}*${printAt(right, 3)}`;
      if (op !== "+" && op !== "-") return `${op}(${printAt(left, 0)}, ${printAt(right, 0)})`;
      const text = `${printAt(left, 1)} ${op} ${printAt(right, 2)}`;
      return level > 1 ? `(${text})` : text;
    }
  }
}

/** A product of atoms with a coefficient. */
interface Term {
  readonly coefficient: number;
  readonly factors: readonly DimExpr[];
}

/** A sum of terms by the printed product of their factors; the constant has the key "". */
type Polynomial = ReadonlyMap<string, Term>;

/** Thrown inside when a coefficient leaves the safe integers: the expression then stays as is. */
class CoefficientOverflow extends Error {}

function addTerm(terms: Map<string, Term>, factors: readonly DimExpr[], coefficient: number): void {
  const sorted = [...factors].toSorted(byText);
  const key = sorted.map(atomKey).join("*");
  const sum = (terms.get(key)?.coefficient ?? 0) + coefficient;
  if (!Number.isSafeInteger(sum)) throw new CoefficientOverflow();
  if (sum === 0) terms.delete(key);
  else terms.set(key, { coefficient: sum, factors: sorted });
}

/** A dimension and a parameter of one name are different atoms. */
function atomKey(expr: DimExpr): string {
  return expr.kind === "param" ? `$${expr.name}` : printDim(expr);
}

function byText(a: DimExpr, b: DimExpr): number {
  const [x, y] = [atomKey(a), atomKey(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function toPolynomial(expr: DimExpr): Polynomial {
  const terms = new Map<string, Term>();
  if (expr.kind === "const") {
    addTerm(terms, [], expr.value);
    return terms;
  }
  if (expr.kind !== "binary") {
    addTerm(terms, [expr], 1);
    return terms;
  }
  const left = toPolynomial(expr.left);
  const right = toPolynomial(expr.right);
  if (expr.op === "+" || expr.op === "-") {
    const sign = expr.op === "+" ? 1 : -1;
    for (const term of left.values()) addTerm(terms, term.factors, term.coefficient);
    for (const term of right.values()) addTerm(terms, term.factors, sign * term.coefficient);
    return terms;
  }
  if (expr.op === "*") {
    for (const x of left.values()) {
      for (const y of right.values()) {
        addTerm(terms, [...x.factors, ...y.factors], x.coefficient * y.coefficient);
      }
    }
    return terms;
  }
  const folded = foldNonlinear(expr.op, fromPolynomial(left), fromPolynomial(right));
  if (folded.kind === "binary" && folded.op !== expr.op) return toPolynomial(folded);
  addTerm(
    terms,
    folded.kind === "const" ? [] : [folded],
    folded.kind === "const" ? folded.value : 1,
  );
  return terms;
}

/** Folds an operator other than + - * on simplified operands where the result is certain. */
function foldNonlinear(op: DimOperator, left: DimExpr, right: DimExpr): DimExpr {
  if (left.kind === "const" && right.kind === "const") {
    const divides = op !== "min" && op !== "max";
    if (!divides || right.value !== 0)
      return dimConst(applyDimOperator(op, left.value, right.value));
  }
  if (op === "min" || op === "max") {
    if (printDim(left) === printDim(right) && left.kind === right.kind) return left;
    // Sorted, so that min(n, m) and min(m, n) are one expression.
    return byText(left, right) <= 0
      ? { kind: "binary", op, left, right }
      : { kind: "binary", op, left: right, right: left };
  }
  if (right.kind === "const" && right.value === 1) {
    return op === "mod" || op === "rem" ? dimConst(0) : left;
  }
  return { kind: "binary", op, left, right };
}

function fromPolynomial(terms: Polynomial): DimExpr {
  const keys = [...terms.keys()].filter((key) => key !== "").toSorted();
  // A positive term first, so that `n - m` is not printed as `-1*m + n`.
  const positive = keys.findIndex((key) => (terms.get(key)?.coefficient ?? 0) > 0);
  if (positive > 0) keys.unshift(...keys.splice(positive, 1));
  let sum: DimExpr | undefined;
  for (const key of keys) {
    const term = terms.get(key);
    if (term === undefined) continue;
    const { coefficient } = term;
    const negated = sum !== undefined && coefficient < 0;
    const product = multiplied(term.factors, negated ? -coefficient : coefficient);
    if (sum === undefined) sum = product;
    else sum = { kind: "binary", op: negated ? "-" : "+", left: sum, right: product };
  }
  const constant = terms.get("")?.coefficient ?? 0;
  if (sum === undefined) return dimConst(constant);
  if (constant === 0) return sum;
  const right = dimConst(Math.abs(constant));
  return { kind: "binary", op: constant < 0 ? "-" : "+", left: sum, right };
}

function multiplied(factors: readonly DimExpr[], coefficient: number): DimExpr {
  let product: DimExpr | undefined = coefficient === 1 ? undefined : dimConst(coefficient);
  for (const factor of factors) {
    product =
      product === undefined ? factor : { kind: "binary", op: "*", left: product, right: factor };
  }
  return product ?? dimConst(1);
}

/** An equal expression in canonical form. */
export function simplifyDim(expr: DimExpr): DimExpr {
  if (expr.kind !== "binary") return expr;
  try {
    return fromPolynomial(toPolynomial(expr));
  } catch (error) {
    if (error instanceof CoefficientOverflow || error instanceof RangeError) return expr;
    throw error;
  }
}

/** Whether two extents are certainly equal, certainly different, or equal for some values only. */
export function compareDims(left: DimExpr, right: DimExpr): "equal" | "different" | "unknown" {
  const difference = simplifyDim({ kind: "binary", op: "-", left, right });
  if (difference.kind !== "const") return "unknown";
  return difference.value === 0 ? "equal" : "different";
}

/** Whether an expression cannot be negative, given that named dimensions are not. */
export function isNonNegativeDim(expr: DimExpr): boolean {
  switch (expr.kind) {
    case "const":
      return expr.value >= 0;
    case "dim":
      return true;
    case "param":
      return false;
    case "binary": {
      const left = isNonNegativeDim(expr.left);
      const right = isNonNegativeDim(expr.right);
      switch (expr.op) {
        case "-":
          return false;
        case "max":
          return left || right;
        case "mod":
          return right;
        case "rem":
          return left;
        default:
          return left && right;
      }
    }
  }
}
