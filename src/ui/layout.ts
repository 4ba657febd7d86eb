/** Owns the page around every page. */
import { type Html, html } from "./html.ts";
import { mark } from "./icons.ts";

export interface PageOptions {
  readonly title: string;
  /** The name in the header: "Windlass", or "Bitbucket (local)" for the emulator. */
  readonly brand: string;
  readonly brandHref?: string;
  /** Shown at the right of the header: who is signed in, sign-out form. */
  readonly aside?: Html;
  /** Trail above the main part; the last one is the present page. */
  readonly crumbs?: readonly { readonly title: string; readonly href?: string }[];
  readonly main: Html;
  /** Where stylesheet and scripts are served, without trailing slash. Default `/assets`. */
  readonly assets?: string;
  /** Further scripts from there, by file name. */
  readonly scripts?: readonly string[];
  /** A narrow single column, for sign-in and consent. */
  readonly narrow?: boolean;
  /** `plain` is the emulator's look, distinct from ours at a glance. Default `windlass`. */
  readonly look?: "windlass" | "plain";
  /** One line across the top, such as "Emulator, not Bitbucket". */
  readonly ribbon?: string;
  /** One line at the foot. */
  readonly foot?: Html;
  /** Where the browser goes on to by itself. A form's answer may not redirect to a site the page's policy does not name; this may. */
  readonly onward?: string;
}

/** What htmx may do: no styles of its own, no `eval`, no scripts in answers, no copies of pages in the browser's store. */
const htmxConfig = JSON.stringify({
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyEnabled: false,
  historyCacheSize: 0,
});

/** A whole document. Works without script; loads one stylesheet, one script and what a page adds from {@link PageOptions.assets}. */
export function page(options: PageOptions): Html {
  const { title, brand, brandHref = "/", aside, crumbs = [], main, assets = "/assets", narrow } = options;
  const { look = "windlass", ribbon, foot, onward, scripts = [] } = options;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content="${htmxConfig}">
${onward === undefined ? "" : html`<meta http-equiv="refresh" content="0; url=${onward}">`}<title>${title} · ${brand}</title>
<link rel="icon" href="${assets}/windlass.svg" type="image/svg+xml">
<link rel="stylesheet" href="${assets}/windlass.css">
<script src="${assets}/windlass.js" defer></script>${scripts.map(
    (name) => html`<script src="${assets}/${name}" defer></script>`,
  )}
</head>
<body class="look-${look}">
<a class="skip" href="#main">Skip to content</a>
<header class="top">${ribbon === undefined ? "" : html`<p class="ribbon">${ribbon}</p>`}<div class="top-in"><a class="brand" href="${brandHref}">${
    look === "windlass" ? mark() : ""
  }<span>${brand}</span></a><div class="aside">${aside ?? ""}</div></div></header>
${crumbs.length === 0 ? "" : trail(crumbs)}
<main id="main" class="${narrow ? "narrow" : "wide"}" tabindex="-1">${main}</main>
${foot === undefined ? "" : html`<footer class="foot">${foot}</footer>`}
</body>
</html>`;
}

function trail(crumbs: NonNullable<PageOptions["crumbs"]>): Html {
  return html`<nav class="trail" aria-label="Breadcrumb"><ol>${crumbs.map(({ title, href }) =>
    href === undefined
      ? html`<li aria-current="page"><bdi>${title}</bdi></li>`
      : html`<li><a href="${href}"><bdi>${title}</bdi></a></li>`,
  )}</ol></nav>`;
}
