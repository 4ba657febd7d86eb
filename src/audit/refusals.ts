/** Owns recording what was refused: the first of a minute at once, how many more when the minute is over. */
import type { Clock } from "../base/clock.ts";
import type { Audit } from "./audit.ts";

/** What was refused, in words of ours. */
export interface Refusal {
  readonly instanceId: string;
  /** A code of the catalogue. */
  readonly reason: string;
  /** `user usr_…` where somebody was signed in. Nobody by default. */
  readonly actor?: string | undefined;
}

export interface Refusals {
  /** Resolves when what had to be written at once is written, or could not be: what is refused stays refused. */
  note(refusal: Refusal): Promise<void>;
  /** Writes how many more there were in the minute that runs. */
  close(): Promise<void>;
}

const minuteMilliseconds = 60_000;
/** Kinds of refusal in one minute; further ones are counted together. */
const mostKinds = 200;

interface Counted {
  readonly refusal: Refusal;
  more: number;
}

/**
 * A flood of refused callbacks is two entries a minute for each instance and reason, whatever it sends. `failed` is told
 * what kept an entry from being written.
 */
export function createRefusals(
  { audit, clock }: { readonly audit: Pick<Audit, "write">; readonly clock: Clock },
  failed: (error: unknown) => void,
): Refusals {
  const closing = new AbortController();
  let minute = new Map<string, Counted>();
  let ending: Promise<void> | undefined;

  const write = ({ instanceId, reason, actor = "nobody" }: Refusal, times: number) =>
    audit
      .write({ event: "signin.refused", actor, reason, facts: { instance: instanceId, times } })
      .catch(failed);
  const endMinute = async () => {
    const counted = [...minute.values()];
    [minute, ending] = [new Map(), undefined];
    await Promise.all(counted.map(({ refusal, more }) => (more > 0 ? write(refusal, more) : undefined)));
  };
  return {
    async note(refusal) {
      const { instanceId, reason, actor = "nobody" } = refusal;
      const key = minute.size < mostKinds ? JSON.stringify([instanceId, reason, actor]) : "others";
      const known = minute.get(key);
      if (known !== undefined) {
        known.more += 1;
        return;
      }
      minute.set(key, { refusal, more: 0 });
      ending ??= clock.sleep(minuteMilliseconds, closing.signal).then(endMinute, () => {});
      await write(refusal, 1);
    },
    async close() {
      closing.abort();
      await ending;
      await endMinute();
    },
  };
}
