/** The guides against the house: codes that exist, anchors that are there, permissions and words that the product uses too. */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfigFiles } from "../src/server/read-config.ts";
import { readCatalogues } from "../tools/docs.ts";
import { pkcs8Pem } from "./bitbucket/signing-keys.ts";
import { readTables } from "./documents.ts";

const folder = "docs/guides";
const guides = globSync(`${folder}/*.md`);
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const codes = (await readCatalogues()).flatMap(({ entries }) => Object.keys(entries));

/** The anchor GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

describe("the guides", () => {
  test("are all listed, and each leads on to another", () => {
    const names = guides.map((path) => path.slice(folder.length + 1)).filter((name) => name !== "README.md");
    expect(names.length).toBeGreaterThanOrEqual(8);
    for (const name of names) {
      expect(read("README.md"), name).toContain(`(${name})`);
      if (!["troubleshooting.md", "revoking.md"].includes(name))
        expect(read(name), name).toMatch(/\((revoking|troubleshooting|api-token)\.md/);
    }
  });

  test("are there under every name the pages link them by", () => {
    const pages = globSync("src/{dashboard,web,connections,doctor}/**/*.ts").map((path) =>
      readFileSync(path, "utf8"),
    );
    const named = pages.flatMap((text) =>
      [...text.matchAll(/\bguide(?:: |\()"([^"]+)"/g)].map(([, name]) => name),
    );
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(guides).toContain(`${folder}/${name}.md`);
  });

  test("lead to headings that are there", () => {
    for (const path of globSync(["*.md", "docs/**/*.md"])) {
      for (const [, file = "", anchor = ""] of readFileSync(path, "utf8").matchAll(
        /\]\(([^):#]*)#([^)]+)\)/g,
      )) {
        const text = readFileSync(file === "" ? path : join(dirname(path), file), "utf8");
        const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ""));
        expect(anchors, `${path} → ${file}#${anchor}`).toContain(anchor);
      }
    }
  });

  test("name only error codes of the catalogue", () => {
    const cells = readTables(read("troubleshooting.md")).map((row) => row.at(-1) ?? "");
    const named = cells.flatMap((cell) =>
      [...cell.matchAll(/`([a-z]+\.[a-z0-9_]+)`/g)].map(([, code]) => code),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((code = "") => !codes.includes(code))).toEqual([]);
  });

  test("give every symptom its cause, what to do and its code", () => {
    const rows = readTables(read("troubleshooting.md"));
    expect(rows.length).toBeGreaterThan(40);
    for (const [symptom, cause, cure, code, ...more] of rows) {
      expect([cause, cure, code].filter(Boolean), symptom).toHaveLength(3);
      expect(more, symptom).toEqual([]);
      expect(code, symptom).toMatch(/^none|^`[a-z]+\.[a-z0-9_]+`(, `[a-z]+\.[a-z0-9_]+`)*$/);
    }
  });

  test.each([
    ...[
      "Invalid redirect URI",
      "401 at user info",
      "403 at user info",
      "Email not returned",
      "**401**",
      "**403**",
    ],
    ...[
      "**404**",
      "**410**",
      "Diffs missing file counts",
      "signature_invalid",
      "CAPTCHA",
      "XSRF check failed",
    ],
  ])("have %s in the table of symptoms", (words) => {
    expect(readTables(read("troubleshooting.md")).some(([symptom = ""]) => symptom.includes(words))).toBe(
      true,
    );
  });

  test("name the least permissions, and where each is ticked", () => {
    expect(read("cloud-oauth-consumer.md")).toMatch(
      /Account: Read.*`account`[\s\S]*Account: Email.*`email`[\s\S]*Repositories: Read.*`repository`/,
    );
    for (const [, row = ""] of read("data-center-oauth2-link.md").matchAll(
      /^\| ((?:signing|connecting).*)$/gm,
    ))
      expect(row).toMatch(/\| `(PUBLIC_REPOS|REPO_READ)` \|/);
    expect(read("data-center-oauth2-link.md")).toMatch(
      /not confirmed[\s\S]*`PUBLIC_REPOS`[\s\S]*`REPO_READ`/,
    );
    for (const scope of ["read:repository:bitbucket", "read:user:bitbucket", "read:workspace:bitbucket"])
      expect(read("api-token.md")).toContain(`\`${scope}\``);
    expect(read("app-password.md")).toContain("28 July 2026");
  });

  test.each([
    ["data-center-oauth2-link.md", { work: { product: "data-center", clientId: "id" } }],
    ["server-oauth1-link.md", { old: { product: "server", consumerKey: "windlass" } }],
  ])("the windlass.yaml of %s is accepted as it stands", (name, instances) => {
    const file = join(mkdtempSync(join(tmpdir(), "windlass-guide-")), "windlass.yaml");
    writeFileSync(file, /^```yaml\n(.*?)^```$/ms.exec(read(name))?.[1] ?? "");
    const config = readConfigFiles([file], {
      WORK_CLIENT_ID: "id",
      WORK_CLIENT_SECRET: "secret",
      OLD_PRIVATE_KEY: pkcs8Pem,
      WINDLASS_KEY: Buffer.alloc(32, 1).toString("base64"),
    });
    rmSync(dirname(file), { recursive: true });
    expect(config).toMatchObject({ instances });
  });

  test("the guide to the application link names what is typed into it", () => {
    for (const words of [
      "Atlassian product",
      "Consumer Key",
      "Consumer Name",
      "Public Key",
      "Consumer Callback URL",
    ])
      expect(read("server-oauth1-link.md")).toContain(`**${words}**`);
  });
});
