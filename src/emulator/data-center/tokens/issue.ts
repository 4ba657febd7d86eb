/** Owns the making and ending of HTTP access tokens. */
import { randomBytes, randomInt } from "node:crypto";
import type { DataCenterContext } from "../context.ts";
import type { CredentialState, HttpAccessToken, HttpTokenOwner } from "../state.ts";

const daySeconds = 86_400;

export interface NewHttpToken {
  readonly name: string;
  readonly owner: HttpTokenOwner;
  readonly permissions: readonly string[];
  /** Null: it never expires. */
  readonly expiryDays: number | null;
}

/** Makes one: base64 of `id:secret`, which may hold `+`, `/` and `=`. */
export function createHttpToken(context: DataCenterContext, wanted: NewHttpToken): HttpAccessToken {
  const now = context.clock.now();
  return addHttpToken(context.world.state, {
    ...wanted,
    prefix: context.rules.tokenPrefix,
    now,
    isSeeded: false,
  });
}

/** As {@link createHttpToken}, before there is a context. */
export function addHttpToken(
  state: CredentialState,
  wanted: NewHttpToken & { readonly prefix: string; readonly now: Date; readonly isSeeded: boolean },
): HttpAccessToken {
  const { name, owner, permissions, expiryDays, prefix, now, isSeeded } = wanted;
  const id = String(randomInt(1e11, 1e12));
  const secret = Buffer.concat([Buffer.from(`${id}:`), randomBytes(20)]).toString("base64");
  const token: HttpAccessToken = {
    id,
    name,
    owner,
    permissions,
    token: `${prefix}${secret}`,
    createdAt: now,
    expiresAt: expiryDays === null ? null : endAfter(now, expiryDays),
    lastUsedAt: null,
    isSeeded,
  };
  state.httpTokens.set(token.token, token);
  return token;
}

/** Gives a token another name, other permissions or another end; its text stays. */
export function changeHttpToken(
  { world, clock }: DataCenterContext,
  token: HttpAccessToken,
  change: Pick<NewHttpToken, "name" | "permissions"> & { readonly expiryDays?: number },
): HttpAccessToken {
  const { name, permissions, expiryDays } = change;
  const end = expiryDays === undefined ? token.expiresAt : endAfter(clock.now(), expiryDays);
  const renewed = { ...token, name, permissions, expiresAt: end };
  world.state.httpTokens.set(token.token, renewed);
  return renewed;
}

function endAfter(now: Date, days: number): Date {
  return new Date(now.getTime() + days * daySeconds * 1000);
}

/** The tokens of one owner, oldest first. */
export function tokensOf(state: CredentialState, owner: HttpTokenOwner): readonly HttpAccessToken[] {
  const wanted = ownerKey(owner);
  return [...state.httpTokens.values()].filter((token) => ownerKey(token.owner) === wanted);
}

/** Ends one token of an owner. Returns whether there was one. */
export function revokeHttpToken(state: CredentialState, owner: HttpTokenOwner, id: string): boolean {
  const token = tokensOf(state, owner).find((one) => one.id === id);
  return token !== undefined && state.httpTokens.delete(token.token);
}

function ownerKey(owner: HttpTokenOwner): string {
  if (owner.kind === "person") return `person ${owner.personId}`;
  return owner.kind === "project" ? owner.projectKey : `${owner.projectKey}/${owner.repositorySlug}`;
}
