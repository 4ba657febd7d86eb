/** Owns durations as Backstage's configuration writes them. */

/** Months and years as the calendar has them on average days of 30 and 365, as Backstage counts. */
const secondsOf = {
  milliseconds: 0.001,
  seconds: 1,
  minutes: 60,
  hours: 3_600,
  days: 86_400,
  weeks: 604_800,
  months: 2_592_000,
  years: 31_536_000,
} as const;

const units = {
  ms: "milliseconds",
  s: "seconds",
  sec: "seconds",
  m: "minutes",
  min: "minutes",
  h: "hours",
  hr: "hours",
  d: "days",
  w: "weeks",
  y: "years",
} as const satisfies Readonly<Record<string, keyof typeof secondsOf>>;

/**
 * Seconds of `{ days: 30 }`, `P30D` or `30 days`; null for what is none of these.
 * @see ISO 8601 durations; `HumanDuration` of Backstage
 */
export function readDuration(value: unknown): number | null {
  const seconds = typeof value === "string" ? (readIso(value) ?? readWords(value)) : readParts(value);
  return seconds === null || !Number.isFinite(seconds) || seconds <= 0 ? null : Math.round(seconds);
}

function readParts(value: unknown): number | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const parts = Object.entries(value).map(([unit, amount]: [string, unknown]) => {
    return isUnit(unit) && typeof amount === "number" ? amount * secondsOf[unit] : Number.NaN;
  });
  return parts.reduce((sum, part) => sum + part, 0);
}

function readIso(text: string): number | null {
  const n = String.raw`(\d+(?:[.,]\d+)?)`;
  const shape = `^P(?:${n}Y)?(?:${n}M)?(?:${n}W)?(?:${n}D)?(?:T(?:${n}H)?(?:${n}M)?(?:${n}S)?)?$`;
  const found = new RegExp(shape).exec(text.trim());
  if (found === null) return null;
  const order = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"] as const;
  return order.reduce((sum, unit, index) => {
    return sum + Number((found[index + 1] ?? "0").replace(",", ".")) * secondsOf[unit];
  }, 0);
}

function readWords(text: string): number | null {
  const [, amount, word = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const unit = Object.hasOwn(units, word) ? units[word as keyof typeof units] : `${word.replace(/s$/, "")}s`; // one of its keys, as just shown
  return amount === undefined || !isUnit(unit) ? null : Number(amount) * secondsOf[unit];
}

function isUnit(name: string): name is keyof typeof secondsOf {
  return Object.hasOwn(secondsOf, name);
}
