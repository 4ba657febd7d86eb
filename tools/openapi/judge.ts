/** Owns judging one recorded answer: which operation it is of, which schema speaks of it, and what is wrong with it. */
import type { Documents, OpenApiOperation, Product, Schema } from "./documents.ts";
import type { Exemption } from "./exemptions.ts";
import { type FoundPath, type Operations, operationsOf } from "./operations.ts";
import { outside } from "./outside.ts";
import { type OwnSchema, ownSchemas } from "./own-schemas.ts";
import { createValidator, pointerTo, type Validator } from "./validator.ts";

/** A line of `tools/record-answers.mjs`. */
export interface Answer {
  readonly origin: "web" | "api" | "dataCenter" | "server";
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Whether `fields` asked for some keys only. */
  readonly isPartial: boolean;
  /** The parameter. */
  readonly format: string | null;
  /** A file's bytes, which may be JSON that is no answer of the API. */
  readonly isFile: boolean;
  readonly isFault: boolean;
  /** Null unless it is JSON. */
  readonly body: string | null;
  /** The test file or program. */
  readonly from: string;
}

export interface Verdict {
  readonly kind: "checked" | "outside" | "fault" | "file" | "not JSON" | "other status";
  /** `GET /2.0/user`; null where the document has no such operation. */
  readonly operation: string | null;
  /** None: all is well. */
  readonly problems: readonly string[];
}

export interface Judge {
  judge(answer: Answer): Verdict;
  readonly validators: Readonly<Record<Product, Validator>>;
  /** Those of `own-schemas.ts` that no answer was of. */
  unused(): readonly OwnSchema[];
}

/** The schema of every error that no response speaks of. */
const errorSchema: Readonly<Record<Product, string>> = {
  cloud: "#/components/schemas/error",
  dataCenter: "#/components/schemas/RestErrors",
};

export function createJudge(
  documents: Documents,
  exemptions: Readonly<Record<Product, readonly Exemption[]>>,
): Judge {
  const validators = {
    cloud: createValidator(documents.cloud, exemptions.cloud),
    dataCenter: createValidator(documents.dataCenter, exemptions.dataCenter),
  };
  const operations = { cloud: operationsOf(documents.cloud), dataCenter: operationsOf(documents.dataCenter) };
  const used = new Set<OwnSchema>();
  return {
    validators,
    unused: () => ownSchemas.filter((own) => !used.has(own)),
    judge(answer) {
      const product = productOf(answer);
      const found = findOperation(operations[product], product, answer);
      const operation =
        found?.operation === undefined ? null : `${answer.method} ${prefixes[product]}${found.path}`;
      if (answer.isFault) return { kind: "fault", operation, problems: [] };
      if (answer.isFile) return { kind: "file", operation, problems: [] };
      if (answer.body === null || answer.method === "HEAD")
        return { kind: "not JSON", operation, problems: [] };
      if (!isJudged(answer.status)) return { kind: "other status", operation, problems: [] };
      if (found?.operation === undefined)
        return { kind: "outside", operation, problems: judgeOutside(validators[product], product, answer) };
      const own = ownSchemas.find(
        (each) =>
          each.operation === operation &&
          each.status === answer.status &&
          (each.format === undefined || each.format === answer.format),
      );
      if (own !== undefined) used.add(own);
      const schema = own?.schema ?? schemaFor(found.path, found.operation, answer, product);
      const problems =
        schema === null
          ? ["the document has no such status, or no schema for it"]
          : judgeBody(validators[product], schema, answer);
      return { kind: "checked", operation, problems };
    },
  };
}

/** What a document's paths lack at their beginning. */
const prefixes: Readonly<Record<Product, string>> = { cloud: "/2.0", dataCenter: "/rest" };

function productOf({ origin }: Answer): Product {
  return origin === "dataCenter" || origin === "server" ? "dataCenter" : "cloud";
}

function isJudged(status: number): boolean {
  return (status >= 200 && status < 300) || (status >= 400 && status < 500);
}

function findOperation(operations: Operations, product: Product, answer: Answer): FoundPath | null {
  const { origin, method, path } = answer;
  if (product === "cloud")
    return origin === "api" && path.startsWith("/2.0/") ? operations.find(method, path.slice(4)) : null;
  const rest = path.slice(path.indexOf("/rest/"));
  if (!rest.startsWith("/rest/")) return null;
  return operations.find(method, rest.slice("/rest".length).replace(/^\/([^/]+)\/1\.0\//, "/$1/latest/"));
}

/** The pointer to the schema of a response; an error that is not spoken of is one of the product's errors. */
function schemaFor(
  path: string,
  operation: OpenApiOperation,
  answer: Answer,
  product: Product,
): string | null {
  const { responses = {} } = operation;
  const isError = answer.status >= 400;
  const status = [String(answer.status), ...(isError ? ["default"] : [])].find((each) => each in responses);
  const [type, media] = Object.entries(responses[status ?? ""]?.content ?? {})[0] ?? [];
  if (status === undefined || type === undefined || media?.schema === undefined)
    return isError ? errorSchema[product] : null;
  return pointerTo(
    "paths",
    path,
    answer.method.toLowerCase(),
    "responses",
    status,
    "content",
    type,
    "schema",
  );
}

function judgeBody(validator: Validator, schema: string | Schema, answer: Answer): readonly string[] {
  const body = parse(answer.body ?? "");
  return body === undefined ? ["says it is JSON, and is not"] : validator.check(schema, body, answer);
}

function judgeOutside(validator: Validator, product: Product, answer: Answer): readonly string[] {
  const { path, status } = answer;
  const local = product === "cloud" ? path : path.slice(Math.max(0, path.indexOf("/rest/")));
  const row = outside.find(
    (each) =>
      each.product === product &&
      each.path.test(local) &&
      each.statuses.includes(status) &&
      (each.method === undefined || each.method === answer.method),
  );
  if (row === undefined) return ["is on a path or of a method that the document does not have"];
  return row.isError ? judgeBody(validator, errorSchema[product], answer) : [];
}

/** Undefined where it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
