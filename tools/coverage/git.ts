/** Owns the rows of git over HTTP. */
import type { Proven } from "./row.ts";

const protocol = "git, Documentation/gitprotocol-http; git itself is the client";

export const cloudGit: readonly Proven[] = [
  {
    source: protocol,
    grade: "documented",
    test: "tests/emulator/git-cloud.test.ts",
    point: "git",
    operations: {
      "GET /{workspace}/{repository}/info/refs": [200],
      "POST /{workspace}/{repository}/git-upload-pack": [200],
      "POST /{workspace}/{repository}/git-receive-pack": [200],
    },
  },
];

export const dataCenterGit: readonly Proven[] = [
  {
    source: protocol,
    grade: "documented",
    test: "tests/emulator/git-data-center.test.ts",
    point: "git",
    operations: {
      "GET /scm/{project}/{repository}/info/refs": [200],
      "POST /scm/{project}/{repository}/git-upload-pack": [200],
      "POST /scm/{project}/{repository}/git-receive-pack": [200],
    },
  },
];
