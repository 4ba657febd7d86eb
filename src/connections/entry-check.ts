/** Owns the form of a credential a person brings, and the usual mix-ups in it, found before anything is sent. Pure. */
import { type CredentialKind, credentialKinds } from "../bitbucket/credential.ts";

/** What the form of a credential holds, as typed. */
export interface CredentialEntry {
  readonly instanceId: string;
  readonly projectId: string;
  readonly kind: CredentialKind;
  /** The e-mail address or user name, where the kind has one. */
  readonly login?: string | undefined;
  readonly secret: string;
  /** Where an access token was made: `workspace` or `workspace/repository`. */
  readonly place?: string | undefined;
  /** The day it ends (`2027-01-31`), as its owner was told when it was made. */
  readonly endsOn?: string | undefined;
  /** Renews this connection instead of making one. */
  readonly connectionId?: string | undefined;
  /** Who enters it, as the record names them: `user usr_…`. */
  readonly actor?: string | undefined;
}

/** What is wrong with one field, for the person who filled it in. */
export interface FieldProblem {
  readonly field: "login" | "secret" | "place" | "endsOn";
  readonly message: string;
}

const day = 86_400_000;
const longestLifeDays = 366;

/** The usual mix-ups, found before anything is sent. */
export function checkEntry(entry: CredentialEntry, now: Date): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  const say = (field: FieldProblem["field"], message: string | null) => {
    if (message !== null) problems.push({ field, message });
  };
  say("login", loginProblem(entry));
  say("secret", secretProblem(entry));
  say("place", entry.kind === "access-token" ? placeProblem(entry.place ?? "") : null);
  say("endsOn", endProblem(entry.endsOn ?? "", now));
  return problems;
}

function loginProblem({ kind, login = "" }: CredentialEntry): string | null {
  const wanted: string | null = credentialKinds[kind].login;
  const typed = login.trim();
  if (wanted === null) return null;
  if (typed === "")
    return wanted === "e-mail"
      ? "Enter the e-mail address of the Atlassian account."
      : "Enter the Bitbucket user name.";
  if (wanted === "e-mail" && !typed.includes("@"))
    return "This is a user name; an API token goes with the e-mail address of the Atlassian account.";
  if (wanted === "user name" && typed.includes("@"))
    return "This is an e-mail address; an app password goes with the Bitbucket user name (Personal Bitbucket settings → Account settings).";
  return typed.includes(":") ? "There is no colon in it." : null;
}

/** How Atlassian's secrets begin, as far as seen; others may begin otherwise, so only a clear mix-up is refused. */
const beginnings: readonly {
  readonly start: RegExp;
  readonly kind: CredentialKind;
  readonly name: string;
}[] = [
  { start: /^ATATT/, kind: "api-token", name: "an API token" },
  { start: /^ATCTT/, kind: "access-token", name: "an access token of a repository, project or workspace" },
  { start: /^ATBB/, kind: "app-password", name: "an app password" },
];

function secretProblem({ kind, secret }: CredentialEntry): string | null {
  const typed = secret.trim();
  if (typed === "") return "Paste the token here; Bitbucket shows it once, when it is made.";
  if (!/^[\x21-\x7e]+$/.test(typed))
    return "A token has no spaces or line breaks inside; copy it again, whole.";
  const other = beginnings.find(({ start }) => start.test(typed));
  if (other === undefined || other.kind === kind) return null;
  return `This looks like ${other.name}; choose that kind of credential instead.`;
}

function placeProblem(place: string): string | null {
  return /^[\w.-]+(\/[\w.-]+)?$/.test(place.trim())
    ? null
    : "Enter the workspace it was made in, or workspace/repository for a repository's token.";
}

function endProblem(endsOn: string, now: Date): string | null {
  if (endsOn === "") return null;
  const end = new Date(`${endsOn}T00:00:00Z`);
  if (Number.isNaN(end.getTime())) return "Enter a day, such as 2027-01-31.";
  if (end.getTime() < now.getTime() - day) return "This day is over.";
  return end.getTime() > now.getTime() + longestLifeDays * day
    ? "Bitbucket lets a token live for a year at most; check the day."
    : null;
}
