/** Owns where real answers of Bitbucket Data Center differ from Atlassian's document. Nothing else is let through. */
import type { Exemption } from "./exemptions.ts";

export const dataCenterExemptions: readonly Exemption[] = [
  {
    id: "RestErrorMessage.context: null",
    at: "RestErrorMessage/properties/context",
    may: { type: "null" },
    reason: "captured by drone/go-scm: an error that is of no field has none",
  },
  {
    id: "nextPageStart: null",
    at: "everywhere/nextPageStart",
    may: { type: "null" },
    reason: "captured: the last page has no next one",
  },
  {
    id: "RestTag.hash: null",
    at: "RestTag/properties/hash",
    may: { type: "null" },
    reason: "captured: a lightweight tag is no object of its own",
  },
  {
    id: "RestDiff.source: null",
    at: "RestDiff/properties/source",
    may: { type: "null" },
    reason: "captured: an added file has no old side",
  },
  {
    id: "RestDiff.destination: null",
    at: "RestDiff/properties/destination",
    may: { type: "null" },
    reason: "captured: a deleted file has no new side",
  },
  {
    id: "RestErrorMessage.exceptionName: null",
    at: "RestErrorMessage/properties/exceptionName",
    may: { type: "null" },
    reason: "captured by jenkins-x/jx from 6.10: a webhook's validation names no exception",
  },
  ...["RestRawAccessToken", "RestAccessToken"].map((schema) => ({
    id: `${schema}.createdDate: number`,
    at: `${schema}/properties/createdDate`,
    may: { type: "integer", minimum: 1_000_000_000_000 },
    reason: "a date is milliseconds since 1970 as everywhere in this API, where the document says a string",
  })),
];
