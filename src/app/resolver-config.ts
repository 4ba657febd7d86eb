/** Owns what a configuration says of one resolver: its name or a function, and the options that mean something to it. */
import { z } from "zod";
import { canonicalEmail } from "../signin/email.ts";
import {
  type ResolverChoice,
  type ResolverName,
  resolverNames,
  resolverOptions,
} from "../signin/resolvers/choice.ts";
import type { OwnResolver } from "../signin/resolvers/own.ts";

/** As it is compared with what stands behind the `@`. */
const domain = z.string().transform((text, { addIssue }) => {
  const canonical = canonicalEmail(`a@${text.trim()}`)?.slice("a@".length);
  if (canonical !== undefined) return canonical;
  const message = `has ${JSON.stringify(text)}, which is no domain: write example.com, without @ and without a pattern`;
  addIssue({ code: "custom", message, input: text });
  return z.NEVER;
});

export const resolver = z
  .strictObject({
    resolver: z
      .custom<ResolverName | OwnResolver>(isResolver, { error: unknownResolver, abort: false })
      .describe("Its name, as in Backstage; in code a function of one's own too."),
    allowedDomains: z
      .array(domain)
      .min(1, "names no domain, so that nobody could sign in")
      .optional()
      .describe("An address of any other domain is a miss."),
    stripPlusTag: z.boolean().optional().describe("Where nobody has `john+mail@…`, `john@…` is looked for."),
    dangerouslyAllowSignInWithoutUserInCatalog: z
      .boolean()
      .optional()
      .describe("Dangerous: whoever has a Bitbucket account comes in, under a name made of their id."),
  })
  .superRefine(checkOptions);

function isResolver(value: unknown): boolean {
  return typeof value === "function" || (resolverNames as readonly unknown[]).includes(value); // widened, so that anything can be looked for
}

function checkOptions(choice: ResolverChoice, check: z.RefinementCtx): void {
  const { resolver: name, ...options } = choice;
  if (!isResolver(name)) return;
  const known: readonly string[] = typeof name === "function" ? [] : resolverOptions[name];
  for (const [option, value] of Object.entries(options))
    if (value !== undefined && !known.includes(option))
      check.addIssue({ code: "custom", path: [option], message: `means nothing to ${nameOf(name)}` });
  if (name === "emailLocalPartMatchingUserEntityName" && choice.allowedDomains === undefined)
    check.addIssue({
      code: "custom",
      path: ["allowedDomains"],
      message: "is missing: what stands before the @ proves nothing where anybody can bring a domain",
    });
}

/** Every resolver behind one that lets in whoever comes is never asked. */
export function checkOrder(choices: readonly ResolverChoice[], check: z.RefinementCtx): void {
  const at = choices.findIndex(({ resolver: name }) => name === "firstSignIn");
  if (at !== -1 && at < choices.length - 1)
    check.addIssue({
      code: "custom",
      path: [at, "resolver"],
      message: "is firstSignIn, which lets in whoever comes: what stands behind it is never asked",
    });
}

function nameOf(name: ResolverChoice["resolver"]): string {
  return typeof name === "function" ? "a function" : name;
}

function unknownResolver({ input }: { readonly input?: unknown }): string {
  const known = `known are ${resolverNames.slice(0, -1).join(", ")} and ${resolverNames.at(-1)}`;
  return `has ${JSON.stringify(input)}; ${known}`;
}
