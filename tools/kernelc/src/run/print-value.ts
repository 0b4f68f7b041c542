/**
 * Results for people: small ones whole, large ones summarized.
 */
import { dtypeInfo, readElement, type DType, type ScalarType } from "@strata/support";
import { elementCount, formatTensorType, type HostTensor, type HostValue } from "@strata/runtime";

/** Elements up to which a tensor is shown whole. */
const SHOWN_ELEMENTS = 64;
const SHOWN_COLUMNS = 16;

/** A number in the fewest digits that read back as the same value of its type. */
export function formatNumber(dtype: ScalarType, value: number | bigint | boolean): string {
  if (dtype === "bool") return Number(value) === 0 ? "false" : "true";
  if (typeof value !== "number") return String(value);
  if (Object.is(value, -0)) return "-0";
  if (dtype !== "f32" || !Number.isFinite(value)) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** A result as lines of text, without a final line end. */
export function formatResult(dtype: ScalarType, value: HostValue): string {
  if (typeof value !== "object") return formatNumber(dtype, value);
  const whole = elementCount(value.shape) <= SHOWN_ELEMENTS && fitsColumns(value.shape);
  return whole ? formatWhole(value) : formatSummary(value);
}

function fitsColumns(shape: readonly number[]): boolean {
  return shape.length <= 1 || (shape.at(-1) ?? 0) <= SHOWN_COLUMNS;
}

function formatWhole(tensor: HostTensor): string {
  const { dtype, shape, data } = tensor;
  const type = formatTensorType(dtype, shape);
  const texts = Array.from({ length: data.length }, (_, k) =>
    formatNumber(dtype, readElement(dtype, data, k)),
  );
  if (texts.length === 0) return `${type}  empty`;
  if (shape.length === 0) return `${type}  ${texts[0]}`;
  if (shape.length === 1) return `${type}  ${texts.join("  ")}`;
  const width = Math.max(...texts.map((text) => text.length));
  const columns = shape.at(-1) ?? 1;
  const rows = shape.at(-2) ?? 1;
  const lines = [type];
  for (let at = 0; at < texts.length; at += columns) {
    // Matrices of a tensor of higher rank stand apart.
    if (at > 0 && at % (columns * rows) === 0) lines.push("");
    const row = texts.slice(at, at + columns).map((text) => text.padStart(width));
    lines.push(`  ${row.join("  ")}`);
  }
  return lines.join("\n");
}

/** What is said of a tensor too large to show. */
export interface TensorSummary {
  readonly min: number | bigint;
  readonly max: number | bigint;
  readonly mean: number;
  /** Elements that are NaN, which the others leave out. */
  readonly nan: number;
}

/** Least, greatest and mean element; undefined where there is none that is a number. */
export function trySummarize({ dtype, data }: HostTensor): TensorSummary | undefined {
  let min: number | bigint | undefined;
  let max: number | bigint | undefined;
  let sum = 0;
  let nan = 0;
  for (let k = 0; k < data.length; k++) {
    const value = readElement(dtype, data, k);
    if (Number.isNaN(value)) {
      nan++;
      continue;
    }
    if (min === undefined || value < min) min = value;
    if (max === undefined || value > max) max = value;
    sum += Number(value);
  }
  if (min === undefined || max === undefined) return undefined;
  return { min, max, mean: sum / (data.length - nan), nan };
}

function formatSummary(tensor: HostTensor): string {
  const { dtype } = tensor;
  const type = formatTensorType(dtype, tensor.shape);
  const summary = trySummarize(tensor);
  if (summary === undefined) return `${type}  all NaN`;
  const { min, max, mean, nan } = summary;
  const show = (value: number | bigint): string => formatNumber(plain(dtype), value);
  const nans = nan === 0 ? "" : `  NaN ${nan}`;
  return `${type}  min ${show(min)}  max ${show(max)}  mean ${Number(mean.toPrecision(6))}${nans}`;
}

/** Extremes of `bool` are shown as 0 and 1, like their mean. */
const plain = (dtype: DType): DType => (dtypeInfo(dtype).kind === "bool" ? "u8" : dtype);
