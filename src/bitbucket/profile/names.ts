/** Owns what is made of a display name and of a link, whatever the product. */
import { asText } from "../json.ts";

export interface NameParts {
  readonly displayName: string | null;
  /** The display name up to its first white space. */
  readonly firstName: string | null;
  /** The rest of it. */
  readonly lastName: string | null;
}

/** White space of any kind, so a no-break space parts a name too. */
export function readNames(value: unknown): NameParts {
  const displayName = asText(value)?.trim() ?? null;
  const [, firstName = null, lastName = null] = /^(\S+)(?:\s+(.*))?$/su.exec(displayName ?? "") ?? [];
  return { displayName, firstName, lastName };
}

/** A link goes into pages, so one that would run script there (`javascript:`, `data:`) is none. */
export function readLink(value: unknown): string | null {
  const link = asText(value);
  const protocol = link === null ? null : URL.parse(link)?.protocol;
  return protocol === undefined || protocol === "https:" || protocol === "http:" ? link : null;
}
