/** Owns which repositories on disk are open, and the copy of each that is written to: what was given stays untouched. */
import { openCopies } from "./copies.ts";
import { type RefChange, refChanges, refsOf } from "./ref-changes.ts";
import { type GitRepository, openGitRepository } from "./repository.ts";

/** What a piece of writing gave, and which branches and tags it moved. */
export interface Written<Result> {
  readonly result: Result;
  readonly changes: readonly RefChange[];
}

/** The repositories of all products, by the path they were given under: each open once. */
export interface GitRepositories {
  /** For reading. A folder that could not be opened is tried again the next time. */
  open(path: string): Promise<GitRepository>;
  /**
   * Runs `work` on the copy of a repository, which the first writing makes; from then on {@link open} reads the copy.
   * One piece of writing at a time a repository.
   */
  write<Result>(path: string, work: (git: GitRepository) => Promise<Result>): Promise<Written<Result>>;
  /** Throws the copies away: every repository is again as it was given. What is written meanwhile comes after it. */
  discardWrites(): Promise<void>;
  close(): Promise<void>;
}

export function openRepositories(): GitRepositories {
  const opened = new Map<string, Promise<GitRepository>>();
  const copies = openCopies(async (path) => (await open(path)).location);
  const queues = new Map<string, Promise<unknown>>();
  let discarding: Promise<unknown> = Promise.resolve();

  const open = async (path: string): Promise<GitRepository> => {
    const folderOfCopy = await copies.known(path)?.catch(() => undefined);
    const place = folderOfCopy ?? path;
    const known = opened.get(place);
    if (known !== undefined) return known;
    const opening = openGitRepository(place);
    opened.set(place, opening);
    opening.catch(() => opened.delete(place));
    return opening;
  };

  const close = async (places: readonly string[]) => {
    const closing = places.flatMap((place) => opened.get(place) ?? []);
    for (const place of places) opened.delete(place);
    const all = await Promise.allSettled(closing);
    await Promise.all(all.map((each) => (each.status === "fulfilled" ? each.value.close() : undefined)));
  };

  /** Waits for what is being written; what is to be written next waits for it, so that it goes to a copy of its own. */
  const discardWrites = () => {
    const before = [discarding, ...queues.values()];
    queues.clear();
    const discard = async () => {
      await Promise.allSettled(before);
      // What was only read stays open: others may be reading it just now.
      await copies.discard(close);
    };
    const ended = discard();
    discarding = ended.catch(() => undefined);
    return ended;
  };

  return {
    open,
    write(path, work) {
      const run = async () => {
        await copies.of(path);
        const git = await open(path);
        const before = await refsOf(git.location);
        const result = await work(git);
        return { result, changes: await refChanges(git.location, before, await refsOf(git.location)) };
      };
      const turn = (queues.get(path) ?? discarding).then(run, run);
      queues.set(path, turn);
      return turn;
    },
    discardWrites,
    async close() {
      await discardWrites();
      await close([...opened.keys()]);
    },
  };
}
