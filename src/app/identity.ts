/** Owns the wiring of identity tokens: whom one is for, and what may be said of them later. */
import type { Audit } from "../audit/audit.ts";
import { identityErrors } from "../identity/errors.ts";
import { createIdentity, type IdentityToken } from "../identity/identity.ts";
import { createIdentityKeys, type IdentityKeys, keySetSeconds } from "../identity/keys.ts";
import type { Session, Sessions } from "../sessions/sessions.ts";
import type { Admission } from "../signin/policy.ts";
import type { Config } from "./config.ts";
import type { Ground } from "./ground.ts";

/** What a token says of a person, as they are now. */
export interface IdentityClaims {
  readonly sub: string;
  readonly ent: readonly string[];
}

export interface IdentityDesk {
  readonly keys: IdentityKeys;
  /** The document of `/.well-known/openid-configuration`: only what is there. */
  readonly discovery: Readonly<Record<string, unknown>>;
  /** Verifiers may keep the key set for so long. */
  readonly keySetSeconds: number;
  /** RFC 7517 section 5 */
  keySet(): Promise<{ readonly keys: readonly unknown[] }>;
  /** Throws `signin.catalog_unread`. */
  issue(session: Session): Promise<IdentityToken>;
  /** Of a token whose session lives. Throws `identity.token_refused`, `signin.catalog_unread`. */
  userInfo(token: string): Promise<{ readonly claims: IdentityClaims }>;
}

/** Null where the configuration does not ask for it. */
export function openIdentity(
  { world }: Pick<Ground, "world">,
  { baseUrl, identityToken }: Pick<Config, "baseUrl" | "identityToken">,
  parts: {
    readonly audit: Audit;
    readonly catalog: Admission["catalog"];
    readonly sessions: Pick<Sessions, "isAlive">;
  },
): IdentityDesk | null {
  if (identityToken === undefined) return null;
  const { audience, lifetimeMinutes, rotateDays, omitOwnership } = identityToken;
  const { database, keyrings, clock } = world;
  const { audit, catalog, sessions } = parts;
  const rotateSeconds = rotateDays * 86_400;
  const keys = createIdentityKeys({ database, keyrings, clock, audit, rotateSeconds });
  const identity = createIdentity({
    keys,
    clock,
    settings: {
      issuer: baseUrl,
      audience,
      lifetimeSeconds: lifetimeMinutes * 60,
      omitsOwnership: omitOwnership,
    },
    isAlive: (session) => sessions.isAlive(session, database.kysely),
  });
  const ownershipOf = async (subject: string) => (await catalog()).ownership(subject);
  return {
    keys,
    keySetSeconds,
    discovery: {
      issuer: baseUrl,
      jwks_uri: `${baseUrl}/.well-known/jwks.json`,
      userinfo_endpoint: `${baseUrl}/v1/userinfo`,
      id_token_signing_alg_values_supported: ["ES256"],
      subject_types_supported: ["public"],
      claims_supported: ["sub", "ent", "uip", "uid", "sid", "iss", "aud", "iat", "exp"],
    },
    async keySet() {
      return { keys: (await keys.list()).map(({ publicJwk }) => publicJwk) };
    },
    async issue({ id, user, expiresAt }) {
      const subject = user.entityRef ?? referenceOf(user.id);
      const ownership = user.entityRef === null ? [subject] : await ownershipOf(subject);
      return identity.issue({
        subject,
        ownership,
        userId: user.id,
        sessionId: id,
        sessionEndsAt: expiresAt,
      });
    },
    async userInfo(token) {
      const { subject: sub, userId } = await identity.verify(token);
      return { claims: { sub, ent: sub === referenceOf(userId) ? [sub] : await ownershipOf(sub) } };
    },
  };
}

/** Throws `identity.off`. */
export function requireDesk(desk: IdentityDesk | null): IdentityDesk {
  if (desk === null) throw identityErrors.fail("identity.off");
  return desk;
}

/** For whom no catalog has an entity: what the catalog of a Backstage does not know either. */
function referenceOf(userId: string): string {
  return `user:default/${userId.toLowerCase()}`;
}
