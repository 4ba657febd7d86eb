/** Owns logging in: with name and password, or by picking a seeded person; and the CAPTCHA after too many failures. */
import { type Context, Hono } from "hono";
import { type Html, html } from "../../../ui/html.ts";
import { buttonClass } from "../../../ui/parts/action.ts";
import { field, textField } from "../../../ui/parts/field.ts";
import type { DataCenterContext } from "../context.ts";
import { pathTo } from "../place.ts";
import { countFailure, forgetFailures, judgePassword, needsCaptcha } from "../tokens/password.ts";
import { administers, type DcPerson, mayLogIn, personById, personByName } from "../world.ts";
import { tokenField } from "./forms.ts";
import { foreignForm, webPage } from "./frame.ts";
import { paths } from "./paths.ts";
import { changeVisitor, type DcWebEnv, ownForm } from "./visitor.ts";

/** What the picture of the CAPTCHA would show: here everybody can read it. */
const captchaWord = "bucket";

export function loginRoutes(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });

  app.get(paths.login, (c) => loginPage(context, c, { next: c.req.query(context.rules.loginNext) ?? "/" }));

  app.post(paths.login, async (c) => {
    const form = await ownForm(c);
    if (form === null) return foreignForm(context, c);
    const next = form.get("next") ?? "/";
    const person = form.has("person")
      ? (personById(context.world, Number(form.get("person"))) ?? null)
      : byPassword(context, form);
    if (person === null || !mayLogIn(person))
      return loginPage(context, c, { next, name: form.get("j_username") ?? "" });
    forgetFailures(context, person);
    changeVisitor(context, c, person);
    return c.redirect(pathTo(context, ownPath(next)), 303);
  });

  app.post(paths.logout, async (c) => {
    if ((await ownForm(c)) === null) return foreignForm(context, c);
    changeVisitor(context, c, null);
    return c.redirect(pathTo(context, "/"), 303);
  });

  return app;
}

/** With a CAPTCHA due, the right password counts only beside the right word. */
function byPassword(context: DataCenterContext, form: URLSearchParams): DcPerson | null {
  const [name, password] = [form.get("j_username") ?? "", form.get("j_password") ?? ""];
  const person = personByName(context.world, name);
  if (person !== undefined && needsCaptcha(context, person)) {
    if (form.get("captcha")?.trim().toLowerCase() !== captchaWord) return null;
    forgetFailures(context, person);
    const judged = judgePassword(context, name, password);
    if (typeof judged !== "string") return judged;
    for (let count = 1; count < context.rules.captchaAfter; count += 1) countFailure(context, person);
    return null;
  }
  const judged = judgePassword(context, name, password);
  return typeof judged === "string" ? null : judged;
}

interface LoginView {
  readonly next: string;
  /** The name of a login that failed. */
  readonly name?: string;
}

function loginPage(context: DataCenterContext, c: Context<DcWebEnv>, view: LoginView): Promise<Response> {
  const { csrf } = c.get("visitor");
  const hidden = html`${tokenField(csrf)}<input type="hidden" name="next" value="${view.next}">`;
  const people = context.world.people.filter(mayLogIn);
  return webPage(context, c, {
    title: "Log in",
    narrow: true,
    status: view.name === undefined ? 200 : 401,
    main: html`<article><h1>Log in</h1>
<form method="post" action="${pathTo(context, paths.login)}">${hidden}${passwordFields(context, view)}
<button class="${buttonClass({ look: "primary" })}">Log in</button></form></article>
<article><h2>Or choose whom you want to be</h2>
<form method="post" action="${pathTo(context, paths.login)}">${hidden}
<ul class="choices">${people.map(
      (
        person,
      ) => html`<li><button class="${buttonClass()}" name="person" value="${person.id}">${person.displayName}</button>
<small>${personNote(person)}</small></li>`,
    )}</ul></form></article>`,
  });
}

function passwordFields(context: DataCenterContext, { name }: LoginView): Html {
  const person = name === undefined ? undefined : personByName(context.world, name);
  const captcha =
    person !== undefined && needsCaptcha(context, person)
      ? textField({
          name: "captcha",
          label: "CAPTCHA",
          hint: html`Too many logins failed. Type the word <strong>${captchaWord}</strong>.`,
          value: "",
        })
      : "";
  const problem = name === undefined ? undefined : "Sorry, your username and password are incorrect.";
  return html`${textField({ name: "j_username", label: "Username", value: name ?? "", required: true, problem })}
${field(
  { name: "j_password", label: "Password" },
  ({ id, describedBy, invalid }) =>
    html`<input id="${id}" name="j_password" type="password" autocomplete="off" aria-describedby="${describedBy}" aria-invalid="${invalid}">`,
)}
${captcha}`;
}

/** What tells the seeded people apart, in a few words. */
export function personNote(person: DcPerson): string {
  const { name, emailAddress, type, active } = person;
  return [
    name,
    emailAddress ?? "no e-mail address",
    ...(type === "SERVICE" ? ["service user"] : []),
    ...(administers(person) ? ["administrator"] : []),
    ...(active ? [] : ["inactive"]),
  ].join(" · ");
}

/** Only a path of this website: `//host` and `/\host` would lead elsewhere. */
function ownPath(next: string): string {
  return /^\/(?![/\\])/.test(next) && !/[\r\n\t]/.test(next) ? next : "/";
}
