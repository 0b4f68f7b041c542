/** Runs a kernel case on a device: specialized to the arguments, compiled, launched, read back. */
import { bindArguments, type Device, isBuffer } from "@strata/runtime";
import type { ScalarValue, TensorValue, Values } from "./case.ts";
import { specializeCase } from "./levels.ts";

/** The values of arguments, as they are bound. */
function given(args: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, v]) => [name, "data" in v ? v : v.value]),
  );
}

/** Runs a case; results by name, `result` for a lone one. */
export async function runCaseOn(
  device: Device,
  text: string,
  name: string,
  args: Values,
): Promise<Values> {
  const { module, signature } = specializeCase(text, name, args);
  const executable = await device.compile({ signature, module, entry: signature.name });
  try {
    const out = await executable.launch(bindArguments(signature, given(args), device.limits));
    const results: Record<string, TensorValue | ScalarValue> = {};
    for (const [k, r] of signature.results.entries()) {
      const value = out[k]!;
      const key = r.name ?? "result";
      if (isBuffer(value)) {
        results[key] = (await value.read()) as TensorValue;
        value.release();
        continue;
      }
      const { dtype } = r.type;
      results[key] = { dtype, value: dtype === "bool" ? value !== 0 : value };
    }
    return results;
  } finally {
    executable.release();
  }
}
