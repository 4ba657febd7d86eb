import { expect, test } from "vitest";
import { failureOf } from "../../../tests/failure.ts";
import { Secret } from "../../base/secret.ts";
import { authorizationUrl, readOAuth1Callback, readRequestToken } from "./authorization.ts";

const urls = { authorize: "https://git.example.com/bitbucket/plugins/servlet/oauth/authorize" };
const callback = (query: string) => new URL(`https://windlass.example.com/callback?${query}`);

test("sends the browser to Bitbucket with the request token alone", async () => {
  expect(authorizationUrl({ urls }, new Secret("a+b/c=&d"))).toBe(
    `${urls.authorize}?oauth_token=a%2Bb%2Fc%3D%26d`,
  );
  const failure = await failureOf(() => authorizationUrl({ urls }, new Secret("")));
  expect(failure.code).toBe("bitbucket.call_incomplete");
});

test("reads token and verifier, beside parameters of our own", () => {
  expect(readOAuth1Callback(callback("x=1&oauth_token=a%2Bb&oauth_verifier=ab12CD"))).toEqual({
    token: "a+b",
    verifier: "ab12CD",
  });
});

test.each(["oauth_token=t", "oauth_token=t&oauth_verifier="])(
  "a callback of OAuth 1.0 has no verifier: %s",
  (query) => {
    expect(readOAuth1Callback(callback(query))).toEqual({ token: "t", verifier: null });
  },
);

test("the verifier “denied” is the person's no; the token can still be read, to end what was begun", async () => {
  const denied = callback("oauth_token=t&oauth_verifier=denied");
  expect(await failureOf(() => readOAuth1Callback(denied))).toMatchObject({
    code: "bitbucket.denied",
    reaction: "refused",
  });
  expect(readRequestToken(denied)).toBe("t");
});

test("a problem is the person's no too, and never an answer, also beside a verifier", async () => {
  for (const query of [
    "oauth_token=t&oauth_problem=permission_denied",
    "oauth_token=t&oauth_verifier=v&oauth_problem=permission_denied",
  ])
    expect((await failureOf(() => readOAuth1Callback(callback(query)))).code).toBe("bitbucket.denied");
});

test.each([
  "",
  "oauth_token=a&oauth_verifier=v&oauth_problem=token_expired",
  "oauth_token=",
  "oauth_verifier=v",
  "oauth_token=a&oauth_token=b",
  "oauth_token=a&oauth_verifier=v&oauth_verifier=denied",
])("is no answer of Bitbucket's: %s", async (query) => {
  const failure = await failureOf(() => readOAuth1Callback(callback(query)));
  expect(failure.code).toBe("bitbucket.callback_malformed");
});
