/** Owns what a resolver of Backstage's can do: find a user of the catalog, and say as whom somebody is signed in. */
import { randomToken } from "../base/random.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { CatalogUser } from "../catalog/entity.ts";
import { type Entity, entityOf, readUserRef, writtenEntity } from "./entity.ts";
import { backstageErrors, ConflictError, NotFoundError } from "./errors.ts";
import {
  type AuthResolverCatalogUserQuery,
  answers,
  asksMore,
  type Choices,
  describe,
  type Question,
  readQuery,
  type Shortcut,
  shortcutOf,
} from "./query.ts";

/** What is asked of the catalog, as it is now. */
export type UserCatalog = Pick<Catalog, "find" | "findByEmail" | "user" | "users" | "ownership">;

/** As whom `issueToken` signs in. */
export interface TokenParams {
  /** As in a token of Backstage's. */
  claims: {
    /** `user:default/john`; it need not be in the catalog. */
    sub: string;
    /** What the user owns. It is the catalog's to say: left out, or exactly what the catalog says. */
    ent?: string[];
  };
}

/** Says as whom somebody is signed in. It is good for the sign-in it was issued in, and no JWT. */
export interface BackstageSignInResult {
  /** To be returned as it is. */
  token: string;
}

/** What a resolver can do beside looking at the person. */
export interface AuthResolverContext {
  /** Signs in as this reference, whether the catalog has it or not. Throws `backstage.claims_unusable`. */
  issueToken(params: TokenParams): Promise<BackstageSignInResult>;
  /** Throws {@link NotFoundError}, {@link ConflictError}, `backstage.query_unusable`. */
  findCatalogUser(query: AuthResolverCatalogUserQuery): Promise<{ entity: Entity }>;
  /** Both in one. Throws as `findCatalogUser` does. */
  signInWithCatalogUser(query: AuthResolverCatalogUserQuery): Promise<BackstageSignInResult>;
}

/** One resolver being asked. */
export interface Resolving {
  readonly context: AuthResolverContext;
  /** As whom, by what the resolver returned; null where it returned nothing. Throws `backstage.foreign_token`. */
  signedInAs(returned: unknown): string | null;
}

/** For one sign-in: what is issued in it counts in no other. */
export function beginResolving(catalog: UserCatalog): Resolving {
  const issued = new Map<string, string>();
  const issue = (ref: string): BackstageSignInResult => {
    const token = randomToken();
    issued.set(token, ref);
    return { token };
  };
  return {
    context: {
      issueToken: (params) => settled(() => issue(readClaims(catalog, params))),
      findCatalogUser: (query) =>
        settled(() => ({ entity: show(catalog, findUser(catalog, readQuery(query))) })),
      signInWithCatalogUser: (query) => settled(() => issue(findUser(catalog, readQuery(query)).ref)),
    },
    signedInAs(returned) {
      if (typeof returned !== "object" || returned === null) return null;
      const { token } = returned as { readonly token?: unknown }; // any object can be read by name
      if (token === undefined || token === null) return null;
      const ref = typeof token === "string" ? issued.get(token) : undefined;
      if (ref === undefined) throw backstageErrors.fail("backstage.foreign_token");
      return ref;
    },
  };
}

/** A resolver that forgets to wait for it must not end the process by what it throws. */
function settled<Value>(work: () => Value): Promise<Value> {
  const promise = (async () => work())();
  promise.catch(() => undefined);
  return promise;
}

/** A copy: what is done to it changes nothing in the catalog. */
function show(catalog: UserCatalog, user: CatalogUser): Entity {
  return structuredClone(entityOf(user, catalog.ownership(user.ref)));
}

function findUser(catalog: UserCatalog, question: Question): CatalogUser {
  const found = question.kind === "ref" ? [question.ref] : refsOf(catalog, question.choices);
  const [ref = "", another] = found;
  if (another !== undefined)
    throw new ConflictError(`Several users of the catalog fit: ${found.join(", ")}.`);
  const user = catalog.user(ref);
  if (user === undefined) throw new NotFoundError(`No user of the catalog is ${describe(question)}.`);
  return user;
}

/** No more than it takes to tell one from several. */
function refsOf(catalog: UserCatalog, choices: Choices): readonly string[] {
  const isWhole = asksMore(choices);
  const found = new Set<string>();
  for (const choice of choices)
    for (const user of candidates(catalog, shortcutOf(choice))) {
      const entity = isWhole ? entityOf(user, catalog.ownership(user.ref)) : writtenEntity(user);
      if (answers(entity, [choice])) found.add(user.ref);
      if (found.size > 1) return [...found];
    }
  return [...found];
}

/** Who may fit: by the catalog's own index where it has one, else everybody. */
function candidates(catalog: UserCatalog, shortcut: Shortcut | null): Iterable<CatalogUser> {
  if (shortcut === null) return catalog.users();
  const matches = shortcut.values.map((value) =>
    shortcut.kind === "email" ? catalog.findByEmail(value) : catalog.find(shortcut.name, value),
  );
  const refs = matches.flatMap((match) =>
    match.kind === "one" ? match.ref : match.kind === "several" ? match.refs : [],
  );
  return refs.flatMap((ref) => catalog.user(ref) ?? []);
}

/** What a session owns is asked of the catalog when it is needed, so that a claim of something else would be lost, or be too little. */
function readClaims(catalog: UserCatalog, params: unknown): string {
  const { claims } = Object(params) as { readonly claims?: unknown }; // any value can be read by name
  const { sub, ent } = Object(claims) as { readonly sub?: unknown; readonly ent?: unknown }; // the same
  // Kind and namespace have to be written: a bare name would be whoever is called so.
  const ref = typeof sub === "string" && /:.*\//.test(sub) ? readUserRef(sub) : null;
  if (ref === null) throw unusable("sub is no whole reference of a user");
  if (ent === undefined) return ref;
  const owned = catalog.ownership(ref);
  const claimed = new Set([ent].flat().map((each: unknown) => String(each).toLowerCase()));
  if (claimed.size !== owned.length || !owned.every((each) => claimed.has(each)))
    throw unusable(`ent is not what the catalog says: ${owned.join(", ")}`);
  return ref;
}

function unusable(detail: string): Error {
  return backstageErrors.fail("backstage.claims_unusable", { detail });
}
