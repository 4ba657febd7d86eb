import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { glance, openWindow, startChromium } from "./chromium.ts";
import { openPlace, type Place } from "./place.ts";

let place: Place;
let browser: Browser;
/** Where people log in: a host that no configuration names. */
let identity: string;
const servers: Server[] = [];

async function serve(answer: (path: string) => { readonly html: string } | { readonly location: string }) {
  const server = createServer(({ url = "/" }, response) => {
    const given = answer(url);
    if ("location" in given) response.writeHead(302, given).end();
    else response.writeHead(200, { "content-type": "text/html" }).end(given.html);
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo; // of a TCP server that listens
  return `http://127.0.0.1:${port}`;
}

beforeAll(async () => {
  identity = await serve(() => ({ html: "<!doctype html><title>Log in</title><h1>Log in here</h1>" }));
  const baseUrl = await serve((path) =>
    path.includes("/authorize?") ? { location: `${identity}/login` } : { html: "{}" },
  );
  const company = { product: "data-center", baseUrl, clientId: "key", clientSecret: "secret" } as const;
  [place, browser] = await Promise.all([openPlace({ instances: { company } }), startChromium()]);
});

afterAll(async () => {
  await browser?.close();
  await place?.close();
  for (const server of servers) server.close();
});

test("a form leads to a Bitbucket that sends people on to log in elsewhere, and back to the form", async () => {
  const { context, page, complaints } = await openWindow(browser);
  page.setDefaultTimeout(10_000);
  await page.goto(`${place.url}/sign-in?returnTo=/account`);
  await page.getByRole("link", { name: "Sign in with Bitbucket", exact: true }).click();
  await page.getByRole("button", { name: /John Doe/ }).click();
  await page.getByRole("button", { name: "Grant access" }).click();
  await page.waitForURL(`${place.url}/account`);
  await page.getByRole("button", { name: /^Link/ }).last().click();
  await page.waitForURL(`${identity}/login`);
  await page.goBack();
  await page.waitForURL(`${place.url}/account`);
  expect(complaints).toEqual([]);
  await glance(page, "36-back-at-the-form");
  await context.close();
});
