import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawAlbum } from "../../tools/gallery/draw.ts";
import { type Served, serveSamples } from "../../tools/gallery/serve.ts";
import { startChromium } from "./chromium.ts";

let served: Served;
let browser: Browser;

beforeAll(async () => {
  served = await serveSamples();
  browser = await startChromium();
});

afterAll(async () => {
  await browser?.close();
  await served?.close();
});

test.each([
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 375 },
] as const)(
  "axe and the browser find nothing in any page of the dashboard, $colorScheme at $width px",
  async (look) => {
    expect(await drawAlbum(browser, { name: "", pages: served.pages }, look)).toEqual([]);
  },
  120_000,
);
