import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { isWindlassError, type WindlassError } from "../errors.ts";
import { type DoorOptions, openDoor } from "./door.ts";
import { openNodeDoor } from "./node-door.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(answer: RequestListener): Promise<string> {
  const listening = createServer(answer);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/path?code=hunter2`;
}

async function failureOf(url: string, options: DoorOptions = {}): Promise<WindlassError> {
  const error = await openDoor(options)(url).catch((reason: unknown) => reason);
  if (!isWindlassError(error)) throw new Error(`expected a Windlass failure, got ${String(error)}`);
  expect(`${error.message} ${error.detail} ${JSON.stringify(error)}`).not.toContain("hunter2");
  return error;
}

test("hands on status, headers and the whole body", async () => {
  const url = await serve((_, response) => response.writeHead(404, { "x-kind": "test" }).end('{"a":1}'));
  const response = await openDoor()(url);
  expect(response.status).toBe(404);
  expect(response.headers.get("x-kind")).toBe("test");
  expect(await response.json()).toEqual({ a: 1 });
});

test("does not follow a redirect, so that no credential travels on", async () => {
  let asked = 0;
  const url = await serve((_, response) => {
    asked += 1;
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  expect((await failureOf(url)).code).toBe("http.redirected");
  expect(asked).toBe(1);
});

test("the deadline counts to the last byte, not to the first", async () => {
  const url = await serve((_, response) => {
    response.writeHead(200).write("first");
    const drip = setInterval(() => response.write("."), 20);
    response.on("close", () => clearInterval(drip));
  });
  const error = await failureOf(url, { deadlineMilliseconds: 150 });
  expect(error.code).toBe("http.timeout");
  expect(error.reaction).toBe("unreachable");
});

test("the cap counts decoded bytes: a small compressed answer cannot grow past it", async () => {
  const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024));
  const url = await serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb));
  expect(bomb.byteLength).toBeLessThan(64 * 1024);
  expect((await failureOf(url, { maxBytes: 64 * 1024 })).code).toBe("http.too_large");
});

test("a server that is not there is unreachable, with the reason for the operator", async () => {
  const url = await serve(() => {});
  await new Promise((resolve) => server?.close(resolve));
  const error = await failureOf(url);
  expect(error.code).toBe("http.unreachable");
  expect(error.detail).toContain("ECONNREFUSED");
});

test("a caller's own abort is the caller's own reason", async () => {
  const url = await serve(() => {});
  const stop = new AbortController();
  const answer = openDoor()(url, { signal: stop.signal });
  stop.abort(new Error("not needed any more"));
  await expect(answer).rejects.toThrow("not needed any more");
});

test("the server's door behaves the same over its own pool", async () => {
  const url = await serve((request, response) => response.end(request.headers.authorization));
  const door = openNodeDoor();
  const response = await door.fetch(url, { headers: { authorization: "Bearer x" } });
  expect(await response.text()).toBe("Bearer x");
  await door.close();
});
