/** Owns what the emulator tells of its consumers and people. */
import type { Rules } from "./core/rules.ts";
import { findWorkspace, type Person, type World, workspacesOf } from "./core/world.ts";
import { describeApiTokens, type EmulatorApiToken } from "./described-tokens.ts";

/** An OAuth consumer there is. */
export interface EmulatorConsumer {
  readonly name: string;
  readonly workspace: string;
  readonly key: string;
  readonly secret: string;
  readonly callbackUrl: string;
  readonly isPrivate: boolean;
  readonly scopes: readonly string[];
}

/** A person there is. */
export interface EmulatorPerson {
  readonly uuid: string;
  readonly accountId: string;
  readonly username: string | null;
  readonly nickname: string;
  readonly displayName: string;
  readonly emails: Person["emails"];
  readonly workspaces: readonly string[];
  /** Empty unless the rule for app passwords is on. */
  readonly appPasswords: readonly string[];
  /** The seeded ones. */
  readonly apiTokens: readonly EmulatorApiToken[];
}

export function describeConsumers(world: World): readonly EmulatorConsumer[] {
  return [...world.oauth.consumers.values()].map(
    ({ workspaceUuid, name, key, secret, callbackUrl, isPrivate, scopes }) => ({
      name,
      workspace: findWorkspace(world, `{${workspaceUuid}}`)?.slug ?? "",
      key,
      secret,
      callbackUrl,
      isPrivate,
      scopes,
    }),
  );
}

export function describePerson(world: World, rules: Rules, person: Person): EmulatorPerson {
  const { uuid, accountId, username, nickname, displayName, emails, appPasswords } = person;
  const seeded = appPasswords.filter(({ isSeeded }) => isSeeded);
  return {
    uuid,
    accountId,
    username,
    nickname,
    displayName,
    emails,
    workspaces: workspacesOf(world, uuid).map(({ slug }) => slug),
    appPasswords: rules.appPasswords ? seeded.map(({ password }) => password) : [],
    apiTokens: describeApiTokens(person),
  };
}
