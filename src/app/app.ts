/** Owns the wiring: the only place where floors 1 to 5 are put together. */
import { createAnalyses } from "../analyses/analyses.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { openNodeDoor } from "../base/http/node-door.ts";
import { type Log, silentLog } from "../base/log.ts";
import { cloudInstance } from "../bitbucket/cloud.ts";
import type { Instance } from "../bitbucket/instance.ts";
import { createBudget } from "../budget/budget.ts";
import { createConnections } from "../connections/connections.ts";
import { createHandshakes } from "../handshake/handshake.ts";
import { createProjects } from "../projects/projects.ts";
import { openKeyring } from "../sealing/keyring.ts";
import { createSessions } from "../sessions/sessions.ts";
import { createSignin } from "../signin/signin.ts";
import { openDatabase } from "../storage/database.ts";
import { createVault } from "../vault/vault.ts";
import type { Config } from "./config.ts";

/** What is handed in from outside: time and the log. */
export interface AppParts {
  readonly clock?: Clock;
  readonly log?: Log;
}

export type App = Awaited<ReturnType<typeof createApp>>;
