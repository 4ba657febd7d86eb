import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../../../tests/histories/folders.ts";
import { buildDemoRepository } from "../../demo/demo-repository.ts";
import { converse } from "./conversation.ts";
import type { Location } from "./environment.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let location: Location;

beforeAll(async () => {
  folder = await temporaryFolder();
  await buildDemoRepository(folder.path, new Date("2026-11-20T12:00:00Z"));
  location = { gitFolder: folder.path, workTree: null };
});
afterAll(() => folder.remove());

/** One line as the answer. */
function line(bytes: Buffer) {
  const end = bytes.indexOf("\n");
  return end === -1 ? null : { value: bytes.toString("utf8", 0, end), length: end + 1 };
}

test("a question git dies of fails alone: those behind it are asked again", async () => {
  const talk = converse(location, ["hash-object", "--no-filters", "--stdin-paths"]);
  const answers = await Promise.allSettled(
    ["HEAD", "no-such-file", "HEAD", "config"].map((path) => talk.ask(`${path}\n`, line)),
  );
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect(await talk.ask("HEAD\n", line)).toMatch(/^[0-9a-f]{40}$/);
  await talk.close();
});

test("a closed conversation refuses questions", async () => {
  const talk = converse(location, ["cat-file", "--batch-check=%(objecttype)"]);
  expect(await talk.ask("HEAD\n", line)).toBe("commit");
  await talk.close();
  await expect(talk.ask("HEAD\n", line)).rejects.toThrow("closed");
});

test("an answer in many pieces is put together", async () => {
  const talk = converse(location, ["cat-file", "--batch"]);
  const ask = () =>
    talk.ask("HEAD:src/cart/discount.ts\n", (bytes) => {
      const header = line(bytes);
      const length = Number(header?.value.split(" ")[2]);
      if (header === null || bytes.length < header.length + length + 1) return null;
      return {
        value: bytes.toString("utf8", header.length, header.length + length),
        length: header.length + length + 1,
      };
    });
  const texts = await Promise.all(Array.from({ length: 500 }, ask));
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain("stackedPercent");
  await talk.close();
});
