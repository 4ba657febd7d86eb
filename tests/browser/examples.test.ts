import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cloudUrls } from "../../src/cli/emulated-instances.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { freePort } from "../free-port.ts";
import { openWindow, startChromium } from "./chromium.ts";

const checkout = join(import.meta.dirname, "../..");

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

describe.each(["express", "fastify", "hono", "node", "fetch"])("examples/%s.ts", (name) => {
  const file = join(checkout, `examples/${name}.ts`);
  let folder: string;
  let emulator: Emulator;
  let app: ChildProcess;
  let origin: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "windlass-example-"));
    const port = await freePort();
    origin = `http://localhost:${port}`;
    emulator = await createEmulator({ callbackUrl: `${origin}/auth/bitbucket/callback` });
    const [consumer] = emulator.consumers;
    app = spawn(process.execPath, ["--import", join(checkout, "tools/from-source.mjs"), file], {
      env: {
        ...process.env,
        PORT: String(port),
        CLIENT_ID: consumer?.key ?? "",
        CLIENT_SECRET: consumer?.secret ?? "",
        BITBUCKET_URLS: JSON.stringify(cloudUrls(emulator)),
        DATABASE: join(folder, "app.db"),
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (app.stdout === null) throw new Error("its output is piped");
    const [line] = await once(createInterface({ input: app.stdout }), "line");
    expect(line).toBe(`ready on ${origin}/hello`);
  });

  afterAll(async () => {
    if (app !== undefined) {
      const ended = once(app, "exit");
      app.kill("SIGTERM");
      expect((await ended)[0]).toBe(0);
    }
    await emulator?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function walk(way: (page: Page) => Promise<void>): Promise<void> {
    const { context, page, complaints } = await openWindow(browser);
    page.setDefaultTimeout(10_000);
    await page.goto(`${origin}/hello`);
    expect(page.url()).toBe(`${origin}/sign-in?returnTo=%2Fhello`);
    await way(page);
    await page.waitForURL(`${origin}/hello`);
    expect(await page.textContent("p")).toBe("Hello, John Doe.");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL(`${origin}/sign-in`);
    await page.goto(`${origin}/hello`);
    expect(page.url()).toContain("/sign-in");
    expect(complaints).toEqual([]);
    await context.close();
  }

  test("signs in by the whole page, and out", () =>
    walk(async (page) => {
      await page.getByRole("link", { name: "Sign in with Bitbucket" }).click();
      await page.getByRole("button", { name: /John Doe/ }).click();
      await page.getByRole("button", { name: "Grant access" }).click();
    }));

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

  test("is short", () => {
    expect(readFileSync(file, "utf8").split("\n").length).toBeLessThanOrEqual(60);
  });
});
