/** Owns one running Data Center or Server: planting its world, serving it on its port, and telling what is there. */

import type { Served } from "../answering.ts";
import { EmulatorFailure } from "../core/errors.ts";
import { createEvents } from "../core/events.ts";
import type { DataCenterSeed } from "../core/seed-data-center.ts";
import type { Repository, Workspace } from "../core/world.ts";
import type { Port } from "../server.ts";
import type { DataCenterContext } from "./context.ts";
import { type DcCredentials, describeCredentials, seedCredentials } from "./credentials.ts";
import { dcFaultAnswer } from "./fault-answer.ts";
import { deliverEvents } from "./hooks/listen.ts";
import { addDcRepository, plantDataCenter } from "./plant.ts";
import { createDataCenter } from "./site.ts";
import { hasOAuth2, versionProblem } from "./version.ts";
import { type DcPerson, personById, personByName } from "./world.ts";

/** How a local Data Center or Server is set up. */
export interface DataCenterOptions {
  /** `9.4.2` for the Data Center, `7.17.0` for the Server unless told. */
  readonly version?: string | undefined;
  /** 0, the default, takes any. */
  readonly port?: number | undefined;
  /** With a leading slash and without a trailing one, or empty. `/bitbucket` for the Data Center, empty for the Server. */
  readonly contextPath?: string | undefined;
  /** The app's callback on the seeded link. Default: `/auth/data-center/callback` or `/auth/server/callback` at the app's origin. */
  readonly redirectUrl?: string | undefined;
}

/** A Data Center or Server as it is now. Repositories are named `KEY/slug`. */
export interface EmulatedDataCenter extends DcCredentials {
  /** With context path, without trailing slash. */
  readonly url: string;
  readonly version: string;
  readonly people: readonly DcPerson[];
  readonly projects: readonly { readonly id: number; readonly key: string; readonly name: string }[];
  readonly repositories: readonly { readonly id: number; readonly fullName: string; readonly path: string }[];
}

export interface RunningDataCenter {
  readonly context: DataCenterContext;
  describe(): EmulatedDataCenter;
  addRepository(repository: Repository): void;
}

/** What is the same for both, and for Cloud. */
export interface DataCenterShared
  extends Pick<
    DataCenterContext,
    "clock" | "journal" | "faults" | "rules" | "git" | "resets" | "deliveries"
  > {
  readonly recorder: Served["shared"]["recorder"];
  readonly workspaces: readonly Workspace[];
  readonly repositories: readonly Repository[];
  /** What a seed says of both. */
  readonly seed?: DataCenterSeed | undefined;
  /** The name of who consents to everything; ignored where nobody has it. */
  readonly autoApprove: string | undefined;
  /** The app's callback for Cloud: another one at its origin is this product's, unless told. */
  readonly callbackUrl: string;
}

type Product = DataCenterContext["product"];

const usual = {
  dataCenter: { version: "9.4.2", contextPath: "/bitbucket", callbackPath: "/auth/data-center/callback" },
  server: { version: "7.17.0", contextPath: "", callbackPath: "/auth/server/callback" },
} as const;

/** Version and context path of a product, the usual ones where nothing is asked for. Throws {@link EmulatorFailure} `bad_option`. */
export function dataCenterOptions(
  product: Product,
  options: DataCenterOptions = {},
): { readonly version: string; readonly contextPath: string; readonly redirectUrl: string | undefined } {
  const { version = usual[product].version, contextPath = usual[product].contextPath } = options;
  const wrongVersion = versionProblem(product, version);
  if (wrongVersion !== null) throw new EmulatorFailure("bad_option", wrongVersion);
  if (!/^(\/[A-Za-z0-9._~-]+)*$/.test(contextPath))
    throw new EmulatorFailure(
      "bad_option",
      `A context path is like /bitbucket or empty, not "${contextPath}".`,
    );
  return { version, contextPath, redirectUrl: options.redirectUrl };
}

/** Plants a world and serves it on a port that is bound. */
export async function serveDataCenter(
  product: Product,
  { port, version, contextPath, redirectUrl }: ReturnType<typeof dataCenterOptions> & { readonly port: Port },
  shared: DataCenterShared,
): Promise<RunningDataCenter> {
  const world = plantDataCenter(shared.workspaces, shared.seed);
  for (const repository of shared.repositories) addDcRepository(world, repository, shared.seed);
  const { clock, journal, faults, rules, git, resets, deliveries, callbackUrl } = shared;
  const app = URL.canParse(callbackUrl) ? callbackUrl : "http://localhost:8000";
  const ownCallback = redirectUrl ?? new URL(usual[product].callbackPath, app).href;
  await seedCredentials(world, {
    redirectUrls: [ownCallback, callbackUrl],
    hasOAuth2: hasOAuth2(version),
    now: clock.now(),
  });
  const origin = `http://127.0.0.1:${port.number}`;
  const approver =
    shared.autoApprove === undefined ? null : (personByName(world, shared.autoApprove) ?? null);
  const context: DataCenterContext = {
    product,
    world,
    version,
    rules,
    clock,
    journal,
    faults,
    origin,
    contextPath,
    git,
    resets,
    deliveries,
    get autoApprove() {
      return approver === null ? null : (personById(world, approver.id) ?? approver);
    },
    events: createEvents(),
    baseUrl: `${origin}${contextPath}`,
  };
  deliverEvents(context);
  port.serve({
    origin: product,
    site: createDataCenter(context),
    faultAnswer: dcFaultAnswer,
    shared: { clock, journal, faults, recorder: shared.recorder },
  });
  return {
    context,
    describe: () => describe(context),
    addRepository: (repository) => addDcRepository(world, repository, shared.seed),
  };
}

function describe({ world, baseUrl, version }: DataCenterContext): EmulatedDataCenter {
  return {
    url: baseUrl,
    version,
    ...describeCredentials(world),
    people: [...world.people],
    projects: world.projects.map(({ id, key, name }) => ({ id, key, name })),
    repositories: world.repositories.map(({ id, projectKey, slug, path }) => ({
      id,
      fullName: `${projectKey}/${slug}`,
      path,
    })),
  };
}
