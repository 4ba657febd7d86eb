/** Owns git over HTTP at Cloud: `/{workspace}/{repository}.git/…` of the website, with and without the ending. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { expand } from "../../core/scopes.ts";
import { findRepository, type Repository } from "../../core/world.ts";
import { answerGit } from "../../git/transport/dispatch.ts";
import type { Serving } from "../../git/transport/fetch.ts";
import { callOf, type GitCall } from "../../git/transport/request.ts";
import { maySee } from "../access.ts";
import type { Actor, Caller } from "../caller.ts";
import { type Need, needs } from "../needs.ts";
import { callerPermission, includes } from "../permissions/permission.ts";
import type { WebEnv } from "../website/visitor.ts";
import { identifyGit } from "./identify.ts";
import { hiddenRepository, mayNotPush, notIdentified, scopeMissing, whoAreYou } from "./refusals.ts";

/** What is none of git's is left to the pages. */
export function gitRoutes(context: EmulatorContext): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.all("/:workspace/:repository/:rest{.+}", async (c, next) => {
    const { workspace, repository, rest } = c.req.param();
    const call = callOf(c.req.method, rest, c.req.query("service"));
    // Without the ending, what the protocol without git on the server asks for might be a page.
    const mightBePage = call === "dumb" && rest !== "info/refs" && !repository.endsWith(".git");
    if (call === null || mightBePage) return next();
    return answer(context, c, { call, workspace, slug: repository.replace(/\.git$/, "") });
  });
  return app;
}

interface Asked {
  readonly call: GitCall | "dumb";
  readonly workspace: string;
  readonly slug: string;
}

async function answer(context: EmulatorContext, c: Context<WebEnv>, asked: Asked): Promise<Response> {
  const { call, workspace, slug } = asked;
  const caller = identifyGit(context, c.req.header("Authorization") ?? null);
  if (typeof caller === "string") return notIdentified(context.rules, caller);
  noteCaller(c, caller);
  const found = findRepository(context.world, workspace, slug);
  const wants = call !== "dumb" && call.service === "git-receive-pack" ? "push" : "read";
  const allowed = judge(context, { caller, found, wants });
  if (allowed instanceof Response) return allowed;
  const { repository, actor } = allowed;
  return answerGit(call, c.req.raw, {
    serving: servingOf(context, repository),
    push: actor && {
      declines: () => null,
      pushed: (changes) => context.events.emit({ kind: "push", repository, actor, changes }),
    },
  });
}

/** What a caller was let in to. */
interface Allowed {
  readonly repository: Repository;
  /** Null: nobody in particular, who never pushes. */
  readonly actor: Actor | null;
}

/** In Bitbucket's order: who, scope, visibility, right. */
function judge(
  context: EmulatorContext,
  asks: {
    readonly caller: Caller;
    readonly found: Repository | undefined;
    readonly wants: "read" | "push";
  },
): Allowed | Response {
  const { caller, found, wants } = asks;
  const repository = found !== undefined && maySee(context, caller, found) ? found : null;
  if (caller.kind === "anonymous")
    return repository !== null && wants === "read" ? { repository, actor: null } : whoAreYou();
  if (!hasScope(caller, wants)) return scopeMissing();
  if (repository === null) return hiddenRepository(context.rules);
  return wants === "read" || includes(callerPermission(context, caller, repository), "write")
    ? { repository, actor: caller }
    : mayNotPush();
}

const pushing: Need = { oauth: ["repository:write"], apiToken: ["write:repository:bitbucket"] };

function hasScope(caller: Actor, wants: "read" | "push"): boolean {
  const isGranular = caller.kind === "person" && caller.credential === "api_token";
  const need: Need = wants === "read" ? needs.repository : pushing;
  const usable = isGranular ? new Set(caller.scopes) : expand(caller.scopes);
  return (isGranular ? need.apiToken : need.oauth).every((name) => usable.has(name));
}

function servingOf({ git, rules }: EmulatorContext, { path }: Repository): Serving {
  return {
    repositories: git,
    path,
    manners: {
      seenRefs: [],
      partialClone: rules.gitPartialClone,
      wantsByHash: true,
      mainBranchDeletable: rules.gitDeletesMainBranch,
    },
  };
}

function noteCaller(c: Context<WebEnv>, caller: Caller): void {
  const { note } = c.env;
  if (note === undefined || caller.kind === "anonymous") return;
  note.client = caller.consumerKey;
  note.person = caller.kind === "person" ? (caller.person.username ?? caller.person.uuid) : null;
}
