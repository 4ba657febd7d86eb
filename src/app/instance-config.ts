/** Owns what a configuration says of one Bitbucket, by its product, and which mistakes are made there. */
import { z } from "zod";
import { isWindlassError } from "../base/errors.ts";
import { isLoopback } from "../base/http/loopback.ts";
import { Secret } from "../base/secret.ts";
import type { Product } from "../bitbucket/instance.ts";
import { isScope, suggestScope } from "../bitbucket/scopes/suggest.ts";
import { readPrivateKey } from "./private-key.ts";
import { instanceSignIn } from "./signin-config.ts";

/** Text that is never printed. */
export const secret = z
  .union([z.string().min(1, "is empty"), z.instanceof(Secret)], { error: notText })
  .transform((value) => (value instanceof Secret ? value : new Secret(value)));

const text = z.string({ error: notText }).min(1, "is empty");

/** Without the slash at its end. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: notHttp })
  .refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), "must not have a user name or password")
  .transform((url) => url.replace(/\/+$/, ""));

const safe = "must be https (http is accepted for localhost and other loopback addresses only)";

/** One that our credentials are sent to. */
const upstreamUrl = httpUrl.refine((url) => !/[?#]/.test(url), "must not have a query").refine(isSafe, safe);

const productIs =
  "Which Bitbucket this is: `cloud` unless told, `data-center` (OAuth 2, from 7.20 on) or `server` (OAuth 1.0a).";
const scopesAre = "What people are asked to grant: a list, or text divided by spaces or commas.";

const cloud = z.strictObject({
  product: z.literal("cloud").describe(productIs),
  clientId: text.describe("Key of the OAuth consumer."),
  clientSecret: secret.describe("Secret of the OAuth consumer."),
  scopes: scopesOf("cloud", "Bitbucket Cloud such as account or repository:write")
    .default(["account", "email"])
    .describe(scopesAre),
  sharesConsumer: z
    .boolean()
    .default(false)
    .describe(
      "Lets whoever signs in read what the consumer's own workspace holds. Dangerous where not everybody may.",
    ),
  urls: z
    .strictObject({
      authorize: upstreamUrl.describe(
        "Where people are asked, such as `https://bitbucket.org/site/oauth2/authorize`.",
      ),
      token: upstreamUrl.describe(
        "Where codes are exchanged, such as `https://bitbucket.org/site/oauth2/access_token`.",
      ),
      api: upstreamUrl.describe("The REST API, such as `https://api.bitbucket.org/2.0`."),
      web: upstreamUrl.describe("The pages, such as `https://bitbucket.org`."),
    })
    .partial()
    .default({})
    .describe("Where this Bitbucket is, such as a local one's addresses. Default: bitbucket.org."),
  ...instanceSignIn,
});

const selfHosted = {
  baseUrl: upstreamUrl.describe("With its context path, such as `https://example.com/bitbucket`."),
  ca: z
    .string({ error: notText })
    .includes("-----BEGIN CERTIFICATE-----", { error: "is no certificate in PEM" })
    .nullish()
    .describe("Certificates in PEM to be trusted beside the well-known ones."),
};

const halves = ["clientId", "clientSecret"] as const;

const dataCenter = z
  .strictObject({
    product: z.literal("data-center").describe(productIs),
    ...selfHosted,
    clientId: text
      .optional()
      .describe("Of the incoming link; leave both halves out where people only bring HTTP access tokens."),
    clientSecret: secret.optional().describe("Of the incoming link."),
    scopes: scopesOf("data-center", "Bitbucket Data Center such as PUBLIC_REPOS or REPO_READ")
      .default(["PUBLIC_REPOS"])
      .describe(scopesAre),
    ...instanceSignIn,
  })
  .refine(hasNoLone("clientId"), { path: ["clientSecret"], error: "is missing", when: isAnObject })
  .refine(hasNoLone("clientSecret"), { path: ["clientId"], error: "is missing", when: isAnObject });

const server = z.strictObject({
  product: z.literal("server").describe(productIs),
  ...selfHosted,
  consumerKey: text.describe("Of the application link's incoming authentication."),
  privateKey: secret
    .transform((value, { addIssue }) => {
      try {
        return readPrivateKey(value.reveal()).pkcs8;
      } catch (error) {
        if (!isWindlassError(error)) throw error;
        addIssue({ code: "custom", message: `${error.message} ${error.cure}`, input: undefined });
        return z.NEVER;
      }
    })
    .describe("Of the application link: RSA in PEM, PKCS#1 or PKCS#8."),
  ...instanceSignIn,
});

/** One Bitbucket: Cloud where no product is named. */
export const instance = z.preprocess(
  (value) => (isObject(value) && value.product === undefined ? { ...value, product: "cloud" } : value),
  z.discriminatedUnion("product", [cloud, dataCenter, server]),
);

/** A list, or text divided by spaces or commas; each has to be one of that product's. */
function scopesOf(product: Product, examples: string) {
  const unknownScope = ({ input }: { readonly input?: unknown }) => {
    const meant = suggestScope(String(input), product);
    return meant === null
      ? `has ${JSON.stringify(input)}, which is no scope of ${examples}`
      : `has ${JSON.stringify(input)}: Bitbucket calls it \`${meant}\``;
  };
  return z
    .union([z.string().transform((all) => all.split(/[\s,]+/).filter(Boolean)), z.array(z.string())])
    .pipe(
      z
        .array(z.string().refine((name) => isScope(name, product), { error: unknownScope }))
        .min(1, "names no scope"),
    );
}

type Half = (typeof halves)[number];

/** Whether the other half of the credential is there where this one is. Asked beside other mistakes too. */
function hasNoLone(half: Half): (value: Partial<Record<Half, unknown>>) => boolean {
  return (value) => value[half] === undefined || halves.every((each) => value[each] !== undefined);
}

function isAnObject({ value }: { readonly value: unknown }): boolean {
  return isObject(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** What stands where text belongs: most often a file that is named without the dollar sign. Never the value itself. */
function notText({ input }: { readonly input?: unknown }): string {
  if (input === undefined || input === null) return "is missing";
  const key = isObject(input) ? Object.keys(input).find((name) => ["file", "env"].includes(name)) : undefined;
  if (key !== undefined) return `is not text: write $${key} in place of ${key}, as in { $${key}: … }`;
  return isObject(input) ? "is not text" : "is not text: put it in quotation marks";
}

function notHttp({ input }: { readonly input?: unknown }): string {
  return input === undefined || input === null ? "is missing" : "is not an http or https address";
}

/** https anywhere; http only where nobody else can listen in. */
export function isSafe(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || isLoopback(hostname);
}
