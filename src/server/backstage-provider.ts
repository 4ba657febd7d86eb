/** Owns `auth.providers.bitbucket` and `auth.providers.bitbucketServer` of Backstage: one instance of ours each. */
import type { ConfigProblem } from "../app/config.ts";
import type { BackstageDocument } from "./backstage-document.ts";
import { contradictions, type GivenSignIns } from "./backstage-given.ts";
import { readDuration } from "./duration.ts";

/** What becomes of one part of the file. */
export interface Reading {
  readonly document: BackstageDocument;
  readonly problems: ConfigProblem[];
  /** For the operator: what is in the file and not read. */
  readonly notices: string[];
  /** Where our paths stand in the file: the longest that fits counts. */
  readonly places: Map<string, string>;
  /** What code says of who signs in, in place of the file. */
  readonly given: GivenSignIns;
}

const everywhere = [
  "clientId",
  "clientSecret",
  "additionalScopes",
  "signIn",
  "callbackUrl",
  "sessionDuration",
];

/** Each provider with the instance it becomes, the keys it knows and the scope it always asks for. */
const providers = {
  bitbucket: { id: "bitbucket", product: "cloud", keys: everywhere, scope: "account" },
  bitbucketServer: {
    id: "bitbucket-server",
    product: "data-center",
    keys: ["host", ...everywhere],
    scope: "PUBLIC_REPOS",
  },
} as const;

type Provider = keyof typeof providers;

export const backstageProviders = Object.keys(providers) as readonly Provider[]; // `keys` of a literal are its keys

export interface Provided {
  readonly provider: Provider;
  readonly id: string;
  /** As it stands in our configuration, still to be checked. */
  readonly instance: Readonly<Record<string, unknown>>;
  readonly sessionSeconds: number | null;
}

/** Providers whose name begins with ours and that are none. */
export function unknownProviders(document: BackstageDocument): readonly ConfigProblem[] {
  const known: readonly string[] = backstageProviders;
  return document
    .keys(["auth", "providers"])
    .filter((name) => /^bitbucket/i.test(name) && !known.includes(name))
    .map((name) => ({
      path: `auth.providers.${name}`,
      problem: `is not a provider that is known here: ${known.join(" and ")} are`,
    }));
}

interface Place {
  readonly provider: Provider;
  /** `auth.environment` */
  readonly environment: string;
  /** The address people see. */
  readonly site: string;
}

/** The instance of a provider in one environment, or null when it has none for that. */
export function readProvider(reading: Reading, place: Place): Provided | null {
  const { document, problems, notices } = reading;
  const { provider, environment } = place;
  const { id, product, scope } = providers[provider];
  const environments = document.keys(["auth", "providers", provider]);
  problems.push(...misplacedKeys(document, place, environments));
  if (!environments.includes(environment)) {
    if (environments.length > 0) problems.push(...lacking(place, environments));
    return null;
  }
  const here = ["auth", "providers", provider, environment];
  const read = (key: string) => document.read([...here, key]);
  problems.push(...missing(document, here, provider === "bitbucket" ? credential : ["host", ...credential]));
  const scopes = readScopes(read("additionalScopes"));
  keepPlaces(reading, id, {
    at: (key) => [...here, key].join("."),
    listed: Array.isArray(read("additionalScopes")),
  });
  const given = reading.given.get(provider) ?? null;
  if (given !== null) problems.push(...contradictions(document, { ...place, id }, given));
  const signIn = given ?? readSignIn(read("signIn"));
  if (signIn === false) notices.push(`A resolver belongs at ${[...here, "signIn", "resolvers"].join(".")}.`);
  const instance = {
    product,
    ...(provider === "bitbucketServer" && { baseUrl: `https://${read("host") ?? "host"}` }),
    clientId: read("clientId"),
    clientSecret: read("clientSecret"),
    ...((provider === "bitbucket" || scopes.length > 0) && { scopes: [scope, ...scopes] }),
    signIn,
    callbackPath: readCallback(reading, place, read("callbackUrl")),
  };
  return { provider, id, instance, sessionSeconds: readSession(reading, here, read("sessionDuration")) };
}

const credential = ["clientId", "clientSecret"];

/** Backstage starts with no half of a credential, and neither do we. */
function missing(
  document: BackstageDocument,
  here: readonly string[],
  keys: readonly string[],
): readonly ConfigProblem[] {
  return keys
    .filter((key) => document.read([...here, key]) === undefined)
    .map((key) => [...here, key].join("."))
    .map((path) => ({ path, problem: document.missing(path) ?? "is missing" }));
}

/** Keys that a provider does not know, in any environment, and those that stand above all of them. */
function misplacedKeys(
  document: BackstageDocument,
  { provider, environment }: Place,
  environments: readonly string[],
): readonly ConfigProblem[] {
  const known: readonly string[] = providers[provider].keys;
  return environments.flatMap((name) => {
    const path = ["auth", "providers", provider, name];
    if (known.includes(name))
      return [{ path: path.join("."), problem: `belongs below an environment, such as ${environment}` }];
    const keys = name === environment ? document.keys(path) : document.written(path);
    return keys
      .filter((key) => !known.includes(key))
      .map((key) => ({ path: [...path, key].join("."), problem: "is not a key that is known here" }));
  });
}

function lacking(
  { provider, environment }: Place,
  environments: readonly string[],
): readonly ConfigProblem[] {
  const known: readonly string[] = providers[provider].keys;
  const others = environments.filter((name) => !known.includes(name));
  if (others.length === 0) return [];
  const there = others.length === 1 ? `there is only ${others[0]}` : `there are ${others.join(", ")}`;
  return [
    {
      path: `auth.providers.${provider}.${environment}`,
      problem: `is missing: auth.environment is ${environment}, ${there}`,
    },
  ];
}

/** A list, or text divided by spaces, bars or commas. */
function readScopes(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value)
    ? value
    : String(value)
        .split(/[\s|,]+/)
        .filter(Boolean);
}

/** Without a resolver Backstage signs nobody in; then nobody is signed in here either. */
function readSignIn(value: unknown): unknown {
  const { resolvers, ...others } = Object(value) as { resolvers?: unknown }; // any value has properties; the schema looks at the rest
  const none = resolvers === undefined || (Array.isArray(resolvers) && resolvers.length === 0);
  return none && Object.keys(others).length === 0 ? false : value;
}

/** The path people come back to, which has to lie on our own address. */
function readCallback(
  { problems }: Reading,
  { provider, environment, site }: Place,
  value: unknown,
): unknown {
  if (value === undefined) return `/api/auth/${provider}/handler/frame`;
  const url = typeof value === "string" ? URL.parse(value) : null;
  if (url !== null && url.origin === URL.parse(site)?.origin && url.href === url.origin + url.pathname)
    return url.pathname;
  const path = `auth.providers.${provider}.${environment}.callbackUrl`;
  problems.push({ path, problem: `must be a plain address that begins with ${site}/` });
  return undefined;
}

function readSession({ problems, places }: Reading, here: readonly string[], value: unknown): number | null {
  if (value === undefined) return null;
  const path = [...here, "sessionDuration"].join(".");
  const seconds = readDuration(value);
  if (seconds === null) problems.push({ path, problem: "is no duration, such as { days: 30 } or P30D" });
  else places.set("sessions.idleSeconds", path).set("sessions.absoluteSeconds", path);
  return seconds;
}

/** Which of our keys stands where in the file. The first scope is Backstage's own: the file's begin with the second. */
function keepPlaces(
  { places }: Reading,
  id: string,
  { at, listed }: { readonly at: (key: string) => string; readonly listed: boolean },
): void {
  const ours = `instances.${id}`;
  for (const key of credential) places.set(`${ours}.${key}`, at(key));
  places.set(`${ours}.signIn`, at("signIn")).set(`${ours}.callbackPath`, at("callbackUrl"));
  places.set(`${ours}.baseUrl`, at("host")).set(`${ours}.scopes`, at("additionalScopes"));
  for (let index = 1; index < 100; index += 1)
    places.set(`${ours}.scopes.${index}`, at("additionalScopes") + (listed ? `.${index - 1}` : ""));
}
