/** Owns the frame of a Data Center's pages: its headers, its look, and the plain statement that this is not Bitbucket. */
import type { Context } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import { page } from "../../../ui/layout.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import { accountMenu } from "./account-menu.ts";
import type { DcWebEnv } from "./visitor.ts";

export interface DcPage {
  readonly title: string;
  readonly main: Html;
  readonly status?: number;
  readonly narrow?: boolean;
  /** `href` is below the context path. */
  readonly crumbs?: readonly { readonly title: string; readonly href?: string }[];
  /** Where a form of the page may lead besides here: a callback of this very dance. */
  readonly leadsTo?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where stylesheet and scripts are served, below the context path. */
export const assetsPath = "/_emulator/assets";

/** What the product is called. */
export function productName({ product }: Pick<DataCenterContext, "product">): string {
  return product === "server" ? "Bitbucket Server" : "Bitbucket Data Center";
}

/** A page of the website. */
export async function webPage(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  what: DcPage,
): Promise<Response> {
  const { status = 200, crumbs = [], leadsTo, headers = {}, ...options } = what;
  const visitor = c.get("visitor");
  const aside =
    visitor.person === null
      ? html`<a href="${pathTo(context, "/login")}">Log in</a>`
      : accountMenu(context, visitor.person, visitor.csrf);
  const document = page({
    ...options,
    crumbs: crumbs.map(({ title, href }) =>
      href === undefined ? { title } : { title, href: pathTo(context, href) },
    ),
    brand: `Local ${productName(context)}`,
    brandHref: pathTo(context, "/"),
    aside,
    assets: pathTo(context, assetsPath),
    look: "plain",
    ribbon: "This is an emulator on your own machine. It is not Bitbucket.",
    foot: html`Part of Windlass. Not affiliated with Atlassian.`,
  });
  return c.html(document, {
    status: status as 200, // any status may carry a page
    headers: { ...pageHeaders(leadsTo), ...headers },
  });
}

/** A page that says what is wrong. Never a redirect. */
export function problemPage(
  context: DataCenterContext,
  c: Context<DcWebEnv>,
  problem: Pick<DcPage, "title" | "headers"> & { readonly status: number; readonly text: string | Html },
): Promise<Response> {
  const { text, ...rest } = problem;
  return webPage(context, c, {
    ...rest,
    narrow: true,
    main: html`<article><h1>${rest.title}</h1><p>${text}</p></article>`,
  });
}

/** A posted form without the right `atl_token`. */
export function foreignForm(context: DataCenterContext, c: Context<DcWebEnv>): Promise<Response> {
  return problemPage(context, c, {
    status: 403,
    title: "XSRF check failed",
    text: "This form was not one of yours, or is too old. Nothing was changed. Go back and load the page again.",
  });
}

/** Chromium checks `form-action` along the redirects after a post, so a form that ends at a callback has to name it. */
function pageHeaders(leadsTo: string | undefined): Record<string, string> {
  const rules = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `form-action 'self' ${leadsTo === undefined ? "" : source(leadsTo)}`.trim(),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "Content-Security-Policy": rules.join("; "),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  };
}

function source(url: string): string {
  if (!URL.canParse(url)) return "";
  const { origin, protocol } = new URL(url);
  return origin === "null" ? protocol : origin;
}
