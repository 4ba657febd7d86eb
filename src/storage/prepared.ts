/** Owns queries that are compiled once: for those of every sign-in and every hand-out, building costs more than running. */
import type { Compilable, CompiledQuery, QueryResult } from "kysely";
import type { Executor } from "./contract.ts";

/** Stands in a query for the value of this name, which each run gives anew. */
export type Slots<Values> = (name: keyof Values & string) => never;

class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Kysely takes it for a value of whatever type is wanted in its place. */
const slot = (name: string) => new Slot(name) as never;

/**
 * The query that `build` makes, compiled at its first run on each database, with the values of each run in its slots.
 * What `build` leaves to a value that is no slot is the same for ever.
 */
export function prepared<Values extends object, Row>(
  build: (db: Executor, given: Slots<Values>) => Compilable<Row>,
): (db: Executor, values: Values) => Promise<QueryResult<Row>> {
  // One adapter for a database and all of its transactions.
  const compiled = new WeakMap<object, CompiledQuery<Row>>();
  return (db, values) => {
    const { adapter } = db.getExecutor();
    let query = compiled.get(adapter);
    if (query === undefined) {
      query = build(db, slot).compile();
      compiled.set(adapter, query);
    }
    const fill = (parameter: unknown) =>
      parameter instanceof Slot ? values[parameter.name as keyof Values] : parameter;
    return db.executeQuery({ ...query, parameters: query.parameters.map(fill) });
  };
}

/** A row of slots, one for each of these columns. */
export function slots<Values>(
  given: Slots<Values>,
  columns: readonly (keyof Values & string)[],
): Record<keyof Values & string, never> {
  return Object.fromEntries(columns.map((column) => [column, given(column)])) as Record<
    keyof Values & string,
    never
  >;
}
