/** The pages that links to pull requests of Cloud lead to. */
import { expect, test } from "vitest";
import { all, workshop } from "./cloud-pull-requests.ts";
import { personAt } from "./person.ts";

test("the links of a pull request and of a comment lead to pages that tell of it", async () => {
  const { emulator, open, jane } = await workshop();
  try {
    const { id, links } = await open("feature", {
      title: "Two <for> one",
      description: "Because",
      draft: true,
    });
    const content = { raw: "Hm & hm" };
    await jane("POST", `${all}/${id}/comments`, { content, inline: { path: "a.txt", to: 2 } });
    await jane("POST", `${all}/${id}/approve`);
    const visitor = personAt(emulator.urls.bitbucket);
    const html = links.html?.href ?? "";
    expect((await visitor.visit(html)).headers.get("location")).toMatch(/^\/account\/signin\//);
    await visitor.logIn("Rita Reader");
    for (const address of [html, `${html}/_/diff`]) {
      const page = await (await visitor.visit(address)).text();
      for (const text of [
        "Two &lt;for&gt; one",
        "Draft",
        "feature",
        "Because",
        "Say two",
        "approved",
        "Hm &amp; hm",
      ])
        expect(page).toContain(text);
    }
    const list = await (await visitor.visit("/acme/widgets/pull-requests")).text();
    expect(list).toContain(`href="/acme/widgets/pull-requests/${id}"`);
    expect((await visitor.visit("/acme/widgets/pull-requests/99")).status).toBe(404);
    await visitor.logIn("Sam Solo");
    expect((await visitor.visit(html)).status).toBe(403);
  } finally {
    await emulator.close();
  }
});

test("a repository without any says so", async () => {
  const { emulator } = await workshop({}, false);
  const page = await fetch(`${emulator.urls.bitbucket}/acme/widgets/pull-requests/`);
  expect(await page.text()).toContain("no pull requests");
  await emulator.close();
});
