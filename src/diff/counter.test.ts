import { expect, test } from "vitest";
import { decode } from "./byte-text.ts";
import { createDiffCounter } from "./counter.ts";
import { numstat } from "./numstat.ts";

async function read(diff: string, nulTerminated = false): Promise<string> {
  let text = "";
  for await (const line of numstat([new TextEncoder().encode(diff)], { nulTerminated })) {
    text += new TextDecoder().decode(line);
  }
  return text;
}

test("counts by the hunk's own numbers: content that looks like headers is content", async () => {
  const diff = `diff --git a/a.txt b/a.txt
--- a/a.txt
+++ b/a.txt
@@ -1,3 +1,3 @@
 one
--- a/looks like a header
+++ b/looks like one too
 diff --git a/x b/x
diff --git a/b.txt b/b.txt
--- a/b.txt
+++ b/b.txt
@@ -1 +1,2 @@
-x
\\ No newline at end of file
+x
+y
\\ No newline at end of file
`;
  expect(await read(diff)).toBe("1\t1\ta.txt\n2\t1\tb.txt\n");
});

test("reads what `diff -u` and mailed patches look like", async () => {
  const plain = `--- old/src/a.c\t2026-11-01 10:00:00 +0000
+++ new/src/a.c\t2026-11-02 10:00:00 +0000
@@ -1,2 +1 @@
 a
-b
--- b.c.orig\t2026-11-01
+++ b.c\t2026-11-01
@@ -0,0 +1 @@
+c
`;
  expect(await read(plain)).toBe("0\t1\tsrc/a.c\n1\t0\tb.c\n");
  const mailed = `From 1234 Mon Sep 17 00:00:00 2001
Subject: [PATCH] x
---
 a.txt | 1 +
 1 file changed, 1 insertion(+)

diff --git a/a.txt b/a.txt
index 1..2 100644
--- a/a.txt
+++ b/a.txt
@@ -1,3 +1,4 @@
 one

+two
 three
-- 
2.53.0
`;
  expect(await read(mailed)).toBe("1\t0\ta.txt\n");
  expect(await read(mailed.replaceAll("\n", "\r\n"))).toBe("1\t0\ta.txt\n");
});

test("a combined diff is counted against the first parent", async () => {
  const diff = `diff --cc left.txt
index 1,2..3
--- a/left.txt
+++ b/left.txt
@@@ -1,2 -1,2 +1,3 @@@
  same
- ours
 -theirs
++both
+ from theirs
diff --git a/z b/z
new file mode 100644
index 0..e
`;
  expect(await read(diff)).toBe("2\t1\tleft.txt\n0\t0\tz\n");
});

test("odd names are printed as git prints them", async () => {
  const diff = `diff --git "a/caf\\303\\251\\t.txt" "b/caf\\303\\251\\t.txt"
old mode 100644
new mode 100755
diff --git a/with b/blank b/with b/blank
deleted file mode 100644
diff --git a/src/old/x.txt b/src/new/x.txt
similarity index 100%
rename from src/old/x.txt
rename to src/new/x.txt
diff --git a/p b/p
Binary files a/p and b/p differ
`;
  expect(await read(diff)).toBe(
    '0\t0\t"caf\\303\\251\\t.txt"\n0\t0\twith b/blank\n0\t0\tsrc/{old => new}/x.txt\n-\t-\tp\n',
  );
  expect(await read(diff, true)).toBe(
    "0\t0\tcafé\t.txt\u00000\t0\twith b/blank\u00000\t0\t\0src/old/x.txt\0src/new/x.txt\0-\t-\tp\0",
  );
});

test("a diff that is cut short, empty or no diff at all gives what there is", async () => {
  expect(await read("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,9 +1,9 @@\n+x\n+y")).toBe("2\t0\ta\n");
  expect(await read("")).toBe("");
  expect(await read("hello\n@@ -1 +1 @@\n+++ nothing\n\0\xff")).toBe("");
  expect(await read(`diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n+${"y".repeat(300_000)}\n`)).toBe(
    "1\t1\ta\n",
  );
});

test("names can be decoded for people", () => {
  const names: string[] = [];
  const counter = createDiffCounter(({ newPath }) => names.push(decode(newPath)));
  counter.push(new TextEncoder().encode("diff --git a/käse b/käse\nnew file mode 100644\n"));
  counter.end();
  expect(names).toEqual(["käse"]);
});
