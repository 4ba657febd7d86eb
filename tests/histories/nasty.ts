/** Owns a history with everything that trips up readers of git: odd names, odd bytes, odd shapes. */
import {
  type FileEdit,
  type PlannedCommit,
  type Text,
  writeHistory,
} from "../../src/emulator/demo/write-history.ts";

const author = "Nadia Nasty <nadia@example.com>";
const lines = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) => `line ${from + index}\n`).join("");
const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
/** Looks binary to git: a NUL near the beginning. */
const binary = (seed: number, length = 2000) =>
  Uint8Array.from({ length }, (_, index) => (index % 97 === 0 ? 0 : (index * seed) % 251));
const file = (write: Text, content: Text, mode?: "100644" | "100755" | "120000"): FileEdit =>
  mode === undefined ? { write, content } : { write, content, mode };

/** Names git must quote, and names that break those who split at blanks, tabs or line breaks. */
export const oddNames: readonly Text[] = [
  "with blank.txt",
  " leading blank.txt",
  "trailing blank.txt ",
  'double"quote.txt',
  "single'quote.txt",
  "tab\there.txt",
  "line\nbreak.txt",
  "carriage\rreturn.txt",
  "back\\slash.txt",
  "naïve–日本語.txt",
  "emoji 🪣.txt",
  latin1("caf\xe9 latin1.txt"),
  bytes(0x66, 0x80, 0xfe, 0xff, 0x2e, 0x74, 0x78, 0x74),
  "a b/b b/ b/name.txt",
  "per%20cent%2F.txt",
  "question?mark#hash&amp;.txt",
  "star*[bracket].txt",
  "-dash-first.txt",
  ":(top)magic.txt",
  "=> arrow {a => b}.txt",
  "\x01control\x7f.txt",
];

const submodule = "0123456789abcdef0123456789abcdef01234567";

interface Step {
  readonly message: Text;
  readonly edits: readonly FileEdit[];
}

const content: readonly Step[] = [
  {
    message: "Begin",
    edits: [file("README.md", "# Nasty\n"), file("src/a.txt", lines(40)), file("src/b.txt", lines(30, 100))],
  },
  { message: "Add every odd name", edits: oddNames.map((name, index) => file(name, lines(5, index))) },
  {
    message: "Edit every odd name",
    edits: oddNames.map((name, index) => file(name, `changed\n${lines(5, index)}`)),
  },
  { message: "Rename alone", edits: [{ rename: "src/a.txt", to: "lib/a renamed.txt" }] },
  {
    message: "Rename and edit",
    edits: [{ rename: "src/b.txt", to: "lib/b.txt" }, file("lib/b.txt", `new first\n${lines(28, 100)}`)],
  },
  {
    message: "Rename and change the mode",
    edits: [{ rename: "lib/b.txt", to: "bin/b" }, file("bin/b", `new first\n${lines(28, 100)}`, "100755")],
  },
  {
    message: "Rename an odd name to an odder one",
    edits: [{ rename: "tab\there.txt", to: 'tab\tand "quote"\n.txt' }],
  },
  {
    message: "Rename bytes that are no text",
    edits: [{ rename: latin1("caf\xe9 latin1.txt"), to: latin1("th\xe9 latin1.txt") }],
  },
  { message: "Swap two files", edits: [file("swap/one", lines(20, 1)), file("swap/two", lines(20, 500))] },
  { message: "Swap them", edits: [file("swap/one", lines(20, 500)), file("swap/two", lines(20, 1))] },
  { message: "Copy", edits: [file("lib/a copy.txt", lines(40))] },
  {
    message: "Add binary files",
    edits: [
      file("bin/one.bin", binary(7)),
      file("bin/two.bin", binary(11)),
      file("bin/late.bin", `${lines(2000)}\0`),
    ],
  },
  { message: "Change a binary file", edits: [file("bin/one.bin", binary(13))] },
  {
    message: "Rename a binary file and change it a little",
    edits: [
      { rename: "bin/two.bin", to: "bin/moved.bin" },
      file("bin/moved.bin", bytes(...binary(11), 1, 2, 3)),
    ],
  },
  { message: "Text becomes binary", edits: [file("lib/a copy.txt", binary(5))] },
  { message: "Binary becomes text", edits: [file("lib/a copy.txt", lines(10))] },
  { message: "Remove a binary file", edits: [{ remove: "bin/moved.bin" }] },
  {
    message: "Add empty files",
    edits: [file("empty/one", ""), file("empty/two", ""), file("empty/exec", "", "100755")],
  },
  { message: "Rename an empty file", edits: [{ rename: "empty/one", to: "empty/uno" }] },
  { message: "Fill an empty file", edits: [file("empty/two", "full\n")] },
  { message: "Empty a file", edits: [file("empty/two", "")] },
  { message: "Remove an empty file", edits: [{ remove: "empty/uno" }] },
  {
    message: "Change modes alone",
    edits: [file("README.md", "# Nasty\n", "100755"), file("empty/exec", "")],
  },
  { message: "Change mode and content", edits: [file("README.md", "# Nasty\nmore\n")] },
  {
    message: "Add links",
    edits: [file("link", "README.md", "120000"), file("dangling", "no/where", "120000")],
  },
  { message: "Turn a link", edits: [file("link", "lib/b.txt", "120000")] },
  { message: "A link becomes a file", edits: [file("link", lines(7))] },
  { message: "A file becomes a link", edits: [file("link", "lib", "120000")] },
  {
    message: "A file becomes a folder",
    edits: [{ remove: "dangling" }, file("dangling/inside.txt", lines(3))],
  },
  { message: "A folder becomes a file", edits: [{ remove: "dangling" }, file("dangling", lines(3))] },
  {
    message: "Add a submodule",
    edits: [
      { submodule: "vendor/sub", hash: submodule },
      file(
        ".gitmodules",
        '[submodule "vendor/sub"]\n\tpath = vendor/sub\n\turl = https://example.com/sub.git\n',
      ),
    ],
  },
  {
    message: "Move the submodule on",
    edits: [{ submodule: "vendor/sub", hash: submodule.replaceAll("0", "f") }],
  },
  { message: "Remove the submodule", edits: [{ remove: "vendor/sub" }, { remove: ".gitmodules" }] },
  { message: "Add CRLF", edits: [file("crlf.txt", lines(20).replaceAll("\n", "\r\n"))] },
  {
    message: "Edit within CRLF",
    edits: [file("crlf.txt", lines(20).replaceAll("\n", "\r\n").replace("line 7", "line seven"))],
  },
  { message: "CRLF becomes LF", edits: [file("crlf.txt", lines(20).replace("line 7", "line seven"))] },
  { message: "Only whitespace", edits: [file("crlf.txt", lines(20).replace("line 7", "line  seven  "))] },
  { message: "Lose the last line break", edits: [file("crlf.txt", lines(20).trimEnd())] },
  { message: "Both without a last line break", edits: [file("crlf.txt", lines(21).trimEnd())] },
  { message: "Gain the last line break", edits: [file("crlf.txt", lines(21))] },
  {
    message: "Content that looks like a diff",
    edits: [file("patch.txt", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\ndiff --git a/x b/x\n")],
  },
  {
    message: "Remove and add lines that look like headers",
    edits: [file("patch.txt", "-- a/x\n++ b/x\n@@ -9 +9 @@\n-old\n+new\n\\ No newline at end of file\n")],
  },
  { message: "Odd line ends", edits: [file("odd-ends.txt", "a\u2028b\u0085c\vd\fe\rf\n\n\n")] },
  {
    message: "Edit between odd line ends",
    edits: [file("odd-ends.txt", "a\u2028b\u0085C\vd\fe\rf\n\ng\n\n")],
  },
  { message: "Bytes that are no UTF-8", edits: [file("latin1.txt", latin1("caf\xe9\nth\xe9\n"))] },
  { message: "Edit them", edits: [file("latin1.txt", latin1("caf\xe9\nth\xe8\nch\xe1\n"))] },
  { message: "A very long line", edits: [file("long.txt", `${"x".repeat(300_000)}\nend\n`)] },
  { message: "Edit the very long line", edits: [file("long.txt", `${"x".repeat(299_999)}y\nend\n`)] },
  {
    message: "Two hunks",
    edits: [
      file(
        "lib/a renamed.txt",
        lines(40).replace("line 3\n", "").replace("line 35\n", "line 35\nline 35b\n"),
      ),
    ],
  },
  { message: "Nothing at all", edits: [] },
  { message: "", edits: [file("silent.txt", "no message\n")] },
  { message: latin1("Latin-1 message: caf\xe9"), edits: [file("silent.txt", "now with\n")] },
  {
    message: 'Subject\n\n<b>Body</b> & "quotes"\n\nSigned-off-by: Nadia\n',
    edits: [{ remove: "silent.txt" }],
  },
];

/** Commits are four hours apart and begin twenty days before `now`. */
function* commits(now: Date): Iterable<PlannedCommit> {
  for (const [index, step] of content.entries()) {
    // Every fifth commit claims to be older than its parent: dates in git are not monotonic.
    const skewHours = index % 5 === 4 ? -72 : 0;
    yield { id: `c${index}`, author, date: hoursAfterStart(now, index * 4 + skewHours), ...step };
  }
  yield* shapes(`c${content.length - 1}`, now);
}

/** Merges, with and without changes of their own, an octopus, and a second first commit. */
function* shapes(base: string, now: Date): Iterable<PlannedCommit> {
  const at = (hours: number) => hoursAfterStart(now, content.length * 4 + hours);
  const on = (id: string, branch: string, parents: readonly string[], edits: readonly FileEdit[]) => ({
    id,
    branch,
    parents,
    author: latin1("Ren\xe9 Bytes <ren\xe9@example.com>"),
    committer: "Committer Other <other@example.com>",
    date: at(1),
    committedAt: at(2),
    message: `Commit ${id}`,
    edits,
  });
  yield on("left", "feature/left", [base], [file("left.txt", lines(4))]);
  yield on(
    "right",
    "feature/right",
    [base],
    [file("right.txt", lines(6)), { rename: "swap/one", to: "swap/uno" }],
  );
  yield on("third", "release-1.0", [base], [file("third.txt", lines(2))]);
  yield on(
    "merge",
    "main",
    ["left", "right"],
    [file("right.txt", lines(6)), { rename: "swap/one", to: "swap/uno" }],
  );
  yield on(
    "evil",
    "main",
    ["merge", "third"],
    [file("third.txt", lines(2)), file("left.txt", "changed in the merge\n")],
  );
  yield on("root2", "imported", [], [file("imported/x.txt", lines(9)), file("README.md", "other root\n")]);
  yield on("more2", "imported", ["root2"], [{ rename: "imported/x.txt", to: "imported/y.txt" }]);
  yield on("unrelated", "main", ["evil", "more2"], [file("imported/y.txt", lines(9))]);
  yield on("o1", "octo/one", ["unrelated"], [file("o1.txt", lines(1))]);
  yield on("o2", "octo/two", ["unrelated"], [file("o2.txt", lines(2))]);
  yield on(
    "octopus",
    "main",
    ["unrelated", "o1", "o2"],
    [file("o1.txt", lines(1)), file("o2.txt", lines(2))],
  );
  yield { ...on("last", "main", ["octopus"], [file("last.txt", "last\n")]), message: "The last commit\n" };
}

function hoursAfterStart(now: Date, hours: number): Date {
  return new Date(now.getTime() - 20 * 86_400_000 + hours * 3_600_000);
}

/** Writes the nasty history into a folder: some 65 commits on `main`, `feature/left`, `release-1.0` and others. */
export function buildNastyHistory(folder: string, { now }: { readonly now: Date }): Promise<void> {
  const annotation = { tagger: author, date: now, message: "One point one\n" };
  return writeHistory(folder, {
    commits: commits(now),
    tags: [
      { name: "v1.0", at: "c10" },
      { name: "v1.1", at: "merge", annotation },
      { name: "v1.10", at: "last" },
    ],
  });
}
