/** Owns what a running emulator is to whoever started it. */
import type { ShiftableClock } from "../base/clock.ts";
import { checkOptions } from "./checked-options.ts";
import { createControl, type EmulatorControl } from "./control/control.ts";
import type { Rules } from "./core/rules.ts";
import type { World } from "./core/world.ts";
import type { EmulatedDataCenter } from "./data-center/instance.ts";
import type { DataCenterProduct } from "./data-centers.ts";
import {
  describeConsumers,
  describePerson,
  type EmulatorConsumer,
  type EmulatorPerson,
} from "./described-people.ts";
import { describeAccessTokens, type EmulatorAccessToken } from "./described-tokens.ts";
import type { EmulatorOptions, GivenRepository } from "./options.ts";
import { type Planted, plant } from "./planting.ts";
import { open, type Running } from "./running.ts";

export type { EmulatorConsumer, EmulatorPerson } from "./described-people.ts";
export type { EmulatorOptions, GivenRepository } from "./options.ts";

/** A local Bitbucket that runs. */
export interface Emulator {
  /** `api` is without `/2.0`; `control` is where the routes of `docs/emulator.md` begin. */
  readonly urls: { readonly bitbucket: string; readonly api: string; readonly control: string };
  /** As they are now; the default seed's first is the one for an app. */
  readonly consumers: readonly EmulatorConsumer[];
  readonly people: readonly EmulatorPerson[];
  /** The seeded ones of repositories, projects and workspaces. */
  readonly accessTokens: readonly EmulatorAccessToken[];
  /** `fullName` is `workspace/slug`. */
  readonly repositories: readonly { readonly fullName: string; readonly path: string }[];
  /** Null when switched off. */
  readonly dataCenter: EmulatedDataCenter | null;
  /** Null when switched off. */
  readonly server: EmulatedDataCenter | null;
  readonly rules: Rules;
  readonly clock: ShiftableClock;
  readonly control: EmulatorControl;
  /** Throws {@link EmulatorFailure}, or `GitFailure` for a folder that is no repository. */
  addRepository(repository: GivenRepository): Promise<void>;
  /**
   * All as it was when `createEmulator` ended, with the same keys, secrets and tokens: people, tokens, repositories,
   * rules, faults, the list of requests, and the clock put back by as much as it was moved. Log-ins end, what was
   * pushed is gone, and so are repositories that were added since.
   */
  reset(): Promise<void>;
  /** Ends all connections and removes what was written. */
  close(): Promise<void>;
  /** As `close`: `await using emulator = await createEmulator()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a local Bitbucket Cloud on two ports of 127.0.0.1, a Data Center on a third and a Server on a fourth.
 * Throws {@link EmulatorFailure} (`port_taken`, `bad_seed`, `bad_history`, `unknown_person` …), or `GitFailure` for a
 * bad repository.
 */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  checkOptions(options);
  const planted = await plant(options);
  let running: Running | undefined;
  try {
    running = await open(options, planted);
    await planted.repositories;
    return emulatorOf(running, planted);
  } catch (error) {
    await Promise.allSettled([running?.close()]);
    await planted.folder.remove();
    throw error;
  }
}

function emulatorOf(running: Running, { clock, place, add }: Planted): Emulator {
  const { context } = running;
  const { world, rules, origins } = context;
  const described = (product: DataCenterProduct) =>
    running.dataCenters.find((each) => each.context.product === product)?.describe() ?? null;

  return {
    urls: { bitbucket: origins.web, api: origins.api, control: `${origins.web}/_emulator` },
    get consumers() {
      return describeConsumers(world);
    },
    get people() {
      return world.people.map((person) => describePerson(world, rules, person));
    },
    get accessTokens() {
      return describeAccessTokens(world);
    },
    get repositories() {
      return describeRepositories(world);
    },
    get dataCenter() {
      return described("dataCenter");
    },
    get server() {
      return described("server");
    },
    rules,
    clock,
    control: createControl(context),
    async addRepository(repository) {
      const placed = place(repository);
      await placed.ready();
      const added = add(placed.repository);
      for (const each of running.dataCenters) each.addRepository(added);
    },
    async reset() {
      await context.git.discardWrites();
      running.replant();
      context.faults.clear();
      context.journal.clear();
      clock.putBack();
      running.resets.run();
    },
    close: running.close,
    [Symbol.asyncDispose]: running.close,
  };
}

function describeRepositories({ repositories }: World): Emulator["repositories"] {
  return repositories.map(({ workspaceSlug, slug, path }) => ({
    fullName: `${workspaceSlug}/${slug}`,
    path,
  }));
}
