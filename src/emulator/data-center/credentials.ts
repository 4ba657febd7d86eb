/** Owns where a Data Center's credentials meet the rest: their routes, their seed, and what the emulator tells of them. */
import { Hono } from "hono";
import type { DcEnv } from "./caller.ts";
import type { DataCenterContext } from "./context.ts";
import { addConsumer } from "./oauth1/issue.ts";
import { oauth1Routes } from "./oauth1/routes.ts";
import { seededConsumer } from "./oauth1/seeded-consumer.ts";
import { newClient } from "./oauth2/issue.ts";
import { oauth2Routes } from "./oauth2/routes.ts";
import type { HttpAccessToken, OAuth1Consumer } from "./state.ts";
import { captchaRoutes } from "./tokens/captcha.ts";
import { addHttpToken } from "./tokens/issue.ts";
import { accessTokenRoutes } from "./tokens/routes.ts";
import { website } from "./website/website.ts";
import { type DataCenterWorld, personById, personByName } from "./world.ts";

/** What the emulator tells of the links and tokens that are there. */
export interface DcCredentials {
  readonly clients: readonly {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly redirectUrl: string;
    readonly scopes: readonly string[];
  }[];
  readonly consumers: readonly {
    readonly key: string;
    readonly name: string;
    readonly publicKey: string;
    /** Only of the seeded one, so that a test can sign as it. */
    readonly privateKey: string | null;
    readonly callbackUrl: string;
  }[];
  /** The seeded ones. Whose: one of `person` (its name), `project` (its key) and `repository` (`KEY/slug`). */
  readonly tokens: readonly {
    readonly person?: string;
    readonly project?: string;
    readonly repository?: string;
    readonly token: string;
    readonly permissions: readonly string[];
  }[];
}

/** Everything that is not `/rest/api`: OAuth, tokens, login and settings pages. Paths are below the context path. */
export function credentialRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  for (const routes of [oauth1Routes, oauth2Routes, accessTokenRoutes, captchaRoutes])
    app.route("/", routes(context));
  app.route("/", website(context));
  return app;
}

/** Registers the links and tokens there are from the beginning. The first of `redirectUrls` is the app's callback. */
export async function seedCredentials(
  world: DataCenterWorld,
  seed: {
    readonly redirectUrls: readonly [string, ...string[]];
    readonly hasOAuth2: boolean;
    readonly now: Date;
  },
): Promise<void> {
  const { state } = world;
  if (seed.hasOAuth2) {
    const client = newClient({
      name: "Windlass (local)",
      redirectUrls: seed.redirectUrls,
      scopes: ["PUBLIC_REPOS", "REPO_READ"],
    });
    state.oauth2.clients.set(client.clientId, client);
  } else addConsumer(state.oauth1, seededConsumer(seed.redirectUrls[0]));
  const owner = personByName(world, "johndoe");
  if (owner === undefined) return;
  addHttpToken(state, {
    name: "Windlass (local)",
    owner: { kind: "person", personId: owner.id },
    permissions: ["REPO_READ", "PROJECT_READ"],
    expiryDays: null,
    prefix: "",
    now: seed.now,
    isSeeded: true,
  });
}

export function describeCredentials(world: DataCenterWorld): DcCredentials {
  const { oauth1, oauth2, httpTokens } = world.state;
  return {
    clients: [...oauth2.clients.values()].map(({ clientId, clientSecret, redirectUrls, scopes }) => ({
      clientId,
      clientSecret,
      redirectUrl: redirectUrls[0] ?? "",
      scopes,
    })),
    consumers: [...oauth1.consumers.values()].map(describeConsumer),
    tokens: [...httpTokens.values()]
      .filter(({ isSeeded }) => isSeeded)
      .map(({ owner, token, permissions }) => ({ ...ownerNames(world, owner), token, permissions })),
  };
}

/** Getters: the key pair of the seeded link is made only for who looks at it. */
function describeConsumer(consumer: OAuth1Consumer): DcCredentials["consumers"][number] {
  const { key, name, callbackUrl } = consumer;
  return {
    key,
    name,
    callbackUrl,
    get publicKey() {
      return consumer.publicKey;
    },
    get privateKey() {
      return consumer.privateKey;
    },
  };
}

function ownerNames(world: DataCenterWorld, owner: HttpAccessToken["owner"]) {
  if (owner.kind === "person") return { person: personById(world, owner.personId)?.name ?? "" };
  if (owner.kind === "project") return { project: owner.projectKey };
  return { repository: `${owner.projectKey}/${owner.repositorySlug}` };
}
