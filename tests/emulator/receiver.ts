/** Owns a receiver of webhooks for tests: keeps every request with its exact bytes, and answers as it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** In the order and case they came in. */
  readonly headerNames: readonly string[];
  readonly body: Buffer;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Answers from now on; `at` counts from 0. Default 200. */
  answerWith(answer: (response: ServerResponse, at: number) => void): void;
  /** Ends when so many have come. */
  waitFor(count: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let answer = (response: ServerResponse, _at: number): void => {
    response.end("thank you");
  };
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const { method = "", url = "", headers, rawHeaders } = request;
    const headerNames = rawHeaders.filter((_, at) => at % 2 === 0);
    received.push({ method, path: url, headers, headerNames, body: Buffer.concat(pieces) });
    answer(response, received.length - 1);
    for (const { resolve } of waiting.filter(({ count }) => count <= received.length)) resolve();
    waiting = waiting.filter(({ count }) => count > received.length);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server that listens has an AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answerWith(given) {
      answer = given;
    },
    async waitFor(count) {
      if (received.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return received;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
