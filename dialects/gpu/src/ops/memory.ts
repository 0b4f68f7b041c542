/** Memory of the device and copies to and from it. */
import {
  AnyMemRef,
  AnyType,
  defineOp,
  dynamic,
  elementTypeOf,
  I,
  Index,
  IntegerType,
  MemRefType,
  operand,
  type Operation,
  type OpParser,
  Pure,
  type Report,
  result,
  type Type,
  typeWhere,
  UnitAttr,
  unitAttr,
  UnrankedMemRefType,
  variadic,
} from "@strata/ir";
import { layoutSymbols } from "@strata/memref";
import { AddressSpaceAttr } from "../attributes.ts";
import { dependencies, parseAsync, printAsync, token } from "../async.ts";

/** Waits for tokens: the host does, or with `async` what depends on its own token. */
export class Wait extends defineOp("gpu.wait", {
  summary: "Waits for asynchronous operations.",
  operands: { asyncDependencies: dependencies },
  results: { asyncToken: token },
  print(op, p) {
    printAsync(op, p);
    p.attrDict(op);
  },
  parse(p) {
    parseAsync(p);
    p.parseAttrDict();
  },
}) {}

/** Allocates memory of the device, to be freed by `gpu.dealloc`. */
export class Alloc extends defineOp("gpu.alloc", {
  summary: "Allocates memory of the device, to be freed by `gpu.dealloc`.",
  operands: {
    asyncDependencies: dependencies,
    dynamicSizes: variadic(Index),
    symbolOperands: variadic(Index),
  },
  results: { memref: result(AnyMemRef), asyncToken: token },
  attributes: { hostShared: unitAttr("the host accesses the memory too") },
  resultNames: (op) => (op.numResults > 1 ? ["memref", "asyncToken"] : "memref"),
  print(op, p) {
    printAsync(op, p);
    if (op.getAttr("hostShared") !== undefined) p.write(" host_shared");
    p.write(" (");
    p.operands(op.operandGroup(1));
    p.write(")");
    const symbols = op.operandGroup(2);
    if (symbols.length > 0) {
      p.write("[");
      p.operands(symbols);
      p.write("]");
    }
    p.attrDict(op, new Set(["hostShared"]));
    p.write(` : ${op.resultTypes[0]!.toString()}`);
  },
  parse(p) {
    parseAsync(p);
    if (p.asm.tryConsume("host_shared")) p.setAttr("hostShared", UnitAttr.instance);
    p.asm.expect("(");
    p.setOperands("dynamicSizes", p.parseOperandList());
    p.asm.expect(")");
    if (p.asm.tryConsume("[")) {
      p.setOperands("symbolOperands", p.parseOperandList());
      p.asm.expect("]");
    }
    p.parseAttrDict();
    p.asm.expect(":");
    p.setResultTypes("memref", [p.asm.parseType()]);
  },
  verify(op, report) {
    const type = op.resultTypes[0];
    if (!(type instanceof MemRefType)) return;
    const [sizes, symbols] = [op.operandGroup(1).length, op.operandGroup(2).length];
    if (sizes !== type.numDynamicDims) {
      report(
        "gpu.alloc-sizes",
        `\`${type.toString()}\` needs ${type.numDynamicDims} dynamic sizes, found ${sizes}`,
      );
    }
    if (symbols !== layoutSymbols(type)) {
      report(
        "gpu.alloc-symbols",
        `the layout of \`${type.toString()}\` needs ${layoutSymbols(type)} symbols, ` +
          `found ${symbols}`,
      );
    }
  },
}) {}

/** Frees memory made by `gpu.alloc`. */
export class Dealloc extends defineOp("gpu.dealloc", {
  summary: "Frees memory made by `gpu.alloc`.",
  operands: { asyncDependencies: dependencies, memref: operand(AnyMemRef) },
  results: { asyncToken: token },
  print(op, p) {
    printAsync(op, p);
    const memref = op.operandGroup(1)[0]!;
    p.write(" ");
    p.operand(memref);
    p.attrDict(op);
    p.write(` : ${memref.type.toString()}`);
  },
  parse(p) {
    parseAsync(p);
    p.setOperands("memref", [p.parseOperand()]);
    p.parseAttrDict();
    p.asm.expect(":");
    p.setOperandTypes("memref", [p.asm.parseType()]);
  },
}) {}

function printPair(op: Operation, p: Parameters<typeof printAsync>[1]): void {
  printAsync(op, p);
  const pair = [...op.operandGroup(1), ...op.operandGroup(2)];
  p.write(" ");
  p.operands(pair);
  p.write(" : ");
  p.types(pair.map((v) => v.type));
  p.attrDict(op);
}

function parsePair(p: OpParser, names: readonly [string, string]): void {
  parseAsync(p);
  p.setOperands(names[0], [p.parseOperand()]);
  p.asm.expect(",");
  p.setOperands(names[1], [p.parseOperand()]);
  p.asm.expect(":");
  p.setOperandTypes(names[0], [p.asm.parseType()]);
  p.asm.expect(",");
  p.setOperandTypes(names[1], [p.asm.parseType()]);
  p.parseAttrDict();
}

function verifyCopy(op: Operation, report: Report): void {
  const [to, from] = [op.operandGroup(1)[0]!.type, op.operandGroup(2)[0]!.type];
  if (!(to instanceof MemRefType && from instanceof MemRefType)) return;
  const sameShape =
    to.rank === from.rank &&
    to.shape.every((n, d) => n === from.shape[d] || n === dynamic || from.shape[d] === dynamic);
  if (to.elementType === from.elementType && sameShape) return;
  report(
    "gpu.memcpy-types",
    `\`${from.toString()}\` cannot be copied to \`${to.toString()}\``,
    "both have one element type and one shape",
  );
}

/** Copies between buffers of host and device. */
export class Memcpy extends defineOp("gpu.memcpy", {
  summary: "Copies between buffers of host and device.",
  operands: {
    asyncDependencies: dependencies,
    dst: operand(AnyMemRef, "copied to"),
    src: operand(AnyMemRef, "copied from"),
  },
  results: { asyncToken: token },
  print: printPair,
  parse: (p) => parsePair(p, ["dst", "src"]),
  verify: verifyCopy,
}) {}

/** Sets all elements of a buffer of the device. */
export class Memset extends defineOp("gpu.memset", {
  summary: "Sets all elements of a buffer of the device.",
  operands: {
    asyncDependencies: dependencies,
    dst: operand(AnyMemRef),
    value: operand(AnyType),
  },
  results: { asyncToken: token },
  print: printPair,
  parse: (p) => parsePair(p, ["dst", "value"]),
  verify(op, report) {
    const [to, value] = [op.operandGroup(1)[0]!.type, op.operandGroup(2)[0]!.type];
    if (elementTypeOf(to) === value) return;
    report(
      "gpu.memset-types",
      `elements of \`${to.toString()}\` cannot be set to a value of \`${value.toString()}\``,
    );
  },
}) {}

const AnyUnrankedMemRef = typeWhere<UnrankedMemRefType>(
  "unranked memref",
  (t) => t instanceof UnrankedMemRefType,
);

/** Makes a buffer of the host accessible from the device. */
export class HostRegister extends defineOp("gpu.host_register", {
  summary: "Makes a buffer of the host accessible from the device.",
  operands: { value: operand(AnyUnrankedMemRef) },
  assembly: "$value attr-dict `:` type($value)",
}) {}

/** Takes back `gpu.host_register`. */
export class HostUnregister extends defineOp("gpu.host_unregister", {
  summary: "Takes back `gpu.host_register`.",
  operands: { value: operand(AnyUnrankedMemRef) },
  assembly: "$value attr-dict `:` type($value)",
}) {}

/** Chooses the device of the operations that follow. */
export class SetDefaultDevice extends defineOp("gpu.set_default_device", {
  summary: "Chooses the device of the operations that follow.",
  operands: { devIndex: operand(I(32)) },
  assembly: "attr-dict $devIndex",
}) {}

const i8 = IntegerType.get(8);

/** Whether a type is `memref<?xi8, #gpu.address_space<workgroup>>`. */
function isDynamicMemory(t: Type): boolean {
  return (
    t instanceof MemRefType &&
    t.elementType === i8 &&
    t.rank === 1 &&
    t.shape[0] === dynamic &&
    t.memorySpace === AddressSpaceAttr.workgroup
  );
}

/** The block's workgroup memory whose size the launch says. */
export class DynamicSharedMemory extends defineOp("gpu.dynamic_shared_memory", {
  summary: "The block's workgroup memory whose size the launch says.",
  results: { resultMemref: result(AnyMemRef) },
  traits: [Pure],
  assembly: "attr-dict `:` type($resultMemref)",
  verify(op, report) {
    const type = op.resultTypes[0]!;
    if (isDynamicMemory(type)) return;
    report(
      "gpu.dynamic-memory-type",
      `dynamic workgroup memory is no \`${type.toString()}\``,
      "write `memref<?xi8, #gpu.address_space<workgroup>>` and take views of it",
    );
  },
}) {}
