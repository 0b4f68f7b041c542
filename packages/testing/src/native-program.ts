/**
 * Programs that compute many operations and hash the results, so that the interpreter and native
 * code can be compared by one number.
 */
import { Interpreter, tryAttributeOfValue } from "@strata/interpret";
import { bitWidthOf, type Context, FloatType, type Type } from "@strata/ir";
import { Random } from "@strata/support";
import { runNatively } from "./mlir-runner.ts";
import { randomScalar } from "./random-values.ts";
import { parseVerified } from "./round-trip.ts";

/** The text of a program; random values are arguments of a call, which no optimizer sees. */
export class NativeProgram {
  readonly random: Random;
  readonly lines: string[] = [];
  readonly params: string[] = [];
  readonly args: string[] = [];
  readonly results: string[] = [];
  #next = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** An argument with a random value that satisfies a condition. */
  value(type: Type, fits: (v: number | bigint) => boolean = () => true): string {
    let v = randomScalar(type, this.random);
    while (!fits(v)) v = randomScalar(type, this.random);
    const name = `%a${this.#next++}`;
    const attr = tryAttributeOfValue(v, type);
    if (attr === undefined) throw new Error(`there are no constants of ${type.toString()}`);
    this.params.push(`${name}: ${type.toString()}`);
    this.args.push(attr.toString());
    return name;
  }

  /** Adds an operation with one result; returns the result's name. */
  emit(text: string): string {
    const name = `%v${this.#next++}`;
    this.lines.push(`${name} = ${text}`);
    return name;
  }

  /** Mixes a result into the hash. */
  result(name: string, type: Type): void {
    let bits = name;
    const width = bitWidthOf(type) ?? 64;
    if (type instanceof FloatType) {
      // The bits of a NaN are nobody's promise: it counts as 7.
      const t = type.toString();
      const seven = this.emit(`arith.constant 7.0 : ${t}`);
      const isNaN = this.emit(`arith.cmpf uno, ${name}, ${name} : ${t}`);
      const number = this.emit(`arith.select ${isNaN}, ${seven}, ${name} : ${t}`);
      bits = this.emit(`arith.bitcast ${number} : ${t} to i${width}`);
    }
    if (width < 64) bits = this.emit(`arith.extui ${bits} : i${width} to i64`);
    if (width > 64) bits = this.emit(`arith.trunci ${bits} : i${width} to i64`);
    this.results.push(bits);
  }

  /** The module: `main` calls `f`, which returns the hash of all results as an i64. */
  text(): string {
    let hash = "%seed";
    const mix = this.results.flatMap((r, i) => {
      const lines = [
        `%m${i} = arith.muli ${hash}, %prime : i64`,
        `%h${i} = arith.xori %m${i}, ${r} : i64`,
      ];
      hash = `%h${i}`;
      return lines;
    });
    const constants = this.args.map((a, i) => `%k${i} = arith.constant ${a}`);
    const types = this.params.map((p) => p.slice(p.indexOf(":") + 2));
    return `func.func private @f(${this.params.join(", ")}) -> i64 attributes {no_inline} {
      %seed = arith.constant 1469598103934665603 : i64
      %prime = arith.constant 1099511628211 : i64
      ${[...this.lines, ...mix].join("\n")}
      return ${hash} : i64
    }
    func.func @main() -> i64 {
      ${constants.join("\n")}
      %r = call @f(${this.args.map((_, i) => `%k${i}`).join(", ")}) : (${types.join(", ")}) -> i64
      return %r : i64
    }`;
  }
}

/** Runs a program both ways; an error shows it where the hashes differ. */
export function expectSameMeaning(context: Context, program: NativeProgram): void {
  const text = program.text();
  const [own] = new Interpreter(parseVerified(context, text)).run("main");
  const native = runNatively(text);
  if (own !== native) throw new Error(`interpreted: ${String(own)}, native: ${native}\n${text}`);
}
