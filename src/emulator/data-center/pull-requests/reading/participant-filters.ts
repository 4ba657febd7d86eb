/** Owns the filters of a list of pull requests by who takes part: `username.1`, `role.1`, `approved.1`, and so on. */
import type { Context } from "hono";
import type { DataCenterContext } from "../../context.ts";
import { badParameter } from "../../errors.ts";
import { personByName } from "../../world.ts";
import { newParticipant } from "../opening/reviewers.ts";
import type { DcPullRequest } from "../state.ts";

type Filter = (pullRequest: DcPullRequest) => boolean;

/** Filters beyond this number are dropped. */
const most = 10;
const roles = ["AUTHOR", "REVIEWER", "PARTICIPANT"];

/** All of a request's, counted from 1 without a gap, or 400. @see Bitbucket REST API, "Get pull requests for repository" */
export function participantFilters(c: Context, context: DataCenterContext): readonly Filter[] | Response {
  const filters: Filter[] = [];
  for (let number = 1; number <= most; number += 1) {
    const name = c.req.query(`username.${number}`);
    if (name === undefined) break;
    const role = c.req.query(`role.${number}`)?.toUpperCase();
    if (role !== undefined && !roles.includes(role))
      return badParameter(`role.${number}`, `${role} is not a role: use one of ${roles.join(", ")}.`);
    const approved = c.req.query(`approved.${number}`)?.toLowerCase();
    const id = personByName(context.world, name)?.id;
    filters.push(({ authorId, participants }) =>
      [{ ...newParticipant(authorId, "PARTICIPANT"), role: "AUTHOR" }, ...participants].some(
        (each) =>
          each.userId === id &&
          (role === undefined || each.role === role) &&
          (approved === undefined || String(each.status === "APPROVED") === approved),
      ),
    );
  }
  return filters;
}
