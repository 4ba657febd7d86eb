/** Owns where the pages of a Data Center are, below the context path. */

export const paths = {
  login: "/login",
  logout: "/logout",
  /** Administration → Application links. */
  links: "/plugins/servlet/applinks/listApplicationLinks",
  createLink: "/plugins/servlet/applinks/create",
  createAtlassian: "/plugins/servlet/applinks/create/atlassian-product",
  createExternal: "/plugins/servlet/applinks/create/external-application",
  deleteLink: "/plugins/servlet/applinks/delete",
  /** Personal settings → HTTP access tokens. */
  tokens: "/plugins/servlet/access-tokens/manage",
  /** Personal settings → Authorized applications. */
  authorized: "/plugins/servlet/oauth/users/access-tokens",
  oauth1Authorize: "/plugins/servlet/oauth/authorize",
  oauth2Consent: "/plugins/servlet/oauth2/consent",
} as const;
