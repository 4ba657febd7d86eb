/** Owns the resolvers that are built in: each looks a profile up in the catalog in its own way. */
import type { Profile } from "../../bitbucket/profile/profile.ts";
import { type Annotation, annotations } from "../../catalog/annotations.ts";
import type { Catalog, Match } from "../../catalog/catalog.ts";
import { isEntityName } from "../../catalog/references.ts";
import { canonicalEmail } from "../email.ts";
import type { ResolverChoice, ResolverName } from "./choice.ts";
import { madeUpReference } from "./made-up-name.ts";
import type { Attempt, Outcome } from "./outcome.ts";

/** What is looked up, or why nothing is. */
type Search =
  | { readonly value: string; readonly find: (catalog: Catalog) => Match }
  | { readonly value: string | null; readonly miss: string };

interface Resolver {
  readonly lookedFor: string;
  /** One after the other, until one finds somebody. */
  searches(profile: Profile, choice: ResolverChoice): readonly Search[];
}

const resolvers = {
  usernameMatchingUserEntityAnnotation: byAnnotation(annotations.username, ({ username }) => username),
  userIdMatchingUserEntityAnnotation: byAnnotation(annotations.userId, ({ id }) => id),
  emailMatchingUserEntityProfileEmail: {
    lookedFor: "spec.profile.email",
    searches: (profile, choice) =>
      byEmail(profile, choice, (email) => ({
        value: email,
        find: (catalog) => catalog.findByEmail(email),
      })),
  },
  emailLocalPartMatchingUserEntityName: {
    lookedFor: "metadata.name",
    searches: (profile, choice) =>
      byEmail(profile, choice, (email) => {
        const value = email.slice(0, email.lastIndexOf("@"));
        return isEntityName(value)
          ? { value, find: (catalog) => findByName(catalog, value) }
          : { value, miss: "is no name of an entity" };
      }),
  },
} as const satisfies Readonly<Record<Exclude<ResolverName, "firstSignIn">, Resolver>>;

/** Asks one resolver of the configuration. */
export function askBuiltIn(
  name: ResolverName,
  choice: ResolverChoice,
  { profile, catalog }: { readonly profile: Profile; readonly catalog: Catalog },
): Outcome {
  if (name === "firstSignIn") {
    const attempt = { resolver: name, lookedFor: "nothing", value: null, outcome: "whoever comes is let in" };
    return { kind: "found", entityRef: null, attempts: [attempt] };
  }
  const { lookedFor, searches } = resolvers[name];
  const attempts: Attempt[] = [];
  const note = (value: string | null, outcome: string) =>
    attempts.push({ resolver: name, lookedFor, value, outcome });
  let isLookedFor = false;
  for (const search of searches(profile, choice)) {
    if ("miss" in search) {
      note(search.value, search.miss);
      continue;
    }
    isLookedFor = true;
    const match = search.find(catalog);
    note(search.value, tellMatch(match));
    if (match.kind === "one") return { kind: "found", entityRef: match.ref, attempts };
    if (match.kind === "several") return { kind: "several", attempts };
  }
  if (!isLookedFor || choice.dangerouslyAllowSignInWithoutUserInCatalog !== true)
    return { kind: "missed", attempts };
  return letInUnderMadeUpName(profile, catalog, { attempts, name });
}

function letInUnderMadeUpName(
  profile: Profile,
  catalog: Catalog,
  { attempts, name }: { readonly attempts: readonly Attempt[]; readonly name: string },
): Outcome {
  const ref = madeUpReference(profile);
  const isTaken = catalog.user(ref) !== undefined;
  const outcome = isTaken ? "a user of the catalog has that name" : "is let in under that name all the same";
  const all = [...attempts, { resolver: name, lookedFor: "a name of their own", value: ref, outcome }];
  return isTaken ? { kind: "several", attempts: all } : { kind: "found", entityRef: ref, attempts: all };
}

function byAnnotation(annotation: Annotation, read: (profile: Profile) => string | null): Resolver {
  return {
    lookedFor: annotation,
    searches(profile) {
      const value = read(profile);
      if (value === null) return [{ value, miss: "the profile has no such value" }];
      return [{ value, find: (catalog) => catalog.find(annotation, value) }];
    },
  };
}

/** Only by an address that Bitbucket has confirmed: any other is what somebody typed in. */
function byEmail(
  { email, emailStanding }: Profile,
  { allowedDomains, stripPlusTag }: ResolverChoice,
  search: (email: string) => Search,
): readonly Search[] {
  if (email === null) return [{ value: null, miss: "the profile has no address" }];
  if (emailStanding !== "confirmed") return [{ value: email, miss: "Bitbucket has not confirmed it" }];
  const address = canonicalEmail(email);
  if (address === null) return [{ value: email, miss: "it is no address that can be compared" }];
  const divide = address.lastIndexOf("@");
  const [local, domain] = [address.slice(0, divide), address.slice(divide + 1)];
  if (allowedDomains !== undefined && !allowedDomains.includes(domain))
    return [{ value: address, miss: "its domain is not allowed" }];
  const plus = local.indexOf("+");
  const isTagged = stripPlusTag === true && plus > 0;
  return [search(address), ...(isTagged ? [search(`${local.slice(0, plus)}@${domain}`)] : [])];
}

function findByName(catalog: Catalog, name: string): Match {
  const ref = `user:default/${name.toLowerCase()}`;
  return catalog.user(ref) === undefined ? { kind: "none", near: [] } : { kind: "one", ref };
}

function tellMatch(match: Match): string {
  if (match.kind === "one") return `is ${match.ref}`;
  if (match.kind === "several") return `several users have it: ${match.refs.join(", ")}`;
  return match.near.length === 0 ? "no user has it" : `no user has it, but one has ${match.near.join(", ")}`;
}
