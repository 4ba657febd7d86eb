/** Owns what a configuration says of signing in: the resolvers, the catalog they search, the address people come back to. */
import { z } from "zod";
import { type ResolverName, resolverNames } from "../signin/resolvers.ts";

const resolver = z.strictObject({
  resolver: z.string().refine(isResolver, { error: unknownResolver }),
});

const resolvers = z.strictObject({
  /** Tried in this order until one finds a user of the catalog. */
  resolvers: z.array(resolver).min(1, "names no resolver, so that nobody could sign in"),
});

/** At the root: for every instance of Bitbucket Cloud that says nothing of its own. Absent, whoever comes first is made a user. */
export const signIn = resolvers.optional();

/** Where the entities are: YAML files, relative to the configuration file. */
export const catalog = z
  .strictObject({
    locations: z
      .array(
        z.strictObject({
          type: z.literal("file", "must be file"),
          target: z.string().min(1, "is empty"),
        }),
      )
      .default([]),
  })
  .prefault({});

/** A resolver without a catalog finds nobody: an empty list of who may enter, which is a mistake. */
export function checkCatalog(
  config: {
    readonly signIn?: unknown;
    readonly instances: Readonly<Record<string, { readonly signIn?: unknown }>>;
    readonly catalog: z.output<typeof catalog>;
  },
  check: z.RefinementCtx,
): void {
  const asked = [config, ...Object.values(config.instances)].some(({ signIn }) => Boolean(signIn));
  if (!asked || config.catalog.locations.length > 0) return;
  check.addIssue({
    code: "custom",
    path: ["catalog", "locations"],
    message: "names no file, so that the sign-in resolvers could find nobody",
  });
}

const path = z
  .string()
  .regex(/^(\/(?!\.{1,2}(?=\/|$))[\w.~-]+)+$/, "must be a path such as /api/auth/bitbucket/handler/frame");

/** What each instance may say beside its credentials, whatever its product. */
export const instanceSignIn = {
  /** Its own resolvers, or `false`: nobody signs in with this Bitbucket. */
  signIn: z.union([z.literal(false), resolvers]).optional(),
  /** Where people come back to from Bitbucket, when it is not `/auth/{id}/callback`. */
  callbackPath: path.optional(),
};

/** Whether it is the name of a resolver that is built in. */
function isResolver(name: string): name is ResolverName {
  return (resolverNames as readonly string[]).includes(name); // widened, so that any text can be looked for
}

function unknownResolver({ input }: { readonly input?: unknown }): string {
  return `has ${JSON.stringify(input)}; known are ${resolverNames.join(" and ")}`;
}
