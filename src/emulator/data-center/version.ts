/** Owns comparing versions of Bitbucket, and what came with which: every difference between versions is asked of here. */
import type { DcRules } from "./rules.ts";

/** Whether `version` is `wanted` or newer, compared number by number. */
export function atLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split(".").map(Number));
  for (const [at, number] of (want ?? []).entries()) {
    const own = have?.[at] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/** The oldest version played: before it, tokens and most of the API were other ones. */
const oldestVersion = "5.0";
/** The last line of Server: from 8.15 on there is only Data Center. */
const lastServerLine = "8.14";

/** First version with each thing, where it is known. */
const since = {
  /** Personal access tokens, called HTTP access tokens later. */
  personalTokens: "5.5",
  /** `state` of the search across projects. @see Bitbucket REST API, "Search for repositories" */
  searchByState: "5.13",
  /** The webhook event `pr:from_ref_updated`. */
  fromRefUpdated: "7.0",
  /** An administrator can switch Basic off for the API. */
  basicSwitch: "7.12",
  /** The OAuth 2.0 provider, and the dialog that asks for the kind of a link. */
  oauth2: "7.20",
  /** Archived repositories, and the search by `archived` and `projectkey`. @see Bitbucket REST API, "Search for repositories" */
  archiving: "8.0",
  /** Merging by itself, which is off here as it is at first. */
  autoMerge: "8.15",
  /** Commits and pull requests in webhook bodies have ISO 8601 dates, no longer milliseconds. */
  isoWebhookDates: "10.0",
} as const;

/** First version with each thing that is told of "later" or "newer" versions only: the rule that says where we begin. */
const sinceByRule = {
  /** HTTP access tokens of projects and repositories. */
  projectTokens: "projectTokensSince",
  /** Links may have a redirect URL of plain http on this machine. */
  loopbackRedirects: "loopbackRedirectsSince",
  /** `default-branch`, beside which `branches/default` stays. */
  defaultBranch: "defaultBranchSince",
  /** Bodies of `repo:refs_changed` have `commits` and `toCommit`. */
  pushCommits: "pushCommitsSince",
  /** Pull requests have `draft`. */
  draftPullRequests: "draftsSince",
} as const satisfies Readonly<Record<string, keyof DcRules>>;

type Feature = keyof typeof since | keyof typeof sinceByRule;

/** Whether a Data Center or Server of this version has it. */
export function has(
  feature: Feature,
  { version, rules }: { readonly version: string; readonly rules: DcRules },
): boolean {
  return feature in since
    ? atLeast(version, since[feature as keyof typeof since]) // the test before says that it is a name of this table
    : atLeast(version, String(rules[sinceByRule[feature as keyof typeof sinceByRule]])); // and not: of the other
}

/** The OAuth 2 provider came with 7.20. */
export function hasOAuth2(version: string): boolean {
  return atLeast(version, since.oauth2);
}

/** Where the limit of paths was brought to older lines; all others have it since 9.3.2. */
const pathLimitOfLine: Readonly<Record<string, string>> = { "8.9": "8.9.22", "8.19": "8.19.12" };

/**
 * HTTP access tokens work below `/rest` and `/scm` only since 8.9.22, 8.19.12 and 9.3.2.
 * @see https://support.atlassian.com/bitbucket-data-center/kb/ "Access tokens no longer work as expected after upgrading"
 */
export function limitsTokenPaths(version: string): boolean {
  const line = version.split(".").slice(0, 2).join(".");
  return atLeast(version, pathLimitOfLine[line] ?? "9.3.2");
}

/** What is wrong with a version for a product; null: nothing. */
export function versionProblem(product: "dataCenter" | "server", version: string): string | null {
  if (!/^\d+(\.\d+){1,2}$/.test(version)) return `A version is three numbers as in 9.4.2, not "${version}".`;
  if (!atLeast(version, oldestVersion))
    return `Versions before ${oldestVersion} are not played, so not ${version}.`;
  if (product === "server" && !isServerLine(version))
    return `Server ended with ${lastServerLine}: from 8.15 on there is only Data Center, so no Server ${version}.`;
  return null;
}

function isServerLine(version: string): boolean {
  return !atLeast(version, "8.15");
}
