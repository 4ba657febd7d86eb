/** Owns lists of pull requests: of a repository, of a commit, of who is involved. */
import { type Context, Hono } from "hono";
import { mayRead } from "../../access.ts";
import { json } from "../../answers.ts";
import type { DcEnv } from "../../caller.ts";
import type { DataCenterContext } from "../../context.ts";
import { badParameter, notPermitted } from "../../errors.ts";
import { commitInPath } from "../../history/commits.ts";
import type { HistoryHandler } from "../../history/opened.ts";
import { listPage } from "../../paging.ts";
import { has } from "../../version.ts";
import { type DcPerson, personByName } from "../../world.ts";
import { fullName, pullRequestShape, repositoryOf } from "../shape.ts";
import type { DcPullRequest } from "../state.ts";
import { participantFilters } from "./participant-filters.ts";

const states = ["OPEN", "MERGED", "DECLINED", "ALL"] as const;

/** Those that target the repository, or with `direction=OUTGOING` those that come from it. */
export const listPullRequests: HistoryHandler = (c, { context, repository }) => {
  const word = (name: string, usual: string) => (c.req.query(name) ?? usual).toUpperCase();
  const [state, order, direction] = [
    word("state", "OPEN"),
    word("order", "NEWEST"),
    word("direction", "INCOMING"),
  ];
  if (!states.some((each) => each === state))
    return badParameter("state", `${state} is not a state: use one of ${states.join(", ")}.`);
  if (order !== "NEWEST" && order !== "OLDEST") return badParameter("order", "Use NEWEST or OLDEST.");
  if (direction !== "INCOMING" && direction !== "OUTGOING")
    return badParameter("direction", "Use INCOMING or OUTGOING.");
  const people = participantFilters(c, context);
  if (people instanceof Response) return people;
  const at = c.req.query("at");
  const draft = has("draftPullRequests", context) ? c.req.query("draft")?.toLowerCase() : undefined;
  const words = (c.req.query("filterText") ?? "").toLowerCase();
  const found = context.world.pullRequests.all
    .filter((each) => people.every((fits) => fits(each)))
    .filter((each) => side(each, direction).repositoryId === repository.id)
    .filter((each) => state === "ALL" || each.state === state)
    .filter((each) => at === undefined || at === "" || fullName(side(each, direction)) === at)
    .filter((each) => draft === undefined || String(each.draft) === draft)
    .filter(({ title, description }) => `${title}\n${description ?? ""}`.toLowerCase().includes(words));
  return pageOfThem(c, context, ordered(context, found, order));
};

function side({ from, to }: DcPullRequest, direction: "INCOMING" | "OUTGOING") {
  return direction === "INCOMING" ? to : from;
}

function ordered(
  { rules }: DataCenterContext,
  all: readonly DcPullRequest[],
  order: string,
): readonly DcPullRequest[] {
  const time = ({ createdAt, updatedAt }: DcPullRequest) =>
    (rules.pullRequestOrder === "created" ? createdAt : updatedAt).getTime();
  const oldestFirst = all.toSorted((left, right) => time(left) - time(right));
  return order === "OLDEST" ? oldestFirst : oldestFirst.toReversed();
}

function pageOfThem(
  c: Context,
  context: DataCenterContext,
  all: readonly DcPullRequest[],
): Promise<Response> {
  const { rules } = context;
  const withProperties = c.req.query("withProperties")?.toLowerCase() !== "false";
  return listPage(c, all, {
    rules,
    most: rules.maxItems,
    render: (each) => pullRequestShape(context, each, { withProperties }),
  });
}

/** Those that bring a commit, whatever became of them. */
export const pullRequestsOfCommit: HistoryHandler = async (c, opened) => {
  const { context, repository, git } = opened;
  if (c.get("caller").kind === "anonymous") return notPermitted();
  const commit = await commitInPath(c, opened);
  if (commit instanceof Response) return commit;
  const found: DcPullRequest[] = [];
  for (const each of context.world.pullRequests.all) {
    if (each.to.repositoryId !== repository.id) continue;
    const { from, to } = each;
    if (await git.log.isOnlyIn(commit.hash, from.commitHash, to.commitHash)) found.push(each);
  }
  return pageOfThem(c, context, ordered(context, found, "NEWEST"));
};

/** What concerns the person who asks: all of it, and what waits for them. */
export function dashboardRoutes(context: DataCenterContext): Hono<DcEnv> {
  const app = new Hono<DcEnv>({ strict: false });
  app.get("/dashboard/pull-requests", (c) => dashboard(c, context));
  app.get("/inbox/pull-requests", (c) => inbox(c, context, (all) => pageOfThem(c, context, all)));
  app.get("/inbox/pull-requests/count", (c) => inbox(c, context, (all) => json({ count: all.length })));
  return app;
}

function dashboard(c: Context<DcEnv>, context: DataCenterContext): Response | Promise<Response> {
  const caller = c.get("caller");
  if (caller.kind !== "person") return notPermitted();
  const name = c.req.query("user");
  const person = name === undefined ? caller.person : personByName(context.world, name);
  const state = c.req.query("state")?.toUpperCase();
  if (state !== undefined && !["OPEN", "MERGED", "DECLINED"].includes(state))
    return badParameter("state", `${state} is not a state: use one of OPEN, MERGED, DECLINED.`);
  const role = c.req.query("role")?.toUpperCase();
  if (role !== undefined && !["AUTHOR", "REVIEWER", "PARTICIPANT"].includes(role))
    return badParameter("role", `${role} is not a role: use one of AUTHOR, REVIEWER, PARTICIPANT.`);
  const statuses = c.req.query("participantStatus")?.toUpperCase().split(",");
  const found = readable(c, context).filter((each) => {
    if (person === undefined || (state !== undefined && each.state !== state)) return false;
    const own = partOf(person, each);
    return (
      own !== null &&
      (role === undefined || own.role === role) &&
      (statuses === undefined || statuses.includes(own.status))
    );
  });
  const order = c.req.query("order")?.toUpperCase() === "OLDEST" ? "OLDEST" : "NEWEST";
  return pageOfThem(c, context, ordered(context, found, order));
}

/** Open ones the person has to review, or with `role=AUTHOR` their own. */
function inbox(
  c: Context<DcEnv>,
  context: DataCenterContext,
  answer: (all: readonly DcPullRequest[]) => Response | Promise<Response>,
): Response | Promise<Response> {
  const caller = c.get("caller");
  if (caller.kind !== "person") return notPermitted();
  const role = c.req.query("role")?.toUpperCase() ?? "REVIEWER";
  const open = readable(c, context).filter(({ state }) => state === "OPEN");
  const own = open.filter((each) => partOf(caller.person, each)?.role === role);
  return answer(ordered(context, own, "NEWEST"));
}

function readable(c: Context<DcEnv>, context: DataCenterContext): readonly DcPullRequest[] {
  const { world } = context;
  return world.pullRequests.all.filter(({ to }) =>
    mayRead(world, c.get("caller"), repositoryOf(context, to)),
  );
}

function partOf({ id }: DcPerson, { authorId, participants }: DcPullRequest) {
  if (authorId === id) return { role: "AUTHOR", status: "UNAPPROVED" } as const;
  return participants.find(({ userId }) => userId === id) ?? null;
}
