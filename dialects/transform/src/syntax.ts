/** Text of the operations that the declarative format cannot say. */
import type { FunctionType } from "@strata/ir";
import {
  ArrayAttr,
  type AsmPrinter,
  type Attribute,
  BoolAttr,
  DenseArrayAttr,
  DictionaryAttr,
  IntegerAttr,
  type Operation,
  type OpParser,
  Region,
  StringAttr,
  type Type,
  UnitAttr,
} from "@strata/ir";
import { FailureMode } from "./attributes.ts";

const none: ReadonlySet<string> = new Set();

function without(op: Operation, p: AsmPrinter, ...names: string[]): void {
  p.attrDict(op, names.length === 0 ? none : new Set(names));
}

/** Prints `(types) -> types`, or the types of the operands alone where there is no result. */
function printHandleTypes(op: Operation, p: AsmPrinter): void {
  p.write(" : ");
  if (op.results.length === 0) {
    p.types(op.operands.map((v) => v.type));
    return;
  }
  p.write("(");
  p.types(op.operands.map((v) => v.type));
  p.write(") -> ");
  p.resultTypes(op.results.map((r) => r.type));
}

// --- transform.sequence ----------------------------------------------------------------------------

/** `[%root : type]? [-> types]? failures(mode) attr-dict { … }`. */
export function parseSequence(p: OpParser): void {
  const { asm } = p;
  const root = p.tryOperand();
  if (root !== undefined) {
    const extra = asm.tryConsume(",") ? p.parseOperandList() : [];
    asm.expect(":");
    const grouped = extra.length > 0;
    if (grouped) asm.expect("(");
    const type = asm.parseType();
    p.setOperands("root", [p.resolve(root, type)]);
    const types: Type[] = [];
    if (grouped) {
      while (asm.tryConsume(",")) types.push(asm.parseType());
      asm.expect(")");
    }
    p.setOperands("extra_bindings", p.resolveAll(extra, types));
  }
  if (asm.tryConsume("->")) p.setResultTypes("outputs", asm.parseResultTypes());
  asm.expect("failures");
  asm.expect("(");
  p.setAttr("failure_propagation_mode", FailureMode.parse!(asm));
  asm.expect(")");
  p.parseAttrDict(true);
  p.parseRegion(new Region());
}

/** See `parseSequence`. */
export function printSequence(op: Operation, p: AsmPrinter): void {
  const [root, ...extra] = op.operands;
  p.write(" ");
  if (root !== undefined) {
    p.operands([root, ...extra]);
    p.write(" : ");
    if (extra.length > 0) p.write("(");
    p.types([root, ...extra].map((v) => v.type));
    if (extra.length > 0) p.write(")");
  }
  p.write(" ");
  if (op.results.length > 0) {
    p.write("-> ");
    p.resultTypes(op.results.map((r) => r.type));
    p.write(" ");
  }
  p.write("failures(");
  const mode = op.getAttr("failure_propagation_mode");
  if (mode instanceof IntegerAttr) FailureMode.print!(p, mode);
  p.write(")");
  p.attrDict(op, new Set(["failure_propagation_mode"]), true);
  p.write(" ");
  p.region(op.regions[0]!, { terminator: false });
}

// --- transform.foreach -----------------------------------------------------------------------------

/** `%handles : types [-> types] { ^bb0(…): … }`. */
export function parseForeach(p: OpParser): void {
  const { asm } = p;
  const handles = p.parseOperandList();
  if (asm.tryConsume("{")) {
    if (asm.tryConsume("with_zip_shortest")) p.setAttr("with_zip_shortest", UnitAttr.instance);
    asm.expect("}");
  }
  asm.expect(":");
  p.setOperands("targets", p.resolveAll(handles, asm.parseTypeList()));
  p.setResultTypes("outputs", asm.tryConsume("->") ? asm.parseTypeList() : []);
  p.parseRegion(new Region());
  p.parseAttrDict();
}

/** See `parseForeach`. */
export function printForeach(op: Operation, p: AsmPrinter): void {
  p.write(" ");
  p.operands(op.operands);
  p.write(" : ");
  p.types(op.operands.map((v) => v.type));
  if (op.results.length > 0) {
    p.write(" -> ");
    p.types(op.results.map((r) => r.type));
  }
  p.write(" ");
  p.region(op.regions[0]!, { terminator: false });
  without(op, p);
}

// --- transform.get_result, transform.get_operand ----------------------------------------------------

/** `%target[0, 1] | [all] | [except(0)] attr-dict : functional-type`. */
export function parsePositions(p: OpParser): void {
  const { asm } = p;
  const target = p.parseOperand();
  asm.expect("[");
  const positions: bigint[] = [];
  const numbers = (): void => {
    do positions.push(asm.parseInteger());
    while (asm.tryConsume(","));
  };
  if (asm.tryConsume("all")) p.setAttr("is_all", UnitAttr.instance);
  else if (asm.tryConsume("except")) {
    p.setAttr("is_inverted", UnitAttr.instance);
    asm.expect("(");
    numbers();
    asm.expect(")");
  } else numbers();
  asm.expect("]");
  p.setAttr("raw_position_list", DenseArrayAttr.i64(positions));
  p.parseAttrDict();
  asm.expect(":");
  const type = asm.parseFunctionType();
  p.setOperands("target", p.resolveAll([target], type.inputs));
  p.setResultTypes("output", type.results);
}

/** See `parsePositions`. */
export function printPositions(op: Operation, p: AsmPrinter): void {
  const list = op.getAttr("raw_position_list");
  const positions = list instanceof DenseArrayAttr ? list.values.join(", ") : "";
  p.write(" ");
  p.operands(op.operands);
  const inverted = op.getAttr("is_inverted") !== undefined;
  if (op.getAttr("is_all") !== undefined) p.write("[all]");
  else p.write(inverted ? `[except(${positions})]` : `[${positions}]`);
  without(op, p, "raw_position_list", "is_all", "is_inverted");
  printHandleTypes(op, p);
}

// --- transform.merge_handles -----------------------------------------------------------------------

/** `[deduplicate] %handles attr-dict : type`: all handles have one type. */
export function parseMerge(p: OpParser): void {
  const { asm } = p;
  if (asm.tryConsume("deduplicate")) p.setAttr("deduplicate", UnitAttr.instance);
  const handles = p.parseOperandList();
  p.parseAttrDict();
  asm.expect(":");
  const type = asm.parseType();
  p.setOperands(
    "handles",
    handles.map((h) => p.resolve(h, type)),
  );
  p.setResultTypes("output", [type]);
}

/** See `parseMerge`. */
export function printMerge(op: Operation, p: AsmPrinter): void {
  if (op.getAttr("deduplicate") !== undefined) p.write(" deduplicate");
  p.write(" ");
  p.operands(op.operands);
  without(op, p, "deduplicate");
  p.write(" : ");
  p.type(op.results[0]!.type);
}

// --- transform.split_handle ------------------------------------------------------------------------

const splitDefaults = ["pass_through_empty_handle", "fail_on_payload_too_small"] as const;

/** `%handle attr-dict : functional-type`; the properties stand in the dictionary. */
export function parseSplit(p: OpParser): void {
  const { asm } = p;
  const handle = p.parseOperand();
  p.parseAttrDict();
  for (const name of splitDefaults) {
    if (p.getAttr(name) === undefined) p.setAttr(name, IntegerAttr.bool(true));
  }
  asm.expect(":");
  const type = asm.parseFunctionType();
  p.setOperands("handle", p.resolveAll([handle], type.inputs));
  p.setResultTypes("outputs", type.results);
}

/** See `parseSplit`. */
export function printSplit(op: Operation, p: AsmPrinter): void {
  p.write(" ");
  p.operands(op.operands);
  const elided = splitDefaults.filter((name) => {
    const a = op.getAttr(name);
    return a instanceof IntegerAttr && BoolAttr.check(a) && a.isTrue;
  });
  without(op, p, ...elided);
  printHandleTypes(op, p);
}

// --- transform.structured.match --------------------------------------------------------------------

/** `[ops{[names]}] [interface{I}] [attributes {…}] [filter_result_type = T] in %t : types`. */
export function parseMatch(p: OpParser, parseInterface: (p: OpParser) => Attribute): void {
  const { asm } = p;
  if (asm.tryConsume("ops")) {
    asm.expect("{");
    p.setAttr("ops", asm.parseAttribute());
    asm.expect("}");
  }
  if (asm.tryConsume("interface")) {
    asm.expect("{");
    p.setAttr("interface", parseInterface(p));
    asm.expect("}");
  }
  if (asm.tryConsume("attributes")) {
    p.setAttr("op_attrs", DictionaryAttr.get(asm.parseDictionary()));
  }
  asm.expect("in");
  const target = p.parseOperand();
  p.parseAttrDict();
  asm.expect(":");
  const type = asm.parseFunctionType();
  p.setOperands("target", p.resolveAll([target], type.inputs));
  p.setResultTypes("output", type.results);
}

/** See `parseMatch`. */
export function printMatch(op: Operation, p: AsmPrinter, nameOf: (a: IntegerAttr) => string): void {
  const [ops, face, attrs] = ["ops", "interface", "op_attrs"].map((n) => op.getAttr(n));
  if (ops instanceof ArrayAttr) {
    p.write(" ops{");
    p.attribute(ops);
    p.write("}");
  }
  if (face instanceof IntegerAttr) p.write(` interface{${nameOf(face)}}`);
  if (attrs instanceof DictionaryAttr) {
    p.write(" attributes ");
    p.attribute(attrs);
  }
  p.write(" in ");
  p.operands(op.operands);
  without(op, p, "ops", "interface", "op_attrs");
  printHandleTypes(op, p);
}

// --- transform.apply_registered_pass ---------------------------------------------------------------

/** `"name" [with options = {…}] to %target attr-dict : functional-type`. */
export function parseRegisteredPass(p: OpParser): void {
  const { asm } = p;
  p.setAttr("pass_name", StringAttr.get(asm.parseString()));
  let options = new Map<string, Attribute>();
  if (asm.tryConsume("with")) {
    asm.expect("options");
    asm.expect("=");
    options = asm.parseDictionary();
  }
  p.setAttr("options", DictionaryAttr.get(options));
  asm.expect("to");
  const target = p.parseOperand();
  p.parseAttrDict();
  asm.expect(":");
  const type: FunctionType = asm.parseFunctionType();
  p.setOperands("target", p.resolveAll([target], type.inputs));
  p.setResultTypes("output", type.results);
}

/** See `parseRegisteredPass`. */
export function printRegisteredPass(op: Operation, p: AsmPrinter): void {
  const [name, options] = [op.getAttr("pass_name"), op.getAttr("options")];
  p.write(" ");
  if (name instanceof StringAttr) p.attribute(name);
  if (options instanceof DictionaryAttr && options.entries.size > 0) {
    p.write(" with options = ");
    p.attribute(options);
  }
  p.write(" to ");
  p.operands(op.operands);
  without(op, p, "pass_name", "options");
  printHandleTypes(op, p);
}

// --- transform.tune.knob ---------------------------------------------------------------------------

/** `<"name"> [= selected from] options = attribute attr-dict -> type`. */
export function parseKnob(p: OpParser): void {
  const { asm } = p;
  asm.expect("<");
  p.setAttr("name", StringAttr.get(asm.parseString()));
  asm.expect(">");
  if (asm.tryConsume("=")) {
    p.setAttr("selected", asm.parseAttribute());
    asm.expect("from");
  }
  asm.expect("options");
  asm.expect("=");
  p.setAttr("options", asm.parseAttribute());
  p.parseAttrDict();
  asm.expect("->");
  p.setResultTypes("output", [asm.parseType()]);
}

/** See `parseKnob`. */
export function printKnob(op: Operation, p: AsmPrinter): void {
  const [name, selected, options] = ["name", "selected", "options"].map((n) => op.getAttr(n));
  p.write("<");
  if (name !== undefined) p.attribute(name);
  p.write(">");
  if (selected !== undefined) {
    p.write(" = ");
    p.attribute(selected);
    p.write(" from");
  }
  p.write(" options = ");
  if (options !== undefined) p.attribute(options);
  without(op, p, "name", "selected", "options");
  p.write(" -> ");
  p.type(op.results[0]!.type);
}
