/** Owns the switches of a Data Center's credentials: OAuth, tokens, logins. */
import { choice } from "../core/switches.ts";

export const credentialSwitches = {
  invalidClientStatus: choice(
    [401, 400],
    "Status of invalid_client at the OAuth 2 token endpoint; nobody noted it.",
  ),
} as const;
