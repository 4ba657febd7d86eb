/** Owns git over HTTP at Data Center and Server: `/scm/{key}/{repository}.git/…`, the key in any case, `~user` too. */
import { Hono } from "hono";
import { answerGit } from "../../git/transport/dispatch.ts";
import type { Serving } from "../../git/transport/fetch.ts";
import type { Command } from "../../git/transport/packets.ts";
import type { GitCall } from "../../git/transport/request.ts";
import { mayRead, repositoryLevel } from "../access.ts";
import type { DcCaller, DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
import type { DcActor } from "../events.ts";
import { atLeast } from "../version.ts";
import { type DcRepository, findRepository } from "../world.ts";
import { askedIn } from "./asked.ts";
import { mayNotPush, noRepository, reservedRefs, whoAreYou } from "./refusals.ts";

/** Partial clones came with it. @see BSERV-11639 */
const filtersSince = "7.13";
const pullRequestRefs = "refs/pull-requests";

export function scmRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>();
  app.all("/scm/:project/:repository{[^/]+\\.git}/:rest{.+}", async (c, next) => {
    const call = askedIn(context, c.req.raw);
    if (call === null) return next();
    const slug = c.req.param("repository").replace(/\.git$/, "");
    const found = findRepository(context.world, c.req.param("project"), slug);
    const allowed = judge(context, { caller: c.get("caller"), found, call });
    if (allowed instanceof Response) return allowed;
    const { repository, actor } = allowed;
    return answerGit(call, c.req.raw, {
      serving: servingOf(context, repository),
      push: actor && {
        declines: declineReserved,
        pushed: (changes) => context.events.emit({ kind: "push", repository, actor, changes }),
      },
    });
  });
  return app;
}

/** What a caller was let in to. */
interface Allowed {
  readonly repository: DcRepository;
  /** Null: nobody in particular, who never pushes. */
  readonly actor: DcActor | null;
}

function judge(
  context: DataCenterContext,
  asks: {
    readonly caller: DcCaller;
    readonly found: DcRepository | undefined;
    readonly call: GitCall | "dumb";
  },
): Allowed | Response {
  const { caller, found, call } = asks;
  const wantsPush = call !== "dumb" && call.service === "git-receive-pack";
  const repository = found !== undefined && mayRead(context.world, caller, found) ? found : null;
  if (caller.kind === "anonymous")
    return repository !== null && !wantsPush ? { repository, actor: null } : whoAreYou();
  if (repository === null) return noRepository(context, call);
  return wantsPush && repositoryLevel(context.world, caller, repository) < 2
    ? mayNotPush()
    : { repository, actor: caller };
}

function servingOf({ git, rules, version }: DataCenterContext, { path }: DcRepository): Serving {
  return {
    repositories: git,
    path,
    manners: {
      seenRefs: [pullRequestRefs],
      partialClone: rules.gitAllowFilter && atLeast(version, filtersSince),
      wantsByHash: false,
      mainBranchDeletable: rules.gitDeletesDefaultBranch,
    },
  };
}

function declineReserved(commands: readonly Command[]): readonly string[] | null {
  const reserved = commands.map(({ ref }) => ref).filter((ref) => ref.startsWith(`${pullRequestRefs}/`));
  return reserved.length === 0 ? null : reservedRefs(reserved);
}
