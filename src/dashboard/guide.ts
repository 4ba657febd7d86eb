/** Owns the page of a guide: how something is made at Bitbucket, click by click. */
import { type Html, html, raw } from "../ui/html.ts";
import { page } from "../ui/layout.ts";
import { guideTexts } from "./guide-texts.ts";
import { paths } from "./paths.ts";

/** The page; null when there is no such guide. */
export function guidePage(name: string): Html | null {
  const guide = Object.hasOwn(guideTexts, name) ? guideTexts[name] : undefined;
  if (guide === undefined) return null;
  // The texts are constants, made of our own documents.
  const main = html`<div class="guide"><h1>${guide.title}</h1>${raw(guide.body)}</div>`;
  return page({
    title: guide.title,
    brand: "Windlass",
    brandHref: paths.home,
    crumbs: [{ title: "Guides" }, { title: guide.title }],
    main,
  });
}
