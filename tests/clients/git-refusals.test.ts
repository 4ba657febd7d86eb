import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmulatedDataCenter } from "../../src/emulator/data-center/instance.ts";
import { createEmulator, type Emulator } from "../../src/emulator/emulator.ts";
import { basic } from "../emulator/client.ts";
import { accessToken } from "../emulator/served.ts";
import { folderDigest, temporaryFolder } from "../histories/folders.ts";
import { git, runGit, smallCheckout, withUser } from "./plain-git.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let emulator: Emulator;
let clone: string;
let digest: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const at = (slug: string) => join(folder.path, slug);
  for (const slug of ["hidden", "open"]) await smallCheckout(at(slug));
  digest = await folderDigest(at("hidden"));
  emulator = await createEmulator({
    autoApprove: "johndoe",
    repositories: [
      { path: at("hidden"), slug: "hidden" },
      { path: at("open"), slug: "open", private: false },
    ],
  });
  clone = at("clone");
  await git(".", "clone", "--quiet", at("hidden"), clone);
});
afterAll(async () => {
  expect(await folderDigest(join(folder.path, "hidden"))).toBe(digest);
  await emulator.close();
  await folder.remove();
});

const hidden = "You may not have access to this repository or it no longer exists in this workspace.";

const cloud = (slug: string, user?: string, secret?: string) => {
  const address = `${emulator.urls.bitbucket}/acme/${slug}.git`;
  return user === undefined ? address : withUser(address, user, secret ?? "");
};

/** What git said to a person who only looks. */
async function looking(address: string, ...configured: readonly string[]): Promise<string> {
  const { code, output, said } = await runGit(".", ...configured, "ls-remote", address, "refs/heads/main");
  return code === 0 ? output.replace(/^[0-9a-f]{40}\t/, "").trim() : said;
}

/** What git said to a person who pushes. */
async function pushing(address: string, ...refs: readonly string[]): Promise<string> {
  return (await runGit(clone, "push", address, ...(refs.length === 0 ? ["HEAD:refs/heads/new"] : refs))).said;
}

const wasAsked = "could not read Username";
const failed = "Authentication failed";

describe("Cloud", () => {
  const { addAccessToken, addApiToken } = {
    addAccessToken: (scopes: readonly string[], more: object = {}) =>
      emulator.control.addAccessToken({ workspace: "acme", scopes: [...scopes], ...more }).token,
    addApiToken: (scopes: readonly string[], person = "johndoe") =>
      emulator.control.addApiToken({ person, scopes: [...scopes] }),
  };

  test("C23: without credentials public repositories are read, and everything else asks who it is", async () => {
    expect(await looking(cloud("open"))).toBe("refs/heads/main");
    expect(await looking(cloud("hidden"))).toContain(wasAsked);
    expect(await looking(cloud("absent"))).toContain(wasAsked);
    expect(await pushing(cloud("open"))).toContain(wasAsked);
  });

  test("C24: a wrong, misplaced or ended credential is refused, on public repositories too", async () => {
    const read = addAccessToken(["repository"]);
    const apiToken = addApiToken(["read:repository:bitbucket"]);
    const unscoped = addApiToken([]);
    const ended = addApiToken(["read:repository:bitbucket"]);
    emulator.control.revokeToken(ended.id);
    for (const [user, secret] of [
      ["x-token-auth", "nonsense"],
      ["x-token-auth", apiToken.token],
      ["johndoe", read],
      ["x-bitbucket-api-token-auth", read],
      ["janeroe", apiToken.token],
      ["user@example.com", apiToken.token],
      ["johndoe", unscoped.token],
      ["johndoe", ended.token],
      ["johndoe", "a password"],
      ["johndoe", "ATBBgone"],
    ] as const) {
      expect(await looking(cloud("hidden", user, secret)), `${user}:${secret}`).toContain(failed);
      // git itself sends credentials only where it is asked for them.
      const sent = await fetch(`${cloud("open")}/info/refs?service=git-upload-pack`, {
        headers: { authorization: basic(user, secret) },
      });
      expect([sent.status, sent.headers.get("www-authenticate")]).toEqual([
        401,
        'Basic realm="Bitbucket.org HTTP"',
      ]);
    }
    expect(await looking(cloud("hidden", "x-token-auth", "nonsense"))).toContain(`remote: ${hidden}`);
    expect(await looking(cloud("hidden", "johndoe", "ATBBgone"))).toContain("remote: Invalid credentials");
    expect(
      await looking(cloud("hidden"), "-c", `http.extraHeader=Authorization: Bearer ${apiToken.token}`),
    ).toContain(wasAsked);
  });

  test("C22: a credential without the scope is told so, and what it would imply elsewhere counts", async () => {
    const missing = "remote: Your credentials lack one or more required privilege scopes.";
    const writing = addApiToken(["write:repository:bitbucket"]).token;
    const reading = addApiToken(["read:repository:bitbucket"]).token;
    expect(await looking(cloud("hidden", "johndoe", writing))).toContain(missing);
    expect(await looking(cloud("hidden", "johndoe", reading))).toBe("refs/heads/main");
    expect(await pushing(cloud("hidden", "johndoe", reading))).toContain(missing);
    expect(
      await pushing(cloud("hidden", "x-token-auth", addAccessToken(["repository", "pullrequest"]))),
    ).toContain(missing);
    expect(await looking(cloud("hidden", "x-token-auth", addAccessToken(["repository:admin"])))).toContain(
      missing,
    );
    const oauth = await accessToken(emulator, ["account"]);
    expect(await looking(cloud("hidden", "x-token-auth", oauth))).toContain(missing);
    expect(
      await pushing(
        cloud("hidden", "x-token-auth", addAccessToken(["pullrequest:write"])),
        "HEAD:refs/heads/implied",
      ),
    ).toContain("[new branch]");
  });

  test("C23: what is hidden and what is absent get one answer; who may only read cannot push", async () => {
    const sam = addApiToken(["read:repository:bitbucket", "write:repository:bitbucket"], "sam").token;
    for (const slug of ["hidden", "absent"]) {
      const said = await looking(cloud(slug, "sam", sam));
      expect(said).toContain(`remote: ${hidden}`);
      expect(said).toContain("The requested URL returned error: 403");
    }
    expect(await looking(cloud("open", "sam", sam))).toBe("refs/heads/main");
    const said = await pushing(cloud("open", "sam", sam));
    expect(said).toContain("error: 403");
    const narrow = addAccessToken(["repository:write"], { repository: "open" });
    expect(await pushing(cloud("hidden", "x-token-auth", narrow))).toContain(`remote: ${hidden}`);
  });

  test("C21: an OAuth token that has expired is refused", async () => {
    const oauth = await accessToken(emulator, ["repository"]);
    expect(await looking(cloud("hidden", "x-token-auth", oauth))).toBe("refs/heads/main");
    emulator.control.advance(7201);
    expect(await looking(cloud("hidden", "x-token-auth", oauth))).toContain(failed);
  });

  test("only branches and tags can be pushed, and the main branch stays", async () => {
    const address = cloud("hidden", "x-token-auth", addAccessToken(["repository:write"]));
    const said = await pushing(address, "HEAD:refs/notes/x", "HEAD:refs/heads/beside");
    expect(said).toContain("[remote rejected] HEAD -> refs/notes/x (deny updating a hidden ref)");
    expect(said).toContain("[new branch]      HEAD -> beside");
    expect(await pushing(address, ":refs/heads/main")).toContain(
      "[remote rejected] main (deletion of the current branch prohibited)",
    );
  });

  test("the protocol without git on the server is refused, and faults hit git as they hit everything", async () => {
    const token = addAccessToken(["repository"]);
    const address = cloud("hidden", "x-token-auth", token);
    const dumb = await fetch(`${cloud("hidden")}/info/refs`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([dumb.status, dumb.headers.get("content-type")]).toEqual([403, "text/plain; charset=utf-8"]);
    emulator.control.addFault({
      path: "/acme/hidden.git/*",
      kind: "text",
      status: 503,
      body: "Down for a while",
    });
    expect(await looking(address)).toContain("error: 503");
    expect(await looking(address)).toBe("refs/heads/main");
  });
});

describe.each(["dataCenter", "server"] as const)("%s", (product) => {
  const placeOf = (): EmulatedDataCenter => {
    const place = emulator[product];
    if (place === null) throw new Error(`there is no ${product}`);
    return place;
  };
  const at = (slug: string, user?: string, secret?: string) => {
    const address = `${placeOf().url}/scm/ACME/${slug}.git`;
    return user === undefined ? address : withUser(address, user, secret ?? "");
  };
  const passwordOf = (name: string) => placeOf().people.find((each) => each.name === name)?.password ?? "";
  const by = (slug: string, name: string) => at(slug, name, passwordOf(name));
  const make = async (path: string, body: object) => {
    const control = `${emulator.urls.control}/${product === "server" ? "server" : "data-center"}/${path}`;
    const answer = await fetch(control, { method: "POST", body: JSON.stringify(body) });
    return (await answer.json()) as { token: string }; // as docs/emulator.md says
  };

  test("D25: without credentials public repositories are read, and everything else asks who it is", async () => {
    expect(await looking(at("open"))).toBe("refs/heads/main");
    expect(await looking(at("hidden"))).toContain(wasAsked);
    expect(await looking(at("absent"))).toContain(wasAsked);
    expect(await pushing(at("open"))).toContain(wasAsked);
    const asked = await fetch(`${at("hidden")}/info/refs?service=git-upload-pack`);
    expect([asked.status, asked.headers.get("www-authenticate")]).toEqual([
      401,
      'Basic realm="Atlassian Bitbucket"',
    ]);
    expect(asked.headers.get("x-arequestid")).not.toBeNull();
  });

  test("D26: who has no right finds nothing, and who may only read cannot push", async () => {
    const nothing = "fatal: remote error: Repository not found";
    expect(await looking(by("hidden", "nora"))).toContain(nothing);
    expect(await looking(by("absent", "johndoe"))).toContain(nothing);
    expect(await looking(by("hidden", "build-bot"))).toBe("refs/heads/main");
    expect(await pushing(by("hidden", "build-bot"))).toContain("error: 403");
    expect(await looking(by("hidden", "ina"))).toContain(failed);
  });

  test("D24: a token is capped by its permissions, and stands beside its owner's name only", async () => {
    const reading = await make("tokens", { person: "johndoe", permissions: ["REPO_READ"] });
    expect(await looking(at("hidden", "johndoe", reading.token))).toBe("refs/heads/main");
    expect(await pushing(at("hidden", "johndoe", reading.token))).toContain("error: 403");
    expect(await looking(at("hidden", "admin", reading.token))).toContain(failed);
    expect(await looking(at("open"), "-c", "http.extraHeader=Authorization: Bearer nonsense")).toContain(
      wasAsked,
    );
  });

  test("references of pull requests are Bitbucket's own: a push with one of them is declined as a whole", async () => {
    const address = by("hidden", "johndoe");
    const said = await pushing(address, "HEAD:refs/pull-requests/7/from", "HEAD:refs/heads/declined");
    expect(said).toContain("remote: Rejected refs:");
    expect(said).toMatch(
      /\[remote rejected\] HEAD -> refs\/pull-requests\/7\/from \(pre-receive hook declined\)/,
    );
    expect(said).toMatch(/\[remote rejected\] HEAD -> declined \(pre-receive hook declined\)/);
    expect((await runGit(".", "ls-remote", address, "declined")).output).toBe("");
    expect(await pushing(address, ":refs/heads/main")).toContain(
      "(deletion of the current branch prohibited)",
    );
  });

  test("D25: after five wrong passwords git is told of the CAPTCHA, whatever the password", async () => {
    for (let times = 0; times < 5; times += 1)
      expect(await looking(at("hidden", "johndoe", "wrong"))).toContain(failed);
    expect(await looking(by("hidden", "johndoe"))).toContain("fatal: remote error: CAPTCHA required");
  });
});

test("D24: tokens of projects and repositories go as Bearer, beside no user name", async () => {
  const answer = await fetch(`${emulator.urls.control}/data-center/tokens`, {
    method: "POST",
    body: JSON.stringify({ repository: "ACME/hidden", permissions: ["REPO_WRITE"] }),
  });
  const { token } = (await answer.json()) as { token: string }; // as docs/emulator.md says
  const address = `${emulator.dataCenter?.url}/scm/acme/hidden.git`;
  expect(await looking(address, "-c", `http.extraHeader=Authorization: Bearer ${token}`)).toBe(
    "refs/heads/main",
  );
  expect(await looking(withUser(address, "x-token-auth", token))).toContain(failed);
  expect(await looking(withUser(address, "nora", token))).toContain(failed);
});

test("each unconfirmed answer to git is a rule, and both of its values are played", async () => {
  const rules = {
    gitHiddenStatus: 404,
    gitBadCredentials: "invalid",
    gitAppPasswordStatus: 410,
    gitApiTokenEmail: true,
    gitPartialClone: false,
    gitDeletesMainBranch: true,
  } as const;
  const other = await createEmulator({
    rules,
    dataCenterRules: {
      gitRefusals: "status",
      gitTokenUser: true,
      gitDeletesDefaultBranch: true,
      gitAllowFilter: false,
      captchaAfter: 1,
    },
    server: false,
    repositories: [{ path: join(folder.path, "hidden"), slug: "hidden" }],
  });
  const address = `${other.urls.bitbucket}/acme/hidden.git`;
  const { token } = other.control.addApiToken({ person: "johndoe", scopes: ["read:repository:bitbucket"] });
  expect(await looking(withUser(address, "user@example.com", token))).toBe("refs/heads/main");
  expect(await looking(withUser(address.replace("hidden", "absent"), "johndoe", token))).toContain(
    "not found",
  );
  expect(await looking(withUser(address, "x-token-auth", "nonsense"))).toContain(
    "remote: Invalid credentials",
  );
  expect(await looking(withUser(address, "johndoe", "ATBBgone"))).toContain("error: 410");
  const filtered = await runGit(
    ".",
    "clone",
    "--filter=blob:none",
    withUser(address, "johndoe", token),
    join(folder.path, "filtered"),
  );
  expect(filtered.said).toContain("filtering not recognized by server, ignoring");
  const write = other.control.addAccessToken({ workspace: "acme", scopes: ["repository:write"] }).token;
  expect(await pushing(withUser(address, "x-token-auth", write), ":refs/heads/main")).toContain("[deleted]");
  const scm = `${other.dataCenter?.url}/scm/acme/absent.git`;
  const password = other.dataCenter?.people.find(({ name }) => name === "johndoe")?.password ?? "";
  expect(await looking(withUser(scm, "johndoe", password))).toContain("not found");
  expect(await looking(withUser(scm, "johndoe", "wrong"))).toContain(failed);
  expect(await looking(withUser(scm, "johndoe", password))).toContain("error: 403");
  await other.close();
});
