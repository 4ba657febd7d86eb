import { expect, test } from "vitest";
import { connectChoosePage } from "./connect-choose.ts";
import { connectPermissionsPage } from "./connect-permissions.ts";
import { type ConnectRepositoriesView, connectRepositoriesPage } from "./connect-repositories.ts";
import { repositoryResults } from "./parts/repository-list.ts";
import { projectPage } from "./project.ts";

const signedIn = { viewer: { displayName: "John Doe", email: null }, csrf: "token" };
const project = { id: "prj_1", name: "Checkout" };
const instance = { id: "bitbucket", name: "Bitbucket", host: "bitbucket.org" };

const view: ConnectRepositoriesView = {
  ...signedIn,
  project,
  connection: {
    id: "con_1",
    instanceId: "bitbucket",
    kind: "oauth2" as const,
    instanceName: "Bitbucket",
    accountName: "John Doe",
  },
  workspace: { kind: "known", slug: "acme" },
  list: null,
  text: "",
  lookbackDays: "30",
  problems: [],
};

const wizard = (change: Partial<ConnectRepositoriesView> = {}) =>
  String(connectRepositoriesPage({ ...view, ...change }));

test("S2: OAuth is offered first and recommended, the App password last known as the simple one", () => {
  const kinds = ["api-token", "app-password"] as const;
  const text = String(connectChoosePage({ ...signedIn, project, instances: [{ ...instance, kinds }] }));
  expect(text.indexOf("API token")).toBeLessThan(text.indexOf("App password"));
  expect(text.indexOf("Connect Bitbucket via OAuth")).toBeLessThan(text.indexOf("App password"));
  expect(text).toMatch(/Connect Bitbucket via OAuth<\/h3><span class="badge good">Recommended/);
  expect(text).toContain("one-off tests");
});

test("S5: Code repos → Connect repository → Bitbucket → OAuth is one link after the other", () => {
  const start = String(projectPage({ ...signedIn, project, connections: [], analyses: [] }));
  expect(start).toContain("Code repos");
  expect(start).toContain('href="/projects/prj_1/connect"');
  const choose = String(connectChoosePage({ ...signedIn, project, instances: [instance] }));
  expect(choose).toContain('href="/projects/prj_1/connect/bitbucket"');
});

test("S6: the two permissions are named with their reasons before the trip", () => {
  const text = String(
    connectPermissionsPage({ ...signedIn, project, instance, scopes: ["repository", "account"] }),
  );
  expect(text).toContain("two permissions");
  expect(text).toContain("Read file contents, commits and branches");
  expect(text).toContain("Read your workspace info");
  expect(text).toContain("Continue to Bitbucket");
  expect(text.match(/<li><svg/g)).toHaveLength(2);
});

test("S10: one workspace is filled in, several are chosen among, none is asked for with the reason", () => {
  expect(wizard()).toContain('<input type="hidden" name="workspace" value="acme">');
  const several = wizard({ workspace: { kind: "choose", workspaces: [{ slug: "acme" }, { slug: "beta" }] } });
  expect(several.match(/type="radio" name="workspace"/g)).toHaveLength(2);
  const asked = wizard({ workspace: { kind: "ask", reason: "Bitbucket no longer lists them." } });
  expect(asked).toContain("Bitbucket no longer lists them.");
  expect(asked).toContain('<input id="workspace" name="workspace"');
});

test("at Data Center and Server repositories lie in projects, whatever the wizard knows of them", () => {
  const choices = [
    { kind: "known", slug: "ACME", others: ["WEB"] },
    { kind: "choose", workspaces: [{ slug: "ACME" }, { slug: "WEB" }] },
    { kind: "ask", reason: "None was named." },
  ] as const;
  for (const choice of choices) {
    const text = wizard({ workspace: { ...choice, word: "project" } });
    expect(text).toContain("Use this project");
    expect(text).toContain('placeholder="PROJECT/repository"');
    expect(text.replace(/<[^>]*>/g, " ")).not.toMatch(/workspace|bitbucket\.org/i);
  }
  expect(wizard()).toContain('placeholder="workspace/repo-slug"');
});

test("S11: a refused line is named with its near miss, beside the field, and everything typed is kept", () => {
  const typed = "\nacme/chekout-api\nacme/receipts";
  const problem = {
    line: 2,
    text: "acme/chekout-api",
    message: "is unknown.",
    suggestion: "acme/checkout-api",
  };
  const text = wizard({ text: typed, problems: [problem], lookbackDays: "abc" });
  expect(text).toContain(`aria-invalid="true">\n${typed}</textarea>`);
  expect(text).toContain("Line 2:");
  expect(text).toContain("Did you mean <code>acme/checkout-api</code>?");
  expect(text).toContain('value="abc"');
});

test("S12: lookback days stand in the form, within 1 and 3,650", () => {
  expect(wizard()).toMatch(/name="lookbackDays" type="number" value="30"[^>]*min="1" max="3650"/);
});

test("S13: Save and Run analysis send the one form, which works without script", () => {
  expect(wizard()).toContain('name="do" value="save"');
  expect(wizard()).toContain('name="do" value="run"');
});

test("the list keeps what is ticked above what the search found, and pages on", () => {
  const choice = (slug: string) => ({ value: `acme/${slug}`, fullName: `acme/${slug}` });
  const text = String(
    repositoryResults({
      projectId: "p",
      connectionId: "c",
      workspace: "acme",
      query: "rec",
      picked: [choice("checkout-api")],
      found: [choice("receipts")],
      nextPage: "next&1",
    }),
  );
  expect(text.indexOf("checkout-api")).toBeLessThan(text.indexOf("receipts"));
  expect(text.match(/ checked/g)).toHaveLength(1);
  expect(text).toContain('name="page" value="next&amp;1"');
});
