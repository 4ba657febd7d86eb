/** Owns asking one address again and again over connections that are kept open, as cheaply as a client can. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface Checked {
  /** Of `/session` and the like. */
  readonly url: string;
  readonly cookie: string;
  /** Stands in the answer for whoever is signed in, and in no other. */
  readonly expected: string;
}

/** Asks `count` times in all over so many connections, one request on each at a time; answers a second. */
export async function askOver(connections: number, count: number, checked: Checked): Promise<number> {
  const url = new URL(checked.url);
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(url)));
  let left = count;
  const lane = async (socket: Socket) => {
    while (left-- > 0) await askOnce(socket, url, checked);
  };
  const begun = performance.now();
  await Promise.all(sockets.map(lane));
  const seconds = (performance.now() - begun) / 1000;
  for (const socket of sockets) socket.destroy();
  return count / seconds;
}

async function open({ hostname, port }: URL): Promise<Socket> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  return socket;
}

/** Throws unless it is a 200 that says who is signed in. */
function askOnce(socket: Socket, url: URL, { cookie, expected }: Checked): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const read = (piece: Buffer) => {
      answer += piece.toString("latin1");
      if (!isWhole(answer)) return;
      socket.off("data", read);
      socket.off("close", lost);
      if (answer.startsWith("HTTP/1.1 200") && answer.includes(expected)) resolve();
      else reject(new Error(`${url} answered: ${answer.slice(0, 400)}`));
    };
    const lost = () => reject(new Error(`${url} closed the connection`));
    socket.on("data", read);
    socket.on("close", lost);
    socket.write(
      `GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\naccept: application/json\r\ncookie: ${cookie}\r\n\r\n`,
    );
  });
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.slice(0, end))?.[1];
  return length === undefined ? answer.endsWith("\r\n0\r\n\r\n") : answer.length >= end + 4 + Number(length);
}
