/** Owns what Cloud answers a git client it does not serve: sentences that git prints behind `remote:`. */
import type { Rules } from "../../core/rules.ts";
import { textRefusal } from "../../git/transport/answers.ts";
import type { Unidentified } from "./identify.ts";

const challenge = { "WWW-Authenticate": 'Basic realm="Bitbucket.org HTTP"' };
const hiddenSentence =
  "You may not have access to this repository or it no longer exists in this workspace. If you think this repository exists and you have access, make sure you are authenticated.";

/** Nobody said who they are where somebody must be known. */
export function whoAreYou(): Response {
  return textRefusal(401, hiddenSentence, challenge);
}

export function notIdentified(rules: Rules, why: Unidentified): Response {
  if (why === "app_password" && rules.gitAppPasswordStatus === 410)
    return textRefusal(410, "App passwords are no longer supported. Please use an API token.");
  const isHidden = why === "bad_credentials" && rules.gitBadCredentials === "hidden";
  return textRefusal(401, isHidden ? hiddenSentence : "Invalid credentials", challenge);
}

/** Absent, or hidden from who asks: the two are not told apart. */
export function hiddenRepository(rules: Rules): Response {
  return textRefusal(rules.gitHiddenStatus, hiddenSentence, rules.gitHiddenStatus === 401 ? challenge : {});
}

export function scopeMissing(): Response {
  return textRefusal(403, "Your credentials lack one or more required privilege scopes.");
}

/** Who may read, and wants to push. */
export function mayNotPush(): Response {
  return textRefusal(403, "You do not have write access to this repository.");
}
