/** Owns the page around every page. */
import { type Html, html } from "./html.ts";

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
  /** A narrow single column, for sign-in and consent. */
  readonly narrow?: boolean;
}

/** A whole document. Works without script; loads one stylesheet and one script from {@link PageOptions.assets}. */
export function page(options: PageOptions): Html {
  const { title, brand, brandHref = "/", aside, crumbs = [], main, assets = "/assets", narrow } = options;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${brand}</title>
<link rel="stylesheet" href="${assets}/windlass.css">
<script src="${assets}/windlass.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top"><a class="brand" href="${brandHref}">${brand}</a><div class="aside">${aside ?? ""}</div></header>
${crumbs.length === 0 ? "" : trail(crumbs)}
<main id="main" class="${narrow ? "narrow" : "wide"}">${main}</main>
</body>
</html>`;
}

function trail(crumbs: NonNullable<PageOptions["crumbs"]>): Html {
  return html`<nav class="trail" aria-label="Breadcrumb"><ol>${crumbs.map(({ title, href }) =>
    href === undefined
      ? html`<li aria-current="page">${title}</li>`
      : html`<li><a href="${href}">${title}</a></li>`,
  )}</ol></nav>`;
}
