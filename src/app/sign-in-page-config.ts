/** Owns what a configuration says of the sign-in page: the ways in beside Bitbucket. What lies behind them is not ours. */
import { z } from "zod";
import { isSafe } from "./instance-config.ts";

const wayId = /^[a-z][a-z0-9-]{0,31}$/;

/** A path of this origin, or an address that nobody on the way can change. */
const href = z
  .string()
  .max(2000)
  .refine(
    (text) => isOwnPath(text) || isAddress(text),
    "must be a path such as /oauth/gitlab, or an https:// address (http is accepted for localhost only)",
  );

/** A browser reads a backslash as a slash, and drops tabs and line ends: `/\evil` is another host. */
function isOwnPath(text: string): boolean {
  return /^\/(?!\/)[\x21-\x7e]*$/.test(text) && !text.includes("\\");
}

function isAddress(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && isSafe(text);
}

const title = z.string().trim().min(1).max(60);
const taken = ["guest"];

export const signInPageWays = z
  .strictObject({
    ways: z
      .array(
        z.strictObject({
          id: z
            .string()
            .regex(wayId, "must be lower case letters, digits and dashes")
            .describe("A name of your own."),
          title: title.describe("What stands on it."),
          href: href.describe("A path of this server's address, or an https address."),
        }),
      )
      .max(12)
      .default([])
      .superRefine((ways, check) => {
        ways.forEach(({ id }, at) => {
          const isTwice = ways.findIndex((way) => way.id === id) !== at;
          if (isTwice || taken.includes(id))
            check.addIssue({ code: "custom", path: [at, "id"], message: "is taken: each way needs its own" });
        });
      })
      .describe("Links beside the Bitbuckets, in this order. What lies behind them is yours."),
    guest: z
      .strictObject({
        title: title.default("Go on as a guest").describe("What stands on it."),
        href: href.describe("A path of this server's address, or an https address."),
      })
      .optional()
      .describe(
        "A link on without signing in: whoever follows it has no session here. Nobody is offered one unless it is there.",
      ),
  })
  .prefault({})
  .describe("What the sign-in page offers beside Bitbucket.");
