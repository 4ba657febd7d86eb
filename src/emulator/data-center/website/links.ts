/** Owns Administration → Application links: list, make one of either kind, delete. Only administrators get in. */
import { type Context, Hono } from "hono";
import type { DataCenterContext } from "../context.ts";
import { addConsumer, deleteConsumer } from "../oauth1/issue.ts";
import { deleteClient, newClient } from "../oauth2/issue.ts";
import { redirectUrlProblem } from "../oauth2/redirect.ts";
import { pathTo } from "../place.ts";
import { linkScopes } from "../scopes.ts";
import { hasOAuth2 } from "../version.ts";
import { administers } from "../world.ts";
import type { SentBack } from "./forms.ts";
import { askingPage } from "./forms.ts";
import { foreignForm, problemPage, webPage } from "./frame.ts";
import { atlassianForm, externalForm } from "./link-forms.ts";
import { kindPage, linksPage } from "./links-page.ts";
import { paths } from "./paths.ts";
import { tickedPermissions } from "./permissions.ts";
import { type DcWebEnv, loginLocation, ownForm } from "./visitor.ts";

export function linkRoutes(context: DataCenterContext): Hono<DcWebEnv> {
  const app = new Hono<DcWebEnv>({ strict: false });
  const toList = (c: Context<DcWebEnv>) => c.redirect(pathTo(context, paths.links), 303);
  const csrf = (c: Context<DcWebEnv>) => c.get("visitor").csrf;
  for (const path of [paths.links, paths.createLink, `${paths.createLink}/*`, paths.deleteLink])
    app.use(path, async (c, next) => (await keptOut(context, c)) ?? next());

  app.get(paths.links, (c) => webPage(context, c, linksPage(context)));
  app.get(paths.createLink, async (c) =>
    hasOAuth2(context.version)
      ? webPage(context, c, kindPage(context))
      : c.redirect(pathTo(context, paths.createAtlassian)),
  );

  app.get(paths.createAtlassian, (c) => webPage(context, c, atlassianForm(context, csrf(c), null)));
  app.post(paths.createAtlassian, async (c) => {
    const form = await ownForm(c);
    if (form === null) return foreignForm(context, c);
    const problems = atlassianProblems(context, form);
    if (Object.keys(problems).length > 0)
      return webPage(context, c, atlassianForm(context, csrf(c), { form, problems }));
    saveAtlassian(context, form);
    return toList(c);
  });

  app.get(paths.createExternal, async (c) =>
    hasOAuth2(context.version) ? webPage(context, c, externalForm(context, csrf(c), null)) : c.notFound(),
  );
  app.post(paths.createExternal, async (c) => {
    if (!hasOAuth2(context.version)) return c.notFound();
    const form = await ownForm(c);
    if (form === null) return foreignForm(context, c);
    const problems = externalProblems(context, form);
    if (Object.keys(problems).length > 0)
      return webPage(context, c, externalForm(context, csrf(c), { form, problems }));
    saveExternal(context, form);
    return toList(c);
  });

  app.get(paths.deleteLink, (c) => askToDelete(context, c));
  app.post(paths.deleteLink, async (c) => {
    const form = await ownForm(c);
    if (form === null) return foreignForm(context, c);
    const { oauth1, oauth2 } = context.world.state;
    deleteConsumer(oauth1, form.get("consumer") ?? "");
    deleteClient(oauth2, form.get("client") ?? "");
    return toList(c);
  });

  return app;
}

/** The answer to somebody who is no administrator; null: welcome. */
async function keptOut(context: DataCenterContext, c: Context<DcWebEnv>): Promise<Response | null> {
  const { person } = c.get("visitor");
  if (person === null) return c.redirect(loginLocation(context, paths.links));
  if (administers(person)) return null;
  return problemPage(context, c, {
    status: 403,
    title: "Access denied",
    text: `Only administrators see application links. You are logged in as ${person.displayName}.`,
  });
}

const text = (form: URLSearchParams, name: string) => (form.get(name) ?? "").trim();

/** The public key is taken as it is: whether it is one shows at the first signature. */
function atlassianProblems({ world }: DataCenterContext, form: URLSearchParams): SentBack["problems"] {
  const [key, callbackUrl] = [text(form, "consumerKey"), text(form, "callbackUrl")];
  return {
    ...(key === "" ? { consumerKey: "A consumer key is needed." } : {}),
    ...(world.state.oauth1.consumers.has(key)
      ? { consumerKey: "There is a link with this key already." }
      : {}),
    ...(text(form, "consumerName") === "" ? { consumerName: "A consumer name is needed." } : {}),
    ...(text(form, "publicKey") === "" ? { publicKey: "A public key is needed." } : {}),
    ...(callbackUrl !== "" && !URL.canParse(callbackUrl)
      ? { callbackUrl: "This is not an absolute URL." }
      : {}),
  };
}

function saveAtlassian({ world }: DataCenterContext, form: URLSearchParams): void {
  addConsumer(world.state.oauth1, {
    key: text(form, "consumerKey"),
    name: text(form, "consumerName"),
    publicKey: form.get("publicKey") ?? "",
    callbackUrl: text(form, "callbackUrl"),
    threeLegged: true,
    twoLegged: form.has("twoLegged"),
    privateKey: null,
  });
}

function externalProblems(context: DataCenterContext, form: URLSearchParams): SentBack["problems"] {
  const redirect = redirectUrlProblem(text(form, "redirectUrl"), context);
  return {
    ...(text(form, "name") === "" ? { name: "A name is needed." } : {}),
    ...(redirect === null ? {} : { redirectUrl: redirect }),
  };
}

function saveExternal({ world }: DataCenterContext, form: URLSearchParams): void {
  const client = newClient({
    name: text(form, "name"),
    redirectUrls: [text(form, "redirectUrl")],
    scopes: [
      "PUBLIC_REPOS",
      ...tickedPermissions(form, linkScopes).filter((name) => name !== "PUBLIC_REPOS"),
    ],
  });
  world.state.oauth2.clients.set(client.clientId, client);
}

function askToDelete(context: DataCenterContext, c: Context<DcWebEnv>): Promise<Response> {
  const { oauth1, oauth2 } = context.world.state;
  const [key, clientId] = [c.req.query("consumer") ?? "", c.req.query("client") ?? ""];
  const name = oauth1.consumers.get(key)?.name ?? oauth2.clients.get(clientId)?.name;
  if (name === undefined)
    return problemPage(context, c, { status: 404, title: "Not found", text: "There is no such link." });
  const page = askingPage({
    title: `Delete the link ${name}?`,
    text: "Every token that people gave it stops working.",
    button: "Delete",
    post: pathTo(context, paths.deleteLink),
    back: pathTo(context, paths.links),
    fields: { ...(key === "" ? {} : { consumer: key }), ...(clientId === "" ? {} : { client: clientId }) },
    csrf: c.get("visitor").csrf,
  });
  return webPage(context, c, page);
}
