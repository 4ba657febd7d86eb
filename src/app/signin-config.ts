/** Owns what a configuration says of signing in: the resolvers, the catalog they search, the address people come back to. */
import { z } from "zod";
import type { Product } from "../bitbucket/instance.ts";
import { needsCatalog, type ResolverChoice } from "../signin/resolvers/choice.ts";
import { recheck } from "./recheck-config.ts";
import { checkOrder, resolver } from "./resolver-config.ts";
import { placeProblem, readRule, rules } from "./rules-config.ts";

const resolvers = z
  .strictObject({
    resolvers: z
      .array(resolver)
      .min(1, "names no resolver, so that nobody could sign in")
      .superRefine(checkOrder)
      .optional()
      .describe("Tried in this order until one finds a user of the catalog."),
    rules: rules
      .optional()
      .describe("Who may come in: whoever meets one of them. The roles of all that are met are theirs."),
    recheck: recheck
      .optional()
      .describe("How often the rules are asked again while somebody is signed in; `false`: never."),
  })
  .refine((value) => value.resolvers !== undefined || value.rules !== undefined, {
    error: "says neither resolvers nor rules, so that nobody could sign in",
  });

/** At the root: for every instance of Bitbucket Cloud that says nothing of its own. Absent, whoever comes first is made a user. */
export const signIn = resolvers
  .optional()
  .describe(
    "Who may sign in at every instance of Bitbucket Cloud that says nothing of its own. Absent, whoever comes first is made a user.",
  );

interface Checked {
  readonly signIn?: unknown;
  readonly instances: Readonly<
    Record<
      string,
      { readonly product: Product; readonly signIn?: unknown; readonly callbackPath?: string | undefined }
    >
  >;
  readonly catalog: { readonly locations: readonly unknown[] };
}

/** What only the whole configuration can say. */
export function checkSignIn(config: Checked, check: z.RefinementCtx): void {
  const complain = (path: string[], message: string) => check.addIssue({ code: "custom", path, message });
  // A resolver without a catalog finds nobody: an empty list of who may enter.
  const asked = [config, ...Object.values(config.instances)].some(({ signIn }) => asksCatalog(signIn));
  if (asked && config.catalog.locations.length === 0)
    complain(["catalog", "locations"], "names no place, so that the sign-in resolvers could find nobody");
  checkRules(config, complain);
  const owners = new Map<string, string>();
  for (const [id, { callbackPath }] of Object.entries(config.instances)) {
    const owner = callbackPath === undefined ? undefined : owners.get(callbackPath);
    if (owner !== undefined) complain(["instances", id, "callbackPath"], `is that of ${owner} already`);
    if (callbackPath !== undefined) owners.set(callbackPath, id);
  }
}

function asksCatalog(signIn: unknown): boolean {
  const { resolvers: own } = Object(signIn) as { readonly resolvers?: readonly ResolverChoice[] }; // checked by the schema before
  return own?.some(needsCatalog) === true;
}

/** Each place has to be one of the product it is asked at; the root's rules are asked at Cloud. */
function checkRules(
  { signIn, instances }: Checked,
  complain: (path: string[], message: string) => void,
): void {
  const all = [
    { path: ["signIn"], signIn, product: "cloud" as Product },
    ...Object.entries(instances).map(([id, instance]) => ({
      path: ["instances", id, "signIn"],
      signIn: instance.signIn,
      product: instance.product,
    })),
  ];
  for (const { path, signIn: said, product } of all) {
    const own = typeof said === "object" && said !== null && "rules" in said ? said.rules : undefined;
    // Checked by the schema before.
    for (const [at, each] of ((own ?? []) as z.output<typeof rules>).entries()) {
      const problem = placeProblem(readRule(each), product);
      if (problem !== null) complain([...path, "rules", String(at), problem.key], problem.message);
    }
  }
}

/** Below the paths that sign in and out, so that no page of ours is hidden by it. */
const callbackPath = z
  .string()
  .regex(
    /^\/(api\/)?auth(\/(?!\.{1,2}(\/|$))[\w.~-]+){2,}$/,
    "must be a path such as /api/auth/bitbucket/handler/frame",
  );

/** What each instance may say beside its credentials, whatever its product. */
export const instanceSignIn = {
  signIn: z
    .union([z.literal(false), resolvers])
    .optional()
    .describe("Its own resolvers and rules, or `false`: nobody signs in with this Bitbucket."),
  callbackPath: callbackPath
    .optional()
    .describe(
      "Where people come back to from Bitbucket, when it is not `/auth/NAME/callback`: below `/auth` or `/api/auth`.",
    ),
};
