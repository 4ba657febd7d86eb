/** Owns the opaque page of the iterator lists here: how many entries were shown already. */

export function writeSkip(skip: number): string {
  return Buffer.from(`skip ${skip}`).toString("base64url");
}

/** 0 for the first page; null for anything we did not write. */
export function readSkip(page: string | null): number | null {
  if (page === null) return 0;
  const match = /^skip (\d{1,9})$/.exec(Buffer.from(page, "base64url").toString("utf8"));
  return match === null ? null : Number(match[1]);
}
