/** Owns what of a request or an answer is never written down: values under names that hold secrets, and secrets by their value. */

/** Stands for what was there. */
const masked = "***";

/** Names of parameters, form fields and JSON members, whatever their case. */
const names = [
  "access_token",
  "refresh_token",
  "id_token",
  "client_secret",
  "clientSecret",
  "client_assertion",
  "code",
  "code_verifier",
  "code_challenge",
  "state",
  "secret",
  "token",
  "password",
  "j_password",
  "passwd",
  "jwt",
  "atl_token",
  "csrf",
  "privateKey",
  "oauth_token",
  "oauth_token_secret",
  "oauth_signature",
  "oauth_signature_base_string",
  "oauth_verifier",
  "oauth_nonce",
  "oauth_session_handle",
].join("|");

const headers: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-hub-signature",
  "x-hub-signature-256",
]);

/** What `state` says of a pull request or a comment, which is what a recording is read for. */
const states = "ALL|OPEN|MERGED|DECLINED|SUPERSEDED|RESOLVED|PENDING";

/** `name=value` in a query or form, and `name="value"` as OAuth 1 writes it. */
const inForms = new RegExp(
  `((?:^|[?&;#\\s"',>]|amp;)(?:${names})=)(?!(?:${states})(?:&|\\s|"|$))(?:"[^"]*"|[^&\\s"'<>#]*)`,
  "gi",
);
const inJson = new RegExp(`("(?:${names})"\\s*:\\s*)(?!"(?:${states})")"(?:[^"\\\\]|\\\\.)*"`, "gi");
const inInputs = new RegExp(`(name="(?:${names})"[^>]*?value=")[^"]*`, "gi");
const privateKeys = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const nameOfSecret = new RegExp(`^(?:${names})$`, "i");
const isState = new RegExp(`^(?:${states})$`);

/** Secrets by their value: learnt while the emulator runs, and forgotten only by {@link Secrets.forgetOld}. */
export interface Secrets {
  /** Remembers a value, as it stands and as URLs, forms and pages write it. Very short ones say nothing. */
  learn(value: string): void;
  /** Whether it is time to forget. */
  isFull(): boolean;
  /** Forgets what was not learnt, or learnt again, for longest. What is still in use is to be learnt again at once. */
  forgetOld(): void;
  /** The text without anything learnt, and without the values of names that hold secrets. */
  mask(text: string): string;
}

const shortestSecret = 6;
const mostCharacters = 16 * 1024 * 1024;

/** `most`: so many characters of secrets, in all their writings, are kept. */
export function createSecrets(most = mostCharacters): Secrets {
  /** Each with its writings, what was learnt last at the end. */
  const known = new Map<string, ReadonlySet<string>>();
  const index = openIndex();
  const forget = (value: string) => {
    for (const written of known.get(value) ?? []) index.remove(written);
    known.delete(value);
  };
  return {
    learn(value) {
      if (value.length < shortestSecret) return;
      const all = known.get(value) ?? writings(value);
      if (!known.delete(value)) for (const written of all) index.add(written);
      known.set(value, all);
    },
    isFull: () => index.characters() > most,
    forgetOld() {
      if (index.characters() <= most) return;
      for (const oldest of known.keys()) {
        if (index.characters() <= most / 2) return;
        forget(oldest);
      }
    },
    mask: (text) => withoutValues(withoutNamed(text), index.byBeginning),
  };
}

type Index = ReturnType<typeof openIndex>;

/** Writings by their beginnings, so that a text is gone through once; two secrets may be written alike. */
function openIndex() {
  const byBeginning = new Map<string, Map<string, number>>();
  let characters = 0;
  const beginningOf = (written: string) => written.slice(0, shortestSecret);
  return {
    byBeginning: byBeginning as ReadonlyMap<string, ReadonlyMap<string, number>>,
    characters: () => characters,
    add(written: string) {
      const alike = byBeginning.get(beginningOf(written)) ?? new Map<string, number>();
      byBeginning.set(beginningOf(written), alike);
      alike.set(written, (alike.get(written) ?? 0) + 1);
      characters += written.length;
    },
    remove(written: string) {
      const alike = byBeginning.get(beginningOf(written));
      const count = alike?.get(written);
      if (alike === undefined || count === undefined) return;
      characters -= written.length;
      if (count > 1) alike.set(written, count - 1);
      else alike.delete(written);
      if (alike.size === 0) byBeginning.delete(beginningOf(written));
    },
  };
}

function writings(value: string): ReadonlySet<string> {
  const encoded = encodeURIComponent(value.toWellFormed());
  const html = value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  const inForm = new URLSearchParams({ v: value }).toString().slice(2);
  return new Set([
    value,
    encoded,
    encodeURIComponent(encoded),
    inForm,
    html,
    JSON.stringify(value).slice(1, -1),
  ]);
}

function withoutNamed(text: string): string {
  return text
    .replace(privateKeys, masked)
    .replace(inForms, `$1${masked}`)
    .replace(inJson, `$1"${masked}"`)
    .replace(inInputs, `$1${masked}`);
}

function withoutValues(text: string, known: Index["byBeginning"]): string {
  if (known.size === 0) return text;
  let kept = "";
  let from = 0;
  for (let at = 0; at + shortestSecret <= text.length; at += 1) {
    const length = longestAt(text, at, known.get(text.slice(at, at + shortestSecret)));
    if (length === 0) continue;
    kept += `${text.slice(from, at)}${masked}`;
    from = at + length;
    at = from - 1;
  }
  return kept + text.slice(from);
}

function longestAt(text: string, at: number, values: ReadonlyMap<string, number> | undefined): number {
  let longest = 0;
  for (const value of values?.keys() ?? [])
    if (value.length > longest && text.startsWith(value, at)) longest = value.length;
  return longest;
}

/** Whether a header is written down by name alone. */
export function isSecretHeader(name: string): boolean {
  return headers.has(name.toLowerCase());
}

/** Whether a parameter of this name and value is a secret. */
export function isSecret(name: string, value: string): boolean {
  return nameOfSecret.test(name) && !isState.test(value);
}

/** What stands in place of a header of {@link isSecretHeader}: its scheme or the names of its cookies are no secret. */
export function maskedHeader(name: string, value: string): string {
  const lower = name.toLowerCase();
  if (lower === "cookie") return value.replaceAll(/=[^;]*/g, `=${masked}`);
  if (lower === "set-cookie") return value.replace(/=[^;]*/, `=${masked}`);
  const [, scheme] = /^(Bearer|Basic|OAuth)\s/i.exec(value) ?? [];
  return scheme === undefined ? masked : `${scheme} ${masked}`;
}
