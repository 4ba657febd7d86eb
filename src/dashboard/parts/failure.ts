/** Owns error cards: what happened, what to do, and the one button that does it. */
import { type Html, html } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { clock } from "../../ui/moments.ts";
import { type Action, action } from "../../ui/parts/action.ts";

/** What the card shows of a failure: a WindlassError fits as it is. Message and cure are for people. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly cure: string;
  readonly reaction?: string;
  /** `required` and `granted` scopes, `suggestion` of a near miss. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** Where the person can do something about it, as far as the page knows. */
export interface Places {
  readonly reconnect?: Action;
  readonly repositories?: Action;
  readonly retry?: Action;
  readonly signIn?: Action;
  /** When a wait ends. */
  readonly waitingUntil?: Date | null;
  /** What the log has it under, for whoever runs the server. */
  readonly reference?: string | undefined;
}

type Advice = { readonly title: string; readonly place?: keyof Omit<Places, "waitingUntil" | "reference"> };

/** Title and button by code; what is not here is told by its own message. */
const advice: Readonly<Record<string, Advice>> = {
  "web.not_found": { title: "Not found", place: "retry" },
  "web.broken": { title: "Something went wrong", place: "retry" },
  "web.too_many_requests": { title: "Too many attempts", place: "retry" },
  "web.unreachable_bitbucket": { title: "Bitbucket could not be reached", place: "retry" },
  "sessions.unavailable": { title: "Who is signed in cannot be looked up", place: "retry" },
  "sessions.unjudged": { title: "Bitbucket has to be asked first", place: "retry" },
  "projects.not_found": { title: "Not found", place: "retry" },
  "connections.not_found": { title: "Not found", place: "retry" },
  "vault.disconnected": { title: "Disconnected", place: "reconnect" },
  "bitbucket.unauthorized": { title: "Bitbucket no longer accepts this connection", place: "reconnect" },
  "vault.reconnect": { title: "Bitbucket no longer accepts this connection", place: "reconnect" },
  "vault.rotation_lost": { title: "This connection's access was lost", place: "reconnect" },
  "vault.other_person": { title: "Bitbucket gave another person's access", place: "reconnect" },
  "vault.suspended": { title: "This connection is suspended", place: "reconnect" },
  "vault.suspect": { title: "Bitbucket is asked once more", place: "retry" },
  "vault.interrupted": { title: "A renewal was interrupted", place: "retry" },
  "vault.not_renewed": { title: "Access could not be renewed yet", place: "retry" },
  "vault.consumer_refused": { title: "Bitbucket refuses Windlass's key and secret", place: "retry" },
  "bitbucket.forbidden": { title: "A permission is missing", place: "reconnect" },
  "bitbucket.not_found": { title: "Bitbucket does not know this repository", place: "repositories" },
  "bitbucket.gone": { title: "Bitbucket has retired this", place: "retry" },
  "bitbucket.rate_limited": { title: "Waiting for Bitbucket", place: "retry" },
  "bitbucket.unavailable": { title: "Bitbucket is having trouble", place: "retry" },
  "bitbucket.malformed_answer": { title: "Bitbucket's answer made no sense", place: "retry" },
  "bitbucket.denied": { title: "Access was not granted", place: "retry" },
  "http.unreachable": { title: "Bitbucket could not be reached", place: "retry" },
  "http.timeout": { title: "Bitbucket did not answer in time", place: "retry" },
};

const byReaction: Readonly<Record<string, Advice>> = {
  stale: { title: "This is over", place: "signIn" },
  refused: { title: "This was refused", place: "retry" },
  unreachable: { title: "This could not be reached", place: "retry" },
  configuration: { title: "The set-up needs a correction" },
  malformed: { title: "This could not be understood", place: "retry" },
};

/** The card. Shows the code small, for whoever runs the server. */
export function failureCard(failure: Failure, places: Places, csrf: string): Html {
  const { title, place } = adviceFor(failure);
  const button = (place === undefined ? undefined : places[place]) ?? places.retry ?? places.signIn;
  return html`<section class="card failure" role="alert"><div class="failure-head">${icon("wrong")}<h2>${title}</h2></div>
<p>${failure.message}</p>${scopeFacts(failure)}<p>${failure.cure}</p>${nearMiss(failure)}${waits(places.waitingUntil)}
<div class="failure-foot">${
    button === undefined ? "" : action(button, csrf, { look: "primary" })
  }<code class="code">${failure.code}${
    places.reference === undefined ? "" : html` · ${places.reference}`
  }</code></div></section>`;
}

/** The title alone, for lists. */
export function failureTitle(failure: Failure): string {
  return adviceFor(failure).title;
}

function adviceFor(failure: Failure): Advice {
  const missing = missingScopes(failure);
  if (failure.code === "bitbucket.forbidden" && missing.length > 0) {
    const word = missing.length === 1 ? "permission" : "permissions";
    return { title: `Missing ${word}: ${missing.join(", ")}`, place: "reconnect" };
  }
  return (
    adviceOf(advice, failure.code) ??
    adviceOf(byReaction, failure.reaction ?? "") ?? { title: "Something went wrong" }
  );
}

/** Own entries only: a code like "constructor" must not find what every object has. */
function adviceOf(table: Readonly<Record<string, Advice>>, name: string): Advice | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];

function missingScopes({ data }: Failure): string[] {
  const granted = new Set(texts(data?.granted));
  return texts(data?.required).filter((scope) => !granted.has(scope));
}

function scopeFacts(failure: Failure): Html | string {
  const [required, granted] = [texts(failure.data?.required), texts(failure.data?.granted)];
  if (required.length === 0) return "";
  const list = (scopes: string[]) => scopes.map((scope) => html`<code>${scope}</code> `);
  return html`<dl class="facts"><div><dt>Needed</dt><dd>${list(required)}</dd></div><div><dt>Granted</dt><dd>${
    granted.length === 0 ? "none" : list(granted)
  }</dd></div></dl>`;
}

function nearMiss({ data }: Failure): Html | string {
  const suggestion = data?.suggestion;
  if (typeof suggestion !== "string") return "";
  return html`<p>Did you mean <code>${suggestion}</code>?</p>`;
}

function waits(until: Date | null | undefined): Html | string {
  return until instanceof Date ? html`<p>It goes on by itself at ${clock(until)}.</p>` : "";
}
