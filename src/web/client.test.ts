import { Hono } from "hono";
import { expect, test } from "vitest";
import { clientFinder } from "./client.ts";

async function clientOf(peer: string | undefined, forwarded: string | null, trusted: readonly string[] = []) {
  const find = clientFinder(trusted);
  const web = new Hono().get("/", (context) => context.json(find(context)));
  const headers: Record<string, string> = forwarded === null ? {} : { "x-forwarded-for": forwarded };
  const env = peer === undefined ? undefined : { incoming: { socket: { remoteAddress: peer } } };
  const answer = await web.fetch(new Request("http://localhost/", { headers }), env);
  return answer.json();
}

test.each([
  ["198.51.100.7", null, [], ["198.51.100.7"]],
  ["::ffff:198.51.100.7", null, [], ["198.51.100.7"]],
  ["2001:db8:1:2:3:4:5:6", null, [], ["2001:db8:1:2::/64", "2001:db8:1::/48"]],
  ["2001:db8::1", null, [], ["2001:db8:0:0::/64", "2001:db8:0::/48"]],
  ["2001:db8:1:2::", null, [], ["2001:db8:1:2::/64", "2001:db8:1::/48"]],
  ["fe80::1%eth0", null, [], ["fe80:0:0:0::/64", "fe80:0:0::/48"]],
  ["127.0.0.1", null, [], []],
  ["::1", null, [], []],
  ["::ffff:127.0.0.1", null, [], []],
  [undefined, null, [], []],
  ["not an address", null, [], []],
])("%s, forwarded %s, trusting %j: %s", async (peer, forwarded, trusted, client) => {
  expect(await clientOf(peer, forwarded, trusted)).toEqual(client);
});

test("nobody's X-Forwarded-For is believed unless it is told whose", async () => {
  expect(await clientOf("198.51.100.7", "203.0.113.1")).toEqual(["198.51.100.7"]);
  expect(await clientOf("127.0.0.1", "203.0.113.1")).toEqual([]);
  expect(await clientOf(undefined, "203.0.113.1", ["10.0.0.0/8"])).toEqual([]);
});

test.each([
  ["203.0.113.1", ["203.0.113.1"]],
  ["6.6.6.6, 203.0.113.1", ["203.0.113.1"]],
  ["6.6.6.6, 203.0.113.1, 10.9.9.9", ["203.0.113.1"]],
  ["203.0.113.1:4711", ["203.0.113.1"]],
  ["[2001:db8:1:2::9]:4711", ["2001:db8:1:2::/64", "2001:db8:1::/48"]],
  ["6.6.6.6, unknown", []],
  ["6.6.6.6, '; drop table", []],
  ["", []],
  [",".repeat(5_000), []],
])(
  "behind a trusted proxy, %j is %s: what stands left of the first stranger is anybody's",
  async (said, client) => {
    expect(await clientOf("10.0.0.5", said, ["10.0.0.0/8"])).toEqual(client);
  },
);
