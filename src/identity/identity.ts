/** Owns identity tokens: signed statements who is signed in, for other services that know nothing but where the keys are. */
import { base64url, CompactSign, createLocalJWKSet, errors as joseErrors, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../base/clock.ts";
import { identityErrors } from "./errors.ts";
import { type IdentityKeys, longestTokenSeconds, type SigningKey, signatureAlgorithm } from "./keys.ts";

export interface IdentitySettings {
  /** The `iss` claim: where the keys are found. */
  readonly issuer: string;
  readonly audience: string;
  readonly lifetimeSeconds: number;
  /** Leaves the groups out of the token: whoever needs them asks for the user info. */
  readonly omitsOwnership: boolean;
}

/** Whom a token is for. */
export interface IdentityOwner {
  /** `user:default/ada` */
  readonly subject: string;
  /** What the person is and belongs to, the person first. */
  readonly ownership: readonly string[];
  readonly userId: string;
  readonly sessionId: string;
  /** No token outlives it. */
  readonly sessionEndsAt: Date;
}

/** A signed token (JWT, RFC 7519), when it ends, and what it says: whom, and what they own. */
export interface IdentityToken {
  readonly token: string;
  readonly expiresAt: Date;
  readonly subject: string;
  readonly ownership: readonly string[];
}

/** What a valid token says. */
export interface VerifiedIdentity {
  readonly subject: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly expiresAt: Date;
}

export interface Identity {
  readonly settings: IdentitySettings;
  readonly keys: IdentityKeys;
  issue(owner: IdentityOwner): Promise<IdentityToken>;
  /** Throws `identity.token_refused`, also for one whose session has ended. */
  verify(token: string): Promise<VerifiedIdentity>;
}

/** The header's `typ` by which a Backstage backend knows a user's token, and the one of its reduced form. */
const [userType, limitedType] = ["vnd.backstage.user", "vnd.backstage.limited-user"];
/** Longer ones are not even read. */
const mostCharacters = 32_768;

export function createIdentity(parts: {
  readonly settings: IdentitySettings;
  readonly keys: IdentityKeys;
  readonly clock: Clock;
  /** Whether the session a token was made in lives. */
  readonly isAlive: (session: { readonly id: string; readonly userId: string }) => Promise<boolean>;
}): Identity {
  const { settings, keys, clock, isAlive } = parts;
  const { issuer, audience, lifetimeSeconds, omitsOwnership } = settings;
  const readToken = async (token: string): Promise<VerifiedIdentity> => {
    if (token.length > mostCharacters)
      throw identityErrors.fail("identity.token_refused", { detail: "too long" });
    const known = await keys.list();
    const keySet = createLocalJWKSet({ keys: known.map(({ publicJwk }) => publicJwk) });
    try {
      const { payload } = await jwtVerify(token, keySet, {
        issuer,
        audience,
        typ: userType,
        algorithms: [signatureAlgorithm],
        currentDate: clock.now(),
        requiredClaims: ["sub", "exp", "iat", "sid", "uid"],
      });
      const { sub = "", sid, uid, exp = 0 } = payload;
      return { subject: sub, userId: String(uid), sessionId: String(sid), expiresAt: new Date(exp * 1000) };
    } catch (error) {
      if (!(error instanceof joseErrors.JOSEError) && !(error instanceof TypeError)) throw error;
      throw identityErrors.fail("identity.token_refused", { detail: error.message, cause: error });
    }
  };
  return {
    settings,
    keys,
    async issue({ subject, ownership, userId, sessionId, sessionEndsAt }) {
      const iat = Math.floor(clock.now().getTime() / 1000);
      const lifetime = Math.min(lifetimeSeconds, longestTokenSeconds);
      const exp = Math.min(iat + lifetime, Math.floor(sessionEndsAt.getTime() / 1000));
      const signer = await keys.signing();
      const claims = {
        sub: subject,
        ...(!omitsOwnership && { ent: [...ownership] }),
        uid: userId,
        sid: sessionId,
        uip: await identityProof(signer, { sub: subject, iat, exp }),
      };
      const token = await new SignJWT(claims)
        .setProtectedHeader({ typ: userType, alg: signatureAlgorithm, kid: signer.id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(iat)
        .setExpirationTime(exp)
        .sign(signer.key);
      return { token, expiresAt: new Date(exp * 1000), subject, ownership };
    },
    async verify(token) {
      const said = await readToken(token);
      if (await isAlive({ id: said.sessionId, userId: said.userId })) return said;
      throw identityErrors.fail("identity.token_refused", { detail: `${said.sessionId} has ended` });
    },
  };
}

/**
 * The signature of a token that says who and until when, and nothing else: with it a Backstage backend makes one for browsers out of the
 * whole, without a key. Header and claims have to be written in exactly this order.
 * @see `UserTokenHandler` of @backstage/backend-defaults, `createLimitedUserToken`
 */
async function identityProof(
  { id, key }: SigningKey,
  { sub, iat, exp }: { readonly sub: string; readonly iat: number; readonly exp: number },
): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify({ sub, iat, exp }));
  const header = { typ: limitedType, alg: signatureAlgorithm, kid: id };
  const compact = await new CompactSign(payload).setProtectedHeader(header).sign(key);
  const [head = "", , signature = ""] = compact.split(".");
  if (head !== base64url.encode(JSON.stringify(header)))
    throw new Error("the header was written in another order");
  return signature;
}
