/**
 * The passes that `kernelc opt` runs.
 *
 * Invariant: no package is loaded before a pass is asked for.
 */
import { type PassDefinition, PassRegistry } from "@strata/pass";

const LOADERS: readonly (() => Promise<readonly PassDefinition[]>)[] = [
  async () => (await import("@strata/transforms")).transforms,
  async () => (await import("./lowering-passes.ts")).loweringPasses,
];

/** A registry of every pass. */
export async function loadPasses(): Promise<PassRegistry> {
  const registry = new PassRegistry();
  for (const load of LOADERS) registry.add(await load());
  return registry;
}

/** Every pass with its options, for people. */
export function describePasses(registry: PassRegistry): string {
  const lines: string[] = [];
  for (const { name, anchor, summary, options } of registry.list()) {
    lines.push(`${name}  (on ${anchor === "any" ? "any operation" : anchor})`, `    ${summary}`);
    for (const [key, option] of Object.entries(options)) {
      const text = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const preset =
        option.default === undefined ? "needed" : `default ${option.print(option.default)}`;
      lines.push(`    ${text}=<${option.kind}>  ${option.doc} (${preset})`);
    }
  }
  return lines.map((line) => `${line}\n`).join("");
}
