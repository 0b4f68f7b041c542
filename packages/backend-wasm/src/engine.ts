/**
 * Parts of binaryen's interface that its declarations leave out or put in another place.
 */

/** A static function of a class of the engine; undefined when this version has none. */
function tryStatic(
  engine: object,
  className: string,
  name: string,
): ((...args: readonly unknown[]) => unknown) | undefined {
  const found: unknown = Object.entries(engine).find(([key]) => key === className)?.[1];
  if (typeof found !== "function") return undefined;
  const method: unknown = Object.entries(Object.getOwnPropertyDescriptors(found)).find(
    ([key]) => key === name,
  )?.[1].value;
  if (typeof method !== "function") return undefined;
  return (...args) => method.apply(found, args) as unknown;
}

/** Names a local of a function. */
export function localNamer(
  engine: object,
): ((func: number, index: number, name: string) => void) | undefined {
  const set = tryStatic(engine, "Function", "setLocalName");
  return set && ((func, index, name) => void set(func, index, name));
}

/**
 * Marks a load as unsigned. The builder makes every load signed, also those of a whole i32, and
 * the optimizer then widens such a load by its sign where the program zero-extends it.
 */
export function loadMarker(engine: object): (load: number) => number {
  const set = tryStatic(engine, "Load", "setSigned");
  if (set === undefined) throw new Error("this version of binaryen has no Load.setSigned");
  return (load) => {
    set(load, false);
    return load;
  };
}
