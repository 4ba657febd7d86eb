/** Owns when two e-mail addresses are one: a single spelling of each, and none for those that cannot be compared. */

/** RFC 5321 section 4.5.3.1: 64 octets before the @, 254 for what fits between the angle brackets of a path. */
const [longestLocal, longestAddress] = [64, 254];

/** A dot-atom of RFC 5322 section 3.2.3: neither quotes nor comments, no character that another one could be taken for. */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;

const hostName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What would be no part of the name to who parses a URL, and control characters, which it drops. */
const foreignInHost = /[\s\p{C}/?#@:\\[\]%<>^|]/u;

/**
 * The one spelling by which an address is compared: lower case, the domain as the network knows it. Null for what must not be
 * compared: quoted or international names, a dot at the end, an address literal, line breaks, more than 254 characters. What
 * stands behind a `+` is another address: whether it is the same mailbox, only its host knows.
 * @see RFC 5321 section 4.1.2, RFC 5890 section 2.3.2.3
 */
export function canonicalEmail(address: string): string | null {
  const divide = address.lastIndexOf("@");
  const [local, domain] = [address.slice(0, divide), address.slice(divide + 1)];
  if (divide < 1 || local.length > longestLocal || !localPart.test(local) || foreignInHost.test(domain))
    return null;
  const host = URL.parse(`https://${domain}/`)?.hostname ?? "";
  if (!hostName.test(host)) return null;
  const canonical = `${local.toLowerCase()}@${host}`;
  return canonical.length > longestAddress ? null : canonical;
}
