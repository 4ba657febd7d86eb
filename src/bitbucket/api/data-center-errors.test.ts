import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { failureOf, type RecordedAnswer, recorded } from "../../../tests/bitbucket/recorded.ts";
import { fc } from "../../../tests/property.ts";
import { isWindlassError } from "../../base/errors.ts";
import { openDoor } from "../../base/http/door.ts";
import { Secret } from "../../base/secret.ts";
import { dataCenterInstance } from "../self-hosted.ts";
import { bearer } from "./authorize.ts";
import { createApi } from "./client.ts";

const instance = dataCenterInstance({ baseUrl: "https://git.example.com/bitbucket" });
const repository = "/projects/PRJ/repos/shop";

function apiWith(...answers: RecordedAnswer[]) {
  const { fetch, requests } = recorded(answers);
  return { api: createApi({ instance, fetch, authorize: bearer("token-1") }), requests };
}

const failing = (answer: RecordedAnswer, path = repository) => failureOf(apiWith(answer).api.get(path));

const errors = (exceptionName: string | null, message: string, context: string | null = null) => ({
  errors: [{ context, message, exceptionName }],
});
const named = (name: string, message = "No.") => errors(`com.atlassian.bitbucket.${name}`, message);

describe("a 401", () => {
  const refused = named("AuthorisationException", "You are not permitted to access this resource");
  const wrong = named("auth.IncorrectPasswordAuthenticationException", "Authentication failed.");

  test.each([
    ["with the user's name", { headers: { "x-ausername": "ada" }, body: "" }],
    ["with the exception for missing rights", { body: refused }],
  ])("%s means: signed in, but not allowed, and names the right", async (_, answer) => {
    expect(await failing({ status: 401, ...answer }, `${repository}/commits`)).toMatchObject({
      code: "bitbucket.forbidden",
      reaction: "refused",
      data: { required: ["REPO_READ"], granted: [], status: 401 },
      cure: expect.stringContaining("REPO_READ"),
    });
  });

  test.each([
    ["/projects/PRJ", ["PROJECT_READ"]],
    ["/users/ada", ["PUBLIC_REPOS"]],
    ["/elsewhere", []],
  ])("of %s names the right of that resource", async (path, required) => {
    const error = await failing({ status: 401, body: refused }, path);
    expect(error).toMatchObject({ code: "bitbucket.forbidden", data: { required } });
  });

  test("that names nobody means that the credential is none", async () => {
    for (const body of [wrong, "", "<html>", { errors: [] }]) {
      expect((await failing({ status: 401, body })).code).toBe("bitbucket.unauthorized");
    }
  });

  test("for missing rights renews nothing, while one for a dead token renews once", async () => {
    const rejections: boolean[] = [];
    const authorize = async ({ rejected }: { readonly rejected?: Secret | undefined }) => {
      rejections.push(rejected !== undefined);
      return new Secret("Bearer t");
    };
    const ask = async (...answers: RecordedAnswer[]) =>
      createApi({ instance, fetch: recorded(answers).fetch, authorize }).get(repository);
    await failureOf(ask({ status: 401, headers: { "x-ausername": "ada" }, body: refused }));
    expect(rejections.splice(0)).toEqual([false]);
    expect(await ask({ status: 401, body: wrong }, { body: { id: 1 } })).toEqual({ id: 1 });
    expect(rejections).toEqual([false, true]);
  });

  test("of OAuth 1.0a is told in its own words", async () => {
    const challenge = 'OAuth realm="https%3A%2F%2Fgit.example.com", oauth_problem="token_expired"';
    const error = await failing({ status: 401, headers: { "www-authenticate": challenge }, body: "" });
    expect(error.code).toBe("bitbucket.oauth1_token_expired");
    const plain = { "www-authenticate": 'OAuth realm="https%3A%2F%2Fgit.example.com"' };
    expect((await failing({ status: 401, headers: plain, body: wrong })).code).toBe("bitbucket.unauthorized");
  });

  test.each([
    ["token_expired", 2],
    ["token_rejected", 2],
    ["signature_invalid", 1],
    ["consumer_key_unknown", 1],
    ["nonce_used", 1],
  ])("of OAuth 1.0a for %s is asked %i times: only another token could help", async (problem, times) => {
    const { fetch, requests } = recorded([{ status: 401, body: `oauth_problem=${problem}` }]);
    const authorize = async () => new Secret("OAuth oauth_token=x");
    const error = await failureOf(createApi({ instance, fetch, authorize }).get(repository));
    expect(error.code).toBe(`bitbucket.oauth1_${problem}`);
    expect(requests).toHaveLength(times);
  });
});

describe("a CAPTCHA", () => {
  const header = {
    "x-authentication-denied-reason": "CAPTCHA_CHALLENGE; login-url=https://git.example.com/login",
  };
  const captcha = named("auth.CaptchaRequiredAuthenticationException", "CAPTCHA required.");

  test.each([
    ["403 by its exception", { status: 403, body: captcha }],
    ["401 by its exception", { status: 401, body: captcha }],
    ["401 by its header", { status: 401, headers: header, body: "" }],
    ["403 by its header", { status: 403, headers: header, body: "" }],
  ])("is known as a %s, and asked once only", async (_, answer) => {
    const { fetch, requests } = recorded([answer]);
    const authorize = async () => new Secret("Basic YTpi");
    const error = await failureOf(createApi({ instance, fetch, authorize }).get(repository));
    expect(error).toMatchObject({ code: "bitbucket.captcha", reaction: "refused" });
    expect(requests).toHaveLength(1);
  });
});

describe("a 404", () => {
  test.each([
    ["project.NoSuchProjectException", "project"],
    ["repository.NoSuchRepositoryException", "repository"],
    ["commit.NoSuchCommitException", "commit"],
    ["content.NoSuchPathException", "path"],
    ["user.NoSuchUserException", "user"],
    ["pull.NoSuchPullRequestException", "pull request"],
  ])("by %s says which is missing", async (name, missing) => {
    expect(await failing({ status: 404, body: named(name, "X does not exist.") })).toMatchObject({
      code: "bitbucket.not_found",
      message: expect.stringContaining(`no such ${missing} `),
      data: { missing, said: "X does not exist." },
    });
  });

  test("of the days of Stash is read by the last part of its name", async () => {
    const body = errors("com.atlassian.stash.exception.NoSuchProjectException", "Project X does not exist.");
    expect(await failing({ status: 404, body })).toMatchObject({ data: { missing: "project" } });
  });

  test("by anything else says only that it is not there", async () => {
    for (const body of [named("constructor"), named("__proto__"), errors(null, "No."), "", {}]) {
      const error = await failing({ status: 404, body });
      expect(error).toMatchObject({ code: "bitbucket.not_found", data: { missing: null } });
    }
  });

  test("in HTML is another server's, or a lost context path", async () => {
    const error = await failing({ status: 404, body: "<!DOCTYPE html><title>Not found</title>" });
    expect(error).toMatchObject({ code: "bitbucket.not_bitbucket", reaction: "configuration" });
  });
});

describe("other refusals", () => {
  test("an XSRF check that failed", async () => {
    expect((await failing({ status: 403, body: "XSRF check failed" })).code).toBe(
      "bitbucket.xsrf_check_failed",
    );
    expect((await failing({ status: 403, body: "" })).code).toBe("bitbucket.forbidden");
  });

  test("409 and 400 hand on Bitbucket's sentences with their fields", async () => {
    const body = {
      errors: [
        { context: "name", message: "Too long." },
        { context: null, message: "Sorry." },
      ],
    };
    expect(await failing({ status: 400, body })).toMatchObject({
      code: "bitbucket.bad_request",
      message: "Bitbucket did not accept the request: name: Too long.; Sorry.",
      data: {
        fields: [
          { name: "name", problem: "Too long." },
          { name: "", problem: "Sorry." },
        ],
      },
    });
    const outdated = named("pull.PullRequestOutOfDateException", "Someone was faster.");
    expect(await failing({ status: 409, body: outdated })).toMatchObject({
      code: "bitbucket.conflict",
      message: "Bitbucket refused: Someone was faster.",
    });
    expect((await failing({ status: 409, body: "" })).code).toBe("bitbucket.conflict");
  });

  test("a 429 waits as long as it says, else five seconds", async () => {
    const told = await failing({ status: 429, headers: { "retry-after": "11" }, body: "" });
    expect(told).toMatchObject({ code: "bitbucket.rate_limited", retryAfterSeconds: 11 });
    expect((await failing({ status: 429, body: "" })).retryAfterSeconds).toBe(5);
  });

  test("a server in trouble is unavailable, whatever it says", async () => {
    for (const status of [500, 502, 503, 504]) {
      const error = await failing({ status, headers: { "retry-after": "3" }, body: "<html>" });
      expect(error).toMatchObject({ code: "bitbucket.unavailable", retryAfterSeconds: 3 });
    }
  });
});

describe("pages for people in place of the API", () => {
  test("a login page with status 200 is called that, for JSON and for text", async () => {
    const { api } = apiWith({ body: "<!DOCTYPE html><title>Log in - Bitbucket</title>" });
    expect((await failureOf(api.get(repository))).code).toBe("bitbucket.login_page");
    expect((await failureOf(api.text(repository))).code).toBe("bitbucket.login_page");
    const { api: plain } = apiWith({ headers: { "content-type": "text/plain" }, body: "no JSON" });
    expect((await failureOf(plain.get(repository))).code).toBe("bitbucket.malformed_answer");
  });

  test("a redirect is not followed, and called that too", async () => {
    const redirecting = async () => new Response(null, { status: 302, headers: { location: "/login" } });
    const api = createApi({ instance, fetch: openDoor({ fetch: redirecting }), authorize: bearer("t") });
    expect(await failureOf(api.get(repository))).toMatchObject({
      code: "bitbucket.login_page",
      cure: expect.stringContaining("context path"),
    });
  });

  test("text that only looks like a page is text", async () => {
    const { api } = apiWith({ headers: { "content-type": "text/plain" }, body: "<html> is what it says" });
    expect(await api.text(repository)).toBe("<html> is what it says");
  });
});

test("an answer that echoes the token does not get it into the failure", async () => {
  const error = await failing({ status: 400, body: named("X", "bad token token-1") });
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("token-1");
});

test("whatever stands in the body, the failure is one of the catalogue", async () => {
  const entry = fc.record({ context: fc.anything(), message: fc.anything(), exceptionName: fc.anything() });
  const body = fc.oneof(fc.jsonValue(), fc.string(), fc.record({ errors: fc.array(entry) }));
  const status = fc.constantFrom(301, 400, 401, 403, 404, 409, 410, 418, 429, 500, 599);
  await fc.assert(
    fc.asyncProperty(status, body, async (code, content) => {
      const text = typeof content === "string" ? content : (JSON.stringify(content, plain) ?? "");
      const error = await failing({ status: code, body: text });
      expect(isWindlassError(error)).toBe(true);
      expect(error.message.length).toBeLessThan(20_000);
    }),
    { numRuns: 200 },
  );
});

/** What JSON cannot hold is left out. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
