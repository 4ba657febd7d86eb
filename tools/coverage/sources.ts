/** Owns the names of the sources that many rows share. */

/** Pinned by hash in `tools/openapi/documents.ts`. */
export const cloudDocument = "Atlassian's OpenAPI document of Bitbucket Cloud";

/** Of version 9.2. */
export const dataCenterDocument = "Atlassian's OpenAPI document of Bitbucket Data Center";

/** What only this emulator has. */
export const ownDocument = "this page";
