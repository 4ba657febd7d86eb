import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AppPlace, openAppPlace } from "./app-place.ts";
import { bundleProgram } from "./bundle.ts";
import { openWindow, startChromium } from "./chromium.ts";

/** The application's own page: writes down each state, and what became of each call. */
const program = `
import { createClient } from "windlass/client";
const client = createClient();
const settle = (name, promise) => promise.then(
  (value) => { window.outcomes[name] = { value: value?.user?.displayName ?? value ?? null }; },
  ({ code, message, cure, reference }) => { window.outcomes[name] = { code, message, cure, reference }; },
);
Object.assign(window, { client, states: [], outcomes: {} });
client.onChange(({ status }) => window.states.push(status));
document.getElementById("popup").onclick = () => { settle("popup", client.signIn({ window: "popup" })); };
document.getElementById("redirect").onclick = () => { settle("redirect", client.signIn()); };
document.getElementById("out").onclick = () => { settle("out", client.signOut()); };
document.getElementById("both").onclick = () => {
  settle("one", client.session()); settle("other", client.session());
};`;

const html = `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><main><h1>App</h1>
<button id="popup">Popup</button><button id="redirect">Redirect</button><button id="out">Out</button>
<button id="both">Both</button></main><script type="module" src="/app.js"></script>`;

const idleSeconds = 600;
let place: AppPlace;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const { code } = await bundleProgram(program);
  const files = {
    "/app": { type: "text/html", body: html },
    "/app.js": { type: "text/javascript", body: code },
  };
  const sessions = { idleSeconds, absoluteSeconds: 36_000 };
  [place, browser] = await Promise.all([openAppPlace(files, { sessions }), startChromium()]);
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

const open = (where = page) => where.goto(`${place.url}/app?tab=1`);
const status = (where = page) => where.evaluate<string>("client.state.status");
const outcome = (name: string, where = page) =>
  where.evaluate<Readonly<Record<string, unknown>> | undefined>(`outcomes[${JSON.stringify(name)}]`);
const becomes = (wanted: string, where = page) => expect.poll(() => status(where)).toBe(wanted);

async function press(name: string): Promise<void> {
  await page.click(`#${name}`);
}

async function openChild(): Promise<Page> {
  const opening = page.waitForEvent("popup");
  await press("popup");
  return opening;
}

async function grant(where: Page): Promise<void> {
  await where.getByRole("button", { name: /John Doe/ }).click();
  await where.getByRole("button", { name: "Grant access" }).click();
}

async function signIn(): Promise<void> {
  await open();
  await becomes("signed-out");
  await press("redirect");
  await grant(page);
  await page.waitForURL(`${place.url}/app?tab=1`);
  await becomes("signed-in");
}

describe("signing in", () => {
  test("by the whole page comes back to the page it began on", async () => {
    await signIn();
    expect(await page.evaluate("client.state.session.user.displayName")).toBe("John Doe");
    expect(await page.evaluate("states")).toEqual(["signed-in"]);
    expect(complaints).toEqual([]);
  });

  test("that is given up by going back is settled, and may begin again", async () => {
    await open();
    await becomes("signed-out");
    await press("redirect");
    await page.getByRole("button", { name: /John Doe/ }).waitFor();
    await page.goBack();
    await becomes("signed-out");
    await press("redirect");
    await grant(page);
    await page.waitForURL(`${place.url}/app?tab=1`);
    await becomes("signed-in");
  });

  test("in a window resolves with the session, and the window is gone", async () => {
    await open();
    const child = await openChild();
    await press("popup");
    expect(context.pages()).toHaveLength(2);
    await Promise.all([child.waitForEvent("close"), grant(child)]);
    await expect.poll(() => outcome("popup")).toEqual({ value: "John Doe" });
    expect(await status()).toBe("signed-in");
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe("a window", () => {
  test("that the browser blocks is named", async () => {
    await page.addInitScript("window.open = () => null");
    await open();
    await press("popup");
    await expect.poll(() => outcome("popup")).toMatchObject({ code: "browser.popup_blocked" });
  });

  test("that the person closes is named, and may be opened again", async () => {
    await open();
    await (await openChild()).close();
    await expect.poll(() => outcome("popup")).toMatchObject({ code: "browser.popup_closed" });
    const child = await openChild();
    await Promise.all([child.waitForEvent("close"), grant(child)]);
    await expect.poll(() => outcome("popup")).toEqual({ value: "John Doe" });
  });

  test("that is refused at Bitbucket brings the server's own words", async () => {
    await open();
    const child = await openChild();
    await child.getByRole("button", { name: /John Doe/ }).click();
    await child.getByRole("button", { name: "Cancel" }).click();
    await expect.poll(() => outcome("popup")).toMatchObject({ code: "bitbucket.denied" });
    expect((await outcome("popup"))?.reference).toMatch(/^ref_/);
  });

  test("that claims a sign-in from another origin is not believed", async () => {
    await open();
    const child = await openChild();
    await child.waitForURL((url) => url.origin !== place.url);
    await child.evaluate(`opener.postMessage({ type: "windlass:sign-in", outcome: "signed-in" }, "*")`);
    await expect.poll(() => outcome("popup")).toMatchObject({ code: "browser.wrong_origin" });
    expect(await status()).toBe("signed-out");
  });

  test("is the only one that is heard: a frame of the same origin says nothing", async () => {
    await open();
    await openChild();
    await page.evaluate(`postMessage({ type: "windlass:sign-in", outcome: "signed-in" }, "*")`);
    await page.evaluate("new Promise((later) => setTimeout(later, 100))");
    expect(await outcome("popup")).toBeUndefined();
  });
});

describe("several tabs", () => {
  test("see a sign-in and a sign-out of one of them", async () => {
    const other = await context.newPage();
    await open(other);
    await becomes("signed-out", other);
    await signIn();
    await becomes("signed-in", other);
    await press("out");
    await expect.poll(() => outcome("out")).toEqual({ value: null });
    expect(await status()).toBe("signed-out");
    await becomes("signed-out", other);
    expect(await other.evaluate("states")).toEqual(["signed-out", "signed-in", "signed-out"]);
    expect(complaints).toEqual([]);
  });

  test("come to rest: nobody asks once all know the same", async () => {
    await signIn();
    const other = await context.newPage();
    await open(other);
    await becomes("signed-in", other);
    await page.evaluate("new Promise((later) => setTimeout(later, 300))");
    const before = place.asked();
    await page.evaluate("new Promise((later) => setTimeout(later, 500))");
    expect(place.asked()).toBe(before);
  });
});

test("those who ask at the same time share an answer", async () => {
  await signIn();
  const before = place.asked();
  await press("both");
  await expect.poll(() => outcome("other")).toEqual({ value: "John Doe" });
  expect(await outcome("one")).toEqual({ value: "John Doe" });
  expect(place.asked()).toBe(before + 1);
});

describe("a server that is silent", () => {
  test("is an error where nothing is known, and signs nobody out where somebody is", async () => {
    await context.route("**/auth/session", (route) => route.abort());
    await open();
    await becomes("error");
    await context.unroute("**/auth/session");
    await press("both");
    await becomes("signed-out");
    await signIn();
    await context.route("**/auth/session", (route) => route.abort());
    await press("both");
    await expect.poll(() => outcome("one")).toMatchObject({ code: "browser.unreachable" });
    expect(await status()).toBe("signed-in");
  });
});

describe("a session", () => {
  /** The page's clock and the server's jump by the same. */
  const pass = async (seconds: number) => {
    place.emulator.clock.advance(seconds);
    await page.clock.fastForward(seconds * 1000);
  };

  beforeEach(async () => {
    await page.clock.install({ time: place.emulator.clock.now() });
    await signIn();
  });

  test("goes on while the page is used, far past its idle end", async () => {
    for (let round = 0; round < 5; round += 1) {
      const before = place.asked();
      const answer = page.waitForResponse("**/auth/session");
      await page.mouse.click(5, 5);
      await pass(idleSeconds * 0.55);
      await (await answer).finished();
      // An answer that is read after the next jump would be taken for a later one.
      await page.evaluate("new Promise((later) => setTimeout(later, 100))");
      expect(place.asked()).toBeGreaterThan(before);
    }
    expect(await status()).toBe("signed-in");
  });

  test("of a page that nobody uses is not asked for, ends, and is seen to have ended at the next use", async () => {
    await pass(idleSeconds * 0.55);
    await pass(1);
    const before = place.asked();
    for (let round = 0; round < 5; round += 1) await pass(idleSeconds);
    expect(place.asked()).toBe(before);
    await page.keyboard.press("Tab");
    await becomes("signed-out");
  });
});
