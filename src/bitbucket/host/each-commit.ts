/** Owns streaming a history: commit after commit over all pages, the next page asked for while the current one is handed out. */
import { bitbucketErrors } from "../errors.ts";
import type { CodeHost, HostCommit, RepositoryPlace } from "./host.ts";

/** What part of a history. */
export interface CommitSearch {
  /** A branch, tag or hash whose ancestors are wanted, itself included. */
  readonly include: string;
  /** One whose ancestors are not, nor itself. */
  readonly exclude?: string | undefined;
}

/**
 * The commits in Bitbucket's order. At most two pages are held at a time, however long the history is. Stopping early asks for
 * no page after the one that is on its way. Throws what `commitPage` throws, and `bitbucket.malformed_answer` when pages go
 * round in a circle.
 */
export async function* eachCommit(
  host: Pick<CodeHost, "commitPage">,
  place: RepositoryPlace,
  search: CommitSearch,
): AsyncGenerator<HostCommit, void, undefined> {
  const watch = watchForCircle();
  let asked = host.commitPage(place, search);
  for (;;) {
    const { commits, next } = await asked;
    const following = next === null ? null : host.commitPage(place, { ...search, page: watch(next) });
    // Its failure is told when its turn comes; until then nobody waits for it.
    following?.catch(() => {});
    yield* commits;
    if (following === null) return;
    asked = following;
  }
}

/**
 * Hands pages through and throws when one comes again, remembering one page only (Brent's algorithm): the remembered page is
 * replaced after 1, 2, 4, 8 … further ones, so a circle is noticed before it was gone round three times.
 */
function watchForCircle(): (page: string) => string {
  let remembered = "";
  let [further, room] = [0, 1];
  return (page) => {
    if (page === remembered) {
      const detail = "commits: the pages go round in a circle";
      throw bitbucketErrors.fail("bitbucket.malformed_answer", { detail });
    }
    further += 1;
    if (further === room) {
      remembered = page;
      [further, room] = [0, room * 2];
    }
    return page;
  };
}
