/** From `--shape` to extents of the kernel's named dimensions. */
import {
  didYouMean,
  printValueType,
  type DiagnosticError,
  type KernelParam,
  type KernelSignature,
} from "@strata/support";
import { inputError } from "../failures.ts";
import type { ShapeRequest } from "../option-values.ts";

/** The extents that are fixed, by dimension; a diagnostic where they cannot be. */
export function fixDims(
  signature: KernelSignature,
  shapes: readonly ShapeRequest[],
): ReadonlyMap<string, number> {
  const fixed = new Map<string, { readonly extent: number; readonly by: string }>();
  const fix = (name: string, extent: number, by: string): void => {
    const known = fixed.get(name);
    if (known !== undefined && known.extent !== extent) {
      const message = `dimension ${name} is ${known.extent} in ${known.by} but ${extent} in ${by}`;
      throw inputError("build.shape-conflict", message, {
        hint: `give shapes that agree on ${name}`,
      });
    }
    fixed.set(name, { extent, by });
  };
  for (const { name, extents } of shapes) {
    const by = `${name}=${extents.join("x")}`;
    const param = signature.params.find((one) => one.name === name);
    const [only] = extents;
    if (param !== undefined) fixParam(param, extents, (dim, extent) => fix(dim, extent, by));
    else if (!signature.dims.includes(name)) throw unknownName(signature, name);
    else if (only !== undefined && extents.length === 1) fix(name, only, by);
    else {
      throw inputError("build.shape-rank", `dimension ${name} has one extent, found ${by}`, {
        hint: `write for example --shape ${name}=512`,
      });
    }
  }
  return new Map([...fixed].map(([name, { extent }]) => [name, extent]));
}

function fixParam(
  { name, type }: KernelParam,
  extents: readonly number[],
  fix: (dim: string, extent: number) => void,
): void {
  const given = `${name}=${extents.join("x")}`;
  const declared = `${name}: ${printValueType(type)}`;
  if (type.kind === "scalar") {
    throw inputError("build.shape-rank", `${declared} is a scalar: it has no shape`, {
      hint: `leave --shape ${given} out`,
    });
  }
  if (type.dims.length !== extents.length) {
    const message = `${declared} has ${type.dims.length} extents, found ${given}`;
    throw inputError("build.shape-rank", message, {
      hint: `write for example --shape ${name}=${type.dims.map(() => "512").join("x")}`,
    });
  }
  for (const [axis, dim] of type.dims.entries()) {
    const extent = extents[axis] ?? 0;
    if (dim.kind === "dim") fix(dim.name, extent);
    else if (dim.kind === "const" && dim.value !== extent) {
      throw inputError(
        "build.shape-conflict",
        `axis ${axis} of ${declared} is ${dim.value}, found ${given}`,
        { hint: "give the extent that the type states" },
      );
    }
  }
}

function unknownName(signature: KernelSignature, name: string): DiagnosticError {
  const tensors = signature.params.filter(({ type }) => type.kind === "tensor");
  const names = [...tensors.map((param) => param.name), ...signature.dims];
  const all = names.length === 0 ? "it has neither" : `it has ${names.join(", ")}`;
  return inputError(
    "build.shape-name",
    `${signature.name} has neither a tensor nor a dimension "${name}"`,
    { hint: didYouMean(name, names) ?? all },
  );
}
