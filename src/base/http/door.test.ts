import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { inspect } from "node:util";
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

test("gives a redirect as it stands to who only wants to know where to, and does not follow it then either", async () => {
  let asked = 0;
  const url = await serve((_, response) => {
    asked += 1;
    response.writeHead(303, { location: "/elsewhere" }).end("nobody reads this");
  });
  const answer = await openDoor()(url, { givesRedirects: true });
  expect([answer.status, answer.headers.get("location"), await answer.text()]).toEqual([
    303,
    "/elsewhere",
    "",
  ]);
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

test("the server's door refuses, caps and gives up as the neutral one does", async () => {
  const door = openNodeDoor({
    deadlineMilliseconds: 1_000,
    maxBytes: 64 * 1024,
    network: { allow: ["127.0.0.0/8"] },
  });
  const codes: string[] = [];
  for (const answer of [
    (_, response) => response.writeHead(302, { location: "/elsewhere" }).end("gone"),
    (_, response) => response.writeHead(302, { "content-encoding": "gzip" }).end("no gzip"),
    (_, response) => response.writeHead(200, { "content-encoding": "X-GZip" }).end("no gzip"),
    (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(4e6))),
    (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip"),
    (_, response) => response.writeHead(200).write("first"),
    (request) => request.socket.destroy(),
  ] satisfies RequestListener[]) {
    const error = await door.fetch(await serve(answer)).catch((reason: unknown) => reason);
    codes.push(isWindlassError(error) ? error.code : String(error));
    server?.closeAllConnections();
    server?.close();
  }
  expect(codes).toEqual([
    "http.redirected",
    "http.redirected",
    "http.unreachable",
    "http.too_large",
    "http.unreachable",
    "http.timeout",
    "http.unreachable",
  ]);
  await door.close();
});

test("the server's door gives up a request that still waits for its turn", async () => {
  const url = await serve(() => {});
  const door = openNodeDoor({ deadlineMilliseconds: 10_000, network: { allow: ["127.0.0.0/8"] } });
  const stop = new AbortController();
  const answers = Array.from({ length: 20 }, () => door.fetch(url, { signal: stop.signal }));
  stop.abort(new Error("enough"));
  for (const answer of answers) await expect(answer).rejects.toThrow("enough");
});

test("the server's door sends forms, reads compressed answers and keeps repeated headers", async () => {
  const url = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const seen = [request.method, request.headers["content-type"], Buffer.concat(chunks).toString()];
    response.setHeader("set-cookie", ["a=1", "b=2"]);
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(JSON.stringify(seen)));
  });
  const door = openNodeDoor({ network: { allow: ["127.0.0.0/8", "::1"] } });
  const response = await door.fetch(url, { method: "POST", body: new URLSearchParams({ a: "ä b" }) });
  expect(await response.json()).toEqual([
    "POST",
    "application/x-www-form-urlencoded;charset=UTF-8",
    "a=%C3%A4+b",
  ]);
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  const empty = await serve((_, answer) => answer.writeHead(204).end());
  expect((await door.fetch(empty)).status).toBe(204);
  await door.close();
});

test("the server's door behaves the same over its own pool", async () => {
  const url = await serve((request, response) => response.end(request.headers.authorization));
  const door = openNodeDoor({ network: { allow: ["127.0.0.0/8", "::1"] } });
  const response = await door.fetch(url, { headers: { authorization: "Bearer x" } });
  expect(await response.text()).toBe("Bearer x");
  await door.close();
});

test("what a server sends back of our secrets in broken HTTP is in no part of the failure", async () => {
  const broken = createTcp((socket) =>
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nhunter2\u0000: hunter2\r\n\r\n")),
  );
  await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", resolve));
  const { port } = broken.address() as AddressInfo; // it listens on TCP
  const door = openNodeDoor({ network: { allow: ["127.0.0.0/8"] } });
  const error = await door.fetch(`http://127.0.0.1:${port}/`).catch((reason: unknown) => reason);
  expect(inspect(error, { depth: 9 })).toContain("Invalid header token");
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("hunter2");
  await door.close();
  broken.close();
});

test("connections for certificates that people typed in are kept for the latest fifty alone", async () => {
  const url = await serve((_, response) => response.end("ok"));
  const door = openNodeDoor({ network: { allow: ["127.0.0.0/8", "::1"] } });
  for (let count = 0; count < 70; count += 1)
    expect((await door.fetch(url, { ca: `${count}` })).status).toBe(200);
  const open = () => new Promise<number>((give) => server?.getConnections((_, count) => give(count)));
  await expect.poll(open).toBe(50);
  await door.close();
});
