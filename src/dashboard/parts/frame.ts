/** Owns what surrounds every page of a signed-in person: header, sign-out, trail, notice. */
import { type Html, html } from "../../ui/html.ts";
import { type PageOptions, page } from "../../ui/layout.ts";
import { action } from "../../ui/parts/action.ts";
import { type Notice, notice } from "../../ui/parts/notice.ts";
import { paths } from "../paths.ts";

export interface Viewer {
  readonly displayName: string;
  readonly email: string | null;
}

/** What every page for a signed-in person is told. */
export interface SignedIn {
  readonly viewer: Viewer;
  /** Goes into every form as the field `csrf`. */
  readonly csrf: string;
  /** What has just happened, after a redirect: "Saved." */
  readonly notice?: Notice;
}

export interface ProjectRef {
  readonly id: string;
  readonly name: string;
}

export interface FrameOptions {
  readonly title: string;
  readonly crumbs?: PageOptions["crumbs"];
  readonly main: Html;
  readonly narrow?: boolean;
  /** Further scripts, by file name. */
  readonly scripts?: readonly string[];
  /** See {@link PageOptions.onward}. */
  readonly onward?: string;
}

/** The whole page. */
export function frame({ viewer, csrf, notice: news }: SignedIn, options: FrameOptions): Html {
  const aside = html`<a class="viewer" href="${paths.account}">${initials(viewer.displayName)}<span class="viewer-name"><bdi>${
    viewer.displayName
  }</bdi></span></a>${action({ label: "Sign out", post: paths.logout }, csrf, { look: "quiet", small: true })}`;
  const { title, crumbs, main, narrow, onward, scripts = [] } = options;
  return page({
    title,
    brand: "Windlass",
    brandHref: paths.home,
    aside,
    main: html`${news === undefined ? "" : notice(news)}${main}`,
    ...(crumbs === undefined ? {} : { crumbs }),
    scripts,
    ...(narrow === undefined ? {} : { narrow }),
    ...(onward === undefined ? {} : { onward }),
  });
}

/** Trail of a page inside a project; the last title is the present page. */
export function projectCrumbs(project: ProjectRef, ...titles: string[]): PageOptions["crumbs"] {
  const start = [
    { title: "Projects", href: paths.home },
    { title: project.name, href: paths.project(project.id) },
  ];
  return [...start, ...titles.map((title) => ({ title }))];
}

/** Two letters in a disc, in place of a picture that would have to be fetched from elsewhere. */
export function initials(name: string): Html {
  const words = name.trim().split(/\s+/u).slice(0, 2);
  const letters = words.map((word) => [...word][0] ?? "").join("");
  return html`<span class="initials" aria-hidden="true">${letters.toUpperCase()}</span>`;
}
