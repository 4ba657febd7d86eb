/** Owns waiting for each other: people who arrive at the same moment are written down in one commit. */

/** What a commit on a slow disk takes; a person who waits for a page does not notice it. */
const longestMilliseconds = 10;

export interface Gathering {
  /** Somebody is on the way for as long as this takes. */
  arriving<Result>(way: () => Promise<Result>): Promise<Result>;
  /** Waits until nobody is on the way, for {@link longestMilliseconds} at most. Nobody who comes alone waits at all. */
  gather(): Promise<void>;
}

export function createGathering(): Gathering {
  let onTheWay = 0;
  let waiting: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const goOn = () => {
    clearTimeout(timer);
    timer = undefined;
    const all = waiting;
    waiting = [];
    for (const each of all) each();
  };
  return {
    async arriving(way) {
      onTheWay += 1;
      try {
        return await way();
      } finally {
        onTheWay -= 1;
        if (onTheWay === 0) goOn();
      }
    },
    gather() {
      if (onTheWay === 0 && waiting.length === 0) return Promise.resolve();
      timer ??= setTimeout(goOn, longestMilliseconds);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
