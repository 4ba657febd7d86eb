/** Owns answers as the recorder keeps them, and small documents in place of Atlassian's. */
import { type Documents, readDocuments, type Schema } from "../../tools/openapi/documents.ts";
import type { Answer } from "../../tools/openapi/judge.ts";

/** Atlassian's. `vitest.config.ts` leaves the tests that need them out where WINDLASS_OPENAPI names no folder. */
export function atlassians(): Documents {
  const documents = readDocuments(process.env.WINDLASS_OPENAPI);
  if (documents === null) throw new Error("WINDLASS_OPENAPI names no folder.");
  return documents;
}

/** What a test leaves out is an answer of Cloud's API that is fine. */
export function answerOf(path: string, body: unknown, more: Partial<Answer> = {}): Answer {
  return {
    origin: "api",
    method: "GET",
    path,
    status: 200,
    isPartial: false,
    format: null,
    isFile: false,
    isFault: false,
    body: typeof body === "string" ? body : JSON.stringify(body),
    from: "a.test.ts",
    ...more,
  };
}

const json = (schema: Schema) => ({ description: "", content: { "application/json": { schema } } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const error = {
  type: "object",
  properties: {
    type: { type: "string" },
    error: {
      type: "object",
      properties: { message: { type: "string" } },
      required: ["message"],
      additionalProperties: false,
    },
  },
  required: ["type"],
};

const thing = {
  type: "object",
  properties: { type: { type: "string" }, size: { type: "integer" }, parent: ref("thing") },
  required: ["type"],
};

const things = {
  type: "object",
  properties: { pagelen: { type: "integer" }, values: { type: "array", items: ref("thing") } },
  additionalProperties: false,
};

/** Written as Atlassian's are, with a few paths. */
export const smallDocuments: Documents = {
  cloud: {
    paths: {
      "/things": { get: { responses: { 200: json(ref("things")), 204: { description: "" } } } },
      "/things/{id}": { get: { responses: { 200: json(ref("thing")), 403: json(ref("error")) } } },
      "/things/{id}/diff/{spec}": { get: { responses: { 200: json(ref("thing")) } } },
      "/things/mine": { get: { responses: { 200: json(ref("things")) } } },
    },
    components: { schemas: { error, thing, things } },
  },
  dataCenter: {
    paths: {
      "/api/latest/projects/{key}/compare/diff{path}": { get: { responses: { 200: json(ref("thing")) } } },
      "/api/latest/pull-requests/{id}.diff": { get: { responses: { 200: json(ref("thing")) } } },
    },
    components: {
      schemas: { thing, RestErrors: { properties: { errors: { type: "array" } } } },
    },
  },
};
