/** Owns the emulator's moving parts: ports, sites, repositories, deliveries, and how all begin and end together. */
import { createApi } from "./cloud/api.ts";
import { faultAnswer } from "./cloud/fault-answer.ts";
import { deliverEvents } from "./cloud/hooks/listen.ts";
import { followPushes } from "./cloud/pull-requests/follow.ts";
import { repositoryOpener } from "./cloud/repositories/opened.ts";
import { createWebsite } from "./cloud/website/website.ts";
import type { EmulatorContext } from "./core/context.ts";
import { EmulatorFailure } from "./core/errors.ts";
import { createEvents } from "./core/events.ts";
import { createFaults } from "./core/faults.ts";
import { createJournal } from "./core/journal.ts";
import { rememberWorld } from "./core/replant.ts";
import { createResets } from "./core/resets.ts";
import { findPerson } from "./core/world.ts";
import { type AskedDataCenter, askedDataCenters, serveDataCenters } from "./data-centers.ts";
import { type GitRepositories, openRepositories } from "./git/repositories.ts";
import { createDeliveries, type Deliveries } from "./hooks/deliveries.ts";
import { inTurn } from "./in-turn.ts";
import { callbackOf, dataCenterRulesOf, type EmulatorOptions } from "./options.ts";
import type { Planted } from "./planting.ts";
import { createRecorder, type Recorder } from "./record/recorder.ts";
import { openPort, type Port } from "./server.ts";

export type Running = Awaited<ReturnType<typeof open>>;

/** Opens the ports and serves what was planted. Where that fails half way, nothing stays open. */
export async function open(options: EmulatorOptions, planted: Planted) {
  const asked = askedDataCenters(options);
  const ports = await openPorts(options, asked);
  const [git, deliveries] = [openRepositories(), createDeliveries(planted.clock)];
  const opened = { asked, ports, git, deliveries };
  let recorder: Recorder | null = null;
  try {
    recorder = options.record === undefined ? null : createRecorder(options.record);
    return await serve(options, planted, { ...opened, recorder });
  } catch (error) {
    await Promise.allSettled([closeAll({ ...opened, recorder })]);
    throw error;
  }
}

/** In this order, so that nobody asks what is closed; all of it, though a part fails. Throws the first failure then. */
async function closeAll({ ports, git, deliveries, recorder }: Opened, folder?: Planted["folder"]) {
  await inTurn([
    () => Promise.all(ports.map((port) => port.close())),
    () => deliveries.close(),
    () => git.close(),
    async () => recorder?.close(),
    async () => folder?.remove(),
  ]);
}

interface Opened {
  readonly git: GitRepositories;
  readonly deliveries: Deliveries;
  readonly asked: readonly AskedDataCenter[];
  readonly ports: readonly [Port, Port, ...Port[]];
  readonly recorder: Recorder | null;
}

async function serve(options: EmulatorOptions, planted: Planted, opened: Opened) {
  const { asked, ports, git, deliveries, recorder } = opened;
  const { rules, world, approver, clock, folder } = planted;
  const [webPort, apiPort, ...otherPorts] = ports;
  const [web, api] = [originOf(webPort), originOf(apiPort)];
  const shared = { clock, journal: createJournal(options.onRequest), faults: createFaults(clock), recorder };
  const resets = createResets();
  resets.onReset(() => deliveries.reset());
  const dcRules = dataCenterRulesOf(options);
  const dataCenters = await serveDataCenters(asked, otherPorts, {
    ...shared,
    world,
    git,
    resets,
    deliveries,
    autoApprove: options.autoApprove,
    seed: options.seed?.dataCenter,
    rules: dcRules,
    callbackUrl: callbackOf(options),
  });
  const context: EmulatorContext = {
    world,
    rules,
    git,
    resets,
    deliveries,
    ...shared,
    get autoApprove() {
      return approver === null ? null : (findPerson(world, approver.uuid) ?? approver);
    },
    events: createEvents(),
    origins: { web, api },
    dataCenters: dataCenters.map((each) => each.context),
  };
  const opener = repositoryOpener(context);
  deliverEvents(context, opener);
  followPushes(context);
  webPort.serve({ origin: "web", site: createWebsite(context, opener), faultAnswer, shared });
  apiPort.serve({ origin: "api", site: createApi(context, opener), faultAnswer, shared });
  const worlds = [world, ...dataCenters.map((each) => each.context.world)];
  recorder?.watch(worlds);
  const replants = [...worlds, rules, dcRules].map(rememberWorld);
  return {
    context,
    dataCenters,
    shared,
    resets,
    replant() {
      for (const replant of replants) replant();
    },
    close: () => closeAll(opened, folder),
  };
}

/** All or none: when one is taken, the others are let go. */
async function openPorts(
  { host = "127.0.0.1", port = 0, apiPort = 0 }: EmulatorOptions,
  others: readonly AskedDataCenter[],
): Promise<[Port, Port, ...Port[]]> {
  const wanted = [port, apiPort, ...others.map((each) => each.port)];
  const twice = wanted.find((each, at) => each !== 0 && wanted.indexOf(each) !== at);
  if (twice !== undefined)
    throw new EmulatorFailure("bad_option", `Each needs a port of its own: ${twice} is there twice.`);
  const opened = await Promise.allSettled(wanted.map((number) => openPort(host, number)));
  const ports = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = opened.find((each) => each.status === "rejected");
  if (failed === undefined) return ports as [Port, Port, ...Port[]]; // one for each wanted, of which there are two or more
  await Promise.all(ports.map((each) => each.close()));
  throw failed.reason;
}

function originOf(port: Port): string {
  return `http://127.0.0.1:${port.number}`;
}
