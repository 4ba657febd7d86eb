import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { failureOf, type RecordedAnswer, recorded } from "../../../tests/bitbucket/recorded.ts";
import { shiftableClock } from "../../base/clock.ts";
import { isWindlassError } from "../../base/errors.ts";
import { type Fetch, openDoor } from "../../base/http/door.ts";
import { Secret } from "../../base/secret.ts";
import { cloudUrls } from "../cloud.ts";
import { dataCenterInstance } from "../self-hosted.ts";
import { type AuthorizedCall, bearer } from "./authorize.ts";
import { createApi, segment } from "./client.ts";

const expired = {
  status: 401,
  body: {
    type: "error",
    error: { message: "Access token expired. Use your refresh token to obtain a new access token." },
  },
};

function apiWith(...answers: RecordedAnswer[]) {
  const { fetch, requests } = recorded(answers);
  return { api: createApi({ urls: cloudUrls, fetch, authorize: bearer("token-1") }), requests };
}

describe("a call", () => {
  test("G14, G15: goes to api.bitbucket.org/2.0 with the token in the Authorization header", async () => {
    const { api, requests } = apiWith({ body: { type: "user" } });
    expect(await api.get("/user")).toEqual({ type: "user" });
    expect(requests[0]?.url).toBe("https://api.bitbucket.org/2.0/user");
    expect(requests[0]?.headers.get("authorization")).toBe("Bearer token-1");
  });

  test("G16, G17: never carries the token in the URL or in a body", async () => {
    const { api, requests } = apiWith({ body: {} });
    await api.get("/user/emails", { pagelen: 100 });
    expect(requests[0]?.url).toBe("https://api.bitbucket.org/2.0/user/emails?pagelen=100");
    expect(requests[0]).toMatchObject({ method: "GET", body: "" });
  });

  test("repeats the name of a parameter with several values and leaves undefined ones out", async () => {
    const { api, requests } = apiWith({ body: {} });
    await api.get("/x", { include: ["a b", "c"], exclude: undefined, topic: false });
    expect(new URL(requests[0]?.url ?? "").search).toBe("?include=a+b&include=c&topic=false");
  });

  test("follows a `next` only on the API's own origin", async () => {
    const { api, requests } = apiWith({ body: {} });
    await api.url("https://api.bitbucket.org/2.0/x?page=abc");
    for (const next of [
      "https://evil.example/2.0/x",
      "https://api.bitbucket.org.evil.example/",
      "https://api.bitbucket.org:8443/2.0/x",
      "http://api.bitbucket.org/2.0/x",
      "https://api.bitbucket.org@evil.example/",
      "https://evil.example@api.bitbucket.org/2.0/x",
      "https://:evil@api.bitbucket.org/2.0/x",
      "/2.0/x",
      "javascript:alert(1)",
      "",
    ]) {
      await expect(api.url(next)).rejects.toMatchObject({ code: "bitbucket.foreign_page" });
    }
    expect(requests).toHaveLength(1);
  });

  test("hands the headers of every answer, a refusal's too, to who wants them", async () => {
    const answers = [
      { body: {}, headers: { "x-oauth-scopes": "account" } },
      { status: 404, body: {} },
    ];
    const { fetch } = recorded(answers);
    const seen: (string | null)[] = [];
    const onAnswer = (headers: Headers) => void seen.push(headers.get("x-oauth-scopes"));
    const api = createApi({ urls: cloudUrls, fetch, authorize: bearer("t"), onAnswer });
    await api.get("/user");
    expect((await failureOf(api.get("/x"))).code).toBe("bitbucket.not_found");
    expect(seen).toEqual(["account", null]);
  });

  test("is not sent when the hook that counts it throws", async () => {
    const { fetch, requests } = recorded([{ body: {} }]);
    const onCall = () => Promise.reject(new Error("budget"));
    const api = createApi({ urls: cloudUrls, fetch, authorize: bearer("t"), onCall });
    await expect(api.get("/user")).rejects.toThrow("budget");
    expect(requests).toHaveLength(0);
  });

  test("that is answered with a redirect or without JSON is refused", async () => {
    const html = apiWith({ body: "<html>welcome</html>" });
    await expect(html.api.get("/user")).rejects.toMatchObject({ code: "bitbucket.malformed_answer" });
    const moved = async () =>
      new Response(null, { status: 302, headers: { location: "https://evil.example" } });
    const fetch = openDoor({ fetch: moved });
    const api = createApi({ urls: cloudUrls, fetch, authorize: bearer("t") });
    await expect(api.get("/user")).rejects.toMatchObject({ code: "http.redirected" });
  });
});

describe("a 401", () => {
  const calls: string[] = [];

  function refreshing(...answers: RecordedAnswer[]) {
    const { fetch, requests } = recorded(answers);
    const rejections: (string | null)[] = [];
    const authorize = async ({ rejected }: AuthorizedCall) => {
      rejections.push(rejected?.reveal() ?? null);
      return new Secret(rejected === undefined ? "Bearer old" : "Bearer new");
    };
    const onCall = ({ path, repeated }: { path: string; repeated: boolean }) => {
      calls.push(`${path}${repeated ? " again" : ""}`);
    };
    return { api: createApi({ urls: cloudUrls, fetch, authorize, onCall }), requests, rejections };
  }

  test("G13: refreshes once and repeats the call once", async () => {
    calls.length = 0;
    const { api, requests, rejections } = refreshing(expired, { body: { ok: true } });
    expect(await api.get("/user")).toEqual({ ok: true });
    expect(rejections).toEqual([null, "Bearer old"]);
    expect(requests.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer old", "Bearer new"]);
    expect(calls).toEqual(["/user", "/user again"]);
  });

  test("that comes again after the refresh is final", async () => {
    const { api, requests } = refreshing(expired);
    await expect(api.get("/user")).rejects.toMatchObject({
      code: "bitbucket.unauthorized",
      reaction: "stale",
      data: { expired: true, status: 401 },
    });
    expect(requests).toHaveLength(2);
  });

  test("S20: with a fixed token is final at once, in Bitbucket's own words", async () => {
    const sentence = "Token is invalid, expired, or not supported for this endpoint.";
    const { api, requests } = apiWith({ status: 401, body: { type: "error", error: { message: sentence } } });
    await expect(api.get("/user")).rejects.toMatchObject({
      code: "bitbucket.unauthorized",
      data: { expired: false, said: sentence },
    });
    expect(requests).toHaveLength(1);
  });

  test("ends with the hook's own failure when it has one", async () => {
    const { fetch } = recorded([expired]);
    const authorize = async ({ rejected }: AuthorizedCall) => {
      if (rejected !== undefined) throw new Error("reconnect");
      return new Secret("Bearer old");
    };
    await expect(createApi({ urls: cloudUrls, fetch, authorize }).get("/user")).rejects.toThrow("reconnect");
  });
});

test("a token that cannot stand in a header is refused before anything is sent, and not printed", async () => {
  for (const token of ["", "a b", "hidden\r\nx: y", "hidden\u00fc"]) {
    const error = await failureOf(Promise.resolve().then(() => bearer(token)));
    expect(error).toMatchObject({ code: "bitbucket.call_incomplete" });
    expect(inspect(error)).not.toContain("hidden");
  }
});

test("G5: an answer that echoes the token does not get it into the failure", async () => {
  const { api } = apiWith({ status: 400, body: { error: { message: "bad token token-1" } } });
  const error = await failureOf(api.get("/user"));
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("token-1");
});

test("a segment of a path keeps its place whatever it holds", () => {
  expect(segment("feature/x ?#%")).toBe("feature%2Fx%20%3F%23%25");
  for (const value of ["", ".", ".."]) {
    expect(() => segment(value)).toThrow(expect.objectContaining({ code: "bitbucket.bad_request" }));
  }
});

test("Retry-After is read against the clock that is handed in", async () => {
  const { fetch } = recorded([
    { status: 429, headers: { "retry-after": "Fri, 20 Nov 2026 10:01:00 GMT" }, body: "slow down" },
  ]);
  const clock = shiftableClock(new Date("2026-11-20T10:00:00Z"));
  const error = await failureOf(
    createApi({ urls: cloudUrls, fetch, authorize: bearer("t"), clock }).get("/user"),
  );
  expect(isWindlassError(error, "bitbucket.rate_limited") && error.retryAfterSeconds).toBeGreaterThan(50);
});

describe("text and headers", () => {
  const instance = dataCenterInstance({
    baseUrl: "https://git.example.com",
    ca: "PEM of a private authority",
  });
  const path = "/projects/PRJ/repos/shop/commits/abc/diff";

  test("text is asked for by its media type and comes as it is, JSON or not", async () => {
    const { fetch, requests } = recorded([{ headers: { "content-type": "text/plain" }, body: "diff --git" }]);
    const api = createApi({ instance, fetch, authorize: bearer("t") });
    expect(await api.text(path)).toBe("diff --git");
    expect(await api.text(path, { since: "x" }, { accept: "text/x-other" })).toBe("diff --git");
    expect(requests.map(({ url, headers }) => [new URL(url).search, headers.get("accept")])).toEqual([
      ["", "text/plain"],
      ["?since=x", "text/x-other"],
    ]);
    expect(await apiWith({ body: "<html>" }).api.text("/src")).toBe("<html>");
  });

  test("an answer comes with its headers, empty or not; a refusal stays a failure", async () => {
    const { fetch } = recorded([
      { status: 204, headers: { "x-ausername": "ada" } },
      { status: 404, body: "" },
    ]);
    const api = createApi({ instance, fetch, authorize: bearer("t") });
    const { status, headers, text } = await api.answer("/application-properties");
    expect([status, headers.get("x-ausername"), text]).toEqual([204, "ada", ""]);
    expect((await failureOf(api.answer("/nowhere"))).code).toBe("bitbucket.not_found");
  });

  test("an instance's own certificates go with every request, and no others elsewhere", async () => {
    const trusted: unknown[] = [];
    const fetch: Fetch = async (_, init) => {
      trusted.push(init?.ca);
      return Response.json({});
    };
    await createApi({ instance, fetch, authorize: bearer("t") }).get("/projects");
    await createApi({ urls: cloudUrls, fetch, authorize: bearer("t") }).get("/user");
    expect(trusted).toEqual(["PEM of a private authority", null]);
  });
});
