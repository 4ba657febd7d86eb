/** Owns the part of group G in which a server that is called gives too little, too slowly, or too much. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { type NodeDoorOptions, openNodeDoor } from "../../../src/base/http/node-door.ts";
import type { CatalogueEntry } from "../case.ts";
import { claimNobody } from "../claims.ts";
import { endOf, listenTcp } from "../listeners.ts";
import type { Place } from "../place.ts";
import type { Reply } from "../upstream.ts";

const loopback = { allow: ["127.0.0.0/8"] };

/** As many as go to one server at a time. */
const slots = 16;

const good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** How a server keeps a request waiting. */
const silences: Readonly<Record<string, (socket: Socket) => void>> = {
  "nothing at all": () => {},
  "headers, then silence": (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
  "a header that never ends": (socket) => drip(socket, "HTTP/1.1 200 OK\r\nX-A: ", "b"),
  "a body, a byte at a time": (socket) =>
    drip(socket, "HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", "x"),
  "chunks, a byte at a time": (socket) =>
    drip(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
  "announcements without end": (socket) => drip(socket, "", "HTTP/1.1 103 Early Hints\r\n\r\n"),
};

function drip(socket: Socket, first: string, then: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(then), 20);
  socket.on("close", () => clearInterval(timer));
}

export const exhaustion: readonly CatalogueEntry[] = [
  {
    id: "G7",
    title:
      "A server that is silent, slow, or never finishes its handshake is given up within one deadline, and its places are free again.",
    inside: true,
    patience: 40_000,
    async run() {
      const given = Object.entries(silences).map(([name, keepWaiting]) => claimGivenUp(name, keepWaiting));
      await Promise.all([...given, claimHandshakeGivenUp()]);
    },
  },
  {
    id: "G8",
    title:
      "More than is taken is refused as it comes: bodies, compressions, one in another, chunks, headers; and no answer is taken for the next request's.",
    inside: true,
    patience: 60_000,
    async run(place) {
      const bombs = makeBombs();
      await claimFloodsRefused(place, bombs.gzip);
      for (const [name, { answer, end }] of Object.entries(excesses(bombs))) {
        await using server = await listenTcp((socket) => {
          socket.once("data", () => answer(socket));
        });
        const found = await askOnce(server.port, { maxBytes: 1_000_000, deadlineMilliseconds: 3_000 });
        assert.ok(end.includes(String(found)), `${name}: ${found}`);
      }
      await claimNoAnswerOfAnother();
    },
  },
];

async function askOnce(port: number, options: NodeDoorOptions): Promise<string | number> {
  const door = openNodeDoor({ network: loopback, ...options });
  try {
    return await endOf(door.fetch(`http://127.0.0.1:${port}/`));
  } finally {
    await door.close();
  }
}

/** Every place is taken by a request that waits; afterwards one that is answered has one. */
async function claimGivenUp(name: string, keepWaiting: (socket: Socket) => void): Promise<void> {
  let isSlow = true;
  await using server = await listenTcp((socket) => {
    socket.on("data", () => (isSlow ? keepWaiting(socket) : socket.write(good)));
  });
  const door = openNodeDoor({ network: loopback, deadlineMilliseconds: 400 });
  const url = `http://127.0.0.1:${server.port}/`;
  try {
    const begun = performance.now();
    const ends = await Promise.all(Array.from({ length: slots + 4 }, () => endOf(door.fetch(url))));
    assert.deepEqual([...new Set(ends)], ["http.timeout"], name);
    assert.ok(performance.now() - begun < 3_000, `${name}: not one deadline`);
    isSlow = false;
    assert.equal(await endOf(door.fetch(url)), 200, `${name}: no place was free afterwards`);
  } finally {
    await door.close();
  }
}

/** A handshake nobody answers ends by itself, although no request waits for it any more. */
async function claimHandshakeGivenUp(): Promise<void> {
  const sockets = new Set<Socket>();
  await using server = await listenTcp((socket) => {
    sockets.add(socket);
    socket.resume().on("close", () => sockets.delete(socket));
  });
  const door = openNodeDoor({ network: loopback, deadlineMilliseconds: 400 });
  try {
    const url = `https://127.0.0.1:${server.port}/`;
    const ends = await Promise.all(Array.from({ length: slots }, () => endOf(door.fetch(url))));
    assert.deepEqual([...new Set(ends)], ["http.timeout"], "TLS that is never answered");
    const begun = performance.now();
    while (sockets.size > 0 && performance.now() - begun < 10_000)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(sockets.size, 0, "connections stayed open");
  } finally {
    await door.close();
  }
}

const header = (...lines: string[]) =>
  `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;
const headerOf = (coding: string, body: Buffer) =>
  header(`Content-Encoding: ${coding}`, `Content-Length: ${body.length}`);

/** 64 MB each, packed; not before somebody wants them, for it takes a while. */
function makeBombs() {
  const zeros = Buffer.alloc(64 * 1024 * 1024);
  const [gzip, quick] = [gzipSync(zeros), { [constants.BROTLI_PARAM_QUALITY]: 1 }];
  return { gzip, twice: gzipSync(gzip), brotli: brotliCompressSync(zeros, { params: quick }) };
}

type Bombs = ReturnType<typeof makeBombs>;

interface Excess {
  answer(socket: Socket): void;
  readonly end: readonly string[];
}

const excesses = (bombs: Bombs): Readonly<Record<string, Excess>> => ({
  "a length beyond the cap": {
    answer: (socket) => socket.write(header("Content-Length: 200000000")),
    end: ["http.too_large"],
  },
  "chunks without end": {
    answer: (socket) =>
      pour(socket, header("Transfer-Encoding: chunked"), `10000\r\n${"x".repeat(65_536)}\r\n`),
    end: ["http.too_large"],
  },
  "a body without end": {
    answer: (socket) => pour(socket, header(), "x".repeat(65_536)),
    end: ["http.too_large"],
  },
  "a gzip bomb": {
    answer: (socket) => socket.write(Buffer.concat([Buffer.from(headerOf("gzip", bombs.gzip)), bombs.gzip])),
    end: ["http.too_large"],
  },
  "a bomb in a bomb": sends("gzip, gzip", bombs.twice),
  "a bomb in two headers": sends("gzip\r\nContent-Encoding: gzip", bombs.twice),
  "a brotli bomb": sends("br", bombs.brotli),
  "a coding nobody knows": sends("zstd", Buffer.from("x")),
  "a hundred thousand headers": {
    answer: (socket) => socket.write(header(...Array.from({ length: 100_000 }, (_, at) => `X-${at}: 1`))),
    end: ["http.too_large"],
  },
  "a thousand small headers": {
    answer: (socket) =>
      socket.write(header(...Array.from({ length: 1_000 }, () => "A: 1"), "Content-Length: 0")),
    end: ["http.too_large"],
  },
  "a header of a megabyte": {
    answer: (socket) => socket.write(header(`X-A: ${"x".repeat(1_000_000)}`)),
    end: ["http.too_large"],
  },
  "trailers without end": {
    answer: (socket) =>
      pour(
        socket,
        `${header("Transfer-Encoding: chunked", "Trailer: X-A")}0\r\n`,
        `X-A: ${"x".repeat(60_000)}\r\n`,
      ),
    end: ["http.too_large", "http.unreachable"],
  },
  "less than its length": {
    answer: (socket) => socket.end(`${header("Content-Length: 10")}short`),
    end: ["http.unreachable"],
  },
  "two lengths": {
    answer: (socket) => socket.end(`${header("Content-Length: 2", "Content-Length: 5")}okxyz`),
    end: ["http.unreachable"],
  },
  "a length and chunks": {
    answer: (socket) => socket.end(`${header("Content-Length: 2", "Transfer-Encoding: chunked")}0\r\n\r\n`),
    end: ["http.unreachable"],
  },
});

function sends(coding: string, body: Buffer) {
  return {
    answer: (socket: Socket) => void socket.write(Buffer.concat([Buffer.from(headerOf(coding, body)), body])),
    end: ["http.unknown_coding"],
  };
}

/** As fast as it is taken, until nobody takes it. */
function pour(socket: Socket, first: string, then: string): void {
  socket.write(first);
  const more = () => {
    while (!socket.destroyed && socket.write(then));
  };
  socket.on("drain", more);
  more();
}

/** A second answer behind the first is nobody's. */
async function claimNoAnswerOfAnother(): Promise<void> {
  await using server = await listenTcp((socket) => {
    socket.on("data", () =>
      socket.write(`${good}HTTP/1.1 200 OK\r\nX-Forged: yes\r\nContent-Length: 6\r\n\r\nforged`),
    );
  });
  const door = openNodeDoor({ network: loopback, deadlineMilliseconds: 3_000 });
  try {
    for (let count = 0; count < 5; count += 1) {
      const answer = await door.fetch(`http://127.0.0.1:${server.port}/`).catch(() => null);
      assert.notEqual(await answer?.text(), "forged", "an answer was taken that no request had asked for");
    }
  } finally {
    await door.close();
  }
}

/** The same at the token endpoint of a running server, whose memory stays as it is. */
async function claimFloodsRefused(place: Place, bomb: Buffer): Promise<void> {
  const json = { "content-type": "application/json" };
  let sent = 0;
  async function* flood() {
    for (const piece = Buffer.alloc(65_536, " "); sent < 200_000_000; sent += piece.length) yield piece;
  }
  const floods: readonly (() => Reply)[] = [
    () => ({ status: 200, headers: json, body: flood() }),
    () => ({ status: 200, headers: { ...json, "content-encoding": "gzip" }, body: bomb }),
    () => ({ status: 500, headers: json, body: flood() }),
  ];
  const before = await place.inside.memory();
  for (const reply of floods) {
    sent = 0;
    place.upstream.answer("token", reply);
    const visitor = place.visitor();
    const seen = await visitor.ask(await visitor.approve(await visitor.begin()));
    assert.ok(seen.status >= 400 && seen.status !== 500, `answered with ${seen.status}`);
    assert.ok(sent < 40_000_000, `${sent} bytes were taken`);
    await claimNobody(visitor, "a flood");
  }
  assert.ok((await place.inside.memory()) - before < 32_000_000, "memory grew");
}
