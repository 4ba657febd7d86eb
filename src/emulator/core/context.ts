/** Owns what every route of the emulator is handed: the world, the rules, the clock, and where it is reached. */
import type { ShiftableClock } from "../../base/clock.ts";
import type { CloudEvent } from "../cloud/events.ts";
import type { DataCenterContext } from "../data-center/context.ts";
import type { GitRepositories } from "../git/repositories.ts";
import type { Deliveries } from "../hooks/deliveries.ts";
import type { Events } from "./events.ts";
import type { Faults } from "./faults.ts";
import type { Journal } from "./journal.ts";
import type { Resets } from "./resets.ts";
import type { Rules } from "./rules.ts";
import type { Person, World } from "./world.ts";

/** Absolute origins without trailing slash; links are built from them. */
export interface Origins {
  /** The website: authorize, token endpoint, pages. */
  readonly web: string;
  /** The API, without `/2.0`. */
  readonly api: string;
}

export interface EmulatorContext {
  /** What lies in it is new after a reset: read it when you answer. */
  readonly world: World;
  /** Control changes them while all runs: read them when you answer. */
  readonly rules: Rules;
  readonly clock: ShiftableClock;
  readonly origins: Origins;
  readonly journal: Journal;
  readonly faults: Faults;
  /** Consents to everything by itself; null: a person is asked. */
  readonly autoApprove: Person | null;
  /** Those that run beside Cloud, for control. */
  readonly dataCenters: readonly DataCenterContext[];
  /** Shared by all products: a folder is opened once, and has one copy that is written to. */
  readonly git: GitRepositories;
  /** Of webhooks, of all products. */
  readonly deliveries: Deliveries;
  /** What happens at Cloud. */
  readonly events: Events<CloudEvent>;
  /** For what is kept beside the world. */
  readonly resets: Resets;
}
