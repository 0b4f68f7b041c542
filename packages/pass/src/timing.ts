/** Wall time of a run as a tree: pipelines, and in them passes, in the order they first ran. */

declare const performance: { now(): number };

/** Milliseconds of some clock that never goes back. */
export function now(): number {
  return performance.now();
}

/** Time spent in a pipeline or a pass, and in verification after it. */
export class TimingNode {
  readonly name: string;
  milliseconds = 0;
  /** How often it ran. */
  count = 0;
  readonly children: Map<string, TimingNode> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  child(name: string): TimingNode {
    let c = this.children.get(name);
    if (c === undefined) this.children.set(name, (c = new TimingNode(name)));
    return c;
  }

  add(milliseconds: number): void {
    this.milliseconds += milliseconds;
    this.count++;
  }

  /** The tree as lines: milliseconds, share of the whole, name. */
  toString(): string {
    const lines: string[] = [];
    const whole = this.milliseconds || 1;
    const show = (node: TimingNode, indent: string): void => {
      const ms = node.milliseconds.toFixed(3).padStart(10);
      const share = `${((100 * node.milliseconds) / whole).toFixed(1)} %`.padStart(8);
      const times = node.count > 1 ? ` (${node.count}×)` : "";
      lines.push(`${ms} ms ${share}  ${indent}${node.name}${times}`);
      for (const c of node.children.values()) show(c, `${indent}  `);
    };
    show(this, "");
    return `${lines.join("\n")}\n`;
  }
}
