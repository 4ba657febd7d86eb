/** Owns the browser of the tests: which one, started how, and what every page is held to. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** Ignored by git: look at them after a run. */
const pictures = join(import.meta.dirname, "../../test-results/pictures");

/** Starts the Chromium that `tools/bootstrap.mjs --browser` found. A missing one is a failure, never a skipped test. */
export function startChromium(): Promise<Browser> {
  const executablePath = process.env.WINDLASS_CHROMIUM;
  if (!executablePath)
    throw new Error("No browser was prepared: run the tests by `npm test`, or set WINDLASS_CHROMIUM.");
  const quiet = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ];
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", ...quiet],
  });
}

/** A window, and everything that went wrong in it: script errors, refusals of the Content Security Policy, failed loads. */
export async function openWindow(
  browser: Browser,
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`console: ${message.text()}`);
  });
  return { context, page, complaints };
}

const schemes = ["light", "dark"] as const;
const [wide, narrow] = [1280, 375];

/** Axe must find nothing serious, and the page must not be wider than a phone; leaves four pictures. */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const scheme of schemes) {
    for (const width of [wide, narrow]) await lookAt(page, name, { scheme, width });
    await examine(page, name);
  }
  await backToUsual(page);
}

/** As {@link inspect}, with two pictures: light and wide, dark and narrow. */
export async function glance(page: Page, name: string): Promise<void> {
  await lookAt(page, name, { scheme: "light", width: wide });
  await examine(page, name);
  await lookAt(page, name, { scheme: "dark", width: narrow });
  await examine(page, name);
  await backToUsual(page);
}

async function lookAt(
  page: Page,
  name: string,
  { scheme, width }: { readonly scheme: (typeof schemes)[number]; readonly width: number },
): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width, height: 900 });
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({
    path: join(pictures, `${name}-${scheme}-${width}.png`),
    fullPage: true,
    animations: "disabled",
  });
  const overflow = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  expect(overflow, `${name} is wider than ${width} px`).toBeLessThanOrEqual(0);
}

/** Legacy mode spares a second page, which only pages with frames need. */
async function examine(page: Page, name: string): Promise<void> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] });
  const { violations } = await axe.analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => `${name}: ${id} ${nodes.map(({ html }) => html).join(" ")}`)).toEqual(
    [],
  );
}

async function backToUsual(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: wide, height: 900 });
}
