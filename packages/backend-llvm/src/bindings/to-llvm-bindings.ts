/**
 * Modules of the LLVM dialect, built in memory through the npm package `llvm-bindings`.
 *
 * Invariants: what is built means what `emitLLVMIR` writes; flags and attributes that only allow
 * LLVM more are left out, since the package has no way to state them; what it cannot build (vectors,
 * atomics, packed structures) is refused with a diagnostic.
 */
import {
  type Block,
  BranchInterface,
  type ModuleOp,
  type Operation,
  StringAttr,
  type Value,
} from "@strata/ir";
import * as llvm from "@strata/llvm";
import { bug, DiagnosticError } from "@strata/support";
import { refuse } from "../emit/scope.ts";
import type { ContextHandle, LlvmBindings, ModuleHandle, PhiHandle, ValueHandle } from "./api.ts";
import { buildInstruction } from "./instructions.ts";
import { BuildScope } from "./scope.ts";

/** Builds a module of the LLVM dialect; a diagnostic for what the package cannot build. */
export function toLlvmBindings(
  module: ModuleOp,
  api: LlvmBindings,
  context: ContextHandle,
): ModuleHandle {
  const s = new BuildScope(api, context, module.sym_name?.value ?? "strata");
  const layout = module.getAttr("llvm.data_layout");
  const triple = module.getAttr("llvm.target_triple");
  if (layout instanceof StringAttr && layout.value !== "") s.module.setDataLayout(layout.value);
  if (triple instanceof StringAttr && triple.value !== "") s.module.setTargetTriple(triple.value);
  const functions: llvm.FuncOp[] = [];
  for (const op of module.ops()) {
    if (op instanceof llvm.FuncOp) {
      declareFunction(op, s);
      functions.push(op);
    } else if (op instanceof llvm.GlobalOp) declareGlobal(op, s);
    else refuse(op, `llvm-bindings has no way to build \`${op.name}\``);
  }
  for (const op of functions) if (!op.isDeclaration) buildBody(op, s);
  if (api.verifyModule(s.module)) {
    throw new DiagnosticError(bug("llvm.bindings", "the module that was built is malformed"));
  }
  return s.module;
}

function linkageOf(op: llvm.FuncOp | llvm.GlobalOp, s: BuildScope): number {
  const { LinkageTypes } = s.api.GlobalValue;
  switch (op.linkage.linkage) {
    case "external":
      return LinkageTypes.ExternalLinkage;
    case "internal":
    case "private":
      return LinkageTypes.InternalLinkage;
    default:
      return refuse(op, `llvm-bindings builds no symbols of linkage ${op.linkage.linkage}`);
  }
}

function declareFunction(op: llvm.FuncOp, s: BuildScope): void {
  const name = op.sym_name.value;
  const type = s.functionType(op.type, op);
  const value = s.api.Function.Create(type, linkageOf(op, s), name, s.module);
  s.functions.set(name, { type, value });
}

function declareGlobal(op: llvm.GlobalOp, s: BuildScope): void {
  const name = op.sym_name.value;
  const { value: type } = op.global_type;
  if (op.initializer.firstBlock !== null) refuse(op, "llvm-bindings takes constants only");
  const value = op.value === undefined ? null : s.constant(op.value, type, op);
  const isConstant = op.constant === true;
  const linkage = linkageOf(op, s);
  const made = new s.api.GlobalVariable(
    s.module,
    s.type(type, op),
    isConstant,
    linkage,
    value,
    name,
  );
  s.globals.set(name, made);
}

function buildBody(op: llvm.FuncOp, s: BuildScope): void {
  const { value: made } = s.functions.get(op.sym_name.value)!;
  const blocks = orderOf(op);
  const handles = new Map<Block, ValueHandle>();
  blocks.forEach((b, i) => {
    handles.set(b, s.api.BasicBlock.Create(s.context, i === 0 ? "entry" : `bb${i}`, made));
  });
  const phis = new Map<Block, PhiHandle[]>();
  blocks.forEach((b, i) => {
    s.builder.SetInsertPoint(handles.get(b)!);
    if (i === 0) b.args.forEach((arg, k) => s.values.set(arg, made.getArg(k)));
    else
      phis.set(
        b,
        b.args.map((arg) => startPhi(arg, op, s)),
      );
  });
  for (const b of blocks) {
    s.builder.SetInsertPoint(handles.get(b)!);
    for (const inner of b.ops()) {
      if (inner === b.lastOp) buildTerminator(inner, b, { handles, phis, made }, s);
      else {
        const value = buildInstruction(inner, s);
        const [result] = inner.results;
        if (result !== undefined && value !== undefined) s.values.set(result, value);
      }
    }
  }
}

function startPhi(arg: Value, op: Operation, s: BuildScope): PhiHandle {
  const phi = s.builder.CreatePHI(s.type(arg.type, op), 2);
  s.values.set(arg, phi);
  return phi;
}

/** The blocks that are reached, each behind those that dominate it. */
function orderOf(op: llvm.FuncOp): Block[] {
  const order: Block[] = [];
  const seen = new Set<Block>();
  const visit = (first: Block): void => {
    const stack: { readonly block: Block; next: number }[] = [{ block: first, next: 0 }];
    seen.add(first);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const successor = top.block.lastOp?.successors[top.next++];
      if (successor === undefined) {
        order.unshift(top.block);
        stack.pop();
      } else if (!seen.has(successor)) {
        seen.add(successor);
        stack.push({ block: successor, next: 0 });
      }
    }
  };
  visit(op.body.entry);
  return order;
}

interface Body {
  readonly handles: ReadonlyMap<Block, ValueHandle>;
  readonly phis: ReadonlyMap<Block, readonly PhiHandle[]>;
  readonly made: Parameters<LlvmBindings["BasicBlock"]["Create"]>[2];
}

/** The block that a terminator goes to: the successor, or one on the way that no other edge shares. */
function edgeTo(
  op: Operation,
  i: number,
  from: ValueHandle,
  body: Body,
  s: BuildScope,
): ValueHandle {
  const to = op.successors[i]!;
  const target = body.handles.get(to)!;
  const values = BranchInterface.of(op)?.successorOperands(op, i) ?? [];
  const isShared = op.successors.some((other, k) => k !== i && other === to);
  let via = from;
  if (isShared) {
    via = s.api.BasicBlock.Create(s.context, "edge", body.made);
    s.builder.SetInsertPoint(via);
    s.builder.CreateBr(target);
    s.builder.SetInsertPoint(from);
  }
  body.phis.get(to)?.forEach((phi, k) => phi.addIncoming(s.value(values[k]!, op), via));
  return isShared ? via : target;
}

function buildTerminator(op: Operation, block: Block, body: Body, s: BuildScope): void {
  const { builder } = s;
  const from = body.handles.get(block)!;
  const edge = (i: number): ValueHandle => edgeTo(op, i, from, body, s);
  if (op instanceof llvm.ReturnOp) {
    if (op.arg === undefined) builder.CreateRetVoid();
    else builder.CreateRet(s.value(op.arg, op));
  } else if (op instanceof llvm.UnreachableOp) builder.CreateUnreachable();
  else if (op instanceof llvm.BrOp) builder.CreateBr(edge(0));
  else if (op instanceof llvm.CondBrOp) {
    const [yes, no] = [edge(0), edge(1)];
    builder.CreateCondBr(s.value(op.condition, op), yes, no);
  } else if (op instanceof llvm.SwitchOp) {
    const targets = op.successors.map((_, i) => edge(i));
    const type = s.type(op.value.type, op);
    const values = llvm.caseValuesOf(op);
    const made = builder.CreateSwitch(s.value(op.value, op), targets[0]!, values.length);
    values.forEach((v, i) => made.addCase(s.integer(type, BigInt(v)), targets[i + 1]!));
  } else refuse(op, `llvm-bindings has no way to build \`${op.name}\``);
}
