/** Owns partial answers: the `fields` parameter. @see "Partial responses", Atlassian's REST intro */
import type { MiddlewareHandler } from "hono";
import { json } from "../../answers.ts";

type Json = unknown;

/** Cuts JSON answers down to what `fields` asks for. */
export function partialAnswers(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const fields = c.req.query("fields");
    const isJson = c.res.headers.get("Content-Type")?.startsWith("application/json") === true;
    if (!fields || !isJson || c.res.status >= 300) return;
    c.res = json(
      // Not trimmed: a plus that was not encoded arrives as a space, and matches nothing at Bitbucket either.
      choose(await c.res.json(), fields.split(",")),
      c.res.status,
    );
  };
}

/**
 * `a.b` keeps only what is named, `-a.b` takes away. `+a.b` adds to the default answer: since ours are whole, it only
 * brings back what a removal such as `-*` took.
 */
export function choose(whole: Json, fields: readonly string[]): Json {
  const named = (sign: string) =>
    fields.filter((field) => field.startsWith(sign)).map((field) => field.slice(1).split("."));
  const only = fields
    .filter((field) => !/^[+-]/.test(field) && field !== "")
    .map((field) => field.split("."));
  const kept = only.length === 0 ? whole : keep(whole, only);
  const removed = named("-").reduce(remove, kept);
  return named("-").length > 0 && named("+").length > 0 ? merge(removed, keep(whole, named("+"))) : removed;
}

function isRecord(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function keep(value: Json, paths: readonly (readonly string[])[]): Json {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) return value.map((item) => keep(item, paths));
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const below = paths.filter(([first]) => first === key || first === "*").map((path) => path.slice(1));
    return below.length === 0 ? [] : [[key, keep(inner, below)] as const];
  });
  return Object.fromEntries(kept);
}

function remove(value: Json, path: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((item) => remove(item, path));
  if (!isRecord(value)) return value;
  const [first, ...rest] = path;
  const left = Object.entries(value).flatMap(([key, inner]) => {
    if (key !== first && first !== "*") return [[key, inner] as const];
    return rest.length === 0 ? [] : [[key, remove(inner, rest)] as const];
  });
  return Object.fromEntries(left);
}

function merge(left: Json, right: Json): Json {
  if (Array.isArray(left) && Array.isArray(right))
    return right.map((item, index) => merge(left[index], item));
  if (!isRecord(left) || !isRecord(right)) return right;
  const shared = Object.entries(right).map(([key, inner]) => [
    key,
    key in left ? merge(left[key], inner) : inner,
  ]);
  return { ...left, ...Object.fromEntries(shared) };
}
