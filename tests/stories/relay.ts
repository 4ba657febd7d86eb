/** Owns a relay between a server and the emulator that remembers every token that passed, so that a test knows what to look for. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Relay {
  readonly url: string;
  /** Every access and refresh token the emulator answered so far. */
  readonly tokens: readonly string[];
  close(): Promise<void>;
}

const passedOn = ["content-type", "location", "set-cookie"];

/** Passes requests on to `target` unchanged, on a free port of 127.0.0.1. */
export async function startRelay(target: string): Promise<Relay> {
  const tokens: string[] = [];
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const part of request) body.push(part as Buffer); // an http request without encoding yields buffers
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => !["host", "connection", "content-length"].includes(name),
      ),
    );
    const answer = await fetch(target + request.url, {
      method: request.method ?? "GET",
      headers: headers as Record<string, string>,
      body: body.length === 0 ? null : Buffer.concat(body),
      redirect: "manual",
    }).catch(() => null);
    // What is out of reach behind it is out of reach before it.
    if (answer === null) return void response.destroy();
    const text = await answer.text();
    for (const [, token = ""] of text.matchAll(/"(?:access|refresh)_token":\s*"([^"]+)"/g))
      tokens.push(token);
    const passed = [...answer.headers].filter(([name]) => passedOn.includes(name));
    for (const [name, value] of passed) response.appendHeader(name, value);
    response.writeHead(answer.status).end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    tokens,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
