/** Owns control of a Data Center's credentials over HTTP: links of both kinds, HTTP access tokens, and taking back what was granted. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import { json } from "../cloud/answers.ts";
import type { EmulatorContext } from "../core/context.ts";
import type { DataCenterContext } from "../data-center/context.ts";
import { addConsumer, deleteConsumer, revokeOAuth1 } from "../data-center/oauth1/issue.ts";
import { deleteClient, newClient, revokeOAuth2 } from "../data-center/oauth2/issue.ts";
import { redirectUrlProblem } from "../data-center/oauth2/redirect.ts";
import { linkScopes, tokenPermissions } from "../data-center/scopes.ts";
import type { HttpTokenOwner } from "../data-center/state.ts";
import { createHttpToken } from "../data-center/tokens/issue.ts";
import { hasOAuth2 } from "../data-center/version.ts";
import { findProject, findRepository, personByName } from "../data-center/world.ts";
import { type ControlEnv, withBody } from "./body.ts";

const clientSchema = z.strictObject({
  name: z.string().min(1).default("App"),
  redirectUrl: z.string().or(z.array(z.string()).min(1)),
  scopes: z.array(z.enum(linkScopes)).default(["PUBLIC_REPOS"]),
  clientId: z.string().min(1).optional(),
  clientSecret: z.string().min(1).optional(),
});

const consumerSchema = z.strictObject({
  key: z.string().min(1),
  name: z.string().min(1).default("App"),
  /** Taken as it is, a certificate or rubbish included. */
  publicKey: z.string(),
  callbackUrl: z.string().default(""),
  threeLegged: z.boolean().default(true),
  twoLegged: z.boolean().default(false),
});

const tokenSchema = z.strictObject({
  name: z.string().min(1).default("Token"),
  /** One of the three: a name, a project's key, `KEY/slug`. */
  person: z.string().optional(),
  project: z.string().optional(),
  repository: z.string().optional(),
  permissions: z.array(z.enum(tokenPermissions)).min(1),
  expiryDays: z.int().min(1).nullable().default(null),
});

const revokeSchema = z.strictObject({
  person: z.string(),
  /** Of one link; without either, all of them. */
  client: z.string().optional(),
  consumer: z.string().optional(),
});

/** Mounted under `/_emulator`: `/data-center/…` and `/server/…`. */
export function linkControl(emulator: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  const of = (c: Context<ControlEnv>) => {
    const product = c.req.param("product") === "server" ? "server" : "dataCenter";
    return emulator.dataCenters.find((each) => each.product === product);
  };
  const at = (path: string) => `/:product{data-center|server}/${path}` as const;
  const posted = <Body>(
    path: string,
    schema: z.ZodType<Body>,
    use: (context: DataCenterContext, body: Body) => Response,
  ) =>
    app.post(at(path), (c) => {
      const context = of(c);
      return context === undefined
        ? absent("server of this kind")
        : withBody(c, schema, (body) => use(context, body));
    });
  const deleted = (path: string, remove: (context: DataCenterContext, id: string) => boolean) =>
    app.delete(at(`${path}/:id`), (c) => {
      const context = of(c);
      const found = context !== undefined && remove(context, c.req.param("id") ?? "");
      return found ? new Response(null, { status: 204 }) : absent("one");
    });

  posted("clients", clientSchema, addClient);
  deleted("clients", ({ world }, id) => deleteClient(world.state.oauth2, id));
  posted("consumers", consumerSchema, ({ world }, given) => {
    const consumer = { ...given, privateKey: null };
    addConsumer(world.state.oauth1, consumer);
    return json(given, 201);
  });
  deleted("consumers", ({ world }, id) => deleteConsumer(world.state.oauth1, id));
  posted("tokens", tokenSchema, addToken);
  deleted("tokens", ({ world }, id) => {
    const token = [...world.state.httpTokens.values()].find((one) => one.id === id);
    return token !== undefined && world.state.httpTokens.delete(token.token);
  });
  posted("revoke", revokeSchema, revoke);
  return app;
}

function absent(what: string): Response {
  return json({ error: `There is no such ${what}.` }, 404);
}

function addClient(context: DataCenterContext, given: z.output<typeof clientSchema>): Response {
  const { world, version } = context;
  if (!hasOAuth2(version)) return json({ error: `Version ${version} has no OAuth 2.` }, 400);
  const { clientId, clientSecret, redirectUrl, ...rest } = given;
  const redirectUrls = [redirectUrl].flat();
  const problems = redirectUrls.flatMap((url) => redirectUrlProblem(url, context) ?? []);
  if (problems.length > 0) return json({ error: "The body is not as expected.", problems }, 400);
  const client = newClient({
    ...rest,
    redirectUrls,
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
  });
  world.state.oauth2.clients.set(client.clientId, client);
  return json(client, 201);
}

function addToken(context: DataCenterContext, given: z.output<typeof tokenSchema>): Response {
  const owner = ownerOf(context, given);
  if (owner === null) return json({ error: "There is no such person, project or repository." }, 400);
  const { name, permissions, expiryDays } = given;
  const { id, token } = createHttpToken(context, { name, owner, permissions, expiryDays });
  return json({ id, token, name, permissions }, 201);
}

function ownerOf(
  { world }: DataCenterContext,
  { person, project, repository }: z.output<typeof tokenSchema>,
): HttpTokenOwner | null {
  if (person !== undefined) {
    const personId = personByName(world, person)?.id;
    return personId === undefined ? null : { kind: "person", personId };
  }
  if (repository !== undefined) {
    const [key = "", slug = ""] = repository.split("/");
    const found = findRepository(world, key, slug);
    return found === undefined
      ? null
      : { kind: "repository", projectKey: found.projectKey, repositorySlug: found.slug };
  }
  const found = findProject(world, project ?? "");
  return found === undefined ? null : { kind: "project", projectKey: found.key };
}

function revoke({ world }: DataCenterContext, given: z.output<typeof revokeSchema>): Response {
  const { person: name, client, consumer } = given;
  const person = personByName(world, name);
  if (person === undefined) return absent("person");
  const { oauth1, oauth2 } = world.state;
  const ended =
    (client !== undefined && consumer === undefined ? 0 : revokeOAuth1(oauth1, person.id, consumer)) +
    (consumer !== undefined && client === undefined ? 0 : revokeOAuth2(oauth2, person.id, client));
  return json({ revoked: ended });
}
