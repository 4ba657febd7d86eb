/** Owns reading the date of a told commit: the same on every machine, whatever its time zone. */

/** Years git and Bitbucket write alike. */
const [earliest, latest] = [new Date("1970-01-01T00:00:00Z"), new Date("9999-12-31T00:00:00Z")];

/** Text without a zone is UTC. Throws a sentence, as {@link Error}, for what is no date. */
export function readDate(at: string | Date): Date {
  const date = at instanceof Date ? at : typeof at === "string" ? ofText(at) : new Date(Number.NaN);
  if (date >= earliest && date <= latest) return date;
  const shown = at instanceof Date && Number.isNaN(at.getTime()) ? "an invalid Date" : JSON.stringify(at);
  throw new Error(`${shown} is no date between 1970 and 9999`);
}

/** JavaScript reads most forms as local to the machine: histories must not differ by it. */
function ofText(text: string): Date {
  const trimmed = text.trim();
  const hasZone =
    /(Z|GMT|UTC|[+-]\d\d:?\d\d)(\s*\(.*\))?$/i.test(trimmed) || /^\d{4}-\d\d-\d\d$/.test(trimmed);
  if (hasZone) return new Date(trimmed);
  const iso = /^(\d{4}-\d\d-\d\d)[T ](.+)$/.exec(trimmed);
  return new Date(iso === null ? `${trimmed} UTC` : `${iso[1]}T${iso[2]}Z`);
}
