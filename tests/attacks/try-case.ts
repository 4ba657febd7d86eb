/** Owns trying one case: at a place of its own, within its time, and what holds after every case. */
import type { AttackCase } from "./case.ts";
import type { Arena, OpenPlace } from "./place.ts";

export interface Tried {
  readonly id: string;
  readonly title: string;
  readonly milliseconds: number;
  /** Null when the server held. */
  readonly failure: string | null;
  /** Whether there was a server to try it on. */
  readonly isOpened: boolean;
}

export async function tryCase(arena: Arena, attack: AttackCase): Promise<Tried> {
  const { id, title, needs } = attack;
  const begun = performance.now();
  const told = (isOpened: boolean, failure: string | null) => ({
    id,
    title,
    milliseconds: Math.round(performance.now() - begun),
    failure,
    isOpened,
  });
  try {
    const place = await arena.place(needs);
    return await attempt(place, attack).then(
      () => told(true, null),
      (error: unknown) => told(true, sentenceOf(error)),
    );
  } catch (error) {
    return told(false, sentenceOf(error));
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function attempt(place: OpenPlace, attack: AttackCase): Promise<void> {
  const { run, patience = 15_000 } = attack;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not over after ${patience} ms`)), patience);
  try {
    await Promise.race([run(place), late.promise]);
    await claimQuiet(place, attack);
  } finally {
    clearTimeout(timer);
    await place.close();
  }
}

/** Whatever was tried: the server did not break, and nothing secret is in an answer or in its log. */
async function claimQuiet(place: OpenPlace, { mayBreak }: AttackCase): Promise<void> {
  const issued = Object.values(place.upstreams).flatMap((upstream) => upstream.secrets());
  for (const { method, url, status, text } of place.answers) {
    const where = `${method} ${url.pathname}`;
    if (status >= 500 && place.isForeign && /\n\s+at \S.*:\d+:\d+/.test(text))
      throw new Error(`${where} shows where it broke: ${text.slice(0, 200)}`);
    claimHides(text, issued, where);
  }
  if (place.isForeign) return;
  const log = await place.freshLog();
  claimHides(log, [...issued, ...place.cookieValues()], "the log");
  const broken = log.split("\n").find((line) => line.includes('"request.broken"'));
  if (broken !== undefined && mayBreak !== true) throw new Error(`the server broke: ${broken.slice(0, 600)}`);
}

function claimHides(text: string, secrets: readonly string[], where: string): void {
  const shown = secrets.find((secret) => text.includes(secret));
  if (shown !== undefined) throw new Error(`${where} shows a secret: ${shown.slice(0, 12)}…`);
}
