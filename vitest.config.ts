import { resolve } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

// Workers and whatever programs the tests start keep the emulator's answers: tools/answers.ts checks them all afterwards.
const { WINDLASS_ANSWERS: answers, NODE_OPTIONS: options = "" } = process.env;
const recorder = new URL("tools/record-answers.mjs", import.meta.url).href;
if (answers !== undefined && answers !== "" && !options.includes(recorder)) {
  process.env.WINDLASS_ANSWERS = resolve(answers);
  process.env.NODE_OPTIONS = `${options} --import=${recorder}`.trim();
}

// Atlassian's documents are not the project's to hand on.
const withoutDocuments = process.env.WINDLASS_OPENAPI ? [] : ["tests/openapi/atlassian/**"];

/** The whole suite: unit tests lie beside their files, everything that crosses rooms lies in `tests/`. */
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...withoutDocuments],
    globalSetup: ["tests/storage/postgres-setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // On a machine with much else to do a browser takes its time.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    reporters: ["default", "./tools/vitest-closing-line.ts"],
  },
});
