import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { openDoor } from "../../base/http/door.ts";
import { Secret } from "../../base/secret.ts";
import { backstageSource } from "./backstage.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const entity = (kind: string, name: string, more: object = {}) => ({
  apiVersion: "backstage.io/v1alpha1",
  kind,
  metadata: { name, namespace: "default", annotations: {} },
  spec: {},
  ...more,
});

interface Asked {
  readonly url: URL;
  readonly authorization: string | undefined;
}

/** A Backstage that answers so; what it was asked. */
async function serve(answer: (asked: Asked) => { readonly status?: number; readonly body: unknown }) {
  const asked: Asked[] = [];
  server = createServer((request, response) => {
    const each = {
      url: new URL(request.url ?? "", "http://x"),
      authorization: request.headers.authorization,
    };
    asked.push(each);
    const { status = 200, body } = answer(each);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const url = `http://127.0.0.1:${port}`;
  const source = backstageSource(
    { url, token: new Secret("a-token"), refreshSeconds: 300 },
    openDoor({ deadlineMilliseconds: 2_000 }),
  );
  return { asked, source, url };
}

const page = (items: readonly unknown[], nextCursor?: string) => ({
  items,
  totalItems: 3,
  pageInfo: nextCursor === undefined ? {} : { nextCursor },
});

test("users and groups are read page by page, with the token", async () => {
  const { asked, source } = await serve(({ url }) => ({
    body: url.searchParams.has("cursor")
      ? page([entity("Group", "team", { relations: [{ type: "childOf", targetRef: "group:default/all" }] })])
      : page(
          [
            entity("User", "john", { relations: [{ type: "memberOf", targetRef: "group:default/team" }] }),
            entity("User", "-broken-"),
          ],
          "c/1+",
        ),
  }));
  const { users, groups, warnings } = await source.read();
  expect(users).toMatchObject([{ ref: "user:default/john", memberOf: ["group:default/team"] }]);
  expect(groups).toMatchObject([{ ref: "group:default/team", parents: ["group:default/all"] }]);
  expect(warnings).toEqual([expect.stringContaining('User "-broken-" at http')]);
  expect(asked.map(({ url }) => url.pathname)).toEqual(Array(2).fill("/api/catalog/entities/by-query"));
  expect(asked[0]?.url.searchParams.getAll("filter")).toEqual(["kind=user", "kind=group"]);
  expect(asked[1]?.url.searchParams.get("cursor")).toBe("c/1+");
  expect(asked.map(({ authorization }) => authorization)).toEqual(Array(2).fill("Bearer a-token"));
});

test.each<[string, Parameters<typeof serve>[0], RegExp]>([
  ["refuses the token", () => ({ status: 401, body: "secret words" }), /401: it takes no token/],
  ["is another one", () => ({ status: 404, body: {} }), /404/],
  [
    "fails on a later page",
    ({ url }) => (url.searchParams.has("cursor") ? { status: 503, body: {} } : { body: page([], "next") }),
    /503/,
  ],
  ["answers HTML", () => ({ body: "<html>secret words</html>" }), /no JSON/],
  ["answers a list", () => ({ body: [] }), /no page/],
  ["answers no items", () => ({ body: { pageInfo: {} } }), /no page/],
  ["has a cursor that is none", () => ({ body: { items: [], pageInfo: { nextCursor: 7 } } }), /no page/],
  ["leads round in a circle", () => ({ body: page([], "same") }), /circle/],
  [
    "answers without end",
    ({ url }) => ({ body: page([], `${url.searchParams.get("cursor") ?? ""}x`) }),
    /more than 400 pages/,
  ],
  ["answers more than fits", () => ({ body: page(["x".repeat(5 * 1024 * 1024)]) }), /./],
])("a catalog that %s gives nothing at all", async (_, answer, reason) => {
  const { source } = await serve(answer);
  const failure = await source.read().then(
    () => null,
    (error: Error) => error.message,
  );
  expect(failure).toMatch(reason);
  expect(failure).not.toMatch(/secret words|a-token/);
});

test("one that redirects is not followed, and gets no token elsewhere", async () => {
  let elsewhere = 0;
  const { source } = await serve(({ url }) => {
    if (url.pathname === "/elsewhere") elsewhere += 1;
    return { status: 302, body: {} };
  });
  await expect(source.read()).rejects.toThrow();
  expect(elsewhere).toBe(0);
});
