/** Owns where secrets are learnt from: what the worlds hold, and what a request brings along. */
import { isSecret, isSecretHeader, type Secrets } from "./mask.ts";

/** Members of the worlds whose text is a secret; ids, names and hashes beside them are not. */
const secretMembers: ReadonlySet<string> = new Set([
  "token",
  "secret",
  "clientSecret",
  "password",
  "code",
  "csrf",
  "verifier",
  "sessionHandle",
  "captcha",
]);

/** Maps whose keys are cookies or tokens. */
const secretKeys: ReadonlySet<string> = new Set([
  "sessions",
  "accessTokens",
  "refreshTokens",
  "codes",
  "httpTokens",
  "requestTokens",
]);

/** Members that hold none of a person's secrets and grow with all that happens. */
const withoutSecrets: ReadonlySet<string> = new Set(["invocations", "pullRequests", "nonces"]);

/** Every secret in a world, however deep. Getters are not asked: making a key pair takes a tenth of a second. */
export function learnFromWorld(world: object, secrets: Secrets): void {
  const seen = new Set<object>();
  const visit = (value: unknown, name: string): void => {
    if (typeof value === "string" && secretMembers.has(name)) secrets.learn(value);
    if (typeof value !== "object" || value === null || seen.has(value) || withoutSecrets.has(name)) return;
    seen.add(value);
    if (value instanceof Map && secretKeys.has(name))
      for (const key of value.keys()) if (typeof key === "string") secrets.learn(key);
    for (const [member, each] of partsOf(value)) visit(each, member);
  };
  visit(world, "");
}

/** What lies in a value, by the name of its member where it has one. */
function partsOf(value: object): readonly (readonly [string, unknown])[] {
  if (value instanceof Map || value instanceof Set || Array.isArray(value))
    return [...value.values()].map((each) => ["", each]);
  if (value instanceof Date || ArrayBuffer.isView(value)) return [];
  return Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, property]) =>
    "value" in property ? [[name, property.value]] : [],
  );
}

/** What a client sent where secrets belong, known to the emulator or not: a wrong password is somebody's right one elsewhere. */
export function learnFromRequest(request: Request, body: string, secrets: Secrets): void {
  const { searchParams } = new URL(request.url);
  for (const parameters of [searchParams, new URLSearchParams(body)])
    for (const [name, value] of parameters) if (isSecret(name, value)) secrets.learn(value);
  for (const [name, value] of request.headers)
    if (isSecretHeader(name)) learnFromHeader(name, value, secrets);
}

function learnFromHeader(name: string, value: string, secrets: Secrets): void {
  if (name === "cookie") {
    for (const pair of value.split(/; */)) secrets.learn(pair.slice(pair.indexOf("=") + 1));
    return;
  }
  const [, scheme = "", rest = value] = /^(\S+)\s+(.*)$/.exec(value) ?? [];
  if (scheme.toLowerCase() === "oauth") {
    for (const [, parameter = "", text = ""] of rest.matchAll(/(\w+)="([^"]*)"/g))
      if (isSecret(parameter, text)) secrets.learn(decoded(text));
    return;
  }
  secrets.learn(rest);
  if (scheme.toLowerCase() !== "basic") return;
  const pair = Buffer.from(rest, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon >= 0)
    for (const password of [pair.slice(colon + 1), decoded(pair.slice(colon + 1))]) secrets.learn(password);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
