/** Owns connections' access: kept sealed, renewed once before it ends, and handed out, each time on record. */
import type { HandOut, HandOuts } from "../audit/hand-outs.ts";
import type { Fetch } from "../base/http/door.ts";
import { type Log, silentLog } from "../base/log.ts";
import type { Authorize } from "../bitbucket/api/authorize.ts";
import { headerFor } from "../bitbucket/credential.ts";
import type { FindInstance } from "../bitbucket/instance.ts";
import { createCrowd } from "./crowd.ts";
import { vaultErrors } from "./errors.ts";
import { type Farewell, finishFarewell, sayFarewell } from "./farewell.ts";
import type { HandedToken } from "./handed-token.ts";
import { createHotMemory, type HotToken } from "./hot.ts";
import { isGood, isResting, needOf, renewalDue, type Wanted } from "./need.ts";
import { createOwnerCheck, isUnchecked } from "./owner-check.ts";
import { createRegistrationJudge } from "./registration.ts";
import { createRenewals, type RenewalMeter } from "./renewals.ts";
import { keepAliveFrom } from "./rotation.ts";
import type { StoreParts } from "./saving.ts";
import { createTokenStore, type Look } from "./store.ts";
import type { SeenTokens, StoredTokens, Tokens, Way } from "./stored.ts";
import { createWatch } from "./watch.ts";

/**
 * Access is renewed when it has no more than this long to live, so that whoever is handed a token can still use it.
 * A token that lives for less than twice as long is renewed at half its life.
 */
export const refreshMarginSeconds = 300;

export interface VaultParts extends StoreParts {
  readonly fetch: Fetch;
  readonly instances: FindInstance;
  readonly handOuts: HandOuts;
  readonly log?: Log | undefined;
  readonly meter?: VaultMeter | undefined;
  /** Default {@link refreshMarginSeconds}. */
  readonly refreshMarginSeconds?: number | undefined;
  /** How long a process that renews may be silent before another takes over. Default 30 s. */
  readonly leaseSeconds?: number | undefined;
}

export interface VaultMeter extends RenewalMeter {
  handedOut(): void;
}

export interface TokenOrder {
  /** How long it has to live at least; more than a fresh one of Bitbucket's is refused. Default: any time. */
  readonly minimumSeconds?: number | undefined;
  readonly caller: string;
}

export interface Vault {
  /**
   * Keeps what a handshake brought, in place of anything older; the connection is active from here on. `way` is how
   * headers are made of it, where that may have changed: both are kept, or neither.
   */
  keep(connectionId: string, tokens: Tokens, way?: Way): Promise<void>;
  /**
   * The hook for an API client. Throws `vault.reconnect`, `vault.rotation_lost` (a person has to grant access anew),
   * `vault.suspended`, `vault.other_person`, `vault.disconnected`, and, once the old token has ended, whatever keeps it from being renewed:
   * `vault.suspect`, `vault.interrupted`, `vault.not_renewed`, `vault.consumer_refused`, `bitbucket.…`, `http.…`.
   */
  authorize(connectionId: string, caller?: string): Authorize;
  /** A token that is good now. Throws as {@link authorize}, `vault.no_bearer` and `vault.minimum_too_long`. */
  token(connectionId: string, order: TokenOrder): Promise<HandedToken>;
  /** Forgets the secrets, after giving them back where Bitbucket takes them. Nothing is thrown for a Bitbucket that does not answer. */
  forget(connectionId: string, actor?: string): Promise<Farewell>;
  /** Goes on with a {@link forget} that was interrupted, for the keeper. */
  finishForgetting(connectionId: string): Promise<void>;
  /** Renews whatever is due, for the keeper; throws as {@link authorize}. */
  renew(connectionId: string): Promise<void>;
  /** Lets renewals under way end. */
  close(): Promise<void>;
}

const silentMeter: VaultMeter = { handedOut() {}, renewal() {}, failed() {}, waited() {} };

export function createVault(parts: VaultParts): Vault {
  const { clock, handOuts } = parts;
  const margin = parts.refreshMarginSeconds ?? refreshMarginSeconds;
  const outward = openOutward(parts);
  const { store, meter, renewals, looks } = outward;
  const hot = createHotMemory();
  const findings = createCrowd<Finding>(({ token }) => token);
  /** Before a change and after it: whoever asked in between remembers nothing from before. */
  const drop = (connectionId: string) => {
    hot.drop(connectionId);
    looks.renew(connectionId);
    findings.renew(connectionId);
  };
  const note = (caller: string, { connectionId, projectId }: Pick<HandOut, "connectionId" | "projectId">) => {
    meter.handedOut();
    return handOuts.note({ caller, connectionId, projectId });
  };

  return {
    async keep(connectionId, tokens, way) {
      drop(connectionId);
      const kind = way?.kind ?? "oauth2";
      const keepAliveAt = tokens.refreshToken === null ? null : keepAliveFrom(clock.now(), kind);
      await store.put(connectionId, { ...tokens, keepAliveAt }, way);
      drop(connectionId);
    },
    authorize:
      (connectionId, caller = "windlass") =>
      async (call) => {
        const wanted = { minimumSeconds: 0, rejected: call.rejected };
        const tokens = await obtainTokens(outward, connectionId, { wanted, margin });
        await note(caller, tokens);
        const instance = await parts.instances(tokens.instanceId);
        return headerFor({ instance, clock }, tokens, call);
      },
    async token(connectionId, { minimumSeconds = 0, caller }) {
      const known = hot.find(connectionId, clock.now().getTime() + minimumSeconds * 1000);
      if (known !== undefined) {
        const noted = note(caller, known);
        if (noted !== undefined) await noted;
        return known.handed;
      }
      const findAlone = () => findToken(outward, connectionId, { minimumSeconds, margin });
      const found = await (minimumSeconds === 0 ? findings.join(connectionId, findAlone) : findAlone());
      // Opening takes about as long as writing down who is given it: where nothing else is to be done, both go on at once.
      const noting = found.atHand === null ? undefined : note(caller, found.atHand);
      noting?.catch(() => {});
      const token = await found.token;
      await (found.atHand === null ? note(caller, token) : noting);
      hot.heat(token);
      return token.handed;
    },
    async forget(connectionId, actor = "person") {
      drop(connectionId);
      return sayFarewell(outward, connectionId, actor).finally(() => drop(connectionId));
    },
    async finishForgetting(connectionId) {
      await finishFarewell(outward, connectionId, "keeper").finally(() => drop(connectionId));
    },
    async renew(connectionId) {
      const begun = await store.load(connectionId);
      const isRenewed = ({ version }: StoredTokens) => version !== begun.version;
      const need = needOf(clock, margin, { minimumSeconds: 0 });
      await renewals.renew(connectionId, { ...need, isMet: isRenewed });
    },
    close: () => outward.close(),
  };
}

/** What a crowd that wants a token finds. */
interface Finding {
  /** Whose it is, where it only has to be opened; null where that may be another by then. */
  readonly atHand: SeenTokens | null;
  readonly token: Promise<HotToken>;
}

/** What reaches out to Bitbucket and to other processes. */
function openOutward(parts: VaultParts) {
  const { log = silentLog, meter = silentMeter, leaseSeconds = 30 } = parts;
  const closing = new AbortController();
  const store = createTokenStore(parts);
  const watch = createWatch(parts.database);
  const leaseMilliseconds = leaseSeconds * 1000;
  const outward = { ...parts, store, log, watch, meter, leaseMilliseconds, closing: closing.signal };
  const registrations = createRegistrationJudge({ ...parts, closing: closing.signal });
  const ownerCheck = createOwnerCheck(outward);
  const renewals = createRenewals({ ...outward, registrations, ownerCheck });
  const looks = createCrowd<Look>(({ opening }) => opening);
  return {
    ...outward,
    ownerCheck,
    looks,
    look: (connectionId: string) => looks.join(connectionId, () => store.look(connectionId)),
    renewals,
    async close() {
      closing.abort();
      watch.close();
      await renewals.settle();
    },
  };
}

async function findToken(
  outward: ReturnType<typeof openOutward>,
  connectionId: string,
  { minimumSeconds, margin }: { readonly minimumSeconds: number; readonly margin: number },
): Promise<Finding> {
  const { clock } = outward;
  const wantedUntil = clock.now().getTime() + minimumSeconds * 1000;
  const { seen, opening } = await outward.look(connectionId);
  const isFresh = isGood(seen, wantedUntil) && clock.now().getTime() < renewalDue(seen, margin);
  const isAtHand = isFresh && !isUnchecked(seen);
  const tokenOf = async (coming: Promise<StoredTokens>): Promise<HotToken> => {
    const tokens = await coming;
    const { accessToken, expiresAt, kind, login, gitUser, projectId } = tokens;
    if (kind === "oauth1") throw vaultErrors.fail("vault.no_bearer", { data: { connectionId } });
    if (!isGood(tokens, wantedUntil)) throw tooLong(tokens, clock.now());
    const handed = { accessToken, expiresAt, kind, login, gitUser };
    return { connectionId, projectId, handed, until: renewalDue(tokens, margin) };
  };
  return {
    atHand: isAtHand && seen.kind !== "oauth1" ? seen : null,
    token: tokenOf(
      isAtHand ? opening : obtainTokens(outward, connectionId, { wanted: { minimumSeconds }, margin }),
    ),
  };
}

/** Cloud's old token outlives its renewal, so whoever has one gets it at once and the renewal goes on without them. */
async function obtainTokens(
  { look, clock, instances, renewals, ownerCheck }: ReturnType<typeof openOutward>,
  connectionId: string,
  { wanted, margin }: { readonly wanted: Wanted; readonly margin: number },
): Promise<StoredTokens> {
  const need = needOf(clock, margin, wanted);
  const stored = await ownerCheck.ofStored(await (await look(connectionId)).opening);
  // The next one will live no longer: renewing would only begin anew at each call.
  const { updatedAt } = stored;
  const isFresh = clock.now().getTime() < renewalDue(stored, margin);
  if (isFresh && wanted.minimumSeconds * 1000 > renewalDue(stored, margin) - updatedAt.getTime())
    throw tooLong(stored, clock.now());
  if (need.isMet(stored) || (need.isAlive(stored) && isResting(stored, clock.now()))) return stored;
  const { product } = await instances(stored.instanceId);
  const renewing = renewals.renew(connectionId, need);
  if (product !== "cloud" || !need.isAlive(stored)) return renewing;
  renewing.catch(() => {}); // it is logged and judged where it failed; the next caller meets what came of it
  return stored;
}

/** A token that was just renewed and still does not live long enough. */
function tooLong({ connectionId, expiresAt }: StoredTokens, now: Date) {
  const seconds = Math.floor(((expiresAt?.getTime() ?? 0) - now.getTime()) / 1000);
  return vaultErrors.fail("vault.minimum_too_long", {
    cure: `Ask for ${Math.max(seconds, 0)} seconds at most.`,
    data: { connectionId, seconds },
  });
}
