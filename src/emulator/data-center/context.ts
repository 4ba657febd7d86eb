/** Owns what every route of a Data Center or Server is handed: its world, version, rules, the clock, and where it is reached. */
import type { ShiftableClock } from "../../base/clock.ts";
import type { Events } from "../core/events.ts";
import type { Faults } from "../core/faults.ts";
import type { Journal } from "../core/journal.ts";
import type { Resets } from "../core/resets.ts";
import type { GitRepositories } from "../git/repositories.ts";
import type { Deliveries } from "../hooks/deliveries.ts";
import type { DcEvent } from "./events.ts";
import type { DcRules } from "./rules.ts";
import type { DataCenterWorld, DcPerson } from "./world.ts";

export interface DataCenterContext {
  readonly product: "dataCenter" | "server";
  /** What lies in it is new after a reset: read it when you answer. */
  readonly world: DataCenterWorld;
  /** `9.4.2`; ask it through `atLeast` of `version.ts`. */
  readonly version: string;
  /** Control changes them while all runs: read them when you answer. */
  readonly rules: DcRules;
  readonly clock: ShiftableClock;
  readonly journal: Journal;
  readonly faults: Faults;
  /** `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** `/bitbucket`, or empty. */
  readonly contextPath: string;
  /** Origin and context path, without trailing slash: every link begins with it. */
  readonly baseUrl: string;
  /** Consents to everything by itself; null: a person is asked. */
  readonly autoApprove: DcPerson | null;
  /** Shared by all products: a folder is opened once, and has one copy that is written to. */
  readonly git: GitRepositories;
  /** Of webhooks, of all products. */
  readonly deliveries: Deliveries;
  /** What happens at this one. */
  readonly events: Events<DcEvent>;
  /** For what is kept beside the world. */
  readonly resets: Resets;
}
