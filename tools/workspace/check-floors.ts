/**
 * Checks that imports point down, as ARCHITECTURE.md draws the floors; exits 1 and says where if not.
 */
import { resolve } from "node:path";
import { checkFloors, formatViolation } from "./src/floors.ts";

const { packages, files, violations } = checkFloors(resolve(import.meta.dirname, "../.."));
for (const violation of violations) console.error(formatViolation(violation));
if (violations.length > 0) {
  console.error(`floors: ${violations.length} broken in ${files} files of ${packages} packages`);
  process.exitCode = 1;
} else {
  console.log(`floors: ${files} files of ${packages} packages import only downwards`);
}
