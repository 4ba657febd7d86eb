import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cloudExemptions } from "../../../tools/openapi/cloud-exemptions.ts";
import { createJudge } from "../../../tools/openapi/judge.ts";
import { answerOf, atlassians } from "../judged.ts";

/** Each with the exemptions that it needs. */
const captured = [
  {
    name: "repository",
    path: "",
    needs: [
      "repository.links.clone[].href: scp form",
      "repository.links: more (branches)",
      "repository.links: more (tags)",
      "repository.links: more (source)",
      "repository.parent: null",
      "project.links: more (self)",
    ],
  },
  { name: "diffstat", path: "/diffstat/feature", needs: ["diffstat.old: null"] },
  {
    name: "pull-request",
    path: "/pullrequests/1",
    needs: [
      "pullrequest.links: more (statuses)",
      "pullrequest.summary: more (type)",
      "pullrequest_endpoint.commit: more (type)",
      "pullrequest_endpoint.commit: more (links)",
      "pullrequest.merge_commit: null",
      "pullrequest.closed_by: null",
    ],
  },
  { name: "file", path: "/src/master/file.properties", needs: ["commit_file.attributes: array"] },
  { name: "hooks", path: "/hooks", needs: [] },
  { name: "branch", path: "/refs/branches/master", needs: [] },
  { name: "tags", path: "/refs/tags", needs: [] },
] as const;

test.each(captured)(
  "C42: $name as captured passes with the exemptions that it needs",
  ({ name, path, needs }) => {
    const body = readFileSync(`tests/openapi/captured/${name}.json`, "utf8");
    const answer = answerOf(`/2.0/repositories/amuniz/test-repos${path}`, body, {
      format: name === "file" ? "meta" : null,
    });
    const judge = createJudge(atlassians(), { cloud: cloudExemptions, dataCenter: [] });
    expect(judge.judge(answer).problems).toEqual([]);
    expect([...judge.validators.cloud.needed].sort()).toEqual([...needs].sort());
    const without = createJudge(atlassians(), { cloud: [], dataCenter: [] }).judge(answer).problems;
    if (needs.length > 0) expect(without.length).toBeGreaterThanOrEqual(needs.length);
    else expect(without).toEqual([]);
  },
);
