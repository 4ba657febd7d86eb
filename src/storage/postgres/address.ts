/** Owns reading a PostgreSQL URL: what may be told of it, and that it is one at all. */
import { storageErrors } from "../errors.ts";

export interface Address {
  /** With its password: for the driver alone. */
  readonly url: string;
  /** Host, port and database, for failures and people. */
  readonly place: string;
}

/** Throws `storage.address_invalid`, without the URL in it. */
export function readAddress(url: string): Address {
  if (!URL.canParse(url)) throw storageErrors.fail("storage.address_invalid");
  const { host, pathname, searchParams } = new URL(url);
  const name = searchParams.get("host") ?? host;
  return { url, place: `${name === "" ? "localhost" : name}${pathname}` };
}
