import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type AppPlace, openAppPlace } from "./app-place.ts";
import { glance, openWindow, startChromium } from "./chromium.ts";

let place: AppPlace;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  const elsewhere = { type: "text/html", body: '<!doctype html><html lang="en"><title>Elsewhere</title>' };
  const signInPage = {
    ways: [{ id: "gitlab", title: "Sign in with GitLab", href: "/oauth/gitlab" }],
    guest: { href: "/browse" },
  };
  const files = { "/oauth/gitlab": elsewhere, "/browse": elsewhere };
  [place, browser] = await Promise.all([openAppPlace(files, { signInPage }), startChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await place?.close();
});

beforeEach(async () => {
  ({ context, page } = await openWindow(browser));
  page.setDefaultTimeout(10_000);
});
afterEach(() => context.close());

const marked = () => page.locator("[data-way]:has(+ [data-last-way]:not([hidden]))");

test.each([
  ["Sign in with GitLab", "/oauth/gitlab"],
  ["Go on as a guest", "/browse"],
])("the sign-in page leads on by %s, opens no session, and marks it the next time", async (name, path) => {
  await page.goto(`${place.url}/sign-in`);
  expect(await marked().count()).toBe(0);
  await page.getByRole("link", { name }).click();
  await page.waitForURL(place.url + path);
  const cookies = await context.cookies();
  expect(cookies.filter((cookie) => cookie.name.endsWith("session"))).toEqual([]);
  await page.goto(`${place.url}/sign-in`);
  expect(await marked().textContent()).toBe(name);
  await glance(page, `70-sign-in-ways-${path.slice(1).replace("/", "-")}`);
});

test("a way that was taken last and is there no more marks nothing", async () => {
  await page.goto(`${place.url}/sign-in`);
  await page.evaluate(`localStorage.setItem("windlass:last-way", "gone")`);
  await page.reload();
  expect(await marked().count()).toBe(0);
});

test.each([
  ["unreachable", "Bitbucket"],
  ["denied", "The other side has not let you in."],
  ["You have won a prize", "Signing in has failed."],
  ["constructor", "Signing in has failed."],
])("an address that says error=%s is answered in our words", async (code, sentence) => {
  await page.goto(`${place.url}/sign-in?error=${encodeURIComponent(code)}`);
  const card = (await page.locator(".failure").textContent()) ?? "";
  expect(card).toContain(sentence);
  if (code.includes(" ")) expect(await page.content()).not.toContain(code);
});
