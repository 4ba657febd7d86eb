/** Owns the frame of the website's pages: its headers, its look, and the plain statement that this is not Bitbucket. */
import type { Context } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import { page } from "../../../ui/layout.ts";
import type { EmulatorContext } from "../../core/context.ts";
import { accountMenu } from "./account-menu.ts";
import type { WebEnv } from "./visitor.ts";

export interface WebPage {
  readonly title: string;
  readonly main: Html;
  readonly status?: number;
  readonly narrow?: boolean;
  readonly crumbs?: readonly { readonly title: string; readonly href?: string }[];
}

/** Where stylesheet and scripts are served. */
export const assetsPath = "/_emulator/assets";

/** A page of the website. */
export async function webPage(
  context: EmulatorContext,
  c: Context<WebEnv>,
  what: WebPage,
): Promise<Response> {
  const { status = 200, ...options } = what;
  const visitor = c.get("visitor");
  const aside =
    visitor.person === null
      ? html`<a href="/account/signin/">Log in</a>`
      : accountMenu(context.world, visitor.person, visitor.csrf);
  const document = page({
    ...options,
    brand: "Local Bitbucket",
    aside,
    assets: assetsPath,
    look: "plain",
    ribbon: "This is an emulator on your own machine. It is not Bitbucket.",
    foot: html`Part of Windlass. Not affiliated with Atlassian.`,
  });
  return c.html(document, { status: status as 200, headers: pageHeaders(context) }); // any status may carry a page
}

/** A page that says what is wrong. Never a redirect. */
export function problemPage(
  context: EmulatorContext,
  c: Context<WebEnv>,
  problem: { readonly status: number; readonly title: string; readonly text: string | Html },
): Promise<Response> {
  const { status, title, text } = problem;
  return webPage(context, c, {
    status,
    title,
    narrow: true,
    main: html`<article><h1>${title}</h1><p>${text}</p></article>`,
  });
}

/** Forms may end at a callback URL: Chromium checks `form-action` along the redirects after a post. */
function pageHeaders(context: EmulatorContext): Record<string, string> {
  const callbacks = new Set(
    [...context.world.oauth.consumers.values()].flatMap(({ callbackUrl }) => source(callbackUrl)),
  );
  const rules = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `form-action 'self' ${[...callbacks].join(" ")}`.trim(),
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

function source(callbackUrl: string): string[] {
  if (!URL.canParse(callbackUrl)) return [];
  const { origin, protocol } = new URL(callbackUrl);
  return [origin === "null" ? protocol : origin];
}
