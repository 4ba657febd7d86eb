/** Owns git over HTTP at Cloud: `/{workspace}/{repository}.git/…` of the website, with and without the ending. */
import { type Context, Hono } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import { expand } from "../../core/scopes.ts";
import { findRepository, type Repository } from "../../core/world.ts";
import { dumbRefused } from "../../git/transport/answers.ts";
import { advertise, fetchPack, type Serving } from "../../git/transport/fetch.ts";
import { receivePack } from "../../git/transport/push.ts";
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
  const caller = identifyGit(context, c.req.header("Authorization") ?? null);
  if (typeof caller === "string") return notIdentified(context.rules, caller);
  noteCaller(c, caller);
  const repository = findRepository(context.world, asked.workspace, asked.slug);
  const wants = asked.call !== "dumb" && asked.call.service === "git-receive-pack" ? "push" : "read";
  const refusal = refuse(context, { caller, repository, wants });
  if (refusal !== null) return refusal;
  // The refusal covers the repository that is not there.
  return repository === undefined
    ? hiddenRepository(context.rules)
    : serve(context, c, { ...asked, caller, repository });
}

/** In Bitbucket's order: who, scope, visibility, right. Null: go on. */
function refuse(
  context: EmulatorContext,
  asks: {
    readonly caller: Caller;
    readonly repository: Repository | undefined;
    readonly wants: "read" | "push";
  },
): Response | null {
  const { caller, repository, wants } = asks;
  const visible = repository !== undefined && maySee(context, caller, repository);
  if (caller.kind === "anonymous") return visible && wants === "read" ? null : whoAreYou();
  if (!hasScope(caller, wants)) return scopeMissing();
  if (!visible) return hiddenRepository(context.rules);
  return wants === "read" || includes(callerPermission(context, caller, repository), "write")
    ? null
    : mayNotPush();
}

const pushing: Need = { oauth: ["repository:write"], apiToken: ["write:repository:bitbucket"] };

function hasScope(caller: Actor, wants: "read" | "push"): boolean {
  const isGranular = caller.kind === "person" && caller.credential === "api_token";
  const need: Need = wants === "read" ? needs.repository : pushing;
  const usable = isGranular ? new Set(caller.scopes) : expand(caller.scopes);
  return (isGranular ? need.apiToken : need.oauth).every((name) => usable.has(name));
}

async function serve(
  context: EmulatorContext,
  c: Context<WebEnv>,
  { call, caller, repository }: { call: Asked["call"]; caller: Caller; repository: Repository },
): Promise<Response> {
  if (call === "dumb") return dumbRefused();
  const request = c.req.raw;
  const { rules } = context;
  const serving: Serving = {
    repositories: context.git,
    path: repository.path,
    manners: {
      seenRefs: [],
      partialClone: rules.gitPartialClone,
      wantsByHash: true,
      mainBranchDeletable: rules.gitDeletesMainBranch,
    },
  };
  if (call.kind === "advertise") return advertise(serving, request, call.service);
  if (call.service === "git-upload-pack") return fetchPack(serving, request);
  if (caller.kind === "anonymous") return whoAreYou();
  return receivePack(serving, request, {
    declines: () => null,
    pushed: (changes) => context.events.emit({ kind: "push", repository, actor: caller, changes }),
  });
}

function noteCaller(c: Context<WebEnv>, caller: Caller): void {
  const { note } = c.env;
  if (note === undefined || caller.kind === "anonymous") return;
  note.client = caller.consumerKey;
  note.person = caller.kind === "person" ? (caller.person.username ?? caller.person.uuid) : null;
}
