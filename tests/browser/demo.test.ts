import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Running, startWindlass } from "../run-windlass.ts";
import { inspect, openWindow, startChromium } from "./chromium.ts";

interface DemoLine {
  readonly bitbucket: string;
  readonly server: string;
  readonly trace: string;
}

let demo: Running<DemoLine>;
let browser: Browser;

beforeAll(async () => {
  demo = await startWindlass<DemoLine>(["demo", "--json", "--port", "0", "--emulator-port", "0"]);
  browser = await startChromium();
});

afterAll(async () => {
  await browser?.close();
  expect(await demo?.stop()).toBe(0);
});

test("S5, S6, S7, S10, S12, S13: a person signs in, connects, picks a repository and finds the culprit", async () => {
  const { page, complaints } = await openWindow(browser);
  page.setDefaultTimeout(10_000);

  await page.goto(demo.line.server);
  await inspect(page, "01-sign-in");
  await page.getByRole("link", { name: "Sign in with Bitbucket", exact: true }).click();

  await inspect(page, "02-bitbucket-log-in");
  await page.getByRole("button", { name: /John Doe/ }).click();
  await inspect(page, "03-bitbucket-consent");
  await page.getByRole("button", { name: "Grant access" }).click();

  await page.waitForURL(`${demo.line.server}/`);
  await inspect(page, "04-projects-empty");
  await page.getByLabel("Name").fill("Checkout");
  await page.getByRole("button", { name: "Create project" }).click();
  await inspect(page, "05-project-empty");

  await page.getByRole("link", { name: "Connect repository" }).first().click();
  await inspect(page, "06-connect-choose");
  await page.getByRole("link", { name: "Connect Bitbucket via OAuth" }).click();
  await inspect(page, "07-connect-permissions");
  await page.getByRole("button", { name: "Continue to Bitbucket" }).click();
  await page.waitForURL(({ origin }) => origin === demo.line.bitbucket);
  await inspect(page, "08-bitbucket-consent-connect");
  await page.getByRole("button", { name: "Grant access" }).click();

  await page.waitForURL(/\/repositories/);
  await page.getByText("found in your account").waitFor();
  await page.getByLabel(/acme\/checkout-api/).check();
  expect(await page.getByLabel("Lookback").inputValue()).toBe("30");
  await inspect(page, "09-connect-repositories");
  await page.getByRole("button", { name: "Save", exact: true }).click();

  await page.getByLabel(/Stack trace/).fill(readFileSync(demo.line.trace, "utf8"));
  await inspect(page, "10-project");
  await page.getByRole("button", { name: "Run analysis" }).click();
  await page.getByText("Done", { exact: true }).waitFor();
  const first = page.getByRole("listitem").filter({ hasText: "src/cart/discount.ts" }).first();
  await expect.poll(() => first.textContent()).toContain("named by");
  await inspect(page, "11-analysis");

  await first.getByRole("link").first().click();
  await page.getByRole("heading", { name: "Let promotion codes stack" }).waitFor();
  await inspect(page, "12-bitbucket-commit");

  expect(complaints).toEqual([]);
}, 180_000);
