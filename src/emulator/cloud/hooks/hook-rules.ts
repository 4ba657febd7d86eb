/** Owns the switches of Cloud's webhooks. */
import { amount, flag } from "../../core/switches.ts";

export const hookRules = {
  hooksToPrivateAddresses: flag(
    false,
    "Webhooks may go to localhost and private addresses, for developing on one machine: names are then not looked up. Bitbucket refuses an address that does not resolve or is not routed; the status (400 here) and words of that are not known.",
  ),
  hookTimeoutMilliseconds: amount(
    10_000,
    "A receiver must answer within ten seconds, as Atlassian says; shorter for tests. By the machine's clock, not the emulator's.",
  ),
  hookRetrySeconds: amount(
    30,
    "How long Bitbucket waits before it tries again after a 5xx; nobody noted it. By the emulator's clock.",
  ),
  hookRetriesClientErrors: flag(false, "A 4xx is tried again, too; Atlassian's page speaks of 5xx only."),
  hookRetriesTimeouts: flag(
    false,
    "A timeout or a broken connection is tried again, too; Atlassian's page speaks of 5xx only.",
  ),
  hookRetryKeepsRequestId: flag(
    true,
    "Further attempts, and redeliveries by control, keep X-Request-UUID; nobody noted it.",
  ),
  hookActiveUnlessTold: flag(true, "A hook made without active is active; nobody noted it."),
  hookUpdateKeepsRest: flag(
    false,
    "PUT without url or events keeps them; else both are needed as on creation. A client's author met 400 for an empty url, and the document names no required field.",
  ),
  hookUrlTwice: flag(true, "Two hooks of one repository may have the same URL; nobody noted it."),
} as const;
