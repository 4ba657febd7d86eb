/** Owns starting each server in a process of its own, and asking them by turns. */
import { median } from "../served/numbers.ts";
import { contestantOptions, type Served, startServed } from "../served/process.ts";
import { askOver, type Checked } from "./lane.ts";

/** Eight browsers at once. */
const connections = 8;

export interface Contestant {
  readonly name: string;
  readonly program: URL;
  readonly argument?: string;
  /** How often it is asked in a round. */
  readonly requests: number;
}

export interface Speed {
  readonly perSecond: number;
  /** Processor time of the server for one check. */
  readonly microseconds: number;
}

/** The medians of the rounds, in the order of the contestants. */
export async function measure(contestants: readonly Contestant[], rounds: number): Promise<Speed[]> {
  const servers: Served[] = [];
  try {
    for (const contestant of contestants) servers.push(await start(contestant));
    const found = servers.map((): Speed[] => []);
    for (let round = 0; round < rounds; round++)
      for (const [index, server] of servers.entries())
        found[index]?.push(await askRound(server, contestants[index]?.requests ?? 1));
    return found.map((speeds) => ({
      perSecond: median(speeds.map(({ perSecond }) => perSecond)),
      microseconds: median(speeds.map(({ microseconds }) => microseconds)),
    }));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function start({ program, argument = "", requests }: Contestant): Promise<Served> {
  const served = await startServed(program, { arguments: [argument], nodeOptions: contestantOptions });
  await askOver(connections, Math.ceil(requests / 4), served.told as Checked); // told by the program
  return served;
}

async function askRound(server: Served, requests: number): Promise<Speed> {
  const before = await server.used();
  const perSecond = await askOver(connections, requests, server.told as Checked); // told by the program
  const { cpuMicroseconds } = await server.used();
  return { perSecond, microseconds: (cpuMicroseconds - before.cpuMicroseconds) / requests };
}
