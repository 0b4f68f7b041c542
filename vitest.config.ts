import { defineConfig } from "vitest/config";

// `vitest run packages/ir` runs one package; `--dir` does so from nx.
export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/.cache/**", "**/.nx/**"],
    setupFiles: ["packages/testing/src/use-seed.ts"],
    pool: "threads",
    maxWorkers: 2,
    // One module graph per worker: test files share no state but what modules keep.
    isolate: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
  },
});
