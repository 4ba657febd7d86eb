/** Owns the rows of git over HTTP. */
import type { Proven } from "./row.ts";

const protocol = "git, gitprotocol-http(5); git itself is the client";
const cloud = "/{workspace}/{repository}";
const scm = "/scm/{project}/{repository}";

export const cloudGit: readonly Proven[] = [
  {
    source:
      "gitprotocol-http(5); Atlassian KB on git's errors 401 and 403, its forum, and a captured list of capabilities",
    grade: "seen",
    test: "tests/clients/git-refusals.test.ts",
    point: "git",
    operations: { [`GET ${cloud}/info/refs`]: [200, 401, 403, 404, 410] },
  },
  {
    source: protocol,
    grade: "documented",
    test: "tests/clients/git.test.ts",
    point: "git",
    operations: { [`POST ${cloud}/git-upload-pack`]: [200], [`POST ${cloud}/git-receive-pack`]: [200] },
  },
];

export const dataCenterGit: readonly Proven[] = [
  {
    source:
      "gitprotocol-http(5); Atlassian KB on error 403 and on CAPTCHA, git-credential-manager, reports of remote errors",
    grade: "seen",
    test: "tests/clients/git-refusals.test.ts",
    point: "git",
    operations: { [`GET ${scm}/info/refs`]: [200, 401, 403, 404] },
  },
  {
    source: protocol,
    grade: "documented",
    test: "tests/clients/git.test.ts",
    point: "git",
    operations: { [`POST ${scm}/git-upload-pack`]: [200], [`POST ${scm}/git-receive-pack`]: [200] },
  },
];
