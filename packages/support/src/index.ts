/** Diagnostics with source spans, seeded random numbers, narrow floats, types of kernel values. */
export {
  SourceFile,
  formatSpan,
  joinSpans,
  spanText,
  type LineColumn,
  type SourceSpan,
} from "./source.ts";
export {
  DiagnosticError,
  DiagnosticSink,
  bug,
  remark,
  summarize,
  unsupported,
  userError,
  warning,
  type Diagnostic,
  type DiagnosticDetails,
  type DiagnosticKind,
  type DiagnosticNote,
  type Severity,
} from "./diagnostic.ts";
export {
  diagnosticToJSON,
  renderDiagnostic,
  renderDiagnostics,
  type DiagnosticJSON,
  type RenderOptions,
  type SpanJSON,
} from "./render.ts";
export { closest, didYouMean, editDistance } from "./suggest.ts";
export { Random } from "./random.ts";
export {
  bf16FromBits,
  bf16ToBits,
  f16FromBits,
  f16ToBits,
  f32FromBits,
  f32ToBits,
  f64FromBits,
  f64ToBits,
  roundBF16,
  roundF16,
  roundF32,
} from "./float.ts";
export {
  DTYPES,
  dtypeInfo,
  integerRange,
  isDType,
  isScalarType,
  readElement,
  roundFloat,
  wrapInteger,
  writeElement,
  type DType,
  type DTypeInfo,
  type DTypeKind,
  type ScalarType,
  type StorageArray,
  type StorageConstructor,
} from "./dtype.ts";
export {
  applyDimOperator,
  compareDims,
  dimBinary,
  dimConst,
  dimName,
  dimNames,
  dimParam,
  evaluateDim,
  isNonNegativeDim,
  printDim,
  simplifyDim,
  substituteDim,
  type DimExpr,
  type DimOperator,
  type DimValues,
} from "./dim-expr.ts";
export {
  printSignature,
  printValueType,
  type KernelParam,
  type KernelResult,
  type KernelSignature,
  type ScalarValueType,
  type ShapeCheck,
  type TensorValueType,
  type ValueType,
} from "./signature.ts";
export { codeUnitsOf, decodeBytes, encodeUtf8, tryDecodeUtf8 } from "./utf8.ts";
