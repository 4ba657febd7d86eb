/** Owns the two commits of `compare`, whose source may lie in another repository. */
import type { Context } from "hono";
import { mayRead } from "../access.ts";
import type { DcEnv } from "../caller.ts";
import { noSuchCommit, noSuchRepository, notPermitted } from "../errors.ts";
import { findRepository } from "../world.ts";
import { commitAt } from "./location.ts";
import type { Opened } from "./opened.ts";

export interface Compared {
  readonly from: string;
  readonly to: string;
}

/** `from` and `to`, each the default branch unless named, or the answer to one that is none. */
export async function comparedCommits(c: Context<DcEnv>, opened: Opened): Promise<Compared | Response> {
  const elsewhere = otherRepository(c, opened);
  if (elsewhere !== null) return elsewhere;
  const from = await commitAt(c, "from", opened);
  if (from instanceof Response) return from;
  const to = await commitAt(c, "to", opened);
  return to instanceof Response ? to : { from, to };
}

/**
 * `fromRepo` by its number or as `KEY/slug`. Null: it is this repository. Any other has no commit of this one's, since
 * nothing is ever forked here.
 */
function otherRepository(c: Context<DcEnv>, { context: { world }, repository }: Opened): Response | null {
  const asked = c.req.query("fromRepo");
  if (asked === undefined || asked === "") return null;
  const [key = "", slug = ""] = asked.split("/");
  const found =
    slug === ""
      ? world.repositories.find(({ id }) => String(id) === asked)
      : findRepository(world, key, slug);
  if (found === undefined) return noSuchRepository(slug === "" ? repository.projectKey : key, slug || key);
  if (found.id === repository.id) return null;
  if (!mayRead(world, c.get("caller"), found)) return notPermitted();
  return noSuchCommit(c.req.query("from") ?? "", repository.name);
}
