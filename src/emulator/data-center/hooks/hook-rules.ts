/** Owns the switches of a Data Center's webhooks. */
import { amount, choice, flag, words } from "../../core/switches.ts";

export const hookSwitches = {
  hookCreateStatus: choice(
    [201, 200],
    "Status of a webhook that was made: clients met 201, Atlassian's document says 200.",
  ),
  hookSecret: choice(
    ["echoed", "masked"],
    "configuration.secret of a webhook that is read: as it was given, as captured; or five asterisks, as newer versions are told to. The asterisks are ours; sent back, they leave the secret as it is.",
  ),
  pingSigned: flag(
    false,
    "diagnostics:ping is signed where the hook has a secret; it was not in 5.6, newer versions are unconfirmed.",
  ),
  deliveryTimeoutMilliseconds: amount(
    10_000,
    "How long a receiver has for its answer; nobody noted it. By the machine's clock, not the emulator's.",
  ),
  pushCommitsSince: words(
    "9.0",
    "From which version on repo:refs_changed brings commits and toCommit: newer ones do, from when is not known.",
  ),
  redeliveryKeepsRequestId: flag(
    true,
    "What control delivers again keeps its X-Request-Id; nobody noted it.",
  ),
  webhookUserAgent: words(
    "Atlassian HttpClient 4.2.0 / Bitbucket-{version} ({build}) / Default",
    "User-Agent of deliveries: it begins with Atlassian HttpClient, the rest is ours.",
  ),
} as const;
