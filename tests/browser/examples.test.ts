import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { freePort } from "../free-port.ts";
import { openWindow, startChromium } from "./chromium.ts";
import { type RunningExample, startExample, startNext } from "./running-example.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

describe.each(["express", "fastify", "hono", "node", "fetch", "next"])("the example in %s", (name) => {
  let folder: string;
  let emulator: Emulator;
  let app: RunningExample;
  let origin: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "windlass-example-"));
    const port = await freePort();
    origin = `http://localhost:${port}`;
    emulator = await createEmulator({ callbackUrl: `${origin}/auth/bitbucket/callback` });
    const [consumer] = emulator.consumers;
    app = await (name === "next" ? startNext : startExample(name))({
      PORT: String(port),
      CLIENT_ID: consumer?.key ?? "",
      CLIENT_SECRET: consumer?.secret ?? "",
      BITBUCKET_URLS: JSON.stringify(cloudUrls(emulator)),
      DATABASE: join(folder, "app.db"),
    });
  }, 300_000);

  afterAll(async () => {
    await app?.stop();
    await emulator?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function walk(
    way: (page: Page) => Promise<void>,
    look: (page: Page) => Promise<void> = async () => {},
  ): Promise<void> {
    const { context, page, complaints } = await openWindow(browser);
    page.setDefaultTimeout(10_000);
    await page.goto(`${origin}/hello`);
    expect(page.url()).toBe(`${origin}/sign-in?returnTo=%2Fhello`);
    await way(page);
    await page.waitForURL(`${origin}/hello`);
    expect(await page.textContent("p")).toBe("Hello, John Doe.");
    await look(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${origin}/sign-in`);
    await page.goto(`${origin}/hello`);
    expect(page.url()).toContain("/sign-in");
    expect(complaints).toEqual([]);
    await context.close();
  }

  const byWholePage = async (page: Page) => {
    await page.getByRole("link", { name: "Sign in with Bitbucket" }).click();
    await page.getByRole("button", { name: /John Doe/ }).click();
    await page.getByRole("button", { name: "Grant access" }).click();
  };

  test("signs in by the whole page, and out", () => walk(byWholePage));

  test("signs in in a window of its own, and out", () =>
    walk(async (page) => {
      const opening = page.waitForEvent("popup");
      await page.getByRole("button", { name: "Sign in with Bitbucket in a window of its own" }).click();
      const child = await opening;
      await child.getByRole("button", { name: /John Doe/ }).click();
      const closed = child.waitForEvent("close");
      await child.getByRole("button", { name: "Grant access" }).click();
      await closed;
    }));

  if (name === "next")
    test("guards a route handler, and pages by the proxy", async () => {
      const reports = () =>
        fetch(`${origin}/reports`, { headers: { accept: "text/html" }, redirect: "manual" });
      expect((await reports()).headers.get("location")).toBe("/sign-in?returnTo=%2Freports");
      const refused = await fetch(`${origin}/api/me`);
      expect([refused.status, await refused.json()]).toMatchObject([
        401,
        { error: { code: "web.signed_out" } },
      ]);
      await walk(byWholePage, async (page) => {
        await page.goto(`${origin}/reports`);
        expect(await page.textContent("p")).toContain("Nobody sees these");
        const me = await page.goto(`${origin}/api/me`);
        expect(await me?.json()).toMatchObject({ displayName: "John Doe", emailVerified: true });
        await page.goto(`${origin}/hello`);
      });
    });

  test("is short", () => {
    const lines = app.files.map((file) => readFileSync(file, "utf8").trimEnd().split("\n").length);
    expect(lines.reduce((sum, each) => sum + each)).toBeLessThan(60);
  });
});
