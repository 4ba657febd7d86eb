import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readDocuments } from "../../tools/openapi/documents.ts";
import { reportAnswers } from "../../tools/openapi/report.ts";

const folder = mkdtempSync(join(tmpdir(), "windlass-answers-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("C42: where the documents are absent the check says so, and counts neither as passed nor as failed", () => {
  expect(reportAnswers({ WINDLASS_ANSWERS: folder })).toEqual({
    outcome: "not checked",
    text: expect.stringContaining("Atlassian's OpenAPI documents are not here"),
  });
  const { status } = spawnSync(process.execPath, ["tools/answers.ts"], {
    env: { ...process.env, WINDLASS_OPENAPI: "", WINDLASS_ANSWERS: folder },
  });
  expect(status).toBe(77);
});

test("C43: another edition of a document is refused, and so is a folder without one", () => {
  expect(() => readDocuments(folder)).toThrow("has no bitbucket-cloud.json");
  writeFileSync(join(folder, "bitbucket-cloud.json"), "{}");
  expect(() => readDocuments(folder)).toThrow("is another edition");
});

test("what an emulator answers in a process of its own is kept, each answer once, files and pages without their bodies", async () => {
  const kept = join(folder, "kept");
  const program = join(folder, "program.ts");
  const emulator = join(import.meta.dirname, "../../src/emulator/emulator.ts");
  writeFileSync(
    program,
    `import { createEmulator } from ${JSON.stringify(emulator)};
    const { urls, close } = await createEmulator();
    for (const _ of [1, 2]) await (await fetch(urls.api + "/2.0/none?fields=a")).text();
    await (await fetch(urls.bitbucket + "/")).text();
    await close();`,
  );
  const recorder = new URL("../../tools/record-answers.mjs", import.meta.url).href;
  const env = { ...process.env, NODE_OPTIONS: `--import=${recorder}`, WINDLASS_ANSWERS: kept };
  expect(spawnSync(process.execPath, [program], { env, encoding: "utf8" }).stderr).toBe("");
  const lines = readLines(kept);
  expect(lines.map(({ origin, path, status, isPartial }) => [origin, path, status, isPartial])).toEqual([
    ["api", "/2.0/none", 404, true],
    ["web", "/", 200, false],
  ]);
  expect(lines.map(({ body }) => typeof body)).toEqual(["string", "object"]);
});

function readLines(kept: string) {
  const [name = ""] = readdirSync(kept);
  return readFileSync(join(kept, name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
