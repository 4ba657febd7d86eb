/** Owns the wiring of people: how they sign in, and with which Bitbucket accounts. */
import { type AccountParts, createAccounts } from "../signin/accounts.ts";
import { createSignin, type SigninParts } from "../signin/signin.ts";
import type { Config } from "./config.ts";

export function openPeople(config: Config, parts: AccountParts & SigninParts) {
  const joinsByEmail = config.accounts.linkByConfirmedEmail;
  return {
    signin: createSignin({ ...parts, joinsByEmail }),
    /** A person's Bitbucket accounts. */
    accounts: createAccounts(parts),
  };
}
