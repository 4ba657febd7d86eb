/** Owns a limit on how many run at the same time; the rest wait in the order they came. */

export type AtMost = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function atMost(places: number): AtMost {
  let free = places;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await work();
    } finally {
      leave();
    }
  };
}
