import { describe, expect, test } from "vitest";
import { failureOf } from "../../tests/failure.ts";
import { rulesOf } from "./admission.ts";
import { type ConfigInput, parseConfig } from "./config.ts";
import { instancesOf } from "./instances.ts";

const cloud = { clientId: "key", clientSecret: "secret" };
const dataCenter = { product: "data-center", baseUrl: "https://git.example.com", ...cloud } as const;

const parse = (input: Partial<ConfigInput>) => parseConfig({ instances: { bitbucket: cloud }, ...input });
const problemsOf = async (input: unknown) => {
  const failure = await failureOf(Promise.resolve().then(() => parse(input as Partial<ConfigInput>)));
  return failure.data.problems as { path: string; problem: string }[];
};

describe("rules in a configuration", () => {
  test("are read with what they leave out", () => {
    const config = parse({
      signIn: {
        rules: [
          { everyone: true },
          { workspace: "acme", permission: "admin", roles: ["admin"] },
          { project: "acme/KEY" },
          { repository: "acme/api", permission: "write", id: "{470C176D-3574-44EA-BB41-89E8638BCCA4}" },
        ],
      },
    });
    const rest = { roles: ["member"], id: null };
    expect(rulesOf(config, "bitbucket")).toEqual([
      { kind: "everyone", roles: ["member"] },
      { ...rest, kind: "workspace", place: "acme", permission: "admin", roles: ["admin"] },
      { ...rest, kind: "project", place: "acme/KEY", permission: "read" },
      {
        ...rest,
        kind: "repository",
        place: "acme/api",
        permission: "write",
        id: "470c176d-3574-44ea-bb41-89e8638bcca4",
      },
    ]);
  });

  test("at the root are Cloud's; a Data Center has its own, and asks for what they need", () => {
    const config = parse({
      instances: {
        bitbucket: cloud,
        dc: { ...dataCenter, signIn: { rules: [{ repository: "KEY/api", permission: "write", id: "42" }] } },
        silent: dataCenter,
      },
      signIn: { rules: [{ project: "acme/KEY" }] },
    });
    expect(rulesOf(config, "dc").map((rule) => rule.kind)).toEqual(["repository"]);
    expect(rulesOf(config, "silent")).toEqual([]);
    const scopes = [...instancesOf(config)].map(([id, instance]) => [id, instance.scopes]);
    expect(scopes).toEqual([
      ["bitbucket", ["account", "email", "repository"]],
      ["dc", ["PUBLIC_REPOS", "REPO_WRITE"]],
      ["silent", ["PUBLIC_REPOS"]],
    ]);
  });

  test("name their mistakes with what would be right, all of them", async () => {
    const signIn = {
      rules: [
        { workspace: "Acme" },
        { project: "acme/KEY", permission: "admin" },
        { repository: "acme/api", id: "42" },
      ],
    };
    const own = { rules: [{ workspace: "acme" }, { project: "key" }] };
    const problems = await problemsOf({
      signIn,
      instances: { bitbucket: cloud, dc: { ...dataCenter, signIn: own } },
    });
    expect(problems.map(({ path, problem }) => `${path} ${problem}`)).toEqual([
      "signIn.rules.0.workspace must be written as Bitbucket writes it, such as acme",
      "signIn.rules.1.permission can be read or write here: Bitbucket Cloud does not tell who administers a project",
      "signIn.rules.2.id must be a uuid here",
      "instances.dc.signIn.rules.0.workspace is Bitbucket Cloud's alone: name a project or a repository here",
      "instances.dc.signIn.rules.1.project must be written as Bitbucket writes it, such as KEY",
    ]);
  });

  test("that are none say so", async () => {
    expect(await problemsOf({ signIn: { rules: [] } })).toEqual([
      { path: "signIn.rules", problem: "names no rule, so that nobody could come in" },
    ]);
    expect(await problemsOf({ signIn: { rules: [{ workspace: "acme", everyone: true }] } })).toMatchObject([
      { problem: "must be about one of these: everyone, workspace, project, repository" },
    ]);
  });
});
