import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
  headerParameters,
  isSignedBy,
  pkcs1Pem,
  pkcs8Pem,
  privateKey,
} from "../../../tests/bitbucket/signing-keys.ts";
import { failureOf } from "../../../tests/failure.ts";
import { shiftableClock } from "../../base/clock.ts";
import { Secret } from "../../base/secret.ts";
import { signatureBaseString } from "./base-string.ts";
import { secretsInHeader, signRequest } from "./sign.ts";
import { oauth1Authorize, signCall } from "./sign-call.ts";

/** The well-known RSA-SHA1 example of the OAuth community's test cases (wiki.oauth.net/TestCases). */
const known = {
  privateKey: `-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBALRiMLAh9iimur8V
A7qVvdqxevEuUkW4K+2KdMXmnQbG9Aa7k7eBjK1S+0LYmVjPKlJGNXHDGuy5Fw/d
7rjVJ0BLB+ubPK8iA/Tw3hLQgXMRRGRXXCn8ikfuQfjUS1uZSatdLB81mydBETlJ
hI6GH4twrbDJCR2Bwy/XWXgqgGRzAgMBAAECgYBYWVtleUzavkbrPjy0T5FMou8H
X9u2AC2ry8vD/l7cqedtwMPp9k7TubgNFo+NGvKsl2ynyprOZR1xjQ7WgrgVB+mm
uScOM/5HVceFuGRDhYTCObE+y1kxRloNYXnx3ei1zbeYLPCHdhxRYW7T0qcynNmw
rn05/KO2RLjgQNalsQJBANeA3Q4Nugqy4QBUCEC09SqylT2K9FrrItqL2QKc9v0Z
zO2uwllCbg0dwpVuYPYXYvikNHHg+aCWF+VXsb9rpPsCQQDWR9TT4ORdzoj+Nccn
qkMsDmzt0EfNaAOwHOmVJ2RVBspPcxt5iN4HI7HNeG6U5YsFBb+/GZbgfBT3kpNG
WPTpAkBI+gFhjfJvRw38n3g/+UeAkwMI2TJQS4n8+hid0uus3/zOjDySH3XHCUno
cn1xOJAyZODBo47E+67R4jV1/gzbAkEAklJaspRPXP877NssM5nAZMU0/O/NGCZ+
3jPgDUno6WbJn5cqm8MqWhW1xGkImgRk+fkDBquiq4gPiT898jusgQJAd5Zrr6Q8
AO/0isr/3aa6O6NLQxISLKcPDk2NOccAfS/xOtfOz4sJYM3+Bs4Io9+dZGSDCA54
Lw03eHTNQghS0A==
-----END PRIVATE KEY-----`,
  signature:
    "jvTp/wX1TYtByB1m+Pbyo0lnCOLIsyGCH7wke8AUs3BpnwZJtAuEJkvQL2/9n4s5wUmUl4aCI4BwpraNx4RtEXMe5qg5T1LVTGliMRpKasKsW//e+" +
    "RinhejgCuzoH26dyF8iY2ZZ/5D1ilgeijhV/vBka5twt399mXwaYdCwFYE=",
};

const request = {
  consumerKey: "windlass",
  privateKey,
  method: "GET",
  url: new URL("https://git.example.com/bitbucket/rest/api/latest/repos?name=a%20b&name=c%2B&at=~é*"),
  parameters: { oauth_token: "token/with+odd=signs" },
  timestamp: 1_700_000_000,
  nonce: "n1",
};

test("signs the published example of RSA-SHA1 as everybody does", async () => {
  const header = await signRequest({
    consumerKey: "dpf43f3p2l4k3l03",
    privateKey: new Secret(known.privateKey),
    method: "GET",
    url: new URL("http://photos.example.net/photos?file=vacaction.jpg&size=original"),
    timestamp: 1196666512,
    nonce: "13917289812797014437",
  });
  expect(headerParameters(header.reveal()).oauth_signature).toBe(known.signature);
});

test("the signature is one over method, address, query and the header's own parameters", async () => {
  const header = await signRequest(request);
  const { oauth_signature = "", ...rest } = headerParameters(header.reveal());
  expect(rest).toEqual({
    oauth_consumer_key: "windlass",
    oauth_token: "token/with+odd=signs",
    oauth_signature_method: "RSA-SHA1",
    oauth_timestamp: "1700000000",
    oauth_nonce: "n1",
    oauth_version: "1.0",
  });
  const { method, url } = request;
  const parameters = Object.entries(rest);
  expect(isSignedBy(signatureBaseString({ method, url, parameters }), oauth_signature)).toBe(true);
  const other = signatureBaseString({ method: "POST", url, parameters });
  expect(isSignedBy(other, oauth_signature)).toBe(false);
});

test("a form body is signed too", async () => {
  const form = new URLSearchParams({ name: "a b" });
  const header = await signRequest({ ...request, method: "POST", form });
  const { oauth_signature = "", ...rest } = headerParameters(header.reveal());
  const parameters = [...form, ...Object.entries(rest)];
  const base = signatureBaseString({ method: "POST", url: request.url, parameters });
  expect(isSignedBy(base, oauth_signature)).toBe(true);
});

test("a PKCS#1 key signs as the same key in PKCS#8", async () => {
  const sign = async (pem: string) =>
    (await signRequest({ ...request, privateKey: new Secret(pem) })).reveal();
  expect(await sign(pkcs1Pem)).toBe(await sign(pkcs8Pem));
  expect(await sign(pkcs8Pem.replaceAll("\n", "\r\n"))).toBe(await sign(pkcs8Pem));
});

test("a key that cannot sign is refused with a sentence, and none of it is shown", async () => {
  const { generateKeyPairSync } = await import("node:crypto");
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const pems: readonly (readonly [string, RegExp])[] = [
    ["", /not a PEM/],
    ["rubbish", /not a PEM/],
    [ec.export({ format: "pem", type: "pkcs8" }).toString(), /not an RSA key/],
    [ec.export({ format: "pem", type: "sec1" }).toString(), /not an RSA key/],
    [pkcs8Pem.slice(0, 300), /last lines are missing/],
    [pkcs8Pem.replace(/\n.{12}/, "\n"), /damaged/],
    [pkcs8Pem.replaceAll("PRIVATE", "ENCRYPTED PRIVATE"), /encrypted/],
    [pkcs1Pem.replaceAll("RSA PRIVATE", "OPENSSH PRIVATE"), /OpenSSH/],
    [pkcs8Pem.replace("\nM", "\n=M"), /no Base64|damaged/],
    [pkcs8Pem.replaceAll("PRIVATE KEY", "CERTIFICATE"), /certificate/],
    [pkcs8Pem.replaceAll("PRIVATE KEY", "PUBLIC KEY"), /public key/],
  ];
  for (const [pem, message] of pems) {
    const failure = await failureOf(signRequest({ ...request, privateKey: new Secret(pem) }));
    expect(failure).toMatchObject({ code: "bitbucket.oauth1_key_unusable", reaction: "configuration" });
    expect(failure.message).toMatch(message);
    expect(inspect(failure, { depth: 9 })).not.toContain(pkcs8Pem.split("\n")[2]);
  }
});

test("a call is signed for its own moment, with a nonce of its own", async () => {
  const clock = shiftableClock(new Date("2026-11-20T10:00:00.900Z"));
  const signing = { instance: { consumerKey: "windlass", privateKey }, clock };
  const url = request.url;
  const authorize = oauth1Authorize(signing, new Secret("access-1"));
  const headers = [
    await authorize({ method: "GET", url }),
    await signCall(signing, new Secret("access-1"), { method: "GET", url }),
  ].map((header) => headerParameters(header.reveal()));
  expect(headers[0]).toMatchObject({ oauth_token: "access-1", oauth_timestamp: "1795168800" });
  expect(headers[0]?.oauth_nonce).not.toBe(headers[1]?.oauth_nonce);
  const again = authorize({ method: "GET", url, rejected: new Secret("OAuth x") });
  expect(await failureOf(again)).toMatchObject({ code: "bitbucket.unauthorized" });
});

test("what is secret in a header is known, and the header does not print", async () => {
  const parameters = { oauth_token: "t+1", oauth_verifier: "v-1", oauth_session_handle: "h-1" };
  const header = await signRequest({ ...request, parameters });
  expect(secretsInHeader(header).map((secret) => secret.reveal())).toEqual([
    "t+1",
    "v-1",
    "h-1",
    headerParameters(header.reveal()).oauth_signature,
  ]);
  expect(`${header} ${inspect(header)}`).toBe("[secret] [secret]");
});
