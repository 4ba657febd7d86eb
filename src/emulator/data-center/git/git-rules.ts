/** Owns the switches of git over HTTP at Data Center and Server. */
import { choice, flag } from "../../core/switches.ts";

export const dcGitRules = {
  gitRefusals: choice(
    ["remote error", "status"],
    "How git is told that a repository is absent or hidden, and that a CAPTCHA is due: as fatal: remote error:, which many report, or by status 404 or 403.",
  ),
  gitTokenUser: flag(
    false,
    "Tokens of projects and repositories are taken as the password of Basic beside x-token-auth: one of Atlassian's articles shows it, the manual up to 9.1 says Bearer only.",
  ),
  gitDeletesDefaultBranch: flag(false, "A push can delete the default branch; nobody noted it."),
  gitAllowFilter: flag(
    true,
    "plugin.bitbucket-git.hosting.allow-filter: clone --filter is understood, from 7.13 on.",
  ),
} as const;
