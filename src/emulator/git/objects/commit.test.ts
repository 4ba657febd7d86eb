import { expect, test } from "vitest";
import { parseCommit, parseTag } from "./commit.ts";

const hash = "1".repeat(40);
const commit = (text: string, encoding: BufferEncoding = "utf8") =>
  parseCommit(hash, Buffer.from(text, encoding));
const head = `tree ${"2".repeat(40)}\nparent ${"3".repeat(40)}\nparent ${"4".repeat(40)}\n`;

test("reads who, when and what, and every parent", () => {
  const read = commit(
    `${head}author A B <a@b> 1700000000 +0200\ncommitter C <c@d> 1700000100 -0500\n\nSubject\n\nBody\n`,
  );
  expect(read).toEqual({
    hash,
    tree: "2".repeat(40),
    parents: ["3".repeat(40), "4".repeat(40)],
    author: { raw: "A B <a@b>", email: "a@b", date: new Date(1_700_000_000_000) },
    committer: { raw: "C <c@d>", email: "c@d", date: new Date(1_700_000_100_000) },
    message: "Subject\n\nBody\n",
  });
});

test("decodes by the declared encoding, else UTF-8, else Latin-1", () => {
  const author = "author Ren\xe9 <r\xe9@x> 1 +0000\ncommitter x <y> 1 +0000\n";
  expect(commit(`${head}${author}encoding ISO-8859-1\n\ncaf\xe9`, "latin1").author.raw).toBe("René <ré@x>");
  expect(commit(`${head}${author}\ncaf\xe9`, "latin1").message).toBe("café");
  expect(commit(`${head}${author}encoding no-such\n\ncafé`).message).toBe("café");
});

test("passes over signatures and headers it does not know", () => {
  const signed = commit(
    `${head}author a <b> 1 +0000\ncommitter a <b> 1 +0000\ngpgsig -----BEGIN\n \n parent nonsense\n -----END\nx y\n\nm`,
  );
  expect(signed.parents).toHaveLength(2);
  expect(signed.message).toBe("m");
});

test("copes with names that hold brackets, no name, no message and odd dates", () => {
  const odd = commit(`tree ${"2".repeat(40)}\nauthor <<x> <a@b> -5 +0000\ncommitter  <> nonsense\n`);
  expect(odd.author).toEqual({ raw: "<<x> <a@b>", email: "a@b", date: new Date(-5000) });
  expect(odd.committer.email).toBe("");
  expect(odd.message).toBe("");
});

test("a tag of old times has no tagger", () => {
  expect(parseTag(Buffer.from(`object ${hash}\ntype commit\ntag v1\n\nmessage\n`))).toEqual({
    name: "v1",
    tagger: null,
    message: "message\n",
  });
});
