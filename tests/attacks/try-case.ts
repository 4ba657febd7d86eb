/** Owns trying one case: at a place of its own, within its time, and what holds after every case. */
import type { AttackCase } from "./case.ts";
import type { Arena, Place } from "./place.ts";

export interface Tried {
  readonly id: string;
  readonly title: string;
  readonly milliseconds: number;
  /** Null when the server held. */
  readonly failure: string | null;
}

export async function tryCase(arena: Arena, attack: AttackCase): Promise<Tried> {
  const { id, title } = attack;
  const begun = performance.now();
  const failure = await attempt(arena, attack).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return { id, title, milliseconds: Math.round(performance.now() - begun), failure };
}

async function attempt(arena: Arena, { run, fresh, patience = 15_000 }: AttackCase): Promise<void> {
  const place = await arena.place(fresh);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not over after ${patience} ms`)), patience);
  try {
    await Promise.race([run(place), late.promise]);
    await claimQuiet(place);
  } finally {
    clearTimeout(timer);
    await place.close();
  }
}

/** Whatever was tried: the server did not break, and nothing secret is in an answer or in its log. */
async function claimQuiet(place: Place): Promise<void> {
  const secrets = Object.values(place.upstreams).flatMap((upstream) => upstream.secrets());
  for (const { method, url, status, text } of place.answers) {
    if (status === 500) throw new Error(`${method} ${url.pathname} broke: ${text.slice(0, 200)}`);
    const shown = secrets.find((secret) => text.includes(secret));
    if (shown !== undefined)
      throw new Error(`${method} ${url.pathname} shows a secret: ${shown.slice(0, 12)}…`);
  }
}
