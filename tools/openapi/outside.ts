/** Owns the paths that Atlassian's documents do not have, and why the emulator answers JSON there all the same. */
import type { Product } from "./documents.ts";

export interface Outside {
  readonly product: Product;
  /** Of the path as it is on the wire, without a Data Center's context path. */
  readonly path: RegExp;
  /** Where it matters: only answers of this method. */
  readonly method?: string;
  readonly statuses: readonly number[];
  /** The answer is an error of the product, and is checked as one. */
  readonly isError: boolean;
  readonly reason: string;
}

export const outside: readonly Outside[] = [
  {
    product: "cloud",
    path: /^\/site\/oauth2\/access_token$/,
    statuses: [200, 400, 401, 405],
    isError: false,
    reason: "OAuth 2 (RFC 6749) is no part of the document",
  },
  {
    product: "cloud",
    path: /^\/2\.0\/(user(\/emails)?|workspaces)\/?$/,
    method: "POST",
    statuses: [200],
    isError: false,
    reason: "under the rule tokenInBody, of 2025, a form with a token is answered as the read",
  },
  {
    product: "cloud",
    path: /^\/2\.0(\/|$)/,
    statuses: [401, 403, 404, 405],
    isError: true,
    reason: "a path or method that does not exist is refused with an error",
  },
  {
    product: "cloud",
    path: /^\/(?!2\.0(\/|$))/,
    statuses: [401, 403, 404],
    isError: true,
    reason: "a path without /2.0 is forbidden",
  },
  {
    product: "dataCenter",
    path: /^\/rest\/oauth2\/(latest|1\.0)\/(token|revoke|client|\.well-known\/oauth-authorization-server)$/,
    statuses: [200, 400, 401],
    isError: false,
    reason: "OAuth 2 is no part of the document",
  },
  {
    product: "dataCenter",
    path: /^\/rest\/capabilities$/,
    statuses: [200],
    isError: false,
    reason: "the list of capabilities is no part of the document",
  },
  {
    product: "dataCenter",
    path: /^\/rest\/webhooks\/(latest|1\.0)\/capabilities$/,
    statuses: [200],
    isError: false,
    reason: "the list of webhooks' events is no part of the document",
  },
  {
    product: "dataCenter",
    path: /^\/rest\//,
    statuses: [401, 403, 404, 405],
    isError: true,
    reason: "a resource or method that does not exist is refused with an error",
  },
];
