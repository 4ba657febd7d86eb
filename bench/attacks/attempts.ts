import type { AttackCase } from "../../tests/attacks/case.ts";
import { choose } from "../../tests/attacks/choose.ts";
import { type Arena, openArena } from "../../tests/attacks/place.ts";
import { tryCase } from "../../tests/attacks/try-case.ts";
import { freePort } from "../../tests/free-port.ts";
import { type Served, startServed } from "../served/process.ts";
import { type Judged, judgeFailure } from "./judge.ts";
import type { System } from "./systems.ts";
import type { AttackedServer } from "./told.ts";

/** In the order of the catalogue, those that `npm run attacks -- --target` chooses. */
export const cases: readonly AttackCase[] = choose({ foreign: { hasInstances: false } }).attacks;

interface Opened {
  readonly served: Served;
  readonly arena: Arena;
}

export async function attack(system: System, chosen = cases): Promise<Judged[]> {
  const judged: Judged[] = [];
  let opened: Opened | null = null;
  try {
    for (const one of chosen) {
      const { id, title } = one;
      const because = system.unfit[id];
      if (because !== undefined) {
        judged.push({ id, title, verdict: "unfit", reason: because });
        continue;
      }
      opened ??= await open(system);
      const { failure } = await tryCase(opened.arena, one);
      const hasEnded = failure !== null && !(await isAlive(opened.served));
      judged.push(
        failure === null
          ? { id, title, verdict: "held", reason: "" }
          : { id, title, ...judgeFailure(id, failure, hasEnded) },
      );
      if (!hasEnded) continue;
      await opened.arena.close();
      opened = null;
    }
  } finally {
    await opened?.arena.close();
    await opened?.served.stop();
  }
  return judged;
}

/** Each time another port: a connection that a server keeps open would lead to the Bitbucket of before. */
async function open({ program, arguments: rest }: System): Promise<Opened> {
  const upstreamPort = await freePort();
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const served = await startServed(program, { arguments: [upstream, ...rest], isQuiet: true });
  const foreign = served.told as AttackedServer; // every server here tells it
  return { served, arena: await openArena({ foreign, upstreamPort }) };
}

async function isAlive(served: Served): Promise<boolean> {
  return served.used().then(
    () => true,
    () => false,
  );
}
