/** Owns servers of a case's own, below HTTP where it has to be: sockets, TLS, proxies. Each ends with the block that opened it. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { isWindlassError } from "../../src/base/errors.ts";
import type { Fetch } from "../../src/base/http/door.ts";

export interface Listening {
  readonly port: number;
  /** How many have connected. */
  readonly connections: () => number;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ListenAt {
  readonly host?: string;
  readonly port?: number;
}

async function listen(server: Server, { host = "127.0.0.1", port = 0 }: ListenAt): Promise<Listening> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
  });
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** What is done with a socket is the case's own. */
export function listenTcp(serve: (socket: Socket) => void, at: ListenAt = {}): Promise<Listening> {
  return listen(createTcp(serve), at);
}

export function listenHttp(answer: RequestListener, at: ListenAt = {}): Promise<Listening> {
  return listen(createHttp(answer), at);
}

export interface TlsKind extends ListenAt {
  /** `this-machine` is made out for localhost and 127.0.0.1, `elsewhere` for elsewhere.example, `expired` has ended. */
  readonly certificate: "this-machine" | "elsewhere" | "expired";
  /** Speaks nothing newer than this. */
  readonly newest?: "TLSv1.1" | "TLSv1.2";
}

export function listenHttps(answer: RequestListener, kind: TlsKind): Promise<Listening> {
  const key = readPem(kind.certificate);
  const { newest } = kind;
  const old =
    newest === undefined
      ? {}
      : ({ minVersion: "TLSv1", maxVersion: newest, ciphers: "DEFAULT:@SECLEVEL=0" } as const);
  const server = createHttps({ key, cert: certificateOf(kind.certificate), ...old }, answer);
  server.on("tlsClientError", () => {});
  return listen(server, kind);
}

function readPem(name: string): string {
  return readFileSync(join(import.meta.dirname, "../doctor/certificates", `${name}.pem`), "utf8");
}

/** The certificate alone, to be trusted. */
export function certificateOf(name: TlsKind["certificate"]): string {
  return /-----BEGIN CERTIFICATE-----.*/s.exec(readPem(name))?.[0] ?? "";
}

export interface Proxy extends Listening {
  /** What it was told to connect to, and with which login. */
  readonly asked: { readonly target: string; readonly login: string | undefined }[];
}

/** An HTTP proxy that tunnels to `to`, whatever it is asked for, or refuses with `status`. */
export async function listenAsProxy(to: () => { host: string; port: number }, status = 200): Promise<Proxy> {
  const asked: Proxy["asked"] = [];
  const server = createHttp((_, response) => response.writeHead(405).end());
  server.on("connect", ({ url = "", headers }, client: Socket) => {
    asked.push({ target: url, login: headers["proxy-authorization"] });
    client.on("error", () => {});
    if (status !== 200) return void client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
    const behind = connect(to(), () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    behind.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.on("close", () => behind.destroy());
    client.pipe(behind).pipe(client);
  });
  return { ...(await listen(server, {})), asked };
}

/** The code a request ends with; its status where it ends well. */
export async function endOf(asked: ReturnType<Fetch>): Promise<string | number> {
  try {
    return (await asked).status;
  } catch (error) {
    return isWindlassError(error) ? error.code : String(error);
  }
}
