import { inspect } from "node:util";
import { expect, test } from "vitest";
import { isWindlassError } from "../base/errors.ts";
import { cloudInstance, cloudUrls } from "./cloud.ts";

const credentials = { clientId: "key", clientSecret: "hidden-secret" };

test("G7, G9, G14: the addresses are Bitbucket's own unless others are configured", () => {
  expect(cloudInstance(credentials).urls).toEqual({
    authorize: "https://bitbucket.org/site/oauth2/authorize",
    token: "https://bitbucket.org/site/oauth2/access_token",
    api: "https://api.bitbucket.org/2.0",
    web: "https://bitbucket.org",
  });
  const proxy = {
    authorize: "https://proxy.example/a",
    token: "https://proxy.example/token",
    web: "https://proxy.example",
  };
  const urls = { ...cloudUrls, ...proxy, api: "http://127.0.0.1:7990" };
  expect(cloudInstance({ ...credentials, urls }).urls).toEqual({ ...urls, api: "http://127.0.0.1:7990/2.0" });
});

test("G4: account and e-mail are asked for by default, and a string of scopes is never split into letters", () => {
  expect(cloudInstance(credentials).scopes).toEqual(["account", "email"]);
  expect(cloudInstance({ ...credentials, scopes: "account  email account" }).scopes).toEqual([
    "account",
    "email",
  ]);
  expect(cloudInstance({ ...credentials, scopes: [] }).scopes).toEqual([]);
});

test("names everything that is missing or wrong at once, and never a secret", () => {
  const urls = { api: "http://bitbucket.example/2.0", token: "not a url", web: "https://u:p@bitbucket.org" };
  try {
    cloudInstance({ clientId: " ", clientSecret: "", urls });
    expect.unreachable();
  } catch (error) {
    if (!isWindlassError(error, "bitbucket.configuration")) throw error;
    expect(error.reaction).toBe("configuration");
    expect(error.data.problems).toHaveLength(5);
    for (const word of ["clientId", "clientSecret", "urls.api", "urls.token", "urls.web"]) {
      expect(error.message).toContain(word);
    }
  }
});

test("takes no address to which no path can be added, or which holds more than an address", () => {
  for (const rest of ["?a=b", "#a", "?"]) {
    expect(() => cloudInstance({ ...credentials, urls: { api: `https://bb.example/2.0${rest}` } })).toThrow(
      "urls.api is not a plain URL",
    );
  }
});

test("C10: people are not sent to one place and their codes to another", () => {
  for (const urls of [
    { token: "https://evil.example/token" },
    { authorize: "https://evil.example/authorize" },
    { web: "https://evil.example" },
    { token: "https://bitbucket.org:8443/token" },
  ])
    expect(() => cloudInstance({ ...credentials, urls })).toThrow("same origin as urls.authorize");
});

test("takes plain http only on this machine", () => {
  for (const host of ["localhost:1", "127.0.0.1", "127.8.9.1:80", "[::1]:7990", "bitbucket.localhost"]) {
    const urls = { authorize: `http://${host}/a`, token: `http://${host}/t` };
    expect(() => cloudInstance({ ...credentials, urls })).not.toThrow();
  }
  for (const host of ["10.0.0.1", "localhost.evil.example", "127.0.0.1.evil.example", "128.0.0.1"]) {
    expect(() => cloudInstance({ ...credentials, urls: { token: `http://${host}/t` } })).toThrow("https");
  }
});

test("G5: an instance can be printed without its secret", () => {
  const instance = cloudInstance(credentials);
  expect(JSON.stringify(instance) + inspect(instance, { depth: 9 })).not.toContain("hidden-secret");
});

test("a key of any length is taken, one with a colon cannot be sent", () => {
  expect(() => cloudInstance({ clientId: "k".repeat(32), clientSecret: "s".repeat(76) })).not.toThrow();
  expect(() => cloudInstance({ clientId: "a:b", clientSecret: "s" })).toThrow("colon");
});
