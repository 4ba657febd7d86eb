/** Owns what stands in for schemas that the documents lack, or that speak of another answer than their own text. */
import type { Schema } from "./documents.ts";

export interface OwnSchema {
  /** As the coverage table has it. */
  readonly operation: string;
  readonly status: number;
  /** Only where the parameter `format` is this. */
  readonly format?: string;
  readonly schema: Schema;
  readonly reason: string;
}

const repository = "/rest/api/latest/projects/{projectKey}/repos/{repositorySlug}";

const email: Schema = {
  type: "object",
  properties: {
    type: { const: "email" },
    email: { type: "string" },
    is_primary: { type: "boolean" },
    is_confirmed: { type: "boolean" },
    links: { type: "object" },
  },
  required: ["type", "email", "is_primary", "is_confirmed"],
  additionalProperties: false,
};

/** Cloud's wrapper of a page. */
function cloudPage(items: Schema): Schema {
  return {
    type: "object",
    properties: {
      size: { type: "integer", minimum: 0 },
      page: { type: "integer", minimum: 1 },
      pagelen: { type: "integer", minimum: 1 },
      next: { type: "string", format: "uri" },
      previous: { type: "string", format: "uri" },
      values: { type: "array", items },
    },
    required: ["values"],
    additionalProperties: false,
  };
}

/** Data Center's. */
function dataCenterPage(items: Schema, more: Readonly<Record<string, Schema>> = {}): Schema {
  return {
    type: "object",
    properties: {
      size: { type: "integer" },
      limit: { type: "integer" },
      isLastPage: { type: "boolean" },
      start: { type: "integer" },
      nextPageStart: { type: ["integer", "null"] },
      values: { type: "array", items },
      ...more,
    },
    required: ["size", "limit", "isLastPage", "start", "values"],
    additionalProperties: false,
  };
}

const component = (name: string): Schema => ({ $ref: `document#/components/schemas/${name}` });

const untyped = "the document has no schema for it";

const pullRequests = "/2.0/repositories/{workspace}/{repo_slug}/pullrequests";
const said: Schema = {
  type: "object",
  properties: {
    date: { type: "string", format: "date-time" },
    user: component("account"),
    pullrequest: { type: "object" },
  },
  required: ["date", "user", "pullrequest"],
  additionalProperties: false,
};
const update: Schema = {
  type: "object",
  properties: {
    ...Object.fromEntries(
      ["title", "description", "reason", "state"].map((name) => [name, { type: "string" }]),
    ),
    draft: { type: "boolean" },
    changes: { type: "object" },
    author: component("account"),
    date: { type: "string", format: "date-time" },
    source: component("pullrequest_endpoint"),
    destination: component("pullrequest_endpoint"),
  },
  required: ["title", "description", "reason", "state", "author", "date", "source", "destination"],
  additionalProperties: false,
};
const activity: Schema = {
  type: "object",
  properties: {
    pull_request: { type: "object" },
    ...{ update, approval: said, changes_requested: said, comment: component("pullrequest_comment") },
  },
  required: ["pull_request"],
  minProperties: 2,
  maxProperties: 2,
  additionalProperties: false,
};

const hookEvents: Schema = {
  type: "object",
  properties: { links: { type: "object", properties: { events: component("link") }, required: ["events"] } },
  required: ["links"],
  additionalProperties: false,
};
const webhooks = dataCenterPage(component("RestWebhook"));
const invocation: Schema = {
  type: "object",
  properties: {
    ...Object.fromEntries(["id", "duration", "start", "finish"].map((name) => [name, { type: "integer" }])),
    event: { type: "string" },
    request: { type: "object" },
    result: { type: "object" },
  },
  required: ["id", "event", "duration", "start", "finish", "request", "result"],
  additionalProperties: false,
};
const hash: Schema = { type: ["string", "null"], pattern: "^[0-9a-f]{40}$" };

/** A file's lines, a folder's entries, or what size, type and blame (a list, without content) ask for: the document's text has all of them. */
const browsed: Schema = {
  type: ["object", "array"],
  items: { type: "object" },
  properties: {
    lines: {
      type: "array",
      items: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    },
    path: { type: "object" },
    revision: { type: "string" },
    children: { type: "object" },
    blame: { type: "array" },
    type: { enum: ["FILE", "DIRECTORY", "SUBMODULE"] },
    size: { type: "integer" },
  },
};

const changes = dataCenterPage(component("RestChange"), {
  fromHash: hash,
  toHash: hash,
  properties: { type: "object" },
});

const diff: Schema = {
  type: "object",
  properties: {
    fromHash: hash,
    toHash: hash,
    contextLines: { type: ["integer", "string"] },
    whitespace: { type: "string" },
    truncated: { type: "boolean" },
    diffs: { type: "array", items: component("RestDiff") },
  },
  required: ["fromHash", "toHash", "contextLines", "whitespace", "truncated", "diffs"],
  additionalProperties: false,
};

export const ownSchemas: readonly OwnSchema[] = [
  { operation: "GET /2.0/user/emails", status: 200, schema: cloudPage(email), reason: untyped },
  { operation: "GET /2.0/user/emails/{email}", status: 200, schema: email, reason: untyped },
  {
    operation: "GET /2.0/repositories/{workspace}/{repo_slug}/src/{commit}/{path}",
    status: 200,
    format: "meta",
    schema: {
      type: "object",
      if: { properties: { type: { const: "commit_file" } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schema, and nobody awaits a schema
      then: component("commit_file"),
      else: { allOf: [component("treeentry"), { properties: { type: { const: "commit_directory" } } }] },
    },
    reason: "the document's text says what format=meta answers, its schema is that of a folder's page",
  },
  ...["browse", "browse/{path}"].map((path) => ({
    operation: `GET ${repository}/${path}`,
    status: 200,
    schema: browsed,
    reason: untyped,
  })),
  {
    operation: "GET /rest/api/latest/projects/{projectKey}/permissions/groups/none",
    status: 200,
    schema: dataCenterPage(component("RestDetailedGroup")),
    reason: "the document says 202 for this list alone; for its siblings, of users and of repositories, 200",
  },
  {
    operation: "GET /rest/api/latest/inbox/pull-requests",
    status: 200,
    schema: dataCenterPage(component("RestPullRequest")),
    reason: untyped,
  },
  {
    operation: "GET /rest/api/latest/inbox/pull-requests/count",
    status: 200,
    schema: {
      type: "object",
      properties: { count: { type: "integer", minimum: 0 } },
      required: ["count"],
      additionalProperties: false,
    },
    reason: untyped,
  },
  {
    operation: `GET ${repository}/pull-requests/{pullRequestId}/changes`,
    status: 200,
    schema: changes,
    reason: "the document has the schema of one change where its text speaks of a page",
  },
  ...[
    "commits/{commitId}/diff/{path}",
    "compare/diff{path}",
    "pull-requests/{pullRequestId}/diff/{path}",
  ].map((path) => ({
    operation: `GET ${repository}/${path}`,
    status: 200,
    schema: diff,
    reason: "the document has the schema of one file where its text speaks of the whole diff",
  })),
  {
    operation: `GET ${pullRequests}/{pull_request_id}/commits`,
    status: 200,
    schema: cloudPage(component("commit")),
    reason: untyped,
  },
  ...[pullRequests, `${pullRequests}/{pull_request_id}`].map((at) => ({
    operation: `GET ${at}/activity`,
    status: 200,
    schema: cloudPage(activity),
    reason: "the document has examples of it, and no schema",
  })),
  {
    operation: "GET /2.0/hook_events",
    status: 200,
    schema: { type: "object", properties: { repository: hookEvents, workspace: hookEvents } },
    reason: "the document's own example has the link among `links`, as everywhere else",
  },
  ...[`${repository}/webhooks`, "/rest/api/latest/projects/{projectKey}/webhooks"].flatMap((at) => [
    { operation: `GET ${at}`, status: 200, schema: webhooks, reason: untyped },
    {
      operation: `POST ${at}`,
      status: 201,
      schema: component("RestWebhook"),
      reason: "clients meet 201 where the document says 200",
    },
    {
      operation: `GET ${at}/{webhookId}/latest`,
      status: 200,
      schema: invocation,
      reason: "the document's start and finish hold 32 bits: no instant in milliseconds does",
    },
  ]),
  { operation: `GET ${repository}/webhooks/search`, status: 200, schema: webhooks, reason: untyped },
];
