import { Hono } from "hono";
import { expect, test } from "vitest";
import { canonicalHost } from "./host.ts";

const webAt = (baseUrl: string) =>
  new Hono().use(canonicalHost(baseUrl)).all("*", (context) => context.text("here"));

async function ask(baseUrl: string, host: string, init: RequestInit = {}) {
  const request = new Request(`${baseUrl}/a//b?c=d`, { ...init, headers: { host } });
  const answer = await webAt(baseUrl).fetch(request);
  return [answer.status, answer.headers.get("location")];
}

test.each([
  ["https://app.example", "app.example"],
  ["https://app.example", "APP.Example"],
  ["https://app.example", "app.example:443"],
  ["http://localhost:8000", "localhost:8000"],
  ["http://localhost", "localhost:80"],
  ["http://[::1]:8000", "[::1]:8000"],
])("%s answers to Host %s", async (baseUrl, host) => {
  expect(await ask(baseUrl, host)).toEqual([200, null]);
});

test.each([
  ["app.example:80"],
  ["www.app.example"],
  ["evil.example"],
  ["app.example.evil"],
  ["app.example@evil"],
  ["app.example/x"],
  ["app.example#"],
  [""],
])(
  "a GET for Host %j is sent to the one address with path and query, anything else is refused",
  async (host) => {
    const baseUrl = "https://app.example";
    expect(await ask(baseUrl, host)).toEqual([307, "https://app.example/a//b?c=d"]);
    expect(await ask(baseUrl, host, { method: "HEAD" })).toEqual([307, "https://app.example/a//b?c=d"]);
    expect(await ask(baseUrl, host, { method: "POST" })).toEqual([421, null]);
  },
);

test("what a proxy forwards is not believed", async () => {
  const headers = { host: "evil.example", "x-forwarded-host": "app.example", forwarded: "host=app.example" };
  const answer = await webAt("https://app.example").fetch(new Request("https://app.example/", { headers }));
  expect(answer.status).toBe(307);
});
