import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{packages,dialects,tools}/*/test/**/*.test.ts", "test/**/*.test.ts"],
    pool: "threads",
    maxWorkers: 2,
    testTimeout: 60_000,
    passWithNoTests: true,
  },
});
