/** Owns what a rule is: a place at Bitbucket, the least permission a person needs there, and what it makes of them. */
import { sha256 } from "../../base/digest.ts";

/** In this order. */
export const permissions = ["read", "write", "admin"] as const;
export type Permission = (typeof permissions)[number];

interface Given {
  /** What whoever it lets in is: `member` where none is named. */
  readonly roles: readonly string[];
}

interface AtPlace extends Given {
  /** The least one that lets in. */
  readonly permission: Permission;
  /** Bitbucket's own id of the place: a uuid without braces at Cloud, a number elsewhere; null until it has been seen. */
  readonly id: string | null;
}

export interface EveryoneRule extends Given {
  readonly kind: "everyone";
}

/** At Cloud only. Whoever administers it has `admin`, every other member `read`. */
export interface WorkspaceRule extends AtPlace {
  readonly kind: "workspace";
  /** Its slug. */
  readonly place: string;
}

export interface ProjectRule extends AtPlace {
  readonly kind: "project";
  /** `acme/KEY` at Cloud, `KEY` elsewhere. */
  readonly place: string;
}

export interface RepositoryRule extends AtPlace {
  readonly kind: "repository";
  /** `acme/api` at Cloud, `KEY/api` elsewhere. */
  readonly place: string;
}

export type PlaceRule = WorkspaceRule | ProjectRule | RepositoryRule;
export type Rule = EveryoneRule | PlaceRule;

/** How a pin names the place of a rule. */
export function pinName({ kind, place }: Pick<PlaceRule, "kind" | "place">): string {
  return `${kind} ${place}`;
}

/** Whether a permission is at least another. */
export function isAtLeast(has: Permission, wanted: Permission): boolean {
  return permissions.indexOf(has) >= permissions.indexOf(wanted);
}

/** Of a word Bitbucket says; one that is not known is the lowest. */
export function readPermission(word: unknown): Permission {
  const text = typeof word === "string" ? word.toLowerCase().replace(/^(project|repo)_/, "") : "";
  return permissions.find((each) => each === text) ?? "read";
}

/** What a person has to have, for the sentence “You need …”. */
export function wantedBy(rule: Rule): string {
  if (rule.kind === "everyone") return "a Bitbucket account";
  if (rule.kind === "workspace")
    return rule.permission === "read"
      ? `to be a member of the workspace ${rule.place}`
      : `to administer the workspace ${rule.place}`;
  return `${rule.permission} permission to the ${rule.kind} ${rule.place}`;
}

/** Changes whenever anything does that decides who is let in, or as what. */
export function digestOf(rules: readonly Rule[]): string {
  return sha256(JSON.stringify(rules));
}

/** Whether anything has to be asked at Bitbucket. */
export function asksBitbucket(rules: readonly Rule[]): boolean {
  return rules.some(({ kind }) => kind !== "everyone");
}
