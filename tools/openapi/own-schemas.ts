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
const hash: Schema = { type: ["string", "null"], pattern: "^[0-9a-f]{40}$" };

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
];
