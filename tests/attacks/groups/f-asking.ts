/** Owns the part of group F that is about what Bitbucket answers to the question who may come in: pages, and refusals of every kind. */
import assert from "node:assert/strict";
import type { CatalogueEntry } from "../case.ts";
import { json } from "../honest.ts";
import type { Place } from "../place.ts";
import type { Answering, Endpoint, HostileUpstream } from "../upstream.ts";
import { claimEnters, claimKeptOut, number, ruled, uuid } from "./f-rules.ts";

const access = (slug: string) => ({
  type: "workspace_access",
  administrator: false,
  workspace: { type: "workspace_base", uuid: uuid(), slug },
});

const pageOf = ({ url }: { readonly url: URL }) => Number(url.searchParams.get("page") ?? 1);

/** The page after this one, as Cloud names it. */
const after = ({ origin }: HostileUpstream, page: number) => `${origin}/2.0/user/workspaces?page=${page + 1}`;

/** Lists that never end, by name: what is on a page, and where it says that the next one is. */
const endless: Readonly<Record<string, (upstream: HostileUpstream) => Answering>> = {
  "a page that is its own next": (upstream) => () =>
    json(200, { values: [access("other")], next: after(upstream, 1) }),
  "always another page of a hundred": (upstream) => (asked) =>
    json(200, {
      values: Array.from({ length: 100 }, () => access("other")),
      next: after(upstream, pageOf(asked)),
    }),
  "always another page with nothing on it": (upstream) => (asked) =>
    json(200, { values: [], next: after(upstream, pageOf(asked)) }),
};

const pages: CatalogueEntry = {
  id: "F4",
  title:
    "Who is a member on the third page comes in; a list that does not end is given up, and nobody comes in by it.",
  needs: ruled,
  inside: true,
  patience: 90_000,
  async run(place) {
    const { upstream } = place;
    const { dc } = place.upstreams;
    const own = access("f4-acme");
    upstream.answer("workspaces", (asked) => {
      const page = pageOf(asked);
      return json(
        200,
        page === 3 ? { values: [own] } : { values: [access("x")], next: after(upstream, page) },
      );
    });
    await claimEnters(place, "victim", "a member on page 3");
    for (const [name, answering] of Object.entries(endless)) {
      const before = upstream.count("workspaces");
      upstream.answer("workspaces", answering(upstream));
      await claimKeptOut(place, "attacker", name);
      const pagesRead = upstream.count("workspaces") - before;
      const most = name.includes("its own") ? 3 : name.includes("hundred") ? 60 : 2_001;
      assert.ok(pagesRead <= most, `${name}: ${pagesRead} pages were read`);
    }
    const projects = (start: number) => [{ key: start === 200 ? "F4" : "OTHER", id: number() }];
    const startOf = ({ url }: { readonly url: URL }) => Number(url.searchParams.get("start") ?? 0);
    dc.answer("projects", (asked) => {
      const start = startOf(asked);
      return json(200, { values: projects(start), isLastPage: start === 200, nextPageStart: start + 100 });
    });
    await claimEnters(place, "victim", "a member on page 3", "dc");
    dc.answer("projects", () => json(200, { values: projects(0), isLastPage: false, nextPageStart: 100 }));
    await claimKeptOut(place, "attacker", "the same page for ever", "dc");
    dc.answer("projects", (asked) =>
      json(200, { values: [], isLastPage: false, nextPageStart: startOf(asked) + 1 }),
    );
    await claimKeptOut(place, "attacker", "always another page", "dc");
  },
};

const foreignNext: CatalogueEntry = {
  id: "F5",
  title:
    "A next page anywhere else is not asked for: another origin, another scheme, with a user name, at link-local.",
  needs: ruled,
  inside: true,
  async run(place) {
    const { upstream } = place;
    const { other } = place.upstreams;
    // Whoever is asked there makes everybody a member.
    for (const endpoint of ["workspaces", "other"] as const)
      other.answer(endpoint, () => json(200, { values: [access("f5-acme")] }));
    const { host, port } = new URL(upstream.origin);
    for (const next of [
      `${other.origin}/2.0/user/workspaces?page=2`,
      `${other.origin.replace("127.0.0.1", "localhost")}/2.0/user/workspaces?page=2`,
      `https://${host}/2.0/user/workspaces?page=2`,
      `http://user:secret@${host}/2.0/user/workspaces?page=2`,
      `http://${host}@${new URL(other.origin).host}/2.0/user/workspaces`,
      `http://169.254.169.254:${port}/2.0/user/workspaces`,
      `http://[fe80::1]/2.0/user/workspaces`,
      `//${new URL(other.origin).host}/2.0/user/workspaces`,
      "file:///etc/passwd",
      "/2.0/user/workspaces?page=2",
    ]) {
      upstream.answer("workspaces", ({ url }) =>
        json(200, url.searchParams.has("page") ? { values: [access("f5-acme")] } : { values: [], next }),
      );
      await claimKeptOut(place, "attacker", next);
    }
    assert.deepEqual(
      other.asked.map(({ path }) => path),
      [],
      "the next page was asked for elsewhere",
    );
  },
};

const refused = (
  status: number,
  body: unknown = { type: "error", error: { message: "evil words" } },
): Answering => {
  return () => json(status, body, status === 429 ? { "retry-after": "7" } : {});
};

const noScope = {
  type: "error",
  error: {
    message: "evil words",
    detail: { required: ["repository", "<b>evil words"], granted: ["account", "email"] },
  },
};

/** Whatever may be answered instead, and whether that is a word about the person alone. */
const failures: Readonly<Record<string, { readonly answer: Answering; readonly isNoPlace?: true }>> = {
  "401": { answer: refused(401) },
  "403": { answer: refused(403), isNoPlace: true },
  "403 for a scope": { answer: refused(403, noScope) },
  "404": { answer: refused(404), isNoPlace: true },
  "410": { answer: refused(410, { type: "error", error: { message: "CHANGE-2770 - evil words" } }) },
  "429": { answer: refused(429) },
  "500": { answer: refused(500) },
  "503": { answer: refused(503) },
  "a page": {
    answer: () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<p>evil words</p>" }),
  },
  nothing: { answer: () => ({ status: 200, headers: { "content-type": "application/json" }, body: "" }) },
  "no page": { answer: () => json(200, ["evil words"]) },
  "a redirect": { answer: () => ({ status: 302, headers: { location: "/2.0/user" } }) },
  "a torn connection": {
    answer: (_, __, response) => {
      response.socket?.destroy();
      return "answered";
    },
  },
};

const functions: readonly (readonly [Endpoint, instance: string | undefined, told: string])[] = [
  ["workspaces", undefined, "/user/workspaces"],
  ["permissions", undefined, "/permissions/repositories"],
  ["repositories", undefined, "/repositories/"],
  ["projects", "dc", "/projects"],
  ["repos", "dc", "/repos"],
];

const everyFailure: CatalogueEntry = {
  id: "F6",
  title:
    "Whatever goes wrong while it is asked keeps everybody out, and the page says which function or permission it was, without Bitbucket's words.",
  needs: ruled,
  inside: true,
  patience: 90_000,
  async run(place) {
    for (const [endpoint, instance, told] of functions)
      for (const [name, failure] of Object.entries(failures)) {
        const upstream = instance === undefined ? place.upstream : place.upstreams.dc;
        upstream.answer(endpoint, failure.answer);
        const { seen } = await claimKeptOut(place, "attacker", `${endpoint}: ${name}`, instance);
        claimTold(seen.text, `${endpoint}: ${name}`, [told, ...tellings(name, failure.isNoPlace)]);
        upstream.answer(endpoint, null);
      }
    await memberElsewhere(place);
  },
};

/** What the page may say instead of the function: which rules there are, or that the token itself was refused. */
function tellings(name: string, isNoPlace = false): readonly string[] {
  if (name === "403 for a scope") return ["permission repository"];
  if (name === "401") return ["no longer accepts"];
  return isNoPlace ? ["You need one of these"] : [];
}

function claimTold(text: string, what: string, any: readonly string[]): void {
  assert.ok(!text.includes("evil words"), `${what}: the page shows what Bitbucket said`);
  assert.ok(
    any.some((words) => text.includes(words)),
    `${what}: the page says nothing of ${any.join(", ")}`,
  );
}

/** A rule that is met helps nobody while another cannot be asked. */
async function memberElsewhere(place: Place): Promise<void> {
  place.upstream.answer("workspaces", () => json(200, { values: [access("f6-acme")] }));
  place.upstream.answer("repositories", refused(500));
  await claimKeptOut(place, "attacker", "a rule that is met beside one that cannot be asked");
}

export const askingCases: readonly CatalogueEntry[] = [pages, foreignNext, everyFailure];
