/**
 * Text and parts shared by asynchronous operations: `async [%token, …]`.
 *
 * Invariant: the tokens an operation waits for are its operand group `asyncDependencies`, the one
 * it gives is its result group `asyncToken`.
 */
import {
  type AsmPrinter,
  type OperandDecl,
  type Operation,
  type OpParser,
  type OpResult,
  optionalResult,
  type ResultDecl,
  type Value,
  variadic,
} from "@strata/ir";
import { AsyncToken, type AsyncTokenType, asyncToken } from "./types.ts";

/** The operand group of the tokens to wait for. */
export const dependencies: OperandDecl<Value<AsyncTokenType>[], readonly Value[]> = variadic(
  AsyncToken,
  "operations that complete before this one begins",
);

/** The result group of the token; without one the host waits for completion. */
export const token: ResultDecl<OpResult<AsyncTokenType> | undefined> = optionalResult(
  AsyncToken,
  "completion of the operation; without it the host waits",
);

/** Reads `async? [%token, …]?`. */
export function parseAsync(p: OpParser): void {
  p.setResultTypes("asyncToken", p.asm.tryConsume("async") ? [asyncToken] : []);
  if (!p.asm.tryConsume("[")) return;
  const tokens = p.parseOperandList();
  p.asm.expect("]");
  p.setOperands("asyncDependencies", tokens);
}

/** Prints `async? [%token, …]?`. */
export function printAsync(op: Operation, p: AsmPrinter): void {
  const tokens = op.operandGroup(0);
  if (op.results.some((r) => r.type === asyncToken)) p.write(" async");
  if (tokens.length === 0) return;
  p.write(" [");
  p.operands(tokens);
  p.write("]");
}
