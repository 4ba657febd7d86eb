import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../../src/emulator/build/repository.ts";
import { commit } from "../../src/emulator/build/steps.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { tokensFor } from "./client.ts";

const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n";
const widgets = "/2.0/repositories/acme/widgets";

let emulator: Emulator;
let token: string;
beforeAll(async () => {
  const told = repository("acme/widgets", [commit({ "large.bin": pointer, "a.md": "# A\n" })]);
  emulator = await createEmulator({ repositories: [told] });
  token = (await tokensFor(emulator)).access_token;
});
afterAll(() => emulator.close());

async function statusOf(method: string, path: string): Promise<number> {
  const body = method === "GET" || method === "DELETE" ? {} : { body: "{}" };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return (await fetch(emulator.urls.api + path, { method, headers, ...body })).status;
}

test("C4: what Bitbucket has and the emulator does not play is 501, and what neither has is 405", async () => {
  for (const [method, path] of [
    ["DELETE", widgets],
    ["POST", `${widgets}/src`],
    ["POST", `${widgets}/refs/branches`],
    ["DELETE", `${widgets}/refs/tags/v1`],
    ["PUT", "/2.0/workspaces/acme/projects/ACME"],
  ] as const)
    expect([method, path, await statusOf(method, path)]).toEqual([method, path, 501]);
  expect(await statusOf("DELETE", `${widgets}/diff/main`)).toBe(405);
});

test("C32: a file of Git LFS and format=rendered are 501, never something that looks like an answer", async () => {
  expect(await statusOf("GET", `${widgets}/src/main/large.bin`)).toBe(501);
  expect(await statusOf("GET", `${widgets}/src/main/large.bin?format=meta`)).toBe(200);
  expect(await statusOf("GET", `${widgets}/src/main/a.md?format=rendered`)).toBe(501);
  expect(await statusOf("GET", `${widgets}/src/main/a.md`)).toBe(200);
});
