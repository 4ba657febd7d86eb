import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { glance, inspect, openWindow, startChromium } from "./chromium.ts";
import { openPlace, type Place } from "./place.ts";

/** A page of another origin that opens the window and writes down what it hears. */
const strangersPage = `<!doctype html><title>Stranger</title><script>
window.heard = [];
addEventListener("message", ({ origin, data }) => heard.push({ origin, data }));
window.openWindow = (url) => { window.child = open(url, "windlass-sign-in", "popup,width=520,height=720"); };
</script>`;

let place: Place;
let browser: Browser;
let friend: string;
let foe: string;
const servers: Server[] = [];
let context: BrowserContext;
let page: Page;
let complaints: string[];

async function serve(html: string): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(html);
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo; // of a TCP server that listens
  return `http://127.0.0.1:${port}`;
}

beforeAll(async () => {
  [friend, foe] = await Promise.all([serve(strangersPage), serve(strangersPage)]);
  [place, browser] = await Promise.all([openPlace({ signInOpeners: [friend] }), startChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await place?.close();
  for (const server of servers) server.close();
});

beforeEach(async () => {
  ({ context, page, complaints } = await openWindow(browser));
  page.setDefaultTimeout(10_000);
});
afterEach(() => context.close());

const inWindow = () => page.getByRole("button", { name: "Sign in with Bitbucket in a window of its own" });
const said = () => page.locator("[data-window-says]");

async function openChild(click: () => Promise<unknown>): Promise<Page> {
  const opening = page.waitForEvent("popup");
  await click();
  return opening;
}

async function logIn(child: Page): Promise<void> {
  await child.getByRole("button", { name: /John Doe/ }).click();
}

/** The last click closes the window it is made in. */
async function grant(child: Page): Promise<void> {
  const closed = child.waitForEvent("close");
  await child.getByRole("button", { name: "Grant access" }).click();
  await closed;
}

describe("a window of its own", () => {
  test("signs in: the page that opened it goes on to where the person was going, the window is closed", async () => {
    await page.goto(`${place.url}/sign-in?returnTo=/account`);
    await inspect(page, "30-sign-in-window");
    const child = await openChild(() => inWindow().click());
    await logIn(child);
    await grant(child);
    await page.waitForURL(`${place.url}/account`);
    expect(await page.content()).toContain("John Doe");
    expect(complaints).toEqual([]);
  });

  test("is refused at Bitbucket: closed, and the page says so in the words of the error page", async () => {
    await page.goto(`${place.url}/sign-in`);
    const child = await openChild(() => inWindow().click());
    await logIn(child);
    const closed = child.waitForEvent("close");
    await child.getByRole("button", { name: "Cancel" }).click();
    await closed;
    await expect.poll(() => said().textContent()).toMatch(/bitbucket\.denied · ref_/);
    await glance(page, "31-sign-in-window-refused");
  });

  test("is closed by the person: the page says so, and the window may be opened again", async () => {
    await page.goto(`${place.url}/sign-in`);
    const child = await openChild(() => inWindow().click());
    await child.close();
    await expect
      .poll(() => said().textContent())
      .toMatch(/^The window was closed, and nobody is signed in\./);
    await glance(page, "32-sign-in-window-closed");
    const again = await openChild(() => inWindow().click());
    await logIn(again);
    await grant(again);
    await page.waitForURL(`${place.url}/`);
  });

  test("is blocked: the page says so, and the whole-page way is there", async () => {
    await page.addInitScript("window.open = () => null");
    await page.goto(`${place.url}/sign-in`);
    await inWindow().click();
    expect(await said().textContent()).toMatch(/^The browser has blocked the window\./);
    await glance(page, "33-sign-in-window-blocked");
    await page.getByRole("link", { name: "Sign in with Bitbucket", exact: true }).click();
    await logIn(page);
    await page.getByRole("button", { name: "Grant access" }).click();
    await page.waitForURL(`${place.url}/`);
  });

  test("is led to another origin that claims a sign-in: not believed, and said", async () => {
    await page.goto(`${place.url}/sign-in`);
    const child = await openChild(() => inWindow().click());
    await child.waitForURL((url) => url.origin !== place.url);
    await child.evaluate(
      `opener.postMessage({ type: "windlass:sign-in", outcome: "signed-in", next: "/account" }, "*")`,
    );
    await expect.poll(() => said().textContent()).toMatch(/^The window answered from http/);
    expect(page.url()).toBe(`${place.url}/sign-in`);
    await glance(page, "34-sign-in-window-foreign");
  });

  /** Every page of Bitbucket's cuts the tie between the window and the page that opened it. */
  const cutTies = () =>
    context.route(
      (url) => url.origin !== place.url,
      async (route) => {
        const response = await route.fetch({ maxRedirects: 0 });
        const headers = { ...response.headers(), "cross-origin-opener-policy": "same-origin" };
        await route.fulfill({ response, headers });
      },
    );

  test("signs in although Bitbucket cuts the tie: the page goes on, the window is closed", async () => {
    await cutTies();
    await page.goto(`${place.url}/sign-in?returnTo=/account`);
    const child = await openChild(() => inWindow().click());
    await logIn(child);
    await child.getByRole("button", { name: "Grant access" }).waitFor();
    expect(await child.evaluate("[opener, window.name]")).toEqual([null, ""]);
    await expect.poll(() => said().textContent()).toMatch(/If it is still open, go on there/);
    await grant(child);
    await page.waitForURL(`${place.url}/account`);
  });

  test("is refused although the tie is cut: the page says so, the window is closed", async () => {
    await cutTies();
    await page.goto(`${place.url}/sign-in`);
    const other = await context.newPage();
    await other.goto(`${place.url}/sign-in`);
    const child = await openChild(() => inWindow().click());
    await logIn(child);
    const closed = child.waitForEvent("close");
    await child.getByRole("button", { name: "Cancel" }).click();
    await closed;
    await expect.poll(() => said().textContent()).toMatch(/bitbucket\.denied · ref_/);
    expect(await other.locator("[data-window-says]").textContent()).toBe("");
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
  });

  test("without script, the sign-in page has the whole-page way alone", async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const bare = await plain.newPage();
    await bare.goto(`${place.url}/sign-in`);
    expect(await bare.getByRole("button").count()).toBe(0);
    await plain.close();
  });
});

describe("a page of another origin", () => {
  const login = (opener?: string) =>
    `${place.url}/auth/bitbucket/login?flow=popup${opener === undefined ? "" : `&opener=${encodeURIComponent(opener)}`}`;
  const openFrom = async (origin: string, url: string) => {
    await page.goto(origin);
    return openChild(() => page.evaluate(`openWindow(${JSON.stringify(url)})`));
  };
  const heard = () => page.evaluate<readonly { origin: string; data: object }[]>("heard");

  test("that the configuration names hears the outcome and nothing else", async () => {
    const child = await openFrom(friend, login(friend));
    await logIn(child);
    await grant(child);
    expect(await heard()).toEqual([
      { origin: place.url, data: { type: "windlass:sign-in", outcome: "signed-in", next: "/" } },
    ]);
  });

  test("that nobody named is told nothing, whatever it says it is; the window says why, and closes", async () => {
    await context.clock.install();
    const child = await openFrom(foe, login(foe));
    await child.getByText("may not be told who signs in here").waitFor();
    await glance(child, "35-sign-in-window-refused-opener");
    const closed = child.waitForEvent("close");
    await Promise.all([closed, child.clock.runFor(15_000)]);
    const other = await openChild(() => page.evaluate(`openWindow(${JSON.stringify(login(friend))})`));
    await logIn(other);
    await grant(other);
    expect(await heard()).toEqual([]);
  });

  test("has no hold of any other page of ours", async () => {
    const child = await openFrom(foe, `${place.url}/sign-in`);
    await child.waitForLoadState();
    expect(await page.evaluate("child.closed")).toBe(true);
    expect(await child.evaluate("opener")).toBeNull();
  });
});
