/** Owns logging in to the website: nobody has a password here, one picks whom to be. */
import { Hono } from "hono";
import { html } from "../../../ui/html.ts";
import { buttonClass, csrfField } from "../../../ui/parts/action.ts";
import type { EmulatorContext } from "../../core/context.ts";
import { findPerson, type Person, workspacesOf } from "../../core/world.ts";
import { problemPage, webPage } from "./frame.ts";
import { ownForm, type Visitors, type WebEnv } from "./visitor.ts";

/** Where to log in before going on to `next`, a path of the website. */
export function signinLocation(next: string): string {
  return `/account/signin/?${new URLSearchParams({ next })}`;
}

export function signinRoutes(context: EmulatorContext, visitors: Visitors): Hono<WebEnv> {
  const app = new Hono<WebEnv>({ strict: false });

  app.get("/account/signin", (c) => {
    const next = c.req.query("next") ?? "/";
    return webPage(context, c, {
      title: "Log in",
      narrow: true,
      main: html`<article><h1>Log in</h1>
<p>Choose whom you want to be. Nobody has a password here.</p>
<form method="post" action="/account/signin/">${csrfField(c.get("visitor").csrf)}
<input type="hidden" name="next" value="${next}">
<ul class="choices">${context.world.people.map(
        (
          person,
        ) => html`<li><button class="${buttonClass()}" name="person" value="${person.uuid}">${person.displayName}</button>
<small>${personNote(context, person)}</small></li>`,
      )}</ul></form></article>`,
    });
  });

  app.post("/account/signin", async (c) => {
    const form = await ownForm(c);
    const person = findPerson(context.world, form?.get("person") ?? "");
    if (form === null || person === undefined)
      return problemPage(context, c, {
        status: 403,
        title: "Log in again",
        text: "This form was not one of yours, or is too old.",
      });
    visitors.change(c, person);
    return c.redirect(ownPath(form.get("next") ?? "/"));
  });

  app.post("/account/signout", async (c) => {
    if ((await ownForm(c)) === null)
      return problemPage(context, c, {
        status: 403,
        title: "Not logged out",
        text: "This form was not one of yours.",
      });
    visitors.change(c, null);
    return c.redirect("/");
  });

  return app;
}

/** What tells the seeded people apart, in a few words. */
export function personNote(context: EmulatorContext, person: Person): string {
  const primary = person.emails.find((email) => email.isPrimary);
  const mail =
    primary === undefined
      ? "no e-mail address"
      : `${primary.address}${primary.isConfirmed ? "" : " (not confirmed)"}`;
  const workspaces = workspacesOf(context.world, person.uuid).map(({ slug }) => slug);
  const places = workspaces.length === 0 ? "in no workspace" : `in ${workspaces.join(", ")}`;
  return `${person.username ?? "no username"} · ${mail} · ${places}`;
}

/** Only a path of this website: `//host` and `/\host` would lead elsewhere. */
function ownPath(next: string): string {
  return /^\/(?![/\\])/.test(next) && !/[\r\n\t]/.test(next) ? next : "/";
}
