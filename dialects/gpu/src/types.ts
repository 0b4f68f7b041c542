/** The types of the gpu dialect. */
import {
  type AsmParser,
  type AsmPrinter,
  defineType,
  exactly,
  IntegerType,
  Interner,
  internId,
  Type,
  type TypeConstraint,
  type TypeSyntax,
  typeWhere,
} from "@strata/ir";

/** `!gpu.async.token`: completion of an operation that runs beside the host. */
export class AsyncTokenType extends defineType(
  "gpu.async.token",
  "Completion of an asynchronous operation.",
) {}

/** The one token type. */
export const asyncToken: AsyncTokenType = AsyncTokenType.get({});

export const AsyncToken: TypeConstraint<AsyncTokenType> = exactly(asyncToken);

/** What part of `A · B + C` a matrix plays. */
export const mmaOperands = ["AOp", "BOp", "COp"] as const;
export type MmaOperand = (typeof mmaOperands)[number];

const interned = new Interner<MmaMatrixType>();

/** `!gpu.mma_matrix<16x16xf16, "AOp">`: a matrix spread over the lanes of a subgroup. */
export class MmaMatrixType extends Type {
  readonly shape: readonly [number, number];
  readonly elementType: Type;
  readonly operand: MmaOperand;

  private constructor(shape: readonly [number, number], elementType: Type, operand: MmaOperand) {
    super();
    this.shape = shape;
    this.elementType = elementType;
    this.operand = operand;
  }

  static get(shape: readonly [number, number], element: Type, operand: MmaOperand): MmaMatrixType {
    const key = `${shape.join("x")}x${internId(element)},${operand}`;
    return interned.get(key, () => new MmaMatrixType(shape, element, operand));
  }

  static readonly syntax: TypeSyntax = {
    mnemonic: "mma_matrix",
    summary: "A matrix spread over the lanes of a subgroup.",
    parse: parseMmaMatrix,
  };

  override print(p: AsmPrinter): void {
    p.write(`!gpu.mma_matrix<${this.shape.join("x")}x`);
    p.type(this.elementType);
    p.write(`, "${this.operand}">`);
  }
}

function parseMmaMatrix(p: AsmParser): MmaMatrixType {
  p.expect("<");
  const start = p.tokenStart();
  const [rows, columns, ...more] = p.parseStaticShape();
  if (rows === undefined || columns === undefined || more.length > 0) {
    return p.fail("gpu.mma-shape", "a matrix has two dimensions", start);
  }
  const element = p.parseType();
  if (!isMmaElement(element)) {
    p.fail("gpu.mma-element", `a matrix has no elements of \`${element.toString()}\``, start);
  }
  p.expect(",");
  const at = p.tokenStart();
  const text = p.parseString();
  const operand =
    mmaOperands.find((o) => o === text) ??
    p.fail("gpu.mma-operand", `expected "AOp", "BOp" or "COp", found "${text}"`, at);
  p.expect(">");
  return MmaMatrixType.get([rows, columns], element, operand);
}

/** Whether matrices have elements of a type. */
export function isMmaElement(type: Type): boolean {
  if (type instanceof IntegerType) {
    return type.signedness === "signless" ? type.width === 32 : type.width === 8;
  }
  return ["f16", "f32", "f64"].includes(type.toString());
}

export const MmaMatrix: TypeConstraint<MmaMatrixType> = typeWhere(
  "matrix of a subgroup",
  (t) => t instanceof MmaMatrixType,
);
