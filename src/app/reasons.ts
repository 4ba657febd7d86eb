/** Owns what the code of a failure that put a connection where it is says to people. */
import type { ErrorEntry } from "../base/errors.ts";
import { bitbucketErrors } from "../bitbucket/errors.ts";
import { sealingErrors } from "../sealing/errors.ts";
import { vaultErrors } from "../vault/errors.ts";

const entries: Readonly<Record<string, ErrorEntry>> = {
  ...bitbucketErrors.entries,
  ...sealingErrors.entries,
  ...vaultErrors.entries,
};

/** The catalogue's sentences; null for no code, and for one it does not have. */
export function reasonOf(code: string | null): ErrorEntry | null {
  return code !== null && Object.hasOwn(entries, code) ? (entries[code] ?? null) : null;
}
