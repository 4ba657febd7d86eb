import { describe, expect, test } from "vitest";
import {
  baseStringUri,
  normalizedParameters,
  type Parameter,
  percentEncode,
  signatureBaseString,
} from "./base-string.ts";

const example = new URL("http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b");

/** RFC 5849 section 3.4.1.1: the header's, and those of the form body `c2&a3=2+q`. */
const exampleParameters: readonly Parameter[] = [
  ["oauth_consumer_key", "9djdj82h48djs9d2"],
  ["oauth_token", "kkk9d7dh3k39sjv7"],
  ["oauth_signature_method", "HMAC-SHA1"],
  ["oauth_timestamp", "137131201"],
  ["oauth_nonce", "7d8f3e4a"],
  ...new URLSearchParams("c2&a3=2+q"),
];

describe("RFC 5849", () => {
  test("section 3.4.1.1: the base string of the example", () => {
    expect(signatureBaseString({ method: "post", url: example, parameters: exampleParameters })).toBe(
      "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q" +
        "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_" +
        "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m" +
        "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk" +
        "9d7dh3k39sjv7",
    );
  });

  test.each([
    ["http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"],
    ["https://www.example.net:8080/?q=1", "https://www.example.net:8080/"],
  ])("section 3.4.1.2: the base string URI of %s", (url, uri) => {
    expect(baseStringUri(new URL(url))).toBe(uri);
  });

  test("section 3.4.1.3.1: parameters decoded, with empty values and a name that is there twice", () => {
    expect([...example.searchParams, ...new URLSearchParams("c2&a3=2+q")]).toEqual([
      ["b5", "=%3D"],
      ["a3", "a"],
      ["c@", ""],
      ["a2", "r b"],
      ["c2", ""],
      ["a3", "2 q"],
    ]);
  });

  test("section 3.4.1.3.2: parameters encoded, sorted and joined", () => {
    expect(normalizedParameters([...example.searchParams, ...exampleParameters])).toBe(
      "a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9dj" +
        "dj82h48djs9d2&oauth_nonce=7d8f3e4a&oauth_signature_method=HMAC-SHA1" +
        "&oauth_timestamp=137131201&oauth_token=kkk9d7dh3k39sjv7",
    );
  });

  test("section 3.6: encodes all but the unreserved characters, in upper case", () => {
    expect(percentEncode("azAZ09-._~")).toBe("azAZ09-._~");
    expect(percentEncode(" +%&=!*'()/:@")).toBe("%20%2B%25%26%3D%21%2A%27%28%29%2F%3A%40");
    expect(percentEncode("é☃𝄞")).toBe("%C3%A9%E2%98%83%F0%9D%84%9E");
  });
});

describe("awkward requests", () => {
  test.each([
    ["https://git.example.com:443/bitbucket/x", "https://git.example.com/bitbucket/x"],
    ["https://git.example.com:80/x", "https://git.example.com:80/x"],
    ["http://git.example.com:443/x", "http://git.example.com:443/x"],
    ["http://localhost:7990/bitbucket/rest/api", "http://localhost:7990/bitbucket/rest/api"],
    ["HTTPS://Git.Example.COM/Context/X#part", "https://git.example.com/Context/X"],
    ["https://git.example.com", "https://git.example.com/"],
    ["https://git.example.com/users/a%40b%2Fc/%7Ejohn", "https://git.example.com/users/a%40b%2Fc/%7Ejohn"],
    ["https://git.example.com/~john/é", "https://git.example.com/~john/%C3%A9"],
    ["http://[::1]:7990/x", "http://[::1]:7990/x"],
  ])("address %s", (url, uri) => {
    expect(baseStringUri(new URL(url))).toBe(uri);
  });

  test.each([
    ["a=1+2&b=1%202&c=1%2B2", "a=1%202&b=1%202&c=1%2B2"],
    ["at=~main*!'()", "at=~main%2A%21%27%28%29"],
    ["q=%C3%A9&q=%E2%98%83", "q=%C3%A9&q=%E2%98%83"],
    ["empty=&bare&x=", "bare=&empty=&x="],
    ["a=2&a=10&a=1", "a=1&a=10&a=2"],
    ["a-b=1&a=1&a%20=1&aB=1&ab=1", "a=1&a%20=1&a-b=1&aB=1&ab=1"],
    ["a=&&b=1", "a=&b=1"],
    ["path=a%252Fb", "path=a%252Fb"],
  ])("query %s", (query, normalized) => {
    expect(normalizedParameters([...new URLSearchParams(query)])).toBe(normalized);
  });

  test("a half of a surrogate pair is signed as what would be sent for it", () => {
    expect(percentEncode("a\ud800")).toBe("a%EF%BF%BD");
  });
});
