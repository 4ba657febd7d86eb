/** Owns finding out whom a credential stands for at Data Center and Server, which have no resource that says so. */
import { isWindlassError } from "../../base/errors.ts";
import { bitbucketErrors } from "../errors.ts";
import { quoteForeign } from "../foreign-text.ts";
import { asObject, asText, at, type JsonObject } from "../json.ts";
import { type Api, segment } from "./client.ts";
import { allStartValues } from "./data-center-paging.ts";
import { readNumber } from "./data-center-readers.ts";

/** Whom a credential stands for. */
export interface Caller {
  /** What the person logs in with, or how Bitbucket calls the token. */
  readonly name: string;
  /** As answered; null when no user has that name: a project's or repository's token. */
  readonly user: JsonObject | null;
  /** Whether the name is that of a project's or repository's token. */
  readonly isToken: boolean;
}

/** Bitbucket leaves `avatarUrl` out unless it is asked for a size, in pixels. */
const avatarSize = 96;

/**
 * The name comes with the answer to a public resource, so its absence says that nobody is signed in; the user is looked up by it.
 * Throws `bitbucket.unauthorized` when Bitbucket knows nobody, and what the calls throw.
 * @see GET /application-properties, GET /users/{userSlug}, GET /users
 */
export async function currentCaller(api: Api): Promise<Caller> {
  const { headers } = await api.answer("/application-properties");
  const sign = headers.get("x-ausername")?.trim() ?? "";
  if (sign === "") {
    const message = "Bitbucket answers as if nobody were signed in: it does not accept this credential.";
    throw bitbucketErrors.fail("bitbucket.unauthorized", { message, data: { status: 200, said: null } });
  }
  const name = decodeName(sign);
  if (tokenUser.test(name)) return { name, user: null, isToken: true };
  const user = await findUser(api, { name, id: headers.get("x-auserid") });
  return { name, user, isToken: false };
}

/** How Bitbucket names the caller of a project's or repository's token, which no look-up finds. */
const tokenUser = /^access-token-user\//;

/** As Java's URLEncoder writes it: `+` is a space (application/x-www-form-urlencoded). */
function decodeName(sign: string): string {
  try {
    return decodeURIComponent(sign.replaceAll("+", " "));
  } catch {
    return sign;
  }
}

interface Wanted {
  readonly name: string;
  /** The number that came with the name; null when none came. */
  readonly id: string | null;
}

/** By the slug the name most likely has, else among all whose name, display name or address contain it. */
async function findUser(api: Api, wanted: Wanted): Promise<JsonObject | null> {
  const guessed = await userBySlug(api, likelySlug(wanted.name));
  if (guessed !== null && isWanted(guessed, wanted)) return guessed;
  for await (const value of allStartValues(api, "/users", { filter: wanted.name, avatarSize })) {
    const user = asObject(value);
    if (user !== null && isWanted(user, wanted)) return user;
  }
  return null;
}

async function userBySlug(api: Api, slug: string | null): Promise<JsonObject | null> {
  if (slug === null) return null;
  try {
    return asObject(await api.get(`/users/${segment(slug)}`, { avatarSize }));
  } catch (error) {
    if (isWindlassError(error, "bitbucket.not_found")) return null;
    throw error;
  }
}

/** In lower case, with odd characters replaced, as `john.doe@example.com` is found at `john.doe_example.com`. */
function likelySlug(name: string): string | null {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9._-]/g, "_");
  return slug === "." || slug === ".." ? null : slug;
}

/** Near misses come as well, and first. Names are one whatever their case; the number settles what a name leaves open. */
function isWanted(user: JsonObject, { name, id }: Wanted): boolean {
  const sameName = asText(user.name)?.toLowerCase() === name.toLowerCase();
  return sameName && (id === null || String(readNumber(user.id)) === id.trim());
}

/** How a user is named to people. */
export function nameOfUser(user: JsonObject): string | null {
  return asText(user.displayName) ?? asText(user.name);
}

/** The number that stays through renames, as text; null when there is none. */
export function subjectOfUser(user: JsonObject): string | null {
  const id = readNumber(at(user, "id"));
  return id === null ? null : String(id);
}

/** A person's account, as against one of a service. */
export function isPersons(user: JsonObject): boolean {
  return user.type === undefined || user.type === "NORMAL";
}

/** What a caller without a user is called. */
export function quoteCaller({ name }: Pick<Caller, "name">): string {
  return quoteForeign(name);
}
