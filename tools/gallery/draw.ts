/** Looks at pages with a browser: pictures of them, what axe finds, what the browser itself complains about. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";

export interface Look {
  readonly colorScheme: "light" | "dark";
  readonly width: number;
}

export interface Album {
  /** Begins the pictures' names. */
  readonly name: string;
  /** Addresses by the names of their pictures. */
  readonly pages: Readonly<Record<string, string>>;
  /** Done once in each look, before the first picture. */
  readonly before?: (page: Page) => Promise<void>;
  /** Where pictures go; none are made without it. */
  readonly folder?: URL;
}

/** Returns the complaints, one sentence each. */
export async function drawAlbum(browser: Browser, album: Album, look: Look): Promise<string[]> {
  const { colorScheme, width } = look;
  const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
  try {
    const page = await context.newPage();
    const said: string[] = [];
    page.on("pageerror", ({ message }) => said.push(`${page.url()}: ${message}`));
    page.on("console", (message) => {
      // A page that is a 404 on purpose is no complaint.
      const expected = message.text().includes("status of 404");
      if (message.type() === "error" && !expected) said.push(`${page.url()}: ${message.text()}`);
    });
    await album.before?.(page);
    for (const [name, address] of Object.entries(album.pages)) {
      await page.goto(address, { waitUntil: "load" });
      const picture = `${album.name}${name}.${colorScheme}.${width}`;
      if (album.folder !== undefined)
        await page.screenshot({ path: new URL(`${picture}.png`, album.folder).pathname, fullPage: true });
      said.push(...(await judge(page, picture)));
    }
    return said;
  } finally {
    await context.close();
  }
}

async function judge(page: Page, name: string): Promise<string[]> {
  const tooWide = await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
  // No frames here: without the mode for frames axe needs no second page each time.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  const found = violations.map(
    ({ id, help, nodes }) =>
      `${name}: ${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" ")}`,
  );
  return tooWide ? [...found, `${name}: wider than the window`] : found;
}
