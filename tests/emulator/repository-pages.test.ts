import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildDemoRepository, culpritSubject } from "../../src/emulator/demo/demo-repository.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { temporaryFolder } from "../histories/folders.ts";
import { personAt } from "./person.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
beforeAll(async () => {
  folder = await temporaryFolder();
  const path = join(folder.path, "checkout-api");
  await buildDemoRepository(path, new Date("2026-11-20T08:00:00Z"));
  emulator = await createEmulator({ repositories: [{ path, workspace: "acme" }] });
});
afterAll(async () => {
  await emulator?.close();
  await folder?.remove();
});

test("a link to a repository leads to its newest commits, and from there to one commit with its diff", async () => {
  const john = personAt(emulator.urls.bitbucket);
  await john.logIn("John Doe");
  const list = await (await john.visit("/acme/checkout-api")).text();
  const [, href = ""] = new RegExp(`href="([^"]+)"[^]{0,80}${culpritSubject}`).exec(list) ?? [];
  expect(href).toMatch(/^\/acme\/checkout-api\/commits\/[0-9a-f]{40}$/);
  const commit = await (await john.visit(href)).text();
  expect(commit).toContain("src/cart/discount.ts");
  expect(commit).toContain("+++ b/src/cart/discount.ts");
});

test("a private repository is shown to members only", async () => {
  const stranger = personAt(emulator.urls.bitbucket);
  expect((await stranger.visit("/acme/checkout-api")).headers.get("location")).toMatch(
    /^\/account\/signin\//,
  );
  await stranger.logIn("Sam Solo");
  expect((await stranger.visit("/acme/checkout-api")).status).toBe(403);
});

test("what is no repository and no commit is not found", async () => {
  const john = personAt(emulator.urls.bitbucket);
  await john.logIn("John Doe");
  for (const path of [
    "/acme/nothing",
    "/acme/checkout-api/commits/main",
    `/acme/checkout-api/commits/${"0".repeat(40)}`,
    "/acme/checkout-api/commits/--output=x",
  ]) {
    expect((await john.visit(path)).status, path).toBe(404);
  }
});
