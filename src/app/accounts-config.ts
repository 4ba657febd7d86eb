/** Owns what a configuration says of people with several Bitbucket accounts. */
import { z } from "zod";

export const accounts = z
  .strictObject({
    linkByConfirmedEmail: z
      .boolean()
      .default(false)
      .describe(
        "Whether somebody new becomes the user with the same e-mail, where Bitbucket Cloud has confirmed it for both. Dangerous: whoever gets hold of an address, or is given one that somebody left, gets the account.",
      ),
  })
  .prefault({})
  .describe("What becomes of people with several Bitbucket accounts.");

/** What an operator should know at start. */
export function accountNotices({
  accounts: { linkByConfirmedEmail },
}: {
  readonly accounts: z.output<typeof accounts>;
}): readonly string[] {
  return linkByConfirmedEmail
    ? [
        "Accounts are linked by a confirmed e-mail (accounts.linkByConfirmedEmail): whoever is given an address that somebody left is given their account.",
      ]
    : [];
}
