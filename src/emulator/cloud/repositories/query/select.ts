/** Owns applying `q` and `sort` to objects as they are answered. */
import type { Context } from "hono";
import { badRequest } from "../../answers.ts";
import { type Expression, type Literal, type Operator, parseQuery, QueryError } from "./expression.ts";

/** Whether the request filters or sorts, so that the objects are needed whole. */
export function selects(c: Context): boolean {
  return Boolean(c.req.query("q")) || Boolean(c.req.query("sort"));
}

/**
 * Filters by `q` and sorts by `sort`. A query that cannot be read, or a field none of the objects has, is answered
 * with 400; its wording is ours, no capture was found.
 */
export function selectObjects<Item extends object>(
  c: Context,
  objects: readonly Item[],
): readonly Item[] | Response {
  try {
    const query = c.req.query("q");
    const filtered = query ? filterObjects(objects, parseQuery(query)) : objects;
    const sort = c.req.query("sort");
    return sort ? sortObjects(filtered, sort) : filtered;
  } catch (error) {
    if (error instanceof QueryError) return badRequest(error.message);
    throw error;
  }
}

function filterObjects<Item extends object>(
  objects: readonly Item[],
  expression: Expression,
): readonly Item[] {
  for (const field of fieldsOf(expression)) demandField(objects, field);
  return objects.filter((object) => holds(object, expression));
}

function sortObjects<Item extends object>(objects: readonly Item[], sort: string): readonly Item[] {
  const field = sort.replace(/^-/, "");
  demandField(objects, field);
  const sorted = objects.toSorted((left, right) =>
    order(valuesAt(left, field)[0], valuesAt(right, field)[0]),
  );
  return sort.startsWith("-") ? sorted.reverse() : sorted;
}

/** Names compare with their numbers as numbers: v9 before v10. */
function order(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left ?? "").localeCompare(String(right ?? ""), "en", { numeric: true });
}

function fieldsOf(expression: Expression): readonly string[] {
  return expression.kind === "test" ? [expression.field] : expression.parts.flatMap(fieldsOf);
}

function demandField(objects: readonly object[], field: string): void {
  if (objects.length > 0 && !objects.some((object) => hasField(object, field.split(".")))) {
    throw new QueryError(`Invalid field name: ${field}`);
  }
}

function hasField(value: unknown, parts: readonly string[]): boolean {
  const [first, ...rest] = parts;
  if (first === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0 || value.some((item) => hasField(item, parts));
  return isObject(value) && first in value && hasField(value[first], rest);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** All values a dotted path leads to; lists on the way are entered. */
function valuesAt(value: unknown, field: string): readonly unknown[] {
  return field
    .split(".")
    .reduce<readonly unknown[]>(
      (values, part) =>
        values
          .flatMap((each) => (Array.isArray(each) ? each : [each]))
          .map((each) => (isObject(each) ? each[part] : null)),
      [value],
    );
}

const permissionRanks: Readonly<Record<string, number>> = { none: 0, read: 1, write: 2, admin: 3 };

function holds(object: object, expression: Expression): boolean {
  if (expression.kind !== "test") {
    const part = (each: Expression) => holds(object, each);
    return expression.kind === "and" ? expression.parts.every(part) : expression.parts.some(part);
  }
  const found = valuesAt(object, expression.field).flatMap((value) =>
    Array.isArray(value) ? value : [value],
  );
  // Permissions are ordered by what they allow, not by their letters: Atlassian's example is permission>"read".
  const rank = (value: unknown) => (typeof value === "string" ? (permissionRanks[value] ?? value) : value);
  const isRanked = expression.field === "permission" && /^[<>]/.test(expression.operator);
  if (!isRanked) return compare(found, expression.operator, expression.values);
  return found.some((value) =>
    expression.values.some((literal) =>
      isOrdered(rank(value), expression.operator, permissionRanks[String(literal)] ?? literal),
    ),
  );
}

function compare(found: readonly unknown[], operator: Operator, wanted: readonly Literal[]): boolean {
  const any = (test: (value: unknown, literal: Literal) => boolean) =>
    found.some((value) => wanted.some((literal) => test(value, literal)));
  switch (operator) {
    case "=":
    case "IN":
      return any(equal);
    case "!=":
    case "NOT IN":
      return !any(equal);
    case "~":
      return any(contains);
    case "!~":
      return !any(contains);
    default:
      return any((value, literal) => isOrdered(value, operator, literal));
  }
}

function equal(value: unknown, literal: Literal): boolean {
  return literal instanceof Date ? instant(value) === literal.getTime() : (value ?? null) === literal;
}

function contains(value: unknown, literal: Literal): boolean {
  return typeof value === "string" && value.toLowerCase().includes(String(literal).toLowerCase());
}

function isOrdered(value: unknown, operator: Operator, literal: Literal): boolean {
  const [left, right] = literal instanceof Date ? [instant(value), literal.getTime()] : [value, literal];
  const comparable = typeof left === typeof right && (typeof left === "number" || typeof left === "string");
  if (!comparable || left === null || right === null) return false;
  if (operator === ">") return left > right;
  if (operator === ">=") return left >= right;
  return operator === "<" ? left < right : left <= right;
}

function instant(value: unknown): number | null {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
