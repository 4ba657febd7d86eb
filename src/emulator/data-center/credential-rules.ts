/** Owns the switches of a Data Center's credentials: OAuth, tokens, logins. */
import { amount, choice, flag, words } from "../core/switches.ts";

export const credentialSwitches = {
  seenUrl: words(
    "",
    "The base URL the server believes it is reached under when it checks an OAuth 1 signature; empty: its own. Another one plays a wrong proxy set-up: every signature is invalid.",
  ),
  timestampWindowSeconds: amount(
    300,
    "How far oauth_timestamp may be off; the library's five minutes, not confirmed for Bitbucket.",
  ),
  otherSignatureMethod: choice(
    ["signature_method_rejected", "signature_invalid"],
    "The problem of HMAC-SHA1 or PLAINTEXT at a link that has an RSA key.",
  ),
  signatureDetail: flag(
    true,
    "signature_invalid brings oauth_signature, oauth_signature_base_string and oauth_signature_method; widely seen with Jira only.",
  ),
  codeSeconds: amount(
    10,
    "Life of an OAuth 2 code: the documented property says 10 seconds, the plugin's own default is told to be 60.",
  ),
  invalidClientStatus: choice(
    [401, 400],
    "Status of invalid_client at the OAuth 2 token endpoint; nobody noted it.",
  ),
  unknownCode: choice(
    ["invalid_request", "invalid_grant"],
    "The error for a code that was never issued; second-hand.",
  ),
  redirectUrls: choice(
    ["by version", "loopback", "https", "any"],
    "Which redirect URLs besides https a link may have: http on this machine since loopbackRedirectsSince, always, never; or any, as with skip.redirect.url.https.requirement.",
  ),
  tokenViaBasic: flag(
    true,
    "token.via.basic.authentication: an OAuth 2 token is taken as the password of Basic beside its person's name.",
  ),
  oauthTokensOutsideRest: flag(
    true,
    "OAuth 2 tokens work on paths outside /rest too, such as whoami; seen with current clients, not confirmed for the newest versions.",
  ),
  mostTokens: amount(
    100,
    "The most HTTP access tokens one owner has, after which a new one is 400; that there is a most is documented, how many is not.",
  ),
  tokenPrefix: words(
    "",
    "What a new HTTP access token begins with; BBDC- is told of newer versions, unconfirmed.",
  ),
  badBearer: choice(
    ["refused", "anonymous"],
    "A Bearer token that is none, on a public resource: 401, or as if nothing was sent.",
  ),
  basicOff: flag(
    false,
    "Basic with a password is switched off for the API; an administrator can since 7.12.",
  ),
  basicOffStatus: choice([401, 403], "Status of Basic where it is switched off; nobody noted it."),
  captchaAfter: amount(5, "Failed logins in a row until only a browser gets in; 0: never."),
  captchaStatus: choice(
    [403, 401],
    "Status while a CAPTCHA is due: 403 in one client's tests, 401 elsewhere.",
  ),
  sessionSeconds: amount(
    1800,
    "How long a login in a browser lasts after its last request; the usual half hour, not confirmed.",
  ),
  captchaHeader: flag(true, "X-Authentication-Denied-Reason goes with it: well known, found in no source."),
} as const;
