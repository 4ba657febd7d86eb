/** Owns finding the operation of a request in an OpenAPI document: the most literal path wins, a last parameter may hold slashes. */
import type { OpenApiDocument, OpenApiOperation } from "./documents.ts";

export interface FoundPath {
  /** As the document writes it. */
  readonly path: string;
  /** Undefined: the document has the path, yet not for this method. */
  readonly operation: OpenApiOperation | undefined;
}

export interface Operations {
  /** `path` begins where the document's begin. Null: the document does not have it. */
  find(method: string, path: string): FoundPath | null;
}

interface Candidate {
  readonly path: string;
  readonly segments: readonly string[];
  readonly literals: number;
}

export function operationsOf({ paths }: Pick<OpenApiDocument, "paths">): Operations {
  const candidates = Object.keys(paths)
    .map((path): Candidate => {
      // The document of Data Center has a path that ends in `diff{path}`.
      const segments = split(path.replace(/(?<=\w)\{path\}$/, "/{path}"));
      return { path, segments, literals: segments.filter((segment) => !/^\{\w+\}$/.test(segment)).length };
    })
    .toSorted((left, right) => right.literals - left.literals);
  return {
    find(method, path) {
      const asked = split(path);
      const found =
        candidates.find(({ segments }) => segments.length === asked.length && begins(segments, asked)) ??
        candidates.find((candidate) => holdsRest(candidate, asked));
      return found === undefined
        ? null
        : { path: found.path, operation: paths[found.path]?.[method.toLowerCase()] };
    },
  };
}

function split(path: string): readonly string[] {
  return path.split("/").filter(Boolean);
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

function begins(segments: readonly string[], asked: readonly string[]): boolean {
  return segments.every((segment, index) => fits(segment, asked[index] ?? ""));
}

/** A parameter may have an end: `{pullRequestId}.diff`. */
function fits(segment: string, asked: string): boolean {
  if (!isParameter(segment)) return segment === asked;
  const end = segment.slice(segment.indexOf("}") + 1);
  return asked.endsWith(end) && asked.length > end.length;
}

/** Names of branches, specs and paths may hold slashes, and a path may be empty: the root folder. */
function holdsRest({ segments }: Candidate, asked: readonly string[]): boolean {
  const last = segments.at(-1) ?? "";
  if (!/^\{(path|spec|name|revision|commitId)\}$/.test(last)) return false;
  const fixed = segments.slice(0, -1);
  const least = last === "{path}" ? fixed.length : fixed.length + 1;
  return asked.length >= least && begins(fixed, asked);
}
