/** Owns the switches of git over HTTP at Cloud. */
import { choice, flag } from "../../core/switches.ts";

export const gitRules = {
  gitHiddenStatus: choice(
    [403, 404, 401],
    "What git is answered for a repository that is absent or hidden from who is logged in: 403 in Atlassian's article about errors of git, 404 as in the API, 401 in the test of a scanner of secrets.",
  ),
  gitBadCredentials: choice(
    ["hidden", "invalid"],
    "The sentence of git's 401: the one about access, met in 2026 with a wrong API token, or Invalid credentials, as in Atlassian's article about authentication errors.",
  ),
  gitAppPasswordStatus: choice(
    [401, 410],
    "What git is answered for an app password since they are gone; the two copies of the notice differ.",
  ),
  gitApiTokenEmail: flag(
    false,
    "git takes an API token beside its owner's e-mail address too; Atlassian's page shows the username and x-bitbucket-api-token-auth.",
  ),
  gitPartialClone: flag(
    true,
    "clone --filter is understood: a captured list of capabilities of 2025 has it, Atlassian's developers said no in 2021.",
  ),
  gitDeletesMainBranch: flag(false, "A push can delete the main branch; nobody noted it."),
} as const;
