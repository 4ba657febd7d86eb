/** Owns what can be configured of a resolver: which one, and its options. */
import type { OwnResolver } from "./own.ts";

/** By the names they have in Backstage, and one of ours. @see "Sign-in Identities and Resolvers" of Backstage */
export const resolverNames = [
  "usernameMatchingUserEntityAnnotation",
  "userIdMatchingUserEntityAnnotation",
  "emailMatchingUserEntityProfileEmail",
  "emailLocalPartMatchingUserEntityName",
  "firstSignIn",
] as const;

export type ResolverName = (typeof resolverNames)[number];

export interface ResolverChoice {
  /** A name, or a function of one's own. */
  readonly resolver: ResolverName | OwnResolver;
  /** Domains in lower case; an address of another one is a miss. Absent: every domain. */
  readonly allowedDomains?: readonly string[] | undefined;
  /** Whether `john+mail@…`, where nobody has that, is looked for as `john@…`. */
  readonly stripPlusTag?: boolean | undefined;
  /** Whether somebody whom the catalog does not have comes in under a name made of their id. */
  readonly dangerouslyAllowSignInWithoutUserInCatalog?: boolean | undefined;
}

/** Which options mean something to which resolver. */
export const resolverOptions = {
  usernameMatchingUserEntityAnnotation: ["dangerouslyAllowSignInWithoutUserInCatalog"],
  userIdMatchingUserEntityAnnotation: ["dangerouslyAllowSignInWithoutUserInCatalog"],
  emailMatchingUserEntityProfileEmail: [
    "allowedDomains",
    "stripPlusTag",
    "dangerouslyAllowSignInWithoutUserInCatalog",
  ],
  emailLocalPartMatchingUserEntityName: [
    "allowedDomains",
    "stripPlusTag",
    "dangerouslyAllowSignInWithoutUserInCatalog",
  ],
  firstSignIn: [],
} as const satisfies Readonly<Record<ResolverName, readonly (keyof ResolverChoice)[]>>;

/** Whether it lets in people whom the catalog does not have. */
export function admitsStrangers(choice: ResolverChoice): boolean {
  return choice.resolver === "firstSignIn" || choice.dangerouslyAllowSignInWithoutUserInCatalog === true;
}

/** Whether it finds nobody without a catalog. What a function does is its own affair. */
export function needsCatalog({ resolver }: ResolverChoice): boolean {
  return typeof resolver !== "function" && resolver !== "firstSignIn";
}
