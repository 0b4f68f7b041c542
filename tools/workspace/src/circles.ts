/** Circles in a directed graph of names. */

/**
 * Finds circles in `graph`, at least one in each strongly connected component, no name in two of them. A circle
 * is its names in order without the closing repetition. A name without an entry has no edges.
 */
export function findCircles(graph: ReadonlyMap<string, Iterable<string>>): string[][] {
  const state = new Map<string, "open" | "done">();
  const claimed = new Set<string>();
  const circles: string[][] = [];
  for (const start of graph.keys()) {
    if (state.has(start)) continue;
    const path: string[] = [];
    const iterators: Iterator<string>[] = [];
    const open = (name: string): void => {
      state.set(name, "open");
      path.push(name);
      iterators.push((graph.get(name) ?? [])[Symbol.iterator]());
    };
    open(start);
    for (let top = iterators.at(-1); top !== undefined; top = iterators.at(-1)) {
      const { value, done } = top.next();
      if (done === true) {
        iterators.pop();
        const name = path.pop();
        if (name !== undefined) state.set(name, "done");
      } else if (!state.has(value)) {
        open(value);
      } else if (state.get(value) === "open") {
        const circle = path.slice(path.indexOf(value));
        if (!circle.some((name) => claimed.has(name))) circles.push(circle);
        for (const name of circle) claimed.add(name);
      }
    }
  }
  return circles;
}
