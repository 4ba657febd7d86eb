/** Owns the place an attack happens at: the server under attack, the hostile Bitbuckets it trusts, and browsers. */
import { generateKeyPairSync } from "node:crypto";
import type { Browser } from "playwright-core";
import { startChromium } from "./chromium.ts";
import { createSupply, type Supply } from "./supply.ts";
import { ownRoutes, type Routes, routesOf, type Target, whoIs } from "./target.ts";
import type { Inside, PlainConfig, ServerUnderAttack } from "./under-attack.ts";
import { type HostileUpstream, openUpstream } from "./upstream.ts";
import { openVisitor, type Seen, type Visitor } from "./visitor.ts";

/**
 * The instances of our own server: `bitbucket` is Cloud at {@link Upstreams.main}, `twin` the same Cloud under another client,
 * `other` a second Cloud, `dc` and `dc2` Data Centers, `server` a Server with OAuth 1.0a.
 */
export type Upstreams = Readonly<Record<"main" | "other" | "dc" | "dc2" | "server", HostileUpstream>>;

/** What a case needs beside what every server is configured with; the keys of a configuration. */
export interface PlaceNeeds {
  config?(upstreams: Upstreams): PlainConfig;
}

export interface Place {
  readonly origin: string;
  /** Somebody else's server: known by its routes alone. */
  readonly isForeign: boolean;
  readonly routes: Routes;
  /** The instance every visitor uses unless told otherwise. */
  readonly instance: string;
  /** The Bitbucket of that instance. */
  readonly upstream: HostileUpstream;
  /** All of them. Somebody else's server knows only the first: cases that use the others are `inside`. */
  readonly upstreams: Upstreams;
  /** A browser with an empty jar. */
  visitor(): Visitor;
  /** Every answer of the server under attack to a visitor of this case. */
  readonly answers: readonly Seen[];
  /** Only of a server whose process is ours; throws for others. */
  readonly inside: Inside;
  /** Another process over the same database, with this beside what every server is configured with. Ends with the case. */
  beside(needs?: PlaceNeeds): Promise<Place>;
  /** A server of its own for this case, beside the one of the place. Ends with the case. */
  fresh(needs?: PlaceNeeds): Promise<Place>;
  /** Chromium, started once a run. */
  chromium(): Promise<Browser>;
}

/** Somebody else's server. */
export interface ForeignTarget {
  readonly origin: string;
  readonly login: string;
  readonly callback: string;
  readonly session: string;
  readonly instance?: string;
  readonly returnParameter?: string;
}

/** A place as whoever tries cases has it. */
export interface OpenPlace extends Place {
  /** What the server of this place has logged since it was opened; of somebody else's, nothing. */
  freshLog(): Promise<string>;
  /** Every value in the jars of its visitors. */
  cookieValues(): readonly string[];
  close(): Promise<void>;
}

export interface Arena {
  /**
   * A place for one case: upstreams as at first, no answers yet. Places that need the same have the same server, one after
   * the other. `close` ends what the case opened.
   */
  place(needs?: PlaceNeeds): Promise<OpenPlace>;
  readonly upstreams: Upstreams;
  close(): Promise<void>;
}

export interface ArenaOptions {
  readonly foreign?: ForeignTarget | undefined;
  /** Where the first hostile Bitbucket listens. */
  readonly upstreamPort?: number | undefined;
  /** Whether many servers will be needed, so that one process more is always at hand. */
  readonly isLong?: boolean | undefined;
}

/** Fixed, since a foreign server is configured with them by hand. */
export const mainClient = { id: "hostile-client", secret: "hostile-secret-4f1c9a7be2d8403c" };
const twinClient = { id: "twin-client", secret: "twin-secret-9b3d6c2e8a5f4710" };

export async function openArena(options: ArenaOptions = {}): Promise<Arena> {
  const upstreams = await openUpstreams(options.upstreamPort);
  const supply = createSupply(options.isLong ?? false);
  const shared = new Map<string, Promise<ServerUnderAttack>>();
  let browser: Promise<Browser> | undefined;
  const configOf = ({ config }: PlaceNeeds = {}) => merged(configFor(upstreams), config?.(upstreams) ?? {});
  const sharedFor = (needs?: PlaceNeeds) => {
    const config = configOf(needs);
    const key = JSON.stringify(config);
    const server = shared.get(key) ?? supply.start(config);
    shared.set(key, server);
    return server;
  };
  const chromium = () => {
    browser ??= startChromium();
    return browser;
  };

  return {
    upstreams,
    async place(needs) {
      for (const each of Object.values(upstreams)) each.reset();
      const opened: { close(): Promise<void> }[] = [];
      const parts: Parts = { upstreams, opened, answers: [], visitors: [], chromium, supply, configOf };
      const { foreign } = options;
      const place =
        foreign === undefined ? ownPlace(parts, await sharedFor(needs)) : foreignPlace(parts, foreign);
      return openPlace(place, parts);
    },
    async close() {
      await Promise.allSettled([
        ...[...shared.values()].map(async (server) => (await server).close()),
        supply.close(),
        browser?.then((each) => each.close()),
        ...Object.values(upstreams).map((each) => each.close()),
      ]);
    },
  };
}

async function openPlace(place: Place, { visitors, opened }: Parts): Promise<OpenPlace> {
  const logged = place.isForeign ? 0 : (await place.inside.log()).length;
  // Not spread: `inside` of a foreign place throws as soon as it is read.
  return Object.assign(place, {
    freshLog: async () => (place.isForeign ? "" : (await place.inside.log()).slice(logged)),
    cookieValues: () =>
      visitors.flatMap(({ cookies }) => [...cookies.values()].filter((value) => value.length >= 20)),
    close: async () => void (await Promise.allSettled(opened.map((each) => each.close()))),
  });
}

interface Parts {
  readonly upstreams: Upstreams;
  readonly visitors: Visitor[];
  readonly opened: { close(): Promise<void> }[];
  readonly answers: Seen[];
  chromium(): Promise<Browser>;
  readonly supply: Supply;
  configOf(needs?: PlaceNeeds): PlainConfig;
}

async function keep<Kept extends { close(): Promise<void> }>(
  opened: { close(): Promise<void> }[],
  begun: Promise<Kept>,
): Promise<Kept> {
  const kept = await begun;
  opened.push(kept);
  return kept;
}

function ownPlace(parts: Parts, server: ServerUnderAttack): Place {
  const { origin, inside } = server;
  const names = { routes: ownRoutes, instance: "bitbucket", returnParameter: "returnTo", whoIs };
  const bitbucket = parts.upstreams.main.origin;
  return {
    ...common(parts, { origin, isForeign: false, bitbucket, ...names }),
    isForeign: false,
    inside,
    beside: async (needs) => {
      const second = await keep(parts.opened, parts.supply.start(parts.configOf(needs), server));
      await second.inside.advance(await secondsBetween(second.inside, inside));
      return ownPlace(parts, second);
    },
    fresh: async (needs = {}) =>
      ownPlace(parts, await keep(parts.opened, parts.supply.start(parts.configOf(needs)))),
  };
}

/** How much later it is there: cases before this one may have moved the time of the server they share. */
async function secondsBetween(here: Inside, there: Inside): Promise<number> {
  const [now, then] = await Promise.all([here.now(), there.now()]);
  return (then.getTime() - now.getTime()) / 1000;
}

function foreignPlace(parts: Parts, foreign: ForeignTarget): Place {
  const { origin, instance = "bitbucket", returnParameter = "returnTo" } = foreign;
  const names = { routes: routesOf(foreign), instance, returnParameter, whoIs };
  const target = { origin, isForeign: true, bitbucket: parts.upstreams.main.origin, ...names };
  const notOurs = () => {
    throw new Error("this case looks inside the server: it is for our own alone");
  };
  return {
    ...common(parts, target),
    isForeign: true,
    get inside() {
      return notOurs();
    },
    beside: async () => notOurs(),
    fresh: async () => notOurs(),
  };
}

function common({ upstreams, answers, visitors, chromium }: Parts, target: Target) {
  const { origin, routes, instance } = target;
  return {
    origin,
    routes,
    instance,
    upstream: upstreams.main,
    upstreams,
    answers,
    chromium,
    visitor() {
      const visitor = openVisitor(target, (seen) => answers.push(seen));
      visitors.push(visitor);
      return visitor;
    },
  };
}

async function openUpstreams(port?: number): Promise<Upstreams> {
  const client = (name: string) => ({ id: `${name}-client`, secret: `${name}-secret-7c5e1f0a9d3b4862` });
  const [main, other, dc, dc2, server] = await Promise.all([
    openUpstream({ clients: [mainClient, twinClient], ...(port !== undefined && { port }) }),
    openUpstream({ clients: [client("other")] }),
    openUpstream({ clients: [client("dc")] }),
    openUpstream({ clients: [client("dc2")] }),
    openUpstream({ clients: [client("server")] }),
  ]);
  return { main, other, dc, dc2, server };
}

/** Of the Server's application link. */
const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

/** What the Server of the instance `server` knows the signatures of ours by. */
export const applicationLinkKey = publicKey;

/** What every server of ours under attack is configured with. */
function configFor({ main, other, dc, dc2, server }: Upstreams): { readonly instances: PlainConfig } {
  const consumerOf = ({ clients }: HostileUpstream, at = 0) => ({
    clientId: clients[at]?.id ?? "",
    clientSecret: clients[at]?.secret ?? "",
  });
  const cloud = (upstream: HostileUpstream, at = 0) => ({
    ...consumerOf(upstream, at),
    urls: cloudUrlsAt(upstream.origin),
  });
  const dataCenter = (upstream: HostileUpstream) => ({
    product: "data-center",
    baseUrl: upstream.origin,
    ...consumerOf(upstream),
  });
  return {
    instances: {
      bitbucket: cloud(main),
      twin: cloud(main, 1),
      other: cloud(other),
      dc: dataCenter(dc),
      dc2: dataCenter(dc2),
      server: { product: "server", baseUrl: server.origin, consumerKey: "server-client", privateKey },
    },
  };
}

/** The addresses of a Cloud that is at `origin`. */
export function cloudUrlsAt(origin: string) {
  return {
    authorize: `${origin}/site/oauth2/authorize`,
    token: `${origin}/site/oauth2/access_token`,
    api: `${origin}/2.0`,
    web: origin,
  };
}

/** `instances` beside each other, anything else replaced. */
function merged(base: { readonly instances: PlainConfig }, more: PlainConfig): PlainConfig {
  const { instances } = more as { instances?: PlainConfig }; // written by a case, as a configuration has it
  return { ...base, ...more, instances: { ...base.instances, ...instances } };
}
