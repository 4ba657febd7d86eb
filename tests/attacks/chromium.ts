/** Owns the browser that attacks are tried in where it is the browser that has to hold. */
import type { Browser } from "playwright-core";

/** Starts the Chromium that `tools/bootstrap.mjs --browser` found. Throws where none was prepared. */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env.WINDLASS_CHROMIUM;
  if (!executablePath)
    throw new Error("No browser was prepared: run `npm run attacks`, or set WINDLASS_CHROMIUM.");
  // Most runs need none, and it is long in loading.
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}
