/** Owns the judgement: which of an instance's rules let a person in, and what those make of them. Whatever goes wrong, nobody is let in. */
import type { Audit } from "../../audit/audit.ts";
import type { Clock } from "../../base/clock.ts";
import { isWindlassError, type WindlassError } from "../../base/errors.ts";
import type { Fetch } from "../../base/http/door.ts";
import { createApi } from "../../bitbucket/api/client.ts";
import { authorizeAs, type Credential } from "../../bitbucket/credential.ts";
import type { FindInstance } from "../../bitbucket/instance.ts";
import { isScope } from "../../bitbucket/scopes/suggest.ts";
import type { Database } from "../../storage/database.ts";
import { signinErrors } from "../errors.ts";
import { askCloud } from "./ask-cloud.ts";
import { askSelfHosted } from "./ask-self-hosted.ts";
import { Unasked } from "./bounds.ts";
import { type IndexedRules, indexRules } from "./indexed.ts";
import { isMet, standingOf } from "./meeting.ts";
import { pinFirstSeen, readPins } from "./pins.ts";
import type { SeenPlace } from "./place.ts";
import { type PlaceRule, type Rule, wantedBy } from "./rule.ts";

export interface RulesParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly fetch: Fetch;
  readonly instances: FindInstance;
  readonly audit: Pick<Audit, "transaction">;
  /** An instance's rules; none where everybody may come in who is known. */
  readonly rules: (instanceId: string) => readonly Rule[];
}

/** What the rules say of a person. */
export interface Judgement {
  readonly roles: readonly string[];
  /** Of the rules that were asked: another one means that they have changed. */
  readonly digest: string;
}

/**
 * Asks the rules of an instance with a person's own credential, in as few calls as there are kinds of rules, workspaces and permissions.
 * Throws `signin.no_rule`; `bitbucket.unauthorized` when the credential itself is refused; `signin.rules_unanswered` and
 * `signin.rules_unaskable` when Bitbucket could not be asked.
 */
export type Judge = (instanceId: string, credential: Omit<Credential, "refreshToken">) => Promise<Judgement>;

export function createJudge(parts: RulesParts): Judge {
  // They are the same list from one configuration to the next.
  const indexes = new WeakMap<readonly Rule[], IndexedRules>();
  const indexOf = (rules: readonly Rule[]) => {
    const index = indexes.get(rules) ?? indexRules(rules);
    indexes.set(rules, index);
    return index;
  };
  return async (instanceId, credential) => {
    const { all, forEveryone, places, digest, about } = indexOf(parts.rules(instanceId));
    if (all.length === 0) return { roles: [], digest };
    const seen = await askOrTell(parts, instanceId, { credential, places });
    const standing = standingOf(seen);
    const pins = await readPins(parts.database.kysely, instanceId, seen);
    const met = about(seen, pins).filter((rule) => isMet(rule, standing, pins));
    const pinned = await pinFirstSeen(parts, instanceId, { rules: met, seen, pins });
    // Another process may have been first, and have seen another place.
    const stillMet = new Set<Rule>(
      pinned === pins ? met : met.filter((rule) => isMet(rule, standing, pinned)),
    );
    const lettingIn = [...forEveryone, ...stillMet];
    if (lettingIn.length === 0) throw refusal(all);
    return { roles: [...new Set(lettingIn.flatMap(({ roles }) => roles))], digest };
  };
}

interface Question {
  readonly credential: Omit<Credential, "refreshToken">;
  readonly places: readonly PlaceRule[];
}

async function askOrTell(
  { instances, fetch, clock }: RulesParts,
  instanceId: string,
  { credential, places }: Question,
): Promise<readonly SeenPlace[]> {
  if (places.length === 0) return [];
  try {
    const instance = await instances(instanceId);
    const api = createApi({
      instance,
      fetch,
      clock,
      authorize: authorizeAs({ instance, clock }, credential),
    });
    return await (instance.product === "cloud" ? askCloud(api, places) : askSelfHosted(api, places));
  } catch (error) {
    throw unasked(error);
  }
}

/**
 * In words that name the function that failed, and the permission where one is missing; nothing else of what Bitbucket said.
 * A credential that is refused says something of the person.
 */
function unasked(thrown: unknown): unknown {
  const [error, where] = thrown instanceof Unasked ? [thrown.cause, thrown.where] : [thrown, "the instance"];
  if (!isWindlassError(error) || error.reaction === "stale") return error;
  const code = error.reaction === "unreachable" ? "signin.rules_unanswered" : "signin.rules_unaskable";
  const { message } = signinErrors.entries[code];
  const { retryAfterSeconds } = error;
  return signinErrors.fail(code, {
    message: `${message} Asked was ${where}.${neededFor(error)}`,
    detail: `${where}: ${error.code} ${error.detail ?? ""}`,
    data: { where, reason: error.code },
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    cause: error,
  });
}

/** The permissions of the consumer or link that a refusal names, as far as they are any. */
function neededFor({ code, data }: WindlassError): string {
  const required: unknown[] = code === "bitbucket.forbidden" ? [data.required].flat() : [];
  const known = required.filter(
    (scope) => isScope(String(scope), "cloud") || isScope(String(scope), "data-center"),
  );
  return known.length === 0 ? "" : ` It takes the permission ${known.join(", ")}.`;
}

/** Which rules there are, and whom to ask. */
function refusal(rules: readonly Rule[]) {
  const [first = "", ...others] = rules.map(wantedBy);
  const wanted =
    others.length === 0 ? first : `one of these: ${[first, ...others].slice(0, mostNamed).join("; ")}`;
  const rest = rules.length > mostNamed ? `; or one of ${rules.length - mostNamed} more` : "";
  return signinErrors.fail("signin.no_rule", {
    message: `Your Bitbucket account may not come in here. You need ${wanted}${rest}.`,
    data: { rules: rules.map(wantedBy) },
  });
}

const mostNamed = 5;
