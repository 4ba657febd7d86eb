/** Owns holding a body against a schema of an OpenAPI document with ajv, and noting which exemptions it took. */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import type { OpenApiDocument, Schema } from "./documents.ts";
import { type Exemption, exempted, withExemptions } from "./exemptions.ts";

export interface Validator {
  /** With the exemptions in place. */
  readonly document: OpenApiDocument;
  /**
   * What is wrong, a sentence each; none when the body is as the schema at the pointer (`#/components/schemas/error`) says. */
  check(schema: string | Schema, body: unknown, options?: { readonly isPartial: boolean }): readonly string[];
  /** The marks of exemptions that some body needed. */
  readonly needed: ReadonlySet<string>;
}

export function createValidator(original: OpenApiDocument, exemptions: readonly Exemption[]): Validator {
  const document = withExemptions(original, exemptions);
  const needed = new Set<string>();
  let met: string[] = [];
  // The documents have keywords of OpenAPI and examples that ajv does not know: `strict` would refuse them.
  const ajv = new Ajv({ strict: false, allErrors: true, discriminator: false, validateFormats: true });
  addFormats.default(ajv);
  ajv.addKeyword({
    keyword: exempted,
    validate: (mark: string) => {
      met.push(mark);
      return true;
    },
  });
  ajv.addSchema(document, "document");
  const compiled = new Map<string | Schema, ValidateFunction>();
  const compile = (schema: string | Schema) => {
    const known =
      compiled.get(schema) ??
      ajv.compile(typeof schema === "string" ? { $ref: `document${schema}` } : schema);
    compiled.set(schema, known);
    return known;
  };
  return {
    document,
    needed,
    check(schema, body, { isPartial } = { isPartial: false }) {
      met = [];
      const validate = compile(schema);
      validate(body);
      const errors = (validate.errors ?? []).filter(({ keyword }) => !(isPartial && keyword === "required"));
      const problems = sentences(errors);
      if (problems.length === 0) for (const mark of met) needed.add(mark);
      return problems;
    },
  };
}

/** A pointer into the document, each part escaped (RFC 6901 section 3, in a fragment: section 6). */
export function pointerTo(...parts: readonly string[]): string {
  const escaped = parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")));
  return `#/${escaped.join("/")}`;
}

function sentences(errors: readonly ErrorObject[]): readonly string[] {
  return errors
    .filter(({ keyword }) => keyword !== "if")
    .map(({ instancePath, message, params, schemaPath }) => {
      const which = Object.values(params)
        .filter((value) => typeof value === "string")
        .join(", ");
      return `${instancePath === "" ? "the body" : instancePath} ${message} (${which}; ${schemaPath})`;
    });
}
