/** Draws every page with Chromium, light and dark, slim and wide, into `test-results/gallery/`: `node tools/gallery.ts [NAME …]`. */
import { mkdirSync } from "node:fs";
import { chromium, type Page } from "playwright-core";
import { createEmulator, type Emulator } from "../src/emulator/emulator.ts";
import { drawAlbum } from "./gallery/draw.ts";
import { serveSamples } from "./gallery/serve.ts";

const folder = new URL("../test-results/gallery/", import.meta.url);

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

/** Pages of the emulator, for somebody who has logged in. */
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
    "app-passwords-ended": "/account/settings/app-passwords/",
  };
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, `${urls.bitbucket}${path}`]));
}

/** Pages that only the rules of 2025 have. */
function olderPages({ urls }: Emulator): Readonly<Record<string, string>> {
  return {
    "app-passwords": `${urls.bitbucket}/account/settings/app-passwords/`,
    "new-app-password": `${urls.bitbucket}/account/settings/app-passwords/new`,
    consumers: `${urls.bitbucket}/acme/workspace/settings/api`,
  };
}

async function logIn(page: Page, { urls }: Emulator): Promise<void> {
  await page.goto(`${urls.bitbucket}/account/signin/`);
  await page.getByRole("button", { name: /John Doe/ }).click();
}

const wanted = process.argv.slice(2);

function chosen(prefix: string, pages: Readonly<Record<string, string>>): Record<string, string> {
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(`${prefix}${name}`);
  return Object.fromEntries(Object.entries(pages).filter(([name]) => isWanted(name)));
}

mkdirSync(folder, { recursive: true });
const samples = await serveSamples();
const emulator = await createEmulator({});
const older = await createEmulator({ rules: "2025" });
const executablePath = process.env.WINDLASS_CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: flags });
const albums = [
  { name: "", pages: chosen("", samples.pages), folder },
  {
    name: "emulator-",
    pages: chosen("emulator-", emulatorPages(emulator)),
    folder,
    before: (page: Page) => logIn(page, emulator),
  },
  {
    name: "emulator-2025-",
    pages: chosen("emulator-2025-", olderPages(older)),
    folder,
    before: (page: Page) => logIn(page, older),
  },
];
try {
  for (const look of looks) {
    for (const album of albums) {
      for (const complaint of await drawAlbum(browser, album, look)) {
        console.error(complaint);
        process.exitCode = 1;
      }
    }
  }
  console.log(`Drawn: ${folder.pathname}`);
} finally {
  await browser.close();
  await emulator.close();
  await older.close();
  await samples.close();
}
