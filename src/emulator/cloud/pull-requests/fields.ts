/** Owns reading the body a pull request is opened or changed with; every mistake is named at once. */
import type { EmulatorContext } from "../../core/context.ts";
import { findPerson, type Person, type Repository } from "../../core/world.ts";
import { badRequest } from "../answers.ts";
import { mayReview } from "./accounts.ts";
import { isObject } from "./found.ts";

/** What a body says; what it does not name is absent. */
export interface Fields {
  readonly title?: string;
  readonly description?: string;
  readonly sourceBranch?: string;
  readonly destinationBranch?: string;
  readonly reviewers?: readonly Person[];
  readonly closeSourceBranch?: boolean;
  readonly draft?: boolean;
}

type Problems = Record<string, string[]>;

/** `isWhole`: title and source must be there. Throws nothing; a 400 names the fields. */
export function readFields(
  context: EmulatorContext,
  repository: Repository,
  { body, isWhole }: { readonly body: Readonly<Record<string, unknown>>; readonly isWhole: boolean },
): Fields | Response {
  const problems: Problems = {};
  const problem = (field: string, text: string) => {
    problems[field] = [...(problems[field] ?? []), text];
    return undefined;
  };
  const required = "This field is required.";
  const title = typed("title", body.title, "string", problem);
  if (title?.trim() === "" || (isWhole && body.title === undefined)) problem("title", required);
  const sourceBranch = branchOf("source", body.source, { repository, problem });
  if (isWhole && sourceBranch === undefined && problems.source === undefined) problem("source", required);
  const read = {
    title: title?.trim(),
    sourceBranch,
    description: body.description === null ? "" : typed("description", body.description, "string", problem),
    destinationBranch: branchOf("destination", body.destination, { repository, problem }),
    reviewers: reviewersOf(context, repository, { given: body.reviewers, problem }),
    closeSourceBranch: typed("close_source_branch", body.close_source_branch, "boolean", problem),
    draft: typed("draft", body.draft, "boolean", problem),
  };
  if (Object.keys(problems).length > 0) return fieldProblems(problems);
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** As Bitbucket names an unknown branch: the field in the sentence, too. */
export function fieldProblem(field: string, text: string): Response {
  return badRequest(`${field}: ${text}`, { [field]: [text] });
}

function fieldProblems(problems: Problems): Response {
  return badRequest("Bad request", problems);
}

type Report = (field: string, text: string) => undefined;

interface Kinds {
  readonly string: string;
  readonly boolean: boolean;
}

function typed<Kind extends keyof Kinds>(
  field: string,
  value: unknown,
  kind: Kind,
  problem: Report,
): Kinds[Kind] | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== kind) return problem(field, `expected a ${kind}`);
  return value as Kinds[Kind]; // typeof has just said so
}

/** `{ "branch": { "name": … } }`; a repository beside it must be this one. */
function branchOf(
  field: string,
  value: unknown,
  { repository, problem }: { readonly repository: Repository; readonly problem: Report },
): string | undefined {
  if (value === undefined || value === null) return undefined;
  const branch = isObject(value) && isObject(value.branch) ? value.branch.name : undefined;
  const other = isObject(value) && isObject(value.repository) ? value.repository : null;
  const names = [`${repository.workspaceSlug}/${repository.slug}`, `{${repository.uuid}}`];
  const named = other?.full_name ?? other?.uuid;
  if (typeof named === "string" && !names.includes(named))
    return problem(field, `repository not found: ${named}`);
  return typeof branch === "string" && branch !== "" ? branch : problem(field, "This field is required.");
}

/** A list of objects with `uuid`, `account_id` or (never again since 2019, yet still sent) `username`. */
function reviewersOf(
  context: EmulatorContext,
  repository: Repository,
  { given, problem }: { readonly given: unknown; readonly problem: Report },
): readonly Person[] | undefined {
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) return problem("reviewers", "expected a list");
  const people = given.map((each) => {
    const handle = isObject(each) ? (each.uuid ?? each.account_id) : undefined;
    const person = typeof handle === "string" ? findPerson(context.world, handle) : undefined;
    if (person !== undefined && mayReview(context, person, repository)) return person;
    return problem("reviewers", `${String(handle ?? JSON.stringify(each))} is not a valid user`);
  });
  return [...new Set(people.filter((person) => person !== undefined))];
}
