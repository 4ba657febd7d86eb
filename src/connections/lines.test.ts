import { expect, test } from "vitest";
import { parseRepositoryLines } from "./lines.ts";

const names = (text: string, hosts: string[] = []) =>
  parseRepositoryLines(text, { hosts }).repositories.map(({ workspace, slug }) => `${workspace}/${slug}`);

test("S11: one repository a line, whatever the line ending, with blanks and trailing slashes", () => {
  const { repositories, problems } = parseRepositoryLines(
    "\ufeffacme/checkout-api\r\n\r\n  acme/web-shop/  \n\t\nacme/mobile\r acme/infra ,\n- acme/tools\n",
  );
  expect(problems).toEqual([]);
  expect(repositories).toEqual([
    { workspace: "acme", slug: "checkout-api", line: 1 },
    { workspace: "acme", slug: "web-shop", line: 3 },
    { workspace: "acme", slug: "mobile", line: 5 },
    { workspace: "acme", slug: "infra", line: 6 },
    { workspace: "acme", slug: "tools", line: 7 },
  ]);
});

test("S11: every form of address names the same repository, and it is kept once", () => {
  const forms = [
    "acme/checkout-api",
    "ACME/Checkout-API",
    "https://bitbucket.org/acme/checkout-api",
    "http://www.bitbucket.org/acme/checkout-api/",
    "https://jdoe@bitbucket.org/acme/checkout-api.git",
    "https://bitbucket.org/acme/checkout-api/src/main/src/cart/discount.ts#lines-41",
    "https://bitbucket.org/acme/checkout-api/pull-requests/7?at=x",
    "bitbucket.org/acme/checkout-api",
    "git clone git@bitbucket.org:acme/checkout-api.git",
    "ssh://git@bitbucket.org/acme/checkout-api.git",
    "ssh://git@altssh.bitbucket.org:443/acme/checkout-api.git",
    "https://api.bitbucket.org/2.0/repositories/acme/checkout-api",
    '"acme/checkout-api"',
  ];
  expect(parseRepositoryLines(forms.join("\n"))).toEqual({
    repositories: [{ workspace: "acme", slug: "checkout-api", line: 1 }],
    problems: [],
  });
  for (const form of forms) expect(names(form)).toEqual(["acme/checkout-api"]);
});

test("S11: the connection's own web address counts as Bitbucket's", () => {
  expect(names("http://127.0.0.1:4123/acme/web/src/main/", ["127.0.0.1:4123"])).toEqual(["acme/web"]);
  expect(names("127.0.0.1:4123/acme/web", ["127.0.0.1:4123"])).toEqual(["acme/web"]);
});

test("S11: a missing half is named with its line and completed from the connection's workspace", () => {
  const { repositories, problems } = parseRepositoryLines(
    "acme/web\ncheckout-api\n/\nhttps://bitbucket.org/acme",
    {
      workspace: "acme",
    },
  );
  expect(repositories).toHaveLength(1);
  expect(problems.map(({ line, text, suggestion }) => ({ line, text, suggestion }))).toEqual([
    { line: 2, text: "checkout-api", suggestion: "acme/checkout-api" },
    { line: 3, text: "/", suggestion: undefined },
    { line: 4, text: "https://bitbucket.org/acme", suggestion: undefined },
  ]);
  for (const { message } of problems) expect(message).toMatch(/^\S.*\.$/);
});

test("S4, S11: a foreign host is refused by name, a Server or Data Center address as such", () => {
  const { problems } = parseRepositoryLines(
    "https://github.com/acme/web\ngit@gitlab.com:acme/web.git\nhttps://bitbucket.acme.example/projects/SHOP/repos/web/browse\nssh://git@git.acme.example:7999/scm/shop/web.git",
  );
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^github\.com is not the Bitbucket/),
    expect.stringMatching(/^gitlab\.com is not the Bitbucket/),
    expect.stringMatching(/^bitbucket\.acme\.example looks like a Bitbucket Server or Data Center/),
    expect.stringMatching(/^git\.acme\.example:7999 looks like a Bitbucket Server or Data Center/),
  ]);
});

test("S11: too many words, too many parts and odd characters each get their sentence", () => {
  const { problems } = parseRepositoryLines(
    "acme/a acme/b\nacme/a/b\nacme/check out\nacme/chäckout\nacme/$(x)",
  );
  expect(problems.map(({ line, message }) => `${line} ${message.split(";")[0]}`)).toEqual([
    "1 This line holds more than one word",
    "2 This line has more than two parts",
    "3 This line holds more than one word",
    expect.stringMatching(/^4 “chäckout” is no slug/),
    expect.stringMatching(/^5 “\$\(x\)” is no slug/),
  ]);
  expect(problems[1]?.suggestion).toBe("acme/a");
});

test("text that nobody typed is refused at once", () => {
  const quotes = `a${'"'.repeat(200_000)}b`;
  expect(parseRepositoryLines(quotes).problems).toMatchObject([
    { line: 1, message: expect.stringContaining("too long") },
  ]);
  const many = parseRepositoryLines("half\n".repeat(200_000), { workspace: "acme" });
  expect(many.problems).toHaveLength(2_001);
  expect(many.problems.at(-1)?.message).toMatch(/were not read/);
  expect(parseRepositoryLines(`acme/${"x".repeat(300)}`).repositories).toEqual([]);
});

test("addresses of a self-hosted Bitbucket are its own at its port, by ssh at any; keys are in capitals", () => {
  const read = (text: string) =>
    parseRepositoryLines(text, { product: "data-center", hosts: ["git.example.com:8443"], workspace: null });
  const found = [
    "acme/shop",
    "https://git.example.com:8443/bitbucket/projects/acme/repos/web/browse?at=x",
    "https://git.example.com:8443/bitbucket/scm/acme/api.git",
    "ssh://git@git.example.com:7999/acme/cli.git",
    "https://git.example.com:8443/users/johndoe/repos/notes/browse",
  ].join("\n");
  expect(read(found).problems).toEqual([]);
  expect(read(found).repositories.map(({ workspace, slug }) => `${workspace}/${slug}`)).toEqual([
    "ACME/shop",
    "ACME/web",
    "ACME/api",
    "ACME/cli",
    "~johndoe/notes",
  ]);
  for (const foreign of [
    "https://git.example.com/projects/acme/repos/web",
    "https://elsewhere.example/scm/acme/x.git",
    "https://bitbucket.org/acme/shop",
  ])
    expect(read(foreign).problems[0]?.message).toContain("is not the Bitbucket this connection is for");
});

test("half a line at a Data Center is completed in its own form", () => {
  const options = { product: "data-center", hosts: ["git.example.com"], workspace: "ACME" } as const;
  expect(parseRepositoryLines("Shop", options).problems).toMatchObject([
    { message: expect.stringContaining("write the project and the repository"), suggestion: "ACME/shop" },
  ]);
  expect(parseRepositoryLines("a/b/c", options).problems[0]?.message).toContain("write PROJECT/repository");
});
