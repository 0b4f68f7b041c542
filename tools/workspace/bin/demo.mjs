/** `npm run demo`: sets up what is missing and processes a picture with kernels written in TypeScript. */
import { ensureNode, installPackages, run, runMain } from "./setup.mjs";

await runMain(() => {
  const node = ensureNode();
  installPackages(node, { quiet: true });
  const args = ["tools/demo/run.ts", ...process.argv.slice(2)];
  return run(node, node, args).status ?? 1;
});
