/** Owns control from code: what tests do to the emulator besides talking to it as Bitbucket. */
import { revokeGrants } from "../cloud/oauth/issue.ts";
import { revokeAccessToken } from "../cloud/tokens/access-tokens.ts";
import { revokeApiToken } from "../cloud/tokens/api-tokens.ts";
import type { EmulatorContext } from "../core/context.ts";
import { EmulatorFailure } from "../core/errors.ts";
import type { ArmedFault, Fault } from "../core/faults.ts";
import type { JournalEntry } from "../core/journal.ts";
import { addAccessToken, addApiToken } from "../core/plant-tokens.ts";
import type { Rules } from "../core/rules.ts";
import type { SeedAccessToken, SeedApiToken } from "../core/seed.ts";
import { findPerson } from "../core/world.ts";
import type { DcRules } from "../data-center/rules.ts";
import {
  describeAccessToken,
  describeApiToken,
  type EmulatorAccessToken,
  type EmulatorApiToken,
} from "../described-tokens.ts";
import { type DeliveryControl, deliveryControl } from "./deliveries.ts";
import { type PlaceInWorkspace, setPlace } from "./members.ts";
import { changeRules } from "./rules.ts";

/** Whose grants end: of one consumer, or of all when no key is given. */
export interface RevokeRequest {
  readonly username?: string | undefined;
  readonly uuid?: string | undefined;
  readonly consumerKey?: string | undefined;
}

/** An API token to be made. `person` is a username, account id or uuid. */
export interface NewApiToken extends SeedApiToken {
  readonly person: string;
}

/** What a test can do to the local Bitbucket that nobody can do to the real one. */
export interface EmulatorControl extends DeliveryControl {
  /** Moves the emulator's clock; less than zero moves it back, as a server's clock that is set. */
  advance(seconds: number): void;
  /** Changes rules of Cloud, or of Data Center and Server, from the next request on. Throws {@link EmulatorFailure} `bad_option` for one that is none. */
  changeRules(rules: Partial<Rules & DcRules>): void;
  /** Makes coming requests fail; the schema is in `core/faults.ts`. */
  addFault(fault: Fault): ArmedFault;
  clearFaults(): void;
  /** As a person does under App authorizations. Returns how many grants ended, or null for an unknown person. */
  revoke(whom: RevokeRequest): number | null;
  /** What somebody is in a workspace of Cloud from now on. Throws {@link EmulatorFailure} for an unknown workspace or person. */
  setPlace(place: PlaceInWorkspace): void;
  /** Throws {@link EmulatorFailure} for an unknown person or an expiry more than a year away. Default: a year. */
  addApiToken(wanted: NewApiToken): EmulatorApiToken;
  /** Throws {@link EmulatorFailure} for an unknown workspace or repository. Default: no expiry. */
  addAccessToken(wanted: SeedAccessToken): EmulatorAccessToken;
  /** By its id, seeded or not, of either kind. Returns whether there was one. */
  revokeToken(id: string): boolean;
  /** Every request answered so far, oldest first, without control itself. */
  requests(): readonly JournalEntry[];
}

export function createControl(context: EmulatorContext): EmulatorControl {
  const making = () => ({ now: context.clock.now(), isSeeded: false });
  return {
    ...deliveryControl(context),
    advance: (seconds) => context.clock.advance(seconds),
    changeRules: (rules) => changeRules(context, rules),
    addFault: (fault) => context.faults.add(fault),
    clearFaults() {
      context.faults.clear();
    },
    revoke({ username, uuid, consumerKey }) {
      const person = findPerson(context.world, username ?? uuid ?? "");
      return person === undefined ? null : revokeGrants(context, person.uuid, consumerKey);
    },
    setPlace: (place) => setPlace(context, place),
    addApiToken({ person: handle, ...given }) {
      const person = findPerson(context.world, handle);
      if (person === undefined)
        throw new EmulatorFailure("unknown_person", `There is no person "${handle}".`);
      return describeApiToken(person, addApiToken(person, given, making()));
    },
    addAccessToken: (given) =>
      describeAccessToken(context.world, addAccessToken(context.world, given, making())),
    revokeToken: (id) => revokeApiToken(context.world, id) || revokeAccessToken(context.world, id) !== null,
    requests: () => context.journal.list(),
  };
}
