/** Owns who takes part in a pull request: from the caller to what is remembered, and from there to JSON. */
import type { EmulatorContext } from "../../core/context.ts";
import { stableUuid } from "../../core/entropy.ts";
import { findWorkspace, type Person, primaryAddress, type Repository } from "../../core/world.ts";
import { appUserObject } from "../accounts.ts";
import type { Actor } from "../caller.ts";
import { callerPermission, includes } from "../permissions/permission.ts";
import { embeddedUser } from "../repositories/shapes/account.ts";
import type { Account } from "./state.ts";

export function accountOf({ world }: EmulatorContext, actor: Actor): Account {
  if (actor.kind === "person") return { kind: "person", uuid: actor.person.uuid };
  if (actor.kind === "access_token") {
    const { id, name, reach } = actor.token;
    const appKind = `${reach.kind}_access_token`;
    return { kind: "app_user", uuid: stableUuid("access_token", id), name, appKind };
  }
  const name = world.oauth.consumers.get(actor.consumerKey)?.name ?? "";
  const uuid = stableUuid("app_user", actor.consumerKey);
  return { kind: "app_user", uuid, name, appKind: "oauth_consumer" };
}

/** As it stands in authors, reviewers and participants. */
export function accountObject(context: EmulatorContext, account: Account): object {
  if (account.kind === "app_user") {
    const { uuid, name, appKind } = account;
    return appUserObject(context.origins, { uuid, name, kind: appKind });
  }
  const person = personOf(context, account);
  return person === undefined
    ? { type: "user", uuid: `{${account.uuid}}` }
    : embeddedUser(context.origins, person);
}

export function accountName(context: EmulatorContext, account: Account): string {
  if (account.kind === "app_user") return account.name;
  return personOf(context, account)?.displayName ?? "";
}

/** Whom a merge commit names. */
export function signerOf(context: EmulatorContext, account: Account): { name: string; email: string } {
  const person = account.kind === "person" ? personOf(context, account) : undefined;
  const address = person === undefined ? null : primaryAddress(person);
  return { name: accountName(context, account), email: address ?? `${account.uuid}@bots.bitbucket.org` };
}

/** Whether somebody may be asked to review: only who may read the repository. */
export function mayReview(context: EmulatorContext, person: Person, repository: Repository): boolean {
  const caller = {
    kind: "person",
    person,
    scopes: [],
    credential: "oauth2",
    consumerKey: null,
    grantId: null,
  } as const;
  const isThere = findWorkspace(context.world, repository.workspaceSlug) !== undefined;
  return (
    isThere && (!repository.isPrivate || includes(callerPermission(context, caller, repository), "read"))
  );
}

function personOf({ world }: EmulatorContext, { uuid }: Account): Person | undefined {
  return world.people.find((person) => person.uuid === uuid);
}
