/** Owns the switches of versions: with which one something came that is only told of "later" or "newer" ones. */
import { words } from "../core/switches.ts";

export const versionSwitches = {
  projectTokensSince: words(
    "7.18",
    "First version with HTTP access tokens of projects and repositories; only personal ones are dated, with 5.5.",
  ),
  loopbackRedirectsSince: words(
    "8.0",
    "First version whose links take http on this machine as redirect URL; 7.21.18 refused it, later ones do not.",
  ),
  draftsSince: words("8.18", "First version whose pull requests have draft; nobody noted it."),
  defaultBranchSince: words(
    "7.5",
    "First version with default-branch beside branches/default; nobody noted it.",
  ),
} as const;
