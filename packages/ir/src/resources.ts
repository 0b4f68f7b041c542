/**
 * The metadata of a file, `{-# … #-}`: blobs and flags that attributes name by key. It belongs to the
 * operation that the file holds, and is printed behind it.
 */
import type { Operation } from "./operation.ts";

/** Resources by section (`dialect_resources`, `external_resources`), owner and key. */
export class FileResources {
  readonly #sections = new Map<string, Map<string, Map<string, string>>>();

  get isEmpty(): boolean {
    return this.#sections.size === 0;
  }

  /** Sets a resource; `text` is the value as written: a string with its quotes, or a boolean. */
  set(section: string, owner: string, key: string, text: string): void {
    let owners = this.#sections.get(section);
    if (owners === undefined) this.#sections.set(section, (owners = new Map()));
    let keys = owners.get(owner);
    if (keys === undefined) owners.set(owner, (keys = new Map()));
    keys.set(key, text);
  }

  /** The value as written; undefined when there is none. */
  get(section: string, owner: string, key: string): string | undefined {
    return this.#sections.get(section)?.get(owner)?.get(key);
  }

  /** `{-# … #-}`, ending in a newline. */
  toString(): string {
    const block = (entries: readonly (readonly [string, string])[], indent: string): string =>
      entries.map(([name, text]) => `${indent}${nameText(name)}: ${text}`).join(",\n");
    const sections = [...this.#sections].map(([section, owners]) => {
      const inner = [...owners].map(([owner, keys]) => {
        const text = block([...keys], "      ");
        return [owner, `{\n${text}\n    }`] as const;
      });
      return [section, `{\n${block(inner, "    ")}\n  }`] as const;
    });
    return `{-#\n${block(sections, "  ")}\n#-}\n`;
  }
}

const nameText = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_$.]*$/.test(name) ? name : JSON.stringify(name);

const ofRoot = new WeakMap<Operation, FileResources>();

/** The metadata of the file that an operation was read from; undefined when it had none. */
export function resourcesOf(root: Operation): FileResources | undefined {
  return ofRoot.get(root);
}

/** Gives an operation metadata, to be printed behind it. */
export function setResources(root: Operation, resources: FileResources): void {
  if (resources.isEmpty) ofRoot.delete(root);
  else ofRoot.set(root, resources);
}
