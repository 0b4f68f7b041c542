/** `npm run bench`: sets up what is missing and prints the table of benchmarks. */
import { ensureNode, installPackages, run, runMain } from "./setup.mjs";

await runMain(() => {
  const node = ensureNode();
  installPackages(node, { quiet: true });
  const args = ["tools/bench/src/main.ts", ...process.argv.slice(2)];
  return run(node, node, args).status ?? 1;
});
