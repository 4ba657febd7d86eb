/** Owns comparing versions of Bitbucket, and what came with which. */

/** Whether `version` is `wanted` or newer, compared number by number. */
export function atLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split(".").map(Number));
  for (const [at, number] of (want ?? []).entries()) {
    const own = have?.[at] ?? 0;
    if (own !== number) return own > number;
  }
  return true;
}

/** The OAuth 2 provider came with 7.20. */
export function hasOAuth2(version: string): boolean {
  return atLeast(version, "7.20");
}

/**
 * HTTP access tokens work below `/rest` and `/scm` only since 8.9.22, 8.19.12 and 9.3.2.
 * @see https://support.atlassian.com/bitbucket-data-center/kb/ "Access tokens no longer work as expected after upgrading"
 */
export function limitsTokenPaths(version: string): boolean {
  const line = version.split(".").slice(0, 2).join(".");
  const fixedIn: Readonly<Record<string, string>> = { "8.9": "8.9.22", "8.19": "8.19.12" };
  return atLeast(version, fixedIn[line] ?? "9.3.2");
}
