/** Owns what a resolver of Backstage's can do: find a user of the catalog, and say as whom somebody is signed in. */
import { randomToken } from "../base/random.ts";
import { type Entity, getDefaultOwnershipEntityRefs, readRef, stringifyEntityRef } from "./entity.ts";
import { backstageErrors, ConflictError, NotFoundError } from "./errors.ts";
import { type AuthResolverCatalogUserQuery, answers, type Question, readQuery } from "./query.ts";

/** The catalog's users, as they are now. */
export interface UserEntities {
  /** `ref` in lower case. */
  byRef(ref: string): Entity | undefined;
  all(): Iterable<Entity>;
}

/** As whom, and what they own. */
export interface Claims {
  /** `user:default/john` */
  readonly sub: string;
  readonly ent: readonly string[];
}

export interface TokenParams {
  claims: {
    /** `user:default/john`; it need not be in the catalog. */
    sub: string;
    /** What the user owns: references, their own and their groups'. */
    ent?: string[];
  };
}

/** Says as whom somebody is signed in. It is good for the sign-in it was issued in, and no JWT. */
export interface BackstageSignInResult {
  token: string;
}

export interface AuthResolverContext {
  /** Signs in as this reference, whether the catalog has it or not. Throws `backstage.claims_unusable`. */
  issueToken(params: TokenParams): Promise<BackstageSignInResult>;
  /** Throws {@link NotFoundError}, {@link ConflictError}, `backstage.query_unusable`. */
  findCatalogUser(query: AuthResolverCatalogUserQuery): Promise<{ entity: Entity }>;
  /** Both in one, with the groups the catalog names for that user. Throws as they do. */
  signInWithCatalogUser(query: AuthResolverCatalogUserQuery): Promise<BackstageSignInResult>;
}

export interface Resolving {
  readonly context: AuthResolverContext;
  /** As whom, by what the resolver returned; null where it returned nothing. Throws `backstage.foreign_token`. */
  claims(returned: unknown): Claims | null;
}

/** For one sign-in: what is issued in it counts in no other. */
export function beginResolving(users: UserEntities): Resolving {
  const issued = new Map<string, Claims>();
  const issue = (claims: Claims): BackstageSignInResult => {
    const token = randomToken();
    issued.set(token, claims);
    return { token };
  };
  return {
    context: {
      issueToken: (params) => settled(() => issue(readClaims(params))),
      findCatalogUser: (query) => settled(() => ({ entity: findUser(users, readQuery(query)) })),
      signInWithCatalogUser: (query) =>
        settled(() => {
          const entity = findUser(users, readQuery(query));
          return issue({ sub: stringifyEntityRef(entity), ent: getDefaultOwnershipEntityRefs(entity) });
        }),
    },
    claims(returned) {
      if (typeof returned !== "object" || returned === null) return null;
      const { token } = returned as { readonly token?: unknown }; // any object can be read by name
      if (token === undefined || token === null) return null;
      const claims = typeof token === "string" ? issued.get(token) : undefined;
      if (claims === undefined) throw backstageErrors.fail("backstage.foreign_token");
      return claims;
    },
  };
}

/** A resolver that forgets to wait for it must not end the process by what it throws. */
function settled<Value>(work: () => Value): Promise<Value> {
  const promise = (async () => work())();
  promise.catch(() => undefined);
  return promise;
}

function findUser(users: UserEntities, question: Question): Entity {
  const [entity, another] = question.kind === "ref" ? [users.byRef(question.ref)] : some(users, question);
  if (entity === undefined) throw new NotFoundError("No user of the catalog fits.");
  if (another !== undefined) throw new ConflictError("Several users of the catalog fit.");
  return structuredClone(entity);
}

/** No more than it takes to tell one from several. */
function some(users: UserEntities, question: Question): readonly Entity[] {
  const found: Entity[] = [];
  for (const entity of users.all()) {
    if (answers(entity, question)) found.push(entity);
    if (found.length > 1) break;
  }
  return found;
}

function readClaims(params: unknown): Claims {
  const { claims } = Object(params) as { readonly claims?: unknown }; // any value can be read by name
  const { sub, ent } = Object(claims) as { readonly sub?: unknown; readonly ent?: unknown }; // the same
  const ref = readWholeRef(sub);
  if (ref === null || !ref.startsWith("user:")) throw unusable("sub is no whole reference of a user");
  if (ent === undefined) return { sub: ref, ent: [ref] };
  if (!Array.isArray(ent)) throw unusable("ent is no list");
  const owned = ent.map(readWholeRef);
  if (owned.includes(null)) throw unusable("ent has something that is no whole reference");
  return { sub: ref, ent: owned.flatMap((each) => each ?? []) };
}

/** Kind and namespace have to be written: a bare name would be whoever is called so. */
function readWholeRef(value: unknown): string | null {
  return typeof value === "string" && /^[^:/]+:[^:/]+\/[^:/]+$/.test(value) ? readRef(value) : null;
}

function unusable(detail: string): Error {
  return backstageErrors.fail("backstage.claims_unusable", { detail });
}
