/** Owns where real answers of Bitbucket Cloud differ from Atlassian's document; each was met in captured bodies. Nothing else is let through. */
import type { Schema } from "./documents.ts";
import type { Exemption } from "./exemptions.ts";

const link: Schema = {
  type: "object",
  properties: { href: { type: "string", format: "uri" }, name: { type: "string" } },
  required: ["href"],
  additionalProperties: false,
};

/** What text that was typed says of itself besides its three keys. */
const rendered = { type: { const: "rendered" } };

const links = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, link]));

const captured = "captured: the schema does not say nullable";

function nullable(schema: string, property: string, reason = captured): Exemption {
  const [name = "", ...path] = schema.split("/");
  return {
    id: `${name}.${property}: null`,
    at: [name, ...path, "properties", property].join("/"),
    may: { type: "null" },
    reason,
  };
}

export const cloudExemptions: readonly Exemption[] = [
  nullable("diffstat", "old", "captured: an added file has no old side"),
  nullable("diffstat", "new", "captured: a removed file has no new side"),
  {
    id: "repository.links.clone[].href: scp form",
    at: "repository/allOf/1/properties/links/properties/clone/items/properties/href",
    may: { type: "string", pattern: "^git@[^:/\\s]+:[^\\s]+\\.git$" },
    reason: "captured: the ssh entry is no URI",
  },
  {
    id: "repository.links: more",
    at: "repository/allOf/1/properties/links",
    mayHave: links("branches", "tags", "source"),
    reason: "captured",
  },
  nullable("repository/allOf/1", "parent", "captured: what is no fork has no parent"),
  {
    id: "project.links: more",
    at: "project/allOf/1/properties/links",
    mayHave: links("self"),
    reason: "captured",
  },
  {
    id: "commit.summary: more",
    at: "base_commit/allOf/1/properties/summary",
    mayHave: rendered,
    reason: "captured",
  },
  {
    id: "pullrequest.summary: more",
    at: "pullrequest/allOf/1/properties/summary",
    mayHave: rendered,
    reason: "captured",
  },
  ...["title", "description"].map((text) => ({
    id: `pullrequest.rendered.${text}: more`,
    at: `pullrequest/allOf/1/properties/rendered/properties/${text}`,
    mayHave: rendered,
    reason: "captured",
  })),
  {
    id: "pullrequest.links: more",
    at: "pullrequest/allOf/1/properties/links",
    mayHave: links("statuses", "request-changes"),
    reason: "captured",
  },
  {
    id: "pullrequest_endpoint.commit: more",
    at: "pullrequest_endpoint/properties/commit",
    mayHave: { type: { const: "commit" }, links: { type: "object", properties: links("self", "html") } },
    reason: "captured",
  },
  {
    id: "pullrequest_endpoint.branch: more",
    at: "pullrequest_endpoint/properties/branch",
    mayHave: {
      links: { type: "object" },
      sync_strategies: { type: "array", items: { type: "string" } },
    },
    reason: "captured",
  },
  nullable("pullrequest/allOf/1", "merge_commit", "captured: null until it is merged"),
  nullable("pullrequest/allOf/1", "closed_by", "captured: null while it is open"),
  {
    id: "workspace.links: more",
    at: "workspace/allOf/1/properties/links",
    mayHave: links("hooks", "html_overview"),
    reason: "captured",
  },
  {
    id: "error.error.detail: object",
    at: "error/properties/error/properties/detail",
    may: { type: "object" },
    reason: "captured: 403 of a missing scope has required and granted",
  },
  {
    id: "error.error: more",
    at: "error/properties/error",
    mayHave: {
      fields: {
        anyOf: [
          { type: "object", additionalProperties: { type: "array", items: { type: "string" } } },
          { type: "array", items: { type: "string" } },
        ],
      },
    },
    reason: "captured",
  },
  {
    id: "commit_file.attributes: array",
    at: "commit_file/properties/attributes",
    may: {
      type: "array",
      items: { enum: ["link", "executable", "subrepository", "binary", "lfs"] },
      uniqueItems: true,
    },
    reason: "captured: a list of them, empty for a plain file",
  },
  nullable("participant/allOf/1", "state", "captured: null until somebody has decided"),
  nullable("participant/allOf/1", "participated_on", "captured; the document's own text says so"),
  ...["message", "date", "tagger"].map((property) =>
    nullable("tag/allOf/1", property, "captured: a lightweight tag is no object of its own"),
  ),
  nullable("repository/allOf/1", "mainbranch", "captured: an empty repository has no branch"),
  {
    id: "error: an API token without scopes",
    at: "error",
    may: {
      type: "object",
      properties: { error: { const: "API Token provided has no Bitbucket scopes." } },
      required: ["error"],
      additionalProperties: false,
    },
    reason: "captured: this one 401 has its sentence in place of the object",
  },
];
