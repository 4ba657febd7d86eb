/** Owns a resolver of the operator's own: a function in code, what it is handed, and what becomes of what it returns. */
import type { Profile } from "../../bitbucket/profile/profile.ts";
import { annotationOf } from "../../catalog/annotations.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { CatalogUser } from "../../catalog/entity.ts";
import { settleUserReference } from "../../catalog/references.ts";
import type { Outcome } from "./outcome.ts";

/** Which user of the catalog; one of the three. A value that is missing is a mistake, never everybody. */
export type CatalogUserQuery =
  /** `user:default/john`, `default/john` or `john`. */
  | { readonly entityRef: string }
  /** Every one of them, letter by letter. */
  | { readonly annotations: Readonly<Record<string, string>> }
  | ((user: CatalogUser) => boolean);

declare const issued: unique symbol;

/** As whom somebody is signed in. Only the context of the same sign-in makes one. */
export interface SignedInAs {
  readonly entityRef: string;
  readonly [issued]: true;
}

/** What a resolver of one's own can ask. */
export interface OwnResolverContext {
  /** The catalog as it is now. */
  readonly catalog: Catalog;
  /** Null when nobody fits. Throws an error named `ConflictError` when several do. */
  findCatalogUser(query: CatalogUserQuery): CatalogUser | null;
  /** Both in one: null when nobody fits, so that the next resolver is asked. Throws as that does. */
  signInWithCatalogUser(query: CatalogUserQuery): SignedInAs | null;
  /** As this user, whether the catalog has them or not: two people must never be given the same. Throws for what is no reference of a user. */
  signInAs(entityRef: string): SignedInAs;
}

/**
 * Says as whom somebody is signed in; null or nothing asks the next resolver. One that throws, returns anything else or takes
 * longer than ten seconds signs nobody in; one that throws an error named `NotFoundError` refuses and is not called broken. The profile's e-mail proves nothing unless `emailStanding` is `confirmed`.
 */
export type OwnResolver = (
  profile: Profile,
  context: OwnResolverContext,
) => SignedInAs | null | undefined | Promise<SignedInAs | null | undefined>;

const patienceMilliseconds = 10_000;

const foreign = "it returned what neither signInWithCatalogUser nor signInAs gave it in this sign-in";

/** Asks a function; never throws. */
export async function askOwn(
  resolver: OwnResolver,
  { profile, catalog }: { readonly profile: Profile; readonly catalog: Catalog },
): Promise<Outcome> {
  const given = new WeakSet<object>();
  const attempt = (outcome: string) => [
    { resolver: nameOf(resolver), lookedFor: "what its code says", value: null, outcome },
  ];
  let returned: unknown;
  try {
    returned = await inTime(async () => resolver(profile, contextOf(catalog, given)));
  } catch (error) {
    return outcomeOf(error, attempt);
  }
  if (returned === null || returned === undefined)
    return { kind: "missed", attempts: attempt("it says nobody") };
  if (typeof returned !== "object" || !given.has(returned))
    return { kind: "failed", attempts: attempt(foreign) };
  const { entityRef } = returned as SignedInAs; // made below, in this sign-in
  return { kind: "found", entityRef, attempts: attempt(`is ${entityRef}`) };
}

/** By the names errors have in Backstage: nobody fits, or several do. Anything else is broken. Whatever was thrown, no other one is asked. */
function outcomeOf(error: unknown, attempt: (outcome: string) => Outcome["attempts"]): Outcome {
  const name = error instanceof Error ? error.name : undefined;
  const attempts = attempt(`it threw ${describe(error)}`);
  if (name === "NotFoundError") return { kind: "refused", attempts };
  return name === "ConflictError"
    ? { kind: "several", attempts }
    : { kind: "failed", attempts, cause: error };
}

/** Several users fit where one was asked for; by the name it has in Backstage. */
class SeveralFit extends Error {
  override readonly name = "ConflictError";
}

function contextOf(catalog: Catalog, given: WeakSet<object>): OwnResolverContext {
  const give = (entityRef: string): SignedInAs => {
    const result = Object.freeze({ entityRef }) as SignedInAs; // the brand is no value
    given.add(result);
    return result;
  };
  const findCatalogUser = (query: CatalogUserQuery) => findOne(catalog, query);
  return {
    catalog,
    findCatalogUser,
    signInWithCatalogUser(query) {
      const user = findCatalogUser(query);
      return user === null ? null : give(user.ref);
    },
    signInAs(entityRef) {
      const ref = settleUserReference(String(entityRef));
      if (ref === null) throw new TypeError(`${JSON.stringify(entityRef)} is no reference of a user`);
      return give(ref);
    },
  };
}

function findOne(catalog: Catalog, query: CatalogUserQuery): CatalogUser | null {
  if (typeof query === "object" && query !== null && "entityRef" in query) {
    const ref = typeof query.entityRef === "string" ? settleUserReference(query.entityRef) : null;
    if (ref === null) throw new TypeError("entityRef is no reference of a user");
    return catalog.user(ref) ?? null;
  }
  const fits = typeof query === "function" ? query : hasAll(query?.annotations);
  const found: CatalogUser[] = [];
  for (const user of catalog.users()) if (fits(user) === true) found.push(user);
  if (found.length > 1) throw new SeveralFit(`several users fit: ${found.map(({ ref }) => ref).join(", ")}`);
  return found[0] ?? null;
}

function hasAll(wanted: unknown): (user: CatalogUser) => boolean {
  const entries = Object.entries(Object(wanted) as Record<string, unknown>); // any value has entries
  if (entries.length === 0 || entries.some(([, value]) => typeof value !== "string" || value === ""))
    throw new TypeError(
      "a query names no user: give entityRef, annotations with their values, or a function",
    );
  return ({ annotations }) => entries.every(([name, value]) => annotationOf(annotations, name) === value);
}

async function inTime<Value>(work: () => Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it took longer than ten seconds")), patienceMilliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function nameOf(resolver: OwnResolver): string {
  return resolver.name === "" || resolver.name === "resolver" ? "function" : `function ${resolver.name}`;
}

/** What somebody else's code threw may be anything. */
function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  return text.replace(/\s+/g, " ").slice(0, 300);
}
