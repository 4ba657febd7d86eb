/** Owns reading Bitbucket's filter language into a tree. @see "Filter and sort API objects", Atlassian's REST intro */

export type Literal = string | number | boolean | null | Date;

export type Operator = "=" | "!=" | "~" | "!~" | ">" | ">=" | "<" | "<=" | "IN" | "NOT IN";

export type Expression =
  | { readonly kind: "and" | "or"; readonly parts: readonly Expression[] }
  | {
      readonly kind: "test";
      readonly field: string;
      readonly operator: Operator;
      readonly values: readonly Literal[];
    };

/** Thrown for a query that cannot be read; the message is for the person who wrote it. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}

const token = /\s*(?:("(?:[^"\\]|\\.)*")|(!=|!~|>=|<=|[=~<>(),])|(-?\d[\w.:+-]*)|([A-Za-z_][\w.]*))/y;

interface Token {
  readonly kind: "string" | "symbol" | "number" | "word";
  readonly text: string;
}

/** Reads a whole query. Words are case-insensitive; AND binds tighter than OR. Throws {@link QueryError}. */
export function parseQuery(query: string): Expression {
  const tokens = tokenize(query);
  let at = 0;

  const peek = () => tokens[at];
  const take = (text: string): boolean => {
    const next = peek();
    const matches = next !== undefined && next.kind !== "string" && next.text.toUpperCase() === text;
    if (matches) at += 1;
    return matches;
  };
  const demand = (text: string) => {
    if (!take(text)) throw new QueryError(`Expected ${text} in the query.`);
  };

  const chain = (word: "OR" | "AND", part: () => Expression): Expression => {
    const parts = [part()];
    while (take(word)) parts.push(part());
    const [first] = parts;
    return parts.length === 1 && first !== undefined ? first : { kind: word === "OR" ? "or" : "and", parts };
  };
  const either = (): Expression => chain("OR", () => chain("AND", unit));
  const unit = (): Expression => {
    if (!take("(")) return test();
    const inner = either();
    demand(")");
    return inner;
  };

  const test = (): Expression => {
    const field = tokens[at++];
    if (field?.kind !== "word") throw new QueryError("Expected the name of a field in the query.");
    if (take("NOT")) {
      demand("IN");
      return { kind: "test", field: field.text, operator: "NOT IN", values: list() };
    }
    if (take("IN")) return { kind: "test", field: field.text, operator: "IN", values: list() };
    const operator = tokens[at++];
    if (operator === undefined || !isComparison(operator.text)) {
      throw new QueryError(`Expected an operator behind ${field.text}.`);
    }
    return { kind: "test", field: field.text, operator: operator.text, values: [literal(tokens[at++])] };
  };

  const list = (): readonly Literal[] => {
    demand("(");
    const values = [literal(tokens[at++])];
    while (take(",")) values.push(literal(tokens[at++]));
    demand(")");
    return values;
  };

  const expression = either();
  if (at < tokens.length) throw new QueryError(`Unexpected ${tokens[at]?.text} in the query.`);
  return expression;
}

function isComparison(text: string): text is Exclude<Operator, "IN" | "NOT IN"> {
  return ["=", "!=", "~", "!~", ">", ">=", "<", "<="].includes(text);
}

function tokenize(query: string): readonly Token[] {
  const tokens: Token[] = [];
  const text = query.trimEnd();
  for (token.lastIndex = 0; token.lastIndex < text.length; ) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new QueryError(`The query cannot be read from "${text.slice(from)}" on.`);
    const [, string, symbol, number, word] = match;
    if (string !== undefined)
      tokens.push({ kind: "string", text: string.slice(1, -1).replaceAll(/\\(.)/g, "$1") });
    else if (symbol !== undefined) tokens.push({ kind: "symbol", text: symbol });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else tokens.push({ kind: "word", text: word ?? "" });
  }
  return tokens;
}

function literal(given: Token | undefined): Literal {
  if (given?.kind === "string") return given.text;
  if (given?.kind === "number") return numberOrDate(given.text);
  const word = given?.text.toLowerCase();
  if (word === "null") return null;
  if (word === "true" || word === "false") return word === "true";
  throw new QueryError("Expected a value in the query.");
}

/** Dates are in UTC unless they say otherwise. */
function numberOrDate(text: string): number | Date {
  const number = Number(text);
  if (!Number.isNaN(number)) return number;
  const hasZone = /T.*([+-]\d\d:?\d\d|Z)$/.test(text);
  const date = new Date(hasZone || !text.includes("T") ? text : `${text}Z`);
  if (Number.isNaN(date.getTime())) throw new QueryError(`${text} is neither a number nor a date.`);
  return date;
}
