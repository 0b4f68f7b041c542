/** Times of the phases of `kernelc opt`: reading, checking, passes, printing. */
import type { TimingNode } from "@strata/pass";

/** Collects times, at no cost worth mentioning; only their table needs more code. */
export class Phases {
  readonly #spans: { readonly name: string; readonly milliseconds: number }[] = [];
  readonly #runs: TimingNode[] = [];

  /** Does some work and notes how long it took. */
  measure<T>(name: string, work: () => T): T {
    const start = performance.now();
    try {
      return work();
    } finally {
      this.#spans.push({ name, milliseconds: performance.now() - start });
    }
  }

  /** Adds the times of one run of a pipeline. */
  addRun(timing: TimingNode): void {
    this.#runs.push(timing);
  }

  /** All times as a table. */
  async toText(): Promise<string> {
    const { TimingNode } = await import("@strata/pass");
    const total = new TimingNode("total");
    for (const { name, milliseconds } of this.#spans) total.child(name).add(milliseconds);
    for (const run of this.#runs) merge(total, run);
    for (const { milliseconds } of total.children.values()) total.milliseconds += milliseconds;
    return total.toString();
  }
}

function merge(into: TimingNode, run: TimingNode): void {
  const node = into.child(run.name);
  node.add(run.milliseconds);
  for (const child of run.children.values()) merge(node, child);
}
