/** Owns a gate between a program and its PostgreSQL: shut, it is as if the server were gone. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Gate {
  /** The database's URL by way of the gate, which is open. */
  readonly url: string;
  /** Cuts every connection and takes no new one. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

export async function openGate(database: string): Promise<Gate> {
  const url = new URL(database);
  const [host, port] = [url.hostname, Number(url.port)];
  const passing = new Set<Socket>();
  const server = createServer((caller) => {
    const answerer = connect(port, host);
    for (const [from, to] of [
      [caller, answerer],
      [answerer, caller],
    ] as const) {
      passing.add(from);
      from.pipe(to);
      from.on("error", () => {});
      from.on("close", () => {
        passing.delete(from);
        to.destroy();
      });
    }
  });
  const listen = async (at: number) => {
    server.listen(at, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a gate has a port");
    return address.port;
  };
  const own = await listen(0);
  const shut = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of passing) socket.destroy();
    await closed;
  };
  url.host = `127.0.0.1:${own}`;
  const open = async () => void (await listen(own));
  return { url: url.href, shut, open, close: shut };
}
