/** Owns what everything that tends the keys is given. */
import type { Clock } from "../../base/clock.ts";
import type { GivenKeys } from "../../sealing/given.ts";
import type { Keyrings } from "../../sealing/keyrings.ts";
import type { Database } from "../../storage/database.ts";

export interface KeyParts {
  readonly database: Database;
  readonly keyrings: Keyrings;
  readonly keys: GivenKeys;
  readonly clock: Clock;
}
