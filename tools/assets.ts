/** Builds `src/ui/assets.ts`: stylesheet, scripts and mark as strings, from their plain sources and pinned packages. */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const ui = new URL("../src/ui/", import.meta.url);
const packages = createRequire(import.meta.url);

/** Our sources in the order in which they are put together. */
const styles = [
  "tokens",
  "base",
  "parts",
  "fields",
  "bars",
  "pages",
  "wizard",
  "analysis",
  "operator",
  "sessions",
  "emulator",
];

const ours = (name: string) => readFileSync(new URL(name, ui), "utf8");
const theirs = (name: string) => readFileSync(packages.resolve(name), "utf8");

/** Pico lies in a layer, so that every rule of ours wins whatever its specificity. */
function stylesheet(): string {
  const pico = theirs("@picocss/pico/css/pico.classless.min.css").replace(/^\uFEFF?@charset "UTF-8";/, "");
  return [`@layer pico {\n${pico}\n}`, ...styles.map((name) => ours(`${name}.css`))].join("\n");
}

function script(): string {
  const { version } = JSON.parse(theirs("htmx.org/package.json")) as { version: string };
  return `/*! htmx.org ${version}, Zero-Clause BSD */\n${theirs("htmx.org/dist/htmx.min.js")}\n${ours("windlass.js")}`;
}

/** What is served, built from the sources as they are now. */
export function buildAssets(): Record<string, { type: string; body: string }> {
  return {
    "windlass.css": { type: "text/css; charset=utf-8", body: stylesheet() },
    "windlass.js": { type: "text/javascript; charset=utf-8", body: script() },
    "sign-in-window.js": { type: "text/javascript; charset=utf-8", body: ours("sign-in-window.js") },
    "sign-in-done.js": { type: "text/javascript; charset=utf-8", body: ours("sign-in-done.js") },
    "windlass.svg": { type: "image/svg+xml", body: ours("windlass.svg") },
  };
}

/** The text of `src/ui/assets.ts`. */
export function assetsSource(): string {
  return `/** Owns what the browser loads. Made by \`node tools/assets.ts\`; do not edit. */

/** What is served at \`/assets/{name}\`. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** By file name. */
export const assets: Readonly<Record<string, Asset>> = ${JSON.stringify(buildAssets(), null, 2)};

export const stylesheet: string = assets["windlass.css"]?.body ?? "";
export const script: string = assets["windlass.js"]?.body ?? "";
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("assets.ts", ui), assetsSource());
}
