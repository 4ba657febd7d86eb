/** Owns one connection that is kept open, asked one thing at a time, as cheaply as a client can. */
import { once } from "node:events";
import { connect } from "node:net";

export interface Answered {
  readonly status: number;
  /** The status line and the headers. */
  readonly head: string;
  /** As it came, with the sizes of its pieces where it is chunked. */
  readonly body: string;
}

export interface Connection {
  /** `request`: the whole of it, as bytes on the wire. */
  ask(request: string): Promise<Answered>;
  close(): void;
}

export async function openConnection({ hostname, port }: URL): Promise<Connection> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  socket.setEncoding("latin1");
  let answer = "";
  let waiting: PromiseWithResolvers<Answered> | undefined;
  socket.on("data", (piece: string) => {
    answer += piece;
    const whole = readWhole(answer);
    if (whole === null) return;
    answer = "";
    waiting?.resolve(whole);
  });
  socket.on("error", () => {});
  socket.on("close", () => waiting?.reject(new Error(`${hostname}:${port} closed the connection`)));
  return {
    ask(request) {
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

function readWhole(answer: string): Answered | null {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const head = answer.slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isWhole =
    length === undefined ? answer.endsWith("\r\n0\r\n\r\n") : answer.length >= end + 4 + Number(length);
  return isWhole ? { status: Number(head.slice(9, 12)), head, body: answer.slice(end + 4) } : null;
}
