/** The version of the driver: that of its package. */
import { readFileSync } from "node:fs";

function readVersion(): string {
  const path = new URL("../package.json", import.meta.url);
  const json: unknown = JSON.parse(readFileSync(path, "utf8"));
  const known = typeof json === "object" && json !== null && "version" in json;
  return known ? String(json.version) : "unknown";
}

export const VERSION: string = readVersion();
