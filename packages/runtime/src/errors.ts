/**
 * What can be wrong with the use of kernels and devices: one function per finding. Codes are
 * stable; every message says what was expected and what was found.
 */
import {
  DiagnosticError,
  didYouMean,
  printSignature,
  printValueType,
  userError,
  type Diagnostic,
  type KernelParam,
  type KernelSignature,
  type ShapeCheck,
} from "@strata/support";

/** Bytes for people: `512 bytes`, `4.0 GiB (4294967296 bytes)`. */
export function formatBytes(bytes: number): string {
  const units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  if (bytes < 1024) return `${bytes} bytes`;
  let scaled = bytes;
  let unit = -1;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  const exact = Number.isSafeInteger(bytes) ? ` (${bytes} bytes)` : "";
  return `${scaled.toFixed(1)} ${units[unit]}${exact}`;
}

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

/** An argument that the kernel has no parameter for. */
export function unknownArgument(signature: KernelSignature, name: string): Diagnostic {
  const names = signature.params.map((param) => param.name);
  const all =
    names.length === 0 ? "the kernel takes no arguments" : `its parameters are ${list(names)}`;
  return userError("runtime.unknown-argument", `${signature.name} has no parameter "${name}"`, {
    hint: didYouMean(name, names) ?? all,
  });
}

/** A parameter without an argument. */
export function missingArgument(signature: KernelSignature, param: KernelParam): Diagnostic {
  return userError(
    "runtime.missing-argument",
    `${signature.name} needs the argument "${param.name}" of type ${printValueType(param.type)}`,
    {
      span: param.span,
      notes: [{ message: `the kernel is ${printSignature(signature)}` }],
      hint: `give a value for "${param.name}"`,
    },
  );
}

/** An argument that is neither a tensor nor a scalar, or one where the other is expected. */
export function wrongKind(param: KernelParam, found: string): Diagnostic {
  return userError(
    "runtime.argument-kind",
    `argument "${param.name}": expected ${printValueType(param.type)}, found ${found}`,
    {
      span: param.span,
      hint:
        param.type.kind === "tensor"
          ? "give a tensor: an object with dtype, shape and data"
          : `give a plain ${param.type.dtype === "bool" ? "boolean" : "number"}`,
    },
  );
}

/** A tensor of another element type. */
export function wrongDType(param: KernelParam, found: string): Diagnostic {
  const { dtype } = param.type;
  return userError(
    "runtime.argument-dtype",
    `argument "${param.name}": expected elements of type ${dtype}, found ${found}`,
    { span: param.span, hint: `convert the elements to ${dtype} first` },
  );
}

/** A tensor with another number of axes. */
export function wrongRank(param: KernelParam, shape: readonly number[]): Diagnostic {
  const expected = param.type.kind === "tensor" ? param.type.dims.length : 0;
  const axes = (n: number): string => `${n} ${n === 1 ? "axis" : "axes"}`;
  return userError(
    "runtime.argument-rank",
    `argument "${param.name}": expected ${axes(expected)} as in ${printValueType(param.type)}, ` +
      `found ${axes(shape.length)}: [${shape.join(", ")}]`,
    { span: param.span, hint: `reshape the tensor to ${axes(expected)}` },
  );
}

/** A scalar that its type cannot hold. */
export function scalarRange(name: string, expected: string, found: string): Diagnostic {
  return userError(
    "runtime.scalar-range",
    `argument "${name}": expected ${expected}, found ${found}`,
    { hint: "give a value that the type can hold" },
  );
}

/** Where a named dimension got its value. */
export interface DimSource {
  readonly param: string;
  readonly axis: number;
  readonly extent: number;
}

/** Two arguments that disagree on a named dimension. */
export function dimConflict(name: string, first: DimSource, other: DimSource): Diagnostic {
  const same = first.param === other.param;
  return userError(
    "runtime.dimension-conflict",
    `dimension ${name} is ${first.extent} in argument "${first.param}" (axis ${first.axis}) ` +
      `but ${other.extent} in ${same ? "its" : `argument "${other.param}"`} ` +
      `${same ? `axis ${other.axis}` : `(axis ${other.axis})`}`,
    { hint: `give arguments that agree on ${name}` },
  );
}

/** An extent that is not what an expression over the dimensions says. */
export function extentMismatch(
  param: KernelParam,
  axis: number,
  expression: string,
  expected: number,
  found: number,
): Diagnostic {
  const says = expression === String(expected) ? expression : `${expression} = ${expected}`;
  return userError(
    "runtime.extent-mismatch",
    `argument "${param.name}", axis ${axis}: expected extent ${says}, found ${found}`,
    { span: param.span, hint: `the parameter is ${param.name}: ${printValueType(param.type)}` },
  );
}

/** A condition of the kernel on extents that does not hold. */
export function checkFailed(
  check: ShapeCheck,
  left: string,
  right: string,
  leftValue: number,
  rightValue: number,
): Diagnostic {
  const relation = check.relation === "equal" ? "must equal" : "must be at least";
  const value = (text: string, n: number): string =>
    text === String(n) ? text : `${text} (here ${n})`;
  return userError(
    "runtime.shape-check",
    `${value(left, leftValue)} ${relation} ${value(right, rightValue)}`,
    { span: check.span, hint: check.reason },
  );
}

/** An extent expression that has no value: it divides by zero or leaves the integers. */
export function badExtentExpression(where: string, expression: string, reason: string): Diagnostic {
  return userError(
    "runtime.extent-expression",
    `${where}: the extent ${expression} cannot be computed: ${reason}`,
    { hint: "give arguments for which it is a number" },
  );
}

/** A result with a negative extent. */
export function negativeExtent(where: string, expression: string, value: number): Diagnostic {
  return userError(
    "runtime.negative-extent",
    `${where}: the extent ${expression} would be ${value}`,
    { hint: "give larger arguments" },
  );
}

/** One tensor that is larger than the device admits. */
export function tooLarge(where: string, type: string, bytes: number, limit: number): Diagnostic {
  return userError(
    "runtime.too-large",
    `${where}: ${type} takes ${formatBytes(bytes)}, more than the limit of ${formatBytes(limit)}`,
    { hint: "work on a smaller tensor, or on parts of it" },
  );
}

/** Arguments and results that together are larger than the device admits. */
export function totalTooLarge(kernel: string, bytes: number, limit: number): Diagnostic {
  return userError(
    "runtime.total-too-large",
    `the arguments and results of ${kernel} take ${formatBytes(bytes)}, ` +
      `more than the limit of ${formatBytes(limit)}`,
    { hint: "work on smaller tensors, or on parts of them" },
  );
}

/** A device that has no room left. */
export function outOfMemory(device: string, bytes: number, detail: string): DiagnosticError {
  return new DiagnosticError(
    userError(
      "runtime.out-of-memory",
      `device ${device} has no room for ${formatBytes(bytes)}: ${detail}`,
      { hint: "release buffers that are no longer needed, or work on smaller tensors" },
    ),
  );
}

/** A buffer that was released is used. */
export function releasedBuffer(): DiagnosticError {
  return new DiagnosticError(
    userError("runtime.released-buffer", "the buffer was released before this use", {
      hint: "release a buffer only after its last use",
    }),
  );
}

/** Data of another length or class than the buffer's. */
export function wrongData(expected: string, found: string): DiagnosticError {
  return new DiagnosticError(
    userError("runtime.buffer-data", `expected ${expected}, found ${found}`, {
      hint: "give a typed array of the buffer's class and length",
    }),
  );
}

/** A buffer that belongs to another device. */
export function foreignBuffer(name: string, expected: string, found: string): DiagnosticError {
  return new DiagnosticError(
    userError(
      "runtime.foreign-buffer",
      `argument "${name}" is on device ${found}, the kernel runs on ${expected}`,
      { hint: "read the buffer to the host and pass the tensor" },
    ),
  );
}

/** A buffer given for a result that does not fit it, or that is an argument as well. */
export function badOutput(result: string, reason: string): DiagnosticError {
  return new DiagnosticError(
    userError("runtime.output-buffer", `the buffer given for ${result} ${reason}`, {
      hint: "give a separate buffer of the result's type and shape, or none",
    }),
  );
}

/** A device name that no provider has. */
export function unknownDevice(name: string, known: readonly string[]): DiagnosticError {
  const all = known.length === 0 ? "no device is registered" : `known devices: ${known.join(", ")}`;
  return new DiagnosticError(
    userError("runtime.unknown-device", `there is no device "${name}"`, {
      hint: didYouMean(name, known) ?? all,
      notes: known.length === 0 ? [] : [{ message: all }],
    }),
  );
}

/** A device number that is none. */
export function deviceIndex(spec: string, name: string): DiagnosticError {
  return new DiagnosticError(
    userError("runtime.device-index", `"${spec}" does not end in a device number`, {
      hint: `write ${name} or ${name}:0`,
    }),
  );
}

/** A second provider of one name: a mistake of the program. */
export function duplicateDevice(name: string): DiagnosticError {
  return new DiagnosticError(
    userError("runtime.duplicate-device", `a device "${name}" is already registered`, {
      hint: "register each provider once, under a name of its own",
    }),
  );
}

/** A compile option that the device does not know. */
export function unknownOption(
  device: string,
  name: string,
  known: readonly string[],
): DiagnosticError {
  const all = known.length === 0 ? "it takes none" : `it takes ${list(known)}`;
  return new DiagnosticError(
    userError("runtime.unknown-option", `device ${device} has no compile option "${name}"`, {
      hint: didYouMean(name, known) ?? all,
    }),
  );
}
