/** Owns guessing what a mistyped repository was meant to be. Pure. */

/**
 * The name among `known` nearest to `wanted` (both `workspace/repo-slug`), or `null` when none is near enough to be
 * what was meant: more than a third of the letters would have to change.
 */
export function nearestName(wanted: string, known: Iterable<string>): string | null {
  const target = wanted.toLowerCase();
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = nameDistance(target, name.toLowerCase());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = name;
    }
  }
  return bestDistance <= allowed(target) ? best : null;
}

/** One letter in three of the repository's own name, at least two: `chekout-api` and `checkout` both get there. */
function allowed(target: string): number {
  const slug = target.slice(target.indexOf("/") + 1);
  return Math.max(2, Math.floor(slug.length / 3));
}

/** A wrong workspace is one mistake, however different its letters: slugs repeat over workspaces. */
function nameDistance(wanted: string, name: string): number {
  const [wantedWorkspace = "", wantedSlug = ""] = wanted.split("/");
  const [workspace = "", slug = ""] = name.split("/");
  const away = wantedWorkspace === workspace ? 0 : Math.min(2, editDistance(wantedWorkspace, workspace));
  return away + editDistance(wantedSlug, slug);
}

/** Letters to add, drop, change, or swap with their neighbour (Damerau–Levenshtein, optimal string alignment). */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const change = from[row - 1] === to[column - 1] ? 0 : 1;
      let least = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + change);
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) least = Math.min(least, at(beforeLast, column - 2) + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
