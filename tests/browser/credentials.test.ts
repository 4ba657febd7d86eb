/** People with a browser: one sign-in per product, and one connection per product and kind of credential that reads a repository. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { glance, openWindow, startChromium } from "./chromium.ts";
import { openPlace, type Place } from "./place.ts";

let place: Place;
let browser: Browser;
/** John's, signed in at Data Center by the first test. */
let context: BrowserContext;
let page: Page;
let complaints: string[];
let project: string;

beforeAll(async () => {
  [place, browser] = await Promise.all([openPlace(), startChromium()]);
  ({ context, page, complaints } = await openWindow(browser));
  page.setDefaultTimeout(10_000);
});

beforeEach(() => void complaints.splice(0));

afterEach(() => expect(complaints).toEqual([]));

afterAll(async () => {
  await browser?.close();
  await place?.close();
});

/** Logs in where the page asks for it; the emulated Bitbuckets know no password of the story's people. */
async function logInAs(who: Page, displayName: string): Promise<void> {
  await who.getByRole("button", { name: displayName }).click();
}

/** The wizard's first step. */
async function choose(name: string): Promise<void> {
  await page.goto(`${project}/connect`);
  await page.getByRole("link", { name, exact: true }).click();
}

/** The wizard's third step and a run: what it lists and reads comes from Bitbucket. */
async function readRepository(name: string, saysAs: string | RegExp): Promise<void> {
  await page.waitForURL(/\/repositories/);
  await page.getByText(saysAs).first().waitFor();
  const workspace = page.getByRole("radio", { name: name.split("/")[0] ?? "" });
  if ((await workspace.count()) > 0) {
    await workspace.check();
    await page.getByRole("button", { name: /Use this (workspace|project)/ }).click();
  }
  await page.getByLabel(name).first().check();
  await page.getByRole("button", { name: "Save and run analysis" }).click();
  await page.getByText("Done", { exact: true }).waitFor();
  await page.getByText("Let promotion codes stack").first().waitFor();
}

/** The card of the connection made last. */
async function lastCard() {
  await page.goto(project);
  return page.locator("article.connection").last();
}

describe("signing in", { timeout: 60_000 }, () => {
  test("G2: every Bitbucket stands on one page, and the one of Data Center leads there and back", async () => {
    await page.goto(place.url);
    for (const name of ["Bitbucket", "Bitbucket Data Center", "Bitbucket Server"])
      await page.getByRole("link", { name: `Sign in with ${name}`, exact: true }).waitFor();
    await glance(page, "20-sign-in-three");
    await page.getByRole("link", { name: "Sign in with Bitbucket Data Center" }).click();
    await logInAs(page, "John Doe");
    await glance(page, "22-data-center-consent");
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${place.url}/`);
    await page.getByLabel("Name").fill("Shop");
    await page.getByRole("button", { name: "Create project" }).click();
    await page.waitForURL(/\/projects\/prj_/);
    project = page.url().split("?")[0] ?? "";
  });

  test("a Server's person comes back by OAuth 1.0a", async () => {
    const other = await openWindow(browser);
    await other.page.goto(place.url);
    await other.page.getByRole("link", { name: "Sign in with Bitbucket Server" }).click();
    await logInAs(other.page, "Jane Doe");
    await other.page.getByRole("button", { name: "Allow" }).click();
    await other.page.waitForURL(`${place.url}/`);
    await other.page.getByText("Jane Doe").first().waitFor();
    expect(other.complaints).toEqual([]);
    await other.context.close();
  });

  test("a person of Cloud comes back by OAuth 2", async () => {
    const other = await openWindow(browser);
    await other.page.goto(place.url);
    await other.page.getByRole("link", { name: "Sign in with Bitbucket", exact: true }).click();
    await logInAs(other.page, "Jane Roe");
    await other.page.getByRole("button", { name: "Grant access" }).click();
    await other.page.waitForURL(`${place.url}/`);
    await other.page.getByText("Jane Roe").first().waitFor();
    expect(other.complaints).toEqual([]);
    await other.context.close();
  });
});

describe("connecting Bitbucket Cloud", { timeout: 60_000 }, () => {
  test("S1, S2: by OAuth, which stands first and is recommended", async () => {
    await page.goto(`${project}/connect`);
    await glance(page, "24-connect-choose-all");
    await choose("Connect Bitbucket via OAuth");
    await page.getByRole("button", { name: "Continue to Bitbucket" }).click();
    await logInAs(page, "John Doe");
    await page.getByRole("button", { name: "Grant access" }).click();
    await readRepository("acme/checkout-api", "Bitbucket as John Doe");
  });

  test("S14, S15, S16: by API token, with a hint for a user name, and a warning before it ends", async () => {
    await choose("Choose: API token for Bitbucket");
    const [token] = place.emulator.people[0]?.apiTokens ?? [];
    const soon = new Date(place.emulator.clock.now().getTime() + 10 * 86_400_000).toISOString().slice(0, 10);
    const login = page.getByLabel("E-mail address of the Atlassian account");
    await login.fill("johndoe");
    await page.getByLabel("API token", { exact: true }).fill(token?.token ?? "");
    await page.getByLabel("Ends on").fill(soon);
    await page.getByRole("button", { name: "Check and connect" }).click();
    await page.getByText("This is a user name; an API token goes with the e-mail address").waitFor();
    expect(await page.getByLabel("API token", { exact: true }).inputValue()).toBe("");
    expect(await page.getByLabel("Ends on").inputValue()).toBe(soon);
    await glance(page, "26-api-token-refused");
    complaints.splice(0);
    await login.fill("user@example.com");
    await page.getByLabel("API token", { exact: true }).fill(token?.token ?? "");
    await page.getByRole("button", { name: "Check and connect" }).click();
    await readRepository("acme/checkout-api", "Bitbucket as John Doe");
    const card = await lastCard();
    await card.getByText("This API token ends on").waitFor();
    await glance(page, "27-project-token-ends");
  });

  test("by a repository's access token", async () => {
    const { token } = place.emulator.control.addAccessToken({
      workspace: "acme",
      repository: "checkout-api",
      scopes: ["repository"],
    });
    await choose("Choose: Access token for Bitbucket");
    await page.getByLabel("Made for").fill("acme/checkout-api");
    await page.getByLabel("Access token", { exact: true }).fill(token);
    await page.getByRole("button", { name: "Check and connect" }).click();
    await readRepository("acme/checkout-api", "Access token of acme/checkout-api");
  });

  test("G12: by the consumer itself", async () => {
    await choose("Choose: The OAuth consumer itself for Bitbucket");
    await page.getByRole("button", { name: "Connect as the consumer" }).click();
    await readRepository("acme/checkout-api", /Bitbucket as/);
  });

  test("S14, S17: by an app password, where that Bitbucket still takes them", async () => {
    await choose("Open the form: App password for Bitbucket");
    await page.getByText("retired app passwords on 28 July 2026").waitFor();
    await glance(page, "30-app-password");
    await page.getByLabel("Bitbucket user name").fill("johndoe");
    await page
      .getByLabel("App password", { exact: true })
      .fill(place.emulator.people[0]?.appPasswords[0] ?? "");
    await page.getByRole("button", { name: "Check and connect" }).click();
    await readRepository("acme/checkout-api", "Bitbucket as John Doe");
  });
});

describe("connecting a Data Center", { timeout: 60_000 }, () => {
  test("by OAuth 2", async () => {
    await choose("Connect Bitbucket Data Center via OAuth");
    await page.getByRole("button", { name: "Continue to Bitbucket" }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    await readRepository("ACME/checkout-api", "Bitbucket Data Center as John Doe");
  });

  test("by an HTTP access token the person makes there", async () => {
    const there = await context.newPage();
    there.setDefaultTimeout(10_000);
    await there.goto(`${place.emulator.dataCenter?.url}/plugins/servlet/access-tokens/create`);
    await there.getByLabel("Name").fill("windlass-readonly");
    for (const name of ["Repositories: read", "Projects: read"]) await there.getByLabel(name).check();
    await there.getByRole("button", { name: /Create/ }).click();
    const token = await there.locator("article code").first().textContent();
    await there.close();
    await choose("Choose: HTTP access token for Bitbucket Data Center");
    await page.getByLabel("HTTP access token", { exact: true }).fill(token ?? "");
    await page.getByRole("button", { name: "Check and connect" }).click();
    await readRepository("ACME/checkout-api", "Bitbucket Data Center as John Doe");
  });
});

describe("connecting a Server", { timeout: 60_000 }, () => {
  test("by an HTTP access token", async () => {
    const [token] = place.emulator.server?.tokens ?? [];
    await choose("Choose: HTTP access token for Bitbucket Server");
    await page.getByLabel("HTTP access token", { exact: true }).fill(token?.token ?? "");
    await page.getByRole("button", { name: "Check and connect" }).click();
    await readRepository("ACME/checkout-api", "Bitbucket Server as John Doe");
  });

  test("by an application link the person sets up: OAuth 1.0a", async () => {
    await page.goto(`${project}/connect`);
    await page.getByRole("button", { name: "Set up a Bitbucket Server" }).click();
    await page.getByLabel("Bitbucket URL").fill("bitbucket.local");
    await page.getByLabel("Use a private key of your own").check();
    await page.getByRole("button", { name: "Continue to Bitbucket" }).click();
    await page.getByText("Give the URL with http(s)://").waitFor();
    expect(await page.getByLabel("Bitbucket URL").inputValue()).toBe("bitbucket.local");
    await glance(page, "35-server-set-up-refused");
    complaints.splice(0);
    await makeLink();
    await page.getByLabel("Bitbucket URL").fill(place.emulator.server?.url ?? "");
    await page.getByLabel("Use the key pair Windlass made").check();
    await page.getByRole("button", { name: "Continue to Bitbucket" }).click();
    await logInAs(page, "John Doe");
    await page.getByRole("button", { name: "Allow" }).click();
    await readRepository("ACME/checkout-api", "Bitbucket Server as John Doe");
  });

  /** In another tab, as the administrator of that Server, with what our page shows. */
  async function makeLink(): Promise<void> {
    const value = (name: string) =>
      page.locator("dl.values div").filter({ hasText: name }).locator("code").first().textContent();
    const publicKey = await page.getByLabel("Public key").inputValue();
    const admin = await openWindow(browser);
    admin.page.setDefaultTimeout(10_000);
    const there = `${place.emulator.server?.url}/plugins/servlet/applinks/create`;
    await admin.page.goto(there);
    await logInAs(admin.page, "Ada Admin");
    await admin.page.goto(there);
    await admin.page.getByLabel("Consumer key").fill((await value("Consumer Key")) ?? "");
    await admin.page.getByLabel("Consumer name").fill((await value("Consumer Name")) ?? "");
    await admin.page.getByLabel("Public key").fill(publicKey);
    await admin.page.getByLabel("Consumer callback URL").fill((await value("Consumer Callback URL")) ?? "");
    await glance(admin.page, "36-server-link");
    await admin.page.getByRole("button", { name: "Save" }).click();
    await admin.page.waitForURL(/listApplicationLinks/);
    await admin.context.close();
  }
});

test("S18, S20: revoked at the Server, the card's Reconnect leads there again and mends the connection", {
  timeout: 60_000,
}, async () => {
  await fetch(`${place.emulator.urls.control}/server/revoke`, {
    method: "POST",
    body: JSON.stringify({ person: "johndoe" }),
  });
  const card = await lastCard();
  await card.getByRole("button", { name: "Run analysis" }).click();
  await page.getByText("Bitbucket no longer accepts this connection").waitFor();
  await page.getByRole("button", { name: "Reconnect" }).click();
  await page.getByRole("button", { name: "Allow" }).click();
  await page.waitForURL(/\/repositories/);
  await (await lastCard()).getByText("Connected", { exact: true }).first().waitFor();
  await (await lastCard()).getByRole("link", { name: "Disconnect…" }).click();
  await page.getByText("Authorized applications").waitFor();
  await glance(page, "38-disconnect-server");
});
