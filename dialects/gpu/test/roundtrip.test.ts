import { expectRoundTrip, expectUpstreamAgrees, skipMlirOpt } from "@strata/testing";
import { Context } from "@strata/ir";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gpu } from "../src/index.ts";
import { context } from "./context.ts";

const text = readFileSync(new URL("roundtrip.mlir", import.meta.url), "utf8");

test("every operation is in the text", () => {
  for (const name of gpu.ops.keys()) expect(text).toContain(name);
});

test("print and parse are inverses", () => {
  expectRoundTrip(context, text);
});

test.skipIf(skipMlirOpt)("upstream reads and writes the same", () => {
  // Upstream's targets are attributes of dialects that are not here.
  const targets = text.replace(" [#gpu<dim x>]", "").replaceAll(/  gpu\.binary.*\n/g, "");
  expectUpstreamAgrees(context, targets);
});

test.skipIf(skipMlirOpt)("upstream reads binaries as we write them", () => {
  const loose = new Context([...context.dialects.values()], { allowUnregistered: true });
  const binaries = `gpu.binary @b0 [#gpu.object<#nvvm.target, "abc">]
gpu.binary @b1 <#gpu.select_object<0>> [#gpu.object<#nvvm.target, bin = "abc">, #gpu.object<#nvvm.target, assembly = "x">]
gpu.binary @b2 <#gpu.select_object<#nvvm.target>> [#gpu.object<#nvvm.target, properties = {a = 1}, "abc">]
gpu.binary @b3 {foo = 1} [#gpu.object<#nvvm.target<chip = "sm_90">, offload = "abc">]
gpu.module @m <#gpu.select_object<1>> [#nvvm.target] {}`;
  expectUpstreamAgrees(loose, binaries);
});
