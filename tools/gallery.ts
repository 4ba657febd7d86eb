/** Draws every sample page with Chromium, light and dark, slim and wide, into `test-results/gallery/`, and runs axe over each. */
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { createEmulator, type Emulator } from "../src/emulator/emulator.ts";
import { buildAssets } from "./assets.ts";
import { samples } from "./gallery/samples.ts";

const out = new URL("../test-results/gallery/", import.meta.url);
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

async function serve(): Promise<{ base: string; close: () => void }> {
  // Built now, so that a picture never shows an old stylesheet.
  const assets = buildAssets();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const asset = assets[path.replace("/assets/", "")];
    const sample = samples[path.slice(1)];
    if (asset !== undefined) return response.writeHead(200, { "content-type": asset.type }).end(asset.body);
    if (sample === undefined) return response.writeHead(204).end();
    const head = { "content-type": "text/html; charset=utf-8", "content-security-policy": policy };
    response.writeHead(200, head).end(String(await sample.html()));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { base: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const flags = [
  "--no-sandbox",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

const looks = [
  { colorScheme: "light", width: 1280 },
  { colorScheme: "dark", width: 1280 },
  { colorScheme: "light", width: 375 },
  { colorScheme: "dark", width: 375 },
] as const;

interface Album {
  /** Begins the pictures' names. */
  readonly name: string;
  /** Addresses by the names of their pictures. */
  readonly pages: Readonly<Record<string, string>>;
  /** Done once in each look, before the first picture. */
  readonly before?: (page: Page) => Promise<void>;
}

/** Draws the album in every look; returns how much there was to complain about. */
async function draw(browser: Browser, album: Album): Promise<number> {
  let complaints = 0;
  for (const { colorScheme, width } of looks) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
    const page = await context.newPage();
    page.on("console", (said) => {
      if (said.type() !== "error" || said.text().includes("status of 404")) return;
      complaints++;
      console.error(`${page.url()}: ${said.text()}`);
    });
    await album.before?.(page);
    for (const [name, address] of Object.entries(album.pages)) {
      await page.goto(address, { waitUntil: "load" });
      const picture = `${album.name}${name}.${colorScheme}.${width}`;
      await page.screenshot({ path: new URL(`${picture}.png`, out).pathname, fullPage: true });
      complaints += await judge(page, picture);
    }
    await context.close();
  }
  return complaints;
}

async function judge(page: Page, name: string): Promise<number> {
  const wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
  if (wide === true) console.error(`${name}: wider than the window`);
  const { violations } = await new AxeBuilder({ page }).analyze();
  for (const { id, help, nodes } of violations) {
    console.error(`${name}: ${id}: ${help}\n  ${nodes.map(({ html }) => html.slice(0, 160)).join("\n  ")}`);
  }
  return violations.length + (wide === true ? 1 : 0);
}

/** Pages of the emulator, by the names of their pictures, for somebody who has logged in. */
function emulatorPages({ consumers, urls }: Emulator): Readonly<Record<string, string>> {
  const query = new URLSearchParams({ client_id: consumers[0]?.key ?? "", response_type: "code" });
  const paths = {
    start: "/",
    consent: `/site/oauth2/authorize?${query}`,
    consumers: "/acme/workspace/settings/api",
    workspace: "/acme/",
    authorizations: "/account/settings/app-authorizations/",
    "not-found": "/nobody/",
    "log-in": "/account/signin/",
  };
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, `${urls.bitbucket}${path}`]));
}

async function logIn(page: Page, { urls }: Emulator): Promise<void> {
  await page.goto(`${urls.bitbucket}/account/signin/`);
  await page.getByRole("button", { name: /John Doe/ }).click();
}

mkdirSync(out, { recursive: true });
const wanted = process.argv.slice(2);
const isWanted = ([name]: readonly [string, unknown]) => wanted.length === 0 || wanted.includes(name);
const { base, close } = await serve();
const emulator = await createEmulator({});
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: flags,
});
const ours = Object.fromEntries(
  Object.keys(samples)
    .map((name) => [name, `${base}/${name}`] as const)
    .filter(isWanted),
);
const theirs = Object.fromEntries(
  Object.entries(emulatorPages(emulator)).filter(([name]) => isWanted([`emulator-${name}`, ""])),
);
try {
  const complaints =
    (await draw(browser, { name: "", pages: ours })) +
    (await draw(browser, { name: "emulator-", pages: theirs, before: (page) => logIn(page, emulator) }));
  const count = Object.keys(ours).length + Object.keys(theirs).length;
  console.log(`${count} pages drawn in ${looks.length} looks, ${complaints} complaints`);
  process.exitCode = complaints === 0 ? 0 : 1;
} finally {
  await browser.close();
  await emulator.close();
  close();
}
