/** Owns how a connection's state is told on its card: why it is in it, and what to do. */
import type { App } from "../../app/app.ts";
import { reasonOf } from "../../app/reasons.ts";
import type { Connection } from "../../connections/connection.ts";
import type { Doubt } from "../../dashboard/parts/doubt.ts";
import type { Failure } from "../../dashboard/parts/failure.ts";

/** For a connection that only its people can bring back; null for any other. */
export function connectionFailure(connection: Connection): Failure | null {
  const { state, stateReason } = connection;
  if (state === "disconnected") return disconnected;
  if (state === "reconnect" && (stateReason ?? refused) === refused) return refusedCard(connection);
  if (state === "reconnect") return failureOf(stateReason, refused);
  return state === "suspended" ? failureOf(stateReason, "vault.suspended") : null;
}

const refused = "vault.reconnect";

const disconnected: Failure = {
  code: "vault.disconnected",
  message: "This connection was ended here: Windlass holds no token of it any more.",
  cure: "Reconnect to go on. Repositories, settings and analyses have stayed.",
  reaction: "stale",
};

/** Names the account, and what to bring. */
function refusedCard({ kind, accountName }: Connection): Failure {
  const texts =
    kind === "oauth2" || kind === "oauth1"
      ? {
          message: `Bitbucket no longer accepts the access that ${accountName} granted: it was revoked there, or it ran out.`,
          cure: "Reconnect: grant access once more. Repositories and settings stay.",
        }
      : {
          message: `Bitbucket no longer accepts this credential (${accountName}): it was revoked there, or it ran out.`,
          cure: "Reconnect with a new one. Repositories and settings stay.",
        };
  return { code: refused, ...texts, reaction: "stale" };
}

/** The catalogue's sentences; `otherwise` for a reason it does not have. */
function failureOf(reason: string | null, otherwise: string): Failure | null {
  const code = reasonOf(reason) === null ? otherwise : (reason ?? otherwise);
  const entry = reasonOf(code);
  return entry === null ? null : { code, ...entry };
}

const doubtful: Readonly<Record<string, string>> = {
  suspect: "vault.suspect",
  uncertain: "vault.interrupted",
};

/** For a connection that is being looked after, with when; null for one that is well, or that waits for a person. */
export async function connectionDoubt(
  { health, clock }: Pick<App, "health" | "clock">,
  { id, state, stateReason }: Connection,
): Promise<Doubt | null> {
  const isActive = state === "active" || state === "refreshing";
  const usual = isActive ? "vault.not_renewed" : doubtful[state];
  if (usual === undefined) return null;
  const next = await health.nextTry(id);
  if (isActive && next === null) return null;
  const told = isActive ? notRenewed : failureOf(stateReason, usual);
  if (told === null) return null;
  const { code, message, cure } = told;
  // What is due already is done at the next moment somebody asks.
  return { code, message, cure, nextTryAt: next !== null && next > clock.now() ? next : null };
}

/** Other than the catalogue's, which is told when the old access has ended. */
const notRenewed: Failure = {
  code: "vault.not_renewed",
  message: "This connection's access could not be renewed yet.",
  cure: "Nothing has to be done: it is tried again by itself, and what is still good is used meanwhile.",
};
