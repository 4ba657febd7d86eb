import { defineConfig } from "vitest/config";

/** The whole suite: unit tests lie beside their files, everything that crosses rooms lies in `tests/`. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ["default", "./tools/vitest-closing-line.ts"],
  },
});
