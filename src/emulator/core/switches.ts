/** Owns what a switch is: a fact that is unproven or retired, the value we play, and which others it may take. */

/** One switch: what is played today, what `--rules 2025` plays instead, which values it takes, and why it is a switch. */
export interface Switch<Value> {
  readonly today: Value;
  readonly in2025?: Value;
  /** The values allowed; absent: any of the type of `today`. */
  readonly choices?: readonly Value[];
  /** The largest number allowed; absent: any. */
  readonly most?: number;
  readonly text: string;
}

/** Timers of Node hold no more. */
const mostAmount = 2 ** 31 - 1;

export function flag(today: boolean, text: string, in2025?: boolean): Switch<boolean> {
  return in2025 === undefined ? { today, text } : { today, in2025, text };
}

/** A whole number that even a timer in milliseconds takes. */
export function amount(today: number, text: string, in2025?: number): Switch<number> {
  const entry = { today, most: mostAmount, text };
  return in2025 === undefined ? entry : { ...entry, in2025 };
}

export function words(today: string, text: string): Switch<string> {
  return { today, text };
}

/** The first choice is the default. */
export function choice<const Value extends string | number>(
  choices: readonly [Value, ...Value[]],
  text: string,
  in2025?: NoInfer<Value>,
): Switch<Value> {
  const entry = { today: choices[0], choices, text };
  return in2025 === undefined ? entry : { ...entry, in2025 };
}

/** The value of every switch of a table. */
export type Values<Table extends Readonly<Record<string, Switch<unknown>>>> = {
  readonly [Name in keyof Table]: Table[Name]["today"];
};

/** Today's value of every switch, or the one wanted. */
export function valuesOf<const Table extends Readonly<Record<string, Switch<unknown>>>>(
  table: Table,
  wanted: Partial<Values<Table>>,
): Values<Table> {
  const entries = Object.entries(table).map(([name, entry]) => [name, wanted[name] ?? entry.today] as const);
  return Object.fromEntries(entries) as Values<Table>; // one value of the right type per name of the table
}

/** Reads `value` as typed for the switch `name`. Returns the value, or a sentence saying what is wrong. */
export function readSwitch(
  name: string,
  entry: Switch<unknown>,
  text: string,
): { readonly value: unknown } | string {
  const value = parsed(entry.today, text);
  if (value === undefined) return `The rule ${name} takes a ${typeof entry.today}, not "${text}"`;
  if (entry.choices !== undefined && !entry.choices.includes(value))
    return `The rule ${name} takes ${entry.choices.join(" or ")}, not "${text}"`;
  if (entry.most !== undefined && typeof value === "number" && value > entry.most)
    return `The rule ${name} takes at most ${entry.most}, not "${text}"`;
  return { value };
}

function parsed(example: unknown, text: string): unknown {
  if (typeof example === "string") return text;
  if (typeof example === "boolean") return text === "true" ? true : text === "false" ? false : undefined;
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
