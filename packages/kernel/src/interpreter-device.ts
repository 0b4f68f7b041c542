/**
 * The device `interpreter`: the reference interpreter as a place where kernels run, slowly and exactly
 * as the levels are defined.
 *
 * Invariants: it takes modules of any level whose functions are on tensors and scalars; arguments are
 * shared with the program, not copied, and never written; no result shares memory with an argument.
 * The interpreter itself is loaded when something is compiled.
 */
import type { ElementStore, RuntimeValue, StoreArray } from "@strata/interpret";
import type { FunctionType, ModuleOp, Type } from "@strata/ir";
import {
  badOutput,
  byteCount,
  elementCount,
  expectFits,
  foreignBuffer,
  isBuffer,
  outOfMemory,
  releasedBuffer,
  resultLabel,
  unknownOption,
  wrongData,
  zeros,
  type BoundArguments,
  type BoundValue,
  type Buffer,
  type CompileRequest,
  type Device,
  type DeviceDescription,
  type DeviceLimits,
  type DeviceProvider,
  type Executable,
  type HostTensor,
  type ResultShape,
  type RunResult,
} from "@strata/runtime";
import {
  bug,
  DiagnosticError,
  dtypeInfo,
  wrapInteger,
  type DType,
  type KernelSignature,
  type ScalarType,
  type StorageArray,
} from "@strata/support";

/** What JavaScript's typed arrays hold, with room for the interpreter's copies. */
const LIMITS: DeviceLimits = { maxBufferBytes: 2 ** 31, maxTotalBytes: 2 ** 33 };

/** The provider of the one interpreter there is. */
export const interpreterProvider: DeviceProvider = {
  name: "interpreter",
  summary: "reference interpreter: defines what kernels mean, slowly",
  probe: async () => ({ available: true, count: 1 }),
  open: async () => new InterpreterDevice(),
};

class InterpreterDevice implements Device {
  readonly name = "interpreter";
  readonly kind = "interpreter";
  readonly limits = LIMITS;

  describe(): DeviceDescription {
    return { summary: interpreterProvider.summary, properties: { threads: 1 } };
  }

  alloc(dtype: DType, shape: readonly number[]): Buffer {
    expectFits("a buffer", dtype, shape, LIMITS);
    try {
      return new InterpreterBuffer(this, zeros(dtype, shape));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw outOfMemory(this.name, byteCount(dtype, shape), error.message);
    }
  }

  async compile(request: CompileRequest): Promise<Executable> {
    const [unknown] = Object.keys(request.options ?? {});
    if (unknown !== undefined) throw unknownOption(this.name, unknown, []);
    const [interpret, ir] = await Promise.all([import("@strata/interpret"), import("@strata/ir")]);
    const { module, entry, signature } = request;
    if (!(module instanceof ir.ModuleOp)) throw wrongModule("it is no module");
    const type = entryType(ir, module, entry);
    if (type.inputs.length !== signature.params.length) {
      throw wrongModule(`@${entry} takes ${type.inputs.length} arguments`);
    }
    if (type.results.length !== signature.results.length) {
      throw wrongModule(`@${entry} gives ${type.results.length} results`);
    }
    return new InterpreterExecutable(this, { signature, module, entry, type, interpret, ir });
  }

  close(): void {
    // Buffers are garbage like everything else of the host.
  }
}

class InterpreterBuffer implements Buffer {
  readonly device: Device;
  readonly dtype: DType;
  readonly shape: readonly number[];
  #data: StorageArray | undefined;

  constructor(device: Device, { dtype, shape, data }: HostTensor) {
    this.device = device;
    this.dtype = dtype;
    this.shape = shape;
    this.#data = data;
  }

  get byteLength(): number {
    return byteCount(this.dtype, this.shape);
  }

  get data(): StorageArray {
    if (this.#data === undefined) throw releasedBuffer();
    return this.#data;
  }

  view(): StorageArray {
    return this.data;
  }

  write(data: StorageArray): void {
    const own = this.data;
    if (data.constructor !== own.constructor || data.length !== own.length) {
      const describe = (array: StorageArray): string =>
        `a ${array.constructor.name} of ${array.length} elements`;
      throw wrongData(describe(own), describe(data));
    }
    copyInto(own, data);
  }

  async read(): Promise<HostTensor> {
    return this.readSync();
  }

  readSync(): HostTensor {
    return { dtype: this.dtype, shape: this.shape, data: this.data.slice() };
  }

  release(): void {
    this.#data = undefined;
  }
}

interface Program {
  readonly signature: KernelSignature;
  readonly module: ModuleOp;
  readonly entry: string;
  readonly type: FunctionType;
  readonly interpret: typeof import("@strata/interpret");
  readonly ir: typeof import("@strata/ir");
}

class InterpreterExecutable implements Executable {
  readonly device: Device;
  readonly signature: KernelSignature;
  #program: Program | undefined;

  constructor(device: Device, program: Program) {
    this.device = device;
    this.signature = program.signature;
    this.#program = program;
  }

  run(args: BoundArguments, out: readonly (Buffer | undefined)[] = []): RunResult[] {
    const program = this.#program;
    if (program === undefined) throw new Error("the executable was released");
    const shared = new Set<ArrayBufferLike>();
    const values = args.values.map((value, k) => {
      const given = toRuntime(program, this.device, value, program.type.inputs[k]);
      if (value.kind === "tensor") shared.add(dataOf(this.device, value).buffer);
      return given;
    });
    const targets = args.results.map((result, k) => this.#target(args, result, out[k], shared));
    const interpreter = new program.interpret.Interpreter(program.module);
    const results = interpreter.run(program.entry, values);
    return args.results.map((result, k) => {
      const value = results[k];
      if (value === undefined) throw wrongModule(`@${program.entry} did not give result ${k}`);
      if (result.kind === "scalar") return toScalar(result.dtype, value);
      const tensor = toTensor(program, result, value);
      const target = targets[k];
      if (target === undefined) return new InterpreterBuffer(this.device, tensor);
      target.write(tensor.data);
      return target;
    });
  }

  async launch(args: BoundArguments, out?: readonly (Buffer | undefined)[]): Promise<RunResult[]> {
    return this.run(args, out);
  }

  release(): void {
    this.#program = undefined;
  }

  /** The buffer given for a result, checked before anything runs. */
  #target(
    { signature }: BoundArguments,
    result: ResultShape,
    given: Buffer | undefined,
    shared: ReadonlySet<ArrayBufferLike>,
  ): InterpreterBuffer | undefined {
    if (given === undefined) return undefined;
    const label = resultLabel(signature, result.name);
    if (result.kind === "scalar") throw badOutput(label, "is not needed: the result is a scalar");
    if (!(given instanceof InterpreterBuffer) || given.device !== this.device) {
      throw badOutput(label, `is on device ${given.device.name}`);
    }
    const fits =
      given.dtype === result.dtype &&
      given.shape.length === result.shape.length &&
      given.shape.every((extent, axis) => extent === result.shape[axis]);
    if (!fits) throw badOutput(label, `has another type or shape`);
    if (shared.has(given.data.buffer)) throw badOutput(label, "is an argument as well");
    return given;
  }
}

function wrongModule(reason: string): DiagnosticError {
  return new DiagnosticError(
    bug("interpreter.module", `the module given to the interpreter is not the kernel's: ${reason}`),
  );
}

function entryType(ir: typeof import("@strata/ir"), module: ModuleOp, entry: string): FunctionType {
  const type = ir.lookupSymbol(module, entry)?.getAttr("function_type");
  if (type instanceof ir.TypeAttr && type.value instanceof ir.FunctionType) return type.value;
  throw wrongModule(`it has no function @${entry}`);
}

function dataOf(device: Device, value: BoundValue & { readonly kind: "tensor" }): StorageArray {
  const { source } = value;
  if (!isBuffer(source)) return source.data;
  if (source instanceof InterpreterBuffer && source.device === device) return source.data;
  throw foreignBuffer(value.name, device.name, source.device.name);
}

function toRuntime(
  { interpret, ir }: Program,
  device: Device,
  value: BoundValue,
  type: Type | undefined,
): RuntimeValue {
  if (value.kind === "scalar") return fromScalar(value.dtype, value.value);
  if (!(type instanceof ir.RankedTensorType)) {
    throw wrongModule(`its parameter for "${value.name}" is no tensor`);
  }
  const { elementType } = type;
  const store = storeOn(interpret, elementType, dataOf(device, value));
  return new interpret.TensorValue(value.shape, elementType, store);
}

/** The interpreter's integers are signless: two's complement, wide ones as bigints. */
function fromScalar(dtype: ScalarType, value: number | bigint): number | bigint {
  if (dtype === "index" || dtype === "bool") return Number(value);
  const { kind, bits } = dtypeInfo(dtype);
  if (kind === "float") return Number(value);
  return bits > 32
    ? BigInt.asIntN(bits, BigInt(value))
    : Number(BigInt.asIntN(bits, BigInt(value)));
}

function toScalar(dtype: ScalarType, value: RuntimeValue): number | bigint {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw wrongModule("it gave a tensor for a scalar");
  }
  if (dtype === "index") return Number(value);
  const { kind, isBigInt } = dtypeInfo(dtype);
  if (kind === "float") return Number(value);
  const wrapped = wrapInteger(dtype, BigInt(value));
  return isBigInt ? wrapped : Number(wrapped);
}

/** A store over the program's own memory, seen as the class that the element type is kept in. */
function storeOn(
  interpret: typeof import("@strata/interpret"),
  elementType: Type,
  data: StorageArray,
): ElementStore {
  const own = interpret.createStore(elementType, 0).array;
  if (own === undefined || own.BYTES_PER_ELEMENT !== data.BYTES_PER_ELEMENT) {
    throw wrongModule(`its elements of type ${elementType.toString()} are stored otherwise`);
  }
  return interpret.storeOver(elementType, reinterpret(own, data));
}

/** The memory of `data` as an array of the class of `like`, whose elements have the same size. */
function reinterpret(like: StoreArray, data: StorageArray): StoreArray {
  const Class = like.constructor as new (
    buffer: ArrayBufferLike,
    byteOffset: number,
    length: number,
  ) => StoreArray;
  return new Class(data.buffer, data.byteOffset, data.length);
}

function toTensor(
  { interpret }: Program,
  result: ResultShape & { readonly kind: "tensor" },
  value: RuntimeValue,
): HostTensor {
  if (!(value instanceof interpret.TensorValue)) {
    throw wrongModule("it gave a scalar for a tensor");
  }
  const { dtype, shape } = result;
  const same =
    value.shape.length === shape.length && shape.every((extent, k) => extent === value.shape[k]);
  if (!same) {
    const [found, expected] = [value.shape.join(", "), shape.join(", ")];
    throw wrongModule(`it gave a tensor of shape [${found}] instead of [${expected}]`);
  }
  const { array } = value.data;
  const Storage = dtypeInfo(dtype).array;
  if (array === undefined || array.BYTES_PER_ELEMENT !== Storage.BYTES_PER_ELEMENT) {
    throw wrongModule(`its result is not of ${dtype}`);
  }
  // Copied: the interpreter's tensor may be an argument, a constant, or another result.
  const data = new Storage(array.buffer, array.byteOffset, elementCount(shape)).slice();
  return { dtype, shape, data };
}

function copyInto(target: StorageArray, source: StorageArray): void {
  const bytes = (array: StorageArray): Uint8Array =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  bytes(target).set(bytes(source));
}
