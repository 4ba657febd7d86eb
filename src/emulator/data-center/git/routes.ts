/** Owns git over HTTP at Data Center and Server: `/scm/{key}/{repository}.git/…`, the key in any case, `~user` too. */
import { Hono } from "hono";
import { dumbRefused } from "../../git/transport/answers.ts";
import { advertise, fetchPack, type Serving } from "../../git/transport/fetch.ts";
import type { Command } from "../../git/transport/packets.ts";
import { receivePack } from "../../git/transport/push.ts";
import type { GitCall } from "../../git/transport/request.ts";
import { mayRead, repositoryLevel } from "../access.ts";
import type { DcCaller, DcEnv } from "../caller.ts";
import type { DataCenterContext } from "../context.ts";
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
    const repository = findRepository(context.world, c.req.param("project"), slug);
    const caller = c.get("caller");
    const refused = refuse(context, { caller, repository, call });
    if (refused !== null) return refused;
    if (call === "dumb") return dumbRefused();
    // The refusal covers the repository that is not there.
    return repository === undefined
      ? noRepository(context, call)
      : serve(context, c.req.raw, { caller, repository, call });
  });
  return app;
}

/** Null: go on. */
function refuse(
  context: DataCenterContext,
  asks: {
    readonly caller: DcCaller;
    readonly repository: DcRepository | undefined;
    readonly call: GitCall | "dumb";
  },
): Response | null {
  const { caller, repository, call } = asks;
  const wantsPush = call !== "dumb" && call.service === "git-receive-pack";
  const readable = repository !== undefined && mayRead(context.world, caller, repository);
  if (caller.kind === "anonymous") return readable && !wantsPush ? null : whoAreYou();
  if (!readable) return noRepository(context, call);
  return wantsPush && repositoryLevel(context.world, caller, repository) < 2 ? mayNotPush() : null;
}

function serve(
  context: DataCenterContext,
  request: Request,
  { caller, repository, call }: { caller: DcCaller; repository: DcRepository; call: GitCall },
): Promise<Response> {
  const { rules, version } = context;
  const serving: Serving = {
    repositories: context.git,
    path: repository.path,
    manners: {
      seenRefs: [pullRequestRefs],
      partialClone: rules.gitAllowFilter && atLeast(version, filtersSince),
      wantsByHash: false,
      mainBranchDeletable: rules.gitDeletesDefaultBranch,
    },
  };
  if (call.kind === "advertise") return advertise(serving, request, call.service);
  if (call.service === "git-upload-pack") return fetchPack(serving, request);
  return receivePack(serving, request, {
    declines: declineReserved,
    async pushed(changes) {
      // Nobody in particular was refused before.
      if (caller.kind === "anonymous") return;
      await context.events.emit({ kind: "push", repository, actor: caller, changes });
    },
  });
}

function declineReserved(commands: readonly Command[]): readonly string[] | null {
  const reserved = commands.map(({ ref }) => ref).filter((ref) => ref.startsWith(`${pullRequestRefs}/`));
  return reserved.length === 0 ? null : reservedRefs(reserved);
}
