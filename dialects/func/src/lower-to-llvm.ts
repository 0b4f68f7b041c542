/**
 * `func` to the LLVM dialect, with a convention that a C caller can use (docs/adr, "calling
 * convention"):
 *
 * - every argument and result is flattened into the values that stand for it: a memref into the
 *   pointer to its first element, then one `i64` for each dynamic extent and dynamic stride;
 * - no value left: `void`; one: it is returned; several: each is written through a pointer, and
 *   these pointers are appended to the arguments;
 * - attributes `llvm.…` of an argument go to its first value; a returned `i1` is zero-extended;
 * - a function that is not public gets internal linkage.
 */
import {
  ArrayAttr,
  type Attribute,
  DictionaryAttr,
  type FunctionType,
  IntegerType,
  nameHintOf,
  Region,
  setNameHint,
  SymbolRefAttr,
  type Type,
  TypeAttr,
  UnitAttr,
  type Value,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { allocateInEntry, fromMemory, inMemory, toMemory } from "@strata/llvm/lowering";
import {
  type ConversionRewriter,
  conversionPattern,
  type RewritePattern,
  SignatureConversion,
  type TypeConverter,
} from "@strata/rewrite";
import * as ops from "./ops.ts";

/** What a function's type becomes. */
export interface LoweredSignature {
  readonly type: llvm.LLVMFunctionType;
  /** Per argument, the types of the values it becomes. */
  readonly inputs: readonly (readonly Type[])[];
  /** Types of the values that the results become, all together. */
  readonly results: readonly Type[];
  /** Whether the results are written through pointers behind the arguments. */
  readonly writesResults: boolean;
}

/** The signature of a lowered function; undefined when a type has no form in LLVM. */
export function lowerSignature(
  type: FunctionType,
  converter: TypeConverter,
): LoweredSignature | undefined {
  const inputs = type.inputs.map((t) => converter.convert(t));
  const results = converter.convertAll(type.results);
  if (results === undefined || inputs.includes(undefined)) return undefined;
  const known = inputs.map((t) => t ?? []);
  const writesResults = results.length > 1;
  const params = [...known.flat(), ...(writesResults ? results.map(() => llvm.ptr) : [])];
  const returned = results.length === 1 ? results[0]! : llvm.voidType;
  return {
    type: llvm.LLVMFunctionType.get(returned, params),
    inputs: known,
    results,
    writesResults,
  };
}

const empty = DictionaryAttr.get([]);

/** The attributes of a value that LLVM knows; the others describe the level above. */
function llvmAttributes(list: Attribute | undefined, i: number): DictionaryAttr {
  const d = list instanceof ArrayAttr ? list.values[i] : undefined;
  if (!(d instanceof DictionaryAttr)) return empty;
  return DictionaryAttr.get([...d.entries].filter(([name]) => name.startsWith("llvm.")));
}

function listOrNone(list: readonly DictionaryAttr[]): ArrayAttr | undefined {
  return list.every((d) => d === empty) ? undefined : ArrayAttr.get(list);
}

function argumentAttributes(op: ops.FuncOp, s: LoweredSignature): ArrayAttr | undefined {
  const list = s.inputs.flatMap((types, i) =>
    types.map((_, k) => (k === 0 ? llvmAttributes(op.arg_attrs, i) : empty)),
  );
  return listOrNone([...list, ...(s.writesResults ? s.results.map(() => empty) : [])]);
}

function resultAttributes(op: ops.FuncOp, s: LoweredSignature): ArrayAttr | undefined {
  if (s.results.length !== 1) return undefined;
  const own = llvmAttributes(op.res_attrs, 0);
  const type = s.results[0]!;
  if (!(type instanceof IntegerType && type.width === 1)) return listOrNone([own]);
  return ArrayAttr.get([
    DictionaryAttr.get([...own.entries, ["llvm.zeroext", UnitAttr.instance] as const]),
  ]);
}

/** Linkage: what nobody outside calls is internal; declarations are found elsewhere. */
function linkageOf(op: ops.FuncOp): llvm.LinkageAttr {
  const isPublic = op.sym_visibility === undefined || op.sym_visibility.value === "public";
  return llvm.LinkageAttr.of(isPublic || op.isDeclaration ? "external" : "internal");
}

/** Names of the arguments go to the values they become: `x`, then `x_1`, …. */
function keepNames(op: ops.FuncOp): (string | undefined)[] {
  return op.isDeclaration ? [] : op.entry.args.map(nameHintOf);
}

function convertBlocks(
  body: Region,
  s: LoweredSignature,
  converter: TypeConverter,
  r: ConversionRewriter,
): boolean {
  for (const block of body.blocks()) {
    const types = block.args.map((a) => a.type);
    const signature = SignatureConversion.of(types, converter);
    if (signature === undefined) {
      return r.fail("the type of a block argument has no form in LLVM");
    }
    const outs = block === body.firstBlock && s.writesResults ? s.results.map(() => llvm.ptr) : [];
    signature.append(outs);
    if (outs.length > 0 || types.some((t) => !converter.isLegal(t))) {
      r.applySignature(block, signature);
    }
  }
  return true;
}

function convertFunction(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "func.func-to-llvm",
    ops.FuncOp,
    (op, _adaptor, r) => {
      const s = lowerSignature(op.type, converter);
      if (s === undefined) return r.fail("a type of the signature has no form in LLVM");
      for (const block of op.body.blocks()) {
        if (
          SignatureConversion.of(
            block.args.map((a) => a.type),
            converter,
          ) === undefined
        ) {
          return r.fail("the type of a block argument has no form in LLVM");
        }
      }
      const names = keepNames(op);
      const made = r.insert(
        llvm.FuncOp.of({
          sym_name: op.sym_name,
          function_type: TypeAttr.get(s.type),
          linkage: linkageOf(op),
          arg_attrs: argumentAttributes(op, s),
          res_attrs: resultAttributes(op, s),
          no_inline: op.no_inline,
          body: new Region(),
        }),
      );
      r.inlineRegion(op.body, made.body);
      if (!convertBlocks(made.body, s, converter, r)) return false;
      let at = 0;
      s.inputs.forEach((types, i) => {
        const name = names[i];
        types.forEach((_, k) => {
          const arg = made.body.firstBlock?.args[at++];
          if (name !== undefined && arg !== undefined)
            setNameHint(arg, k === 0 ? name : `${name}_${k}`);
        });
      });
      r.eraseOp(op);
      return true;
    },
    { converter },
  );
}

function convertReturn(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "func.return-to-llvm",
    ops.ReturnOp,
    (op, adaptor, r) => {
      const values = adaptor.convertedOperands.flat();
      if (values.length <= 1) {
        r.replaceOpWith(op, llvm.ReturnOp.of({ arg: values[0] }));
        return true;
      }
      const parent = op.parentOp;
      if (!(parent instanceof llvm.FuncOp)) return r.fail("its function is not converted");
      const outs = parent.body.entry.args.slice(-values.length);
      values.forEach((v, i) => {
        r.insert(llvm.StoreOp.of({ value: toMemory(r, v), addr: outs[i]! }));
      });
      r.replaceOpWith(op, llvm.ReturnOp.of({}));
      return true;
    },
    { converter },
  );
}

/** Inserts a call and gives the values of its results, flattened. */
function insertCall(
  r: ConversionRewriter,
  callee: SymbolRefAttr | undefined,
  operands: readonly Value[],
  results: readonly Type[],
  noInline: boolean,
): Value[] {
  const writes = results.length > 1;
  const outs = writes ? results.map((t) => allocateInEntry(r, inMemory(t))) : [];
  const call = r.insert(
    llvm.CallOp.of(
      {
        callee,
        callee_operands: [...operands, ...outs],
        op_bundle_operands: [],
        no_inline: noInline,
      },
      { types: { result: writes ? [] : results } },
    ),
  );
  if (!writes) return [...call.results];
  return results.map((t, i) => {
    const loaded = r.insert(llvm.LoadOp.of({ addr: outs[i]! }, { types: { res: inMemory(t) } }));
    return fromMemory(r, loaded.res, t);
  });
}

/** Deals flattened values out to the results they belong to. */
function deal(values: readonly Value[], types: readonly (readonly Type[])[]): Value[][] {
  let at = 0;
  return types.map((own) => values.slice(at, (at += own.length)));
}

function convertCall(
  cls: typeof ops.CallOp | typeof ops.CallIndirectOp,
  converter: TypeConverter,
): RewritePattern {
  return conversionPattern<ops.CallOp | ops.CallIndirectOp>(
    `${cls.definition.name}-to-llvm`,
    cls,
    (op, adaptor, r) => {
      const results = op.resultTypes.map((t) => converter.convert(t));
      if (results.includes(undefined)) return r.fail("the type of a result has no form in LLVM");
      const types = results.map((t) => t ?? []);
      const symbol = op.getAttr("callee");
      const callee = symbol instanceof SymbolRefAttr ? symbol : undefined;
      const noInline = op.getAttr("no_inline") !== undefined;
      const operands = adaptor.convertedOperands.flat();
      const values = insertCall(r, callee, operands, types.flat(), noInline);
      r.replaceOp(op, deal(values, types));
      return true;
    },
    { converter },
  );
}

function convertConstant(converter: TypeConverter): RewritePattern {
  return conversionPattern(
    "func.constant-to-llvm",
    ops.ConstantOp,
    (op, _adaptor, r) => {
      const address = llvm.AddressOfOp.of({ global_name: op.value }, { types: { res: llvm.ptr } });
      r.replaceOpWith(op, address);
      return true;
    },
    { converter },
  );
}

/** Patterns that convert every operation of the dialect. */
export function funcToLLVM(converter: TypeConverter): RewritePattern[] {
  return [
    convertFunction(converter),
    convertReturn(converter),
    convertCall(ops.CallOp, converter),
    convertCall(ops.CallIndirectOp, converter),
    convertConstant(converter),
  ];
}
