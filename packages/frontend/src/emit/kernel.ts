/** Emission of a kernel: a module with one function of the kernel's name. */
import * as func from "@strata/func";
import { ModuleOp, setNameHint } from "@strata/ir";
import { DiagnosticError } from "@strata/support";
import type { AnalyzedKernel } from "../semantics/analyze.ts";
import { tooDeep } from "../semantics/diagnostics.ts";
import { StatementEmitter } from "./emit-statements.ts";
import { flatten, one, type Env } from "./values.ts";

/** The module of a kernel; its function has the kernel's parameters and results, flat. */
export function emitKernel(kernel: AnalyzedKernel): ModuleOp {
  const module = ModuleOp.create();
  try {
    module.add(new KernelEmitter(kernel).run());
  } catch (error) {
    // The call stack ended: expressions nested some thousand levels deep.
    if (!(error instanceof RangeError)) throw error;
    const { start, end } = kernel.body.at;
    throw new DiagnosticError(tooDeep({ file: kernel.module.file, start, end }));
  }
  return module;
}

class KernelEmitter extends StatementEmitter {
  run(): func.FuncOp {
    const env: Env = new Map();
    this.kernel.params.forEach((param, k) => {
      const arg = this.fn.entry.args[k];
      if (arg === undefined) throw new Error("a parameter without an argument");
      setNameHint(arg, param.name);
      env.set(param, one(arg));
    });
    const { body, result } = this.kernel;
    const val = this.body(body, result, env);
    this.b.insert(func.ReturnOp.of({ inputs: flatten(val, result) }));
    return this.fn;
  }
}
