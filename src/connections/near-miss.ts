/** Owns guessing what a mistyped repository was meant to be. Pure. */
import { editDistance } from "../base/edit-distance.ts";

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
