/** Owns sharing commits: what waits at the same time is done in one transaction, and what fails fails alone. */
import { setImmediate as turn } from "node:timers/promises";
import { isWindlassError } from "../base/errors.ts";

/** What became of a group: a result each; or nothing of it, because one of its works threw, or because it met another process. */
export type GroupEnd =
  | { readonly results: readonly unknown[] }
  | { readonly undoneBy: unknown }
  | { readonly metAnother: true };

interface Waiting<Work> {
  readonly work: Work;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Gives each work that is handed in to `run` together with those that wait at that moment, never two groups at a time, in the
 * order they came. A group that one of its works undid runs again, each work alone; one that met another process in two halves,
 * and those behind it are no larger until it goes well: the longer a group, the more there is to meet. Where `run` throws, all of
 * it has failed.
 */
export function inGroups<Work>(run: (works: readonly Work[]) => Promise<GroupEnd>, mostTogether: number) {
  let waiting: Waiting<Work>[] = [];
  let isRunning = false;
  let most = mostTogether;

  const runHalves = async (group: readonly Waiting<Work>[]): Promise<void> => {
    const half = Math.ceil(group.length / 2);
    most = half;
    await runGroup(group.slice(0, half));
    await runGroup(group.slice(half));
  };
  const runGroup = async (group: readonly Waiting<Work>[]): Promise<void> => {
    try {
      const end = await run(group.map(({ work }) => work));
      if ("results" in end) {
        most = Math.min(mostTogether, most * 2);
        for (const [at, { done }] of group.entries()) done(end.results[at]);
      } else if ("metAnother" in end) await runHalves(group);
      else if (group.length === 1 || concernsAll(end.undoneBy))
        for (const { failed } of group) failed(end.undoneBy);
      else for (const one of group) await runGroup([one]);
    } catch (error) {
      for (const { failed } of group) failed(error);
    }
  };
  const runAll = async () => {
    isRunning = true;
    while (waiting.length > 0) {
      // What has arrived by now from the network gets its chance to come along.
      await turn();
      const group = waiting.slice(0, most);
      waiting = waiting.slice(group.length);
      await runGroup(group);
    }
    isRunning = false;
  };
  return (work: Work) =>
    new Promise<unknown>((done, failed) => {
      waiting.push({ work, done, failed });
      if (!isRunning) void runAll();
    });
}

/** The database's own failures; a row that is gone is one work's matter. */
function concernsAll(error: unknown): boolean {
  return (
    isWindlassError(error) && error.code.startsWith("storage.") && error.code !== "storage.missing_reference"
  );
}
