import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createClient } from "../../src/browser/client/index.ts";
import { SignInPage, useSession, WindlassProvider } from "../../src/browser/react/index.ts";
import { type AppPlace, openAppPlace } from "./app-place.ts";
import { bundleProgram } from "./bundle.ts";
import { glance, openWindow, startChromium } from "./chromium.ts";

/** `?popup`, `?auto` and `?disabled` choose how the page is made; `/app` shows who is signed in. */
const program = `
import { createElement as h, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "windlass/client";
import { SignInPage, SignInWithBitbucket, useSession, WindlassProvider } from "windlass/react";
const client = createClient();
const query = new URLSearchParams(location.search);
const Who = () => {
  const { status, session, signOut } = useSession();
  return h("div", null, h("p", { id: "status" }, status + " " + (session?.user.displayName ?? "")),
    status === "signed-in" && h("button", { onClick: () => signOut() }, "Sign out"));
};
const page = h(SignInPage, {
  auto: query.has("auto"),
  providers: [{ id: "gitlab", title: "Sign in with GitLab", href: "/gitlab" }],
  guest: { href: "/guest" },
  bitbucket: { window: query.has("popup") ? "popup" : "redirect" },
  errors: { closed: "The shop is closed. Come back tomorrow." },
});
const button = h(SignInWithBitbucket, { disabled: true });
createRoot(document.getElementById("root")).render(h(StrictMode, null,
  h(WindlassProvider, { client }, query.has("disabled") ? button : page, h(Who))));`;

const html = `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>App</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/windlass.css"></head><body><main id="root"></main>
<script type="module" src="/app.js"></script></body></html>`;

/** An application's own, for either scheme. */
const appStyle = `body { font-family: sans-serif; background: light-dark(#fff, #16181c); color: light-dark(#16181c, #eee); }
a { color: inherit; }`;

/** Says who is signed in. */
const Who = () => createElement("p", null, useSession().status);

let place: AppPlace;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const { code } = await bundleProgram(program);
  const css = readFileSync(join(import.meta.dirname, "../../src/browser/react/windlass.css"), "utf8");
  const elsewhere = { type: "text/html", body: '<!doctype html><html lang="en"><title>Elsewhere</title>' };
  const files = {
    "/app": { type: "text/html", body: html },
    "/app.js": { type: "text/javascript", body: code },
    "/windlass.css": { type: "text/css", body: `${css}${appStyle}` },
    "/gitlab": elsewhere,
    "/guest": elsewhere,
  };
  [place, browser] = await Promise.all([openAppPlace(files), startChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await place?.close();
});

beforeEach(async () => {
  ({ context, page, complaints } = await openWindow(browser));
  page.setDefaultTimeout(10_000);
});
afterEach(() => context.close());

const button = () => page.getByRole("button", { name: "Sign in with Bitbucket" });
const says = (text: string, where = page) => where.locator("#status", { hasText: text }).waitFor();
const lastUsed = () => page.locator("li", { hasText: "Used last time" });

async function grant(where: Page): Promise<void> {
  await where.getByRole("button", { name: /John Doe/ }).click();
  await where.getByRole("button", { name: "Grant access" }).click();
}

describe("a page of React", () => {
  test("signs in by the whole page and out again, and axe finds nothing", async () => {
    await page.goto(`${place.url}/app?x=1`);
    await says("signed-out");
    await glance(page, "60-react-sign-in");
    await button().click();
    await grant(page);
    await page.waitForURL(`${place.url}/app?x=1`);
    await says("signed-in John Doe");
    await page.getByRole("button", { name: "Sign out" }).click();
    await says("signed-out");
    expect(complaints).toEqual([]);
  });

  test("says that it is busy while a window is open, keeps the focus, and goes on when it is done", async () => {
    await page.goto(`${place.url}/app?popup`);
    const [child] = await Promise.all([page.waitForEvent("popup"), button().click()]);
    expect(await button().getAttribute("aria-busy")).toBe("true");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Sign in with Bitbucket");
    await Promise.all([child.waitForEvent("close"), grant(child)]);
    await says("signed-in John Doe");
    expect(await button().getAttribute("aria-busy")).toBe("false");
  });

  test("says as an alert what went wrong, until it is tried again", async () => {
    await page.addInitScript("window.open = () => null");
    await page.goto(`${place.url}/app?popup`);
    await button().click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toBe(
      "The browser has blocked the window. Allow windows for this page, or sign in without one.",
    );
    expect(await button().getAttribute("aria-busy")).toBe("false");
    await glance(page, "61-react-blocked");
  });

  test("has a disabled button that does nothing, and draws it so", async () => {
    await page.goto(`${place.url}/app?disabled`);
    await says("signed-out");
    expect(await button().isDisabled()).toBe(true);
    await glance(page, "62-react-disabled");
  });

  test.each([
    ["a known code", "closed", "The shop is closed. Come back tomorrow."],
    ["any other text", "<b>You won</b>", "Signing in has failed. Try again."],
    ["a word every object has", "constructor", "Signing in has failed. Try again."],
  ])("shows a sentence for %s in the address, and never the address", async (_what, code, sentence) => {
    await page.goto(`${place.url}/app?auto&error=${encodeURIComponent(code)}`);
    expect(await page.getByRole("alert").textContent()).toBe(sentence);
    await says("signed-out");
    expect(page.url()).toContain("/app?auto");
  });

  test.each([
    ["Sign in with GitLab", "/gitlab"],
    ["Go on as a guest", "/guest"],
  ])("has the further way %s, and remembers that it was the last", async (name, path) => {
    await page.goto(`${place.url}/app`);
    await says("signed-out");
    expect(await lastUsed().count()).toBe(0);
    await page.getByRole("link", { name }).click();
    await page.waitForURL(place.url + path);
    await page.goto(`${place.url}/app?auto`);
    await says("signed-out");
    expect(await lastUsed().textContent()).toBe(`${name}Used last time`);
  });
});

describe("a page that goes on by itself", () => {
  test("goes to Bitbucket at once, not again in the same tab, and not after signing out", async () => {
    await page.goto(`${place.url}/app?auto`);
    await grant(page);
    await page.waitForURL(`${place.url}/app?auto`);
    await says("signed-in John Doe");
    const other = await context.newPage();
    await other.goto(`${place.url}/app?auto`);
    await says("signed-in John Doe", other);
    await page.getByRole("button", { name: "Sign out" }).click();
    await says("signed-out");
    await says("signed-out", other);
    await page.reload();
    await says("signed-out");
  });
});

describe("drawn on a server", () => {
  const client = createClient({ page: null });
  const draw = (child: ReactNode) => renderToString(createElement(WindlassProvider, { client }, child));

  test("a session is loading, and nothing is asked", () => {
    expect(draw(createElement(Who))).toBe("<p>loading</p>");
  });

  test("the page has its ways, nothing that is remembered, and no style of its own", () => {
    const drawn = draw(createElement(SignInPage, { auto: true, guest: { href: "/guest" } }));
    expect(drawn).toContain("Sign in with Bitbucket");
    expect(drawn).not.toMatch(/style=|Used last time|role="alert"/);
  });

  test("a component without a provider says what is missing", () => {
    expect(() => renderToString(createElement(SignInPage))).toThrow("no WindlassProvider");
  });
});
