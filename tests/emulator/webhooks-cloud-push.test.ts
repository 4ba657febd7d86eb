/** Bodies of `repo:push`, from what plain git pushed. */
import { expect, test } from "vitest";
import { bodyOf, type Hooks, json, placeOfHooks } from "./webhook-place.ts";

interface Ref {
  readonly type: string;
  readonly name: string;
  readonly message: string | null;
  readonly date: string | null;
  readonly tagger: object | null;
  readonly target: { readonly hash: string; readonly links: object };
}
interface Change {
  readonly old: Ref | null;
  readonly new: Ref | null;
  readonly truncated: boolean;
  readonly created: boolean;
  readonly forced: boolean;
  readonly closed: boolean;
  readonly links?: Readonly<Record<string, { readonly href: string }>>;
  readonly commits?: readonly { readonly hash: string; readonly message: string; readonly links: object }[];
}
interface PushBody {
  readonly push: { readonly changes: readonly Change[] };
  readonly repository: object;
  readonly actor: object;
}

async function listening(): Promise<Hooks> {
  const place = await placeOfHooks();
  await place.cloud(
    "/repositories/acme/widgets/hooks",
    json({ url: place.receiver.url, events: ["repo:push"] }),
  );
  return place;
}

/** The body of the last of so many deliveries. */
async function nth({ receiver }: Hooks, count: number): Promise<PushBody> {
  const received = (await receiver.waitFor(count)).at(count - 1);
  if (received === undefined) throw new Error("nothing came");
  return bodyOf<PushBody>(received);
}

test("C37: a push to a branch is told in Bitbucket's key order, newest commits first, no slug, no username", async () => {
  await using place = await listening();
  const git = await place.clone("cloud");
  const before = await git("rev-parse", "HEAD");
  for (const number of [1, 2]) await git("commit", "--quiet", "--allow-empty", "-m", `new ${number}`);
  const head = await git("rev-parse", "HEAD");
  await git("push", "--quiet", "origin", "main");
  const body = await nth(place, 1);
  expect(Object.keys(body)).toEqual(["push", "repository", "actor"]);
  const [change] = body.push.changes;
  expect(Object.keys(change ?? {})).toEqual(
    "old new truncated created forced closed links commits".split(" "),
  );
  expect(Object.keys(change?.new ?? {})).toEqual(
    "name target links type merge_strategies sync_strategies default_merge_strategy".split(" "),
  );
  expect(Object.keys(change?.new?.target ?? {})).toEqual(
    "type hash date author committer message summary links parents rendered properties".split(" "),
  );
  expect(change).toMatchObject({
    old: { type: "branch", name: "main", target: { hash: before, committer: {}, rendered: {} } },
    new: { type: "branch", name: "main", target: { hash: head } },
    ...{ truncated: false, created: false, forced: false, closed: false },
  });
  expect(Object.keys(change?.new?.target.links ?? {})).toEqual(["self", "html"]);
  expect(change?.commits?.map(({ message }) => message)).toEqual(["new 2\n", "new 1\n"]);
  expect(Object.keys(change?.commits?.[0]?.links ?? {})).toEqual(
    "self html diff approve comments statuses patch".split(" "),
  );
  const { api, bitbucket } = place.emulator.urls;
  expect(change?.links).toEqual({
    commits: { href: `${api}/2.0/repositories/acme/widgets/commits?include=${head}&exclude=${before}` },
    diff: { href: `${api}/2.0/repositories/acme/widgets/diff/${head}..${before}` },
    html: { href: `${bitbucket}/acme/widgets/branches/compare/${head}..${before}` },
  });
  expect(Object.keys(body.repository)).toEqual(
    "type full_name links name scm website owner workspace is_private project uuid parent".split(" "),
  );
  expect(Object.keys(body.actor)).toEqual("display_name links type uuid account_id nickname".split(" "));
  expect(body.actor).toMatchObject({ display_name: "John Doe", type: "user" });
});

test("C37: at most five commits, and truncated tells of more; links.commits leads to all of them", async () => {
  await using place = await listening();
  const git = await place.clone("cloud");
  for (const number of [1, 2, 3, 4, 5, 6]) await git("commit", "--quiet", "--allow-empty", "-m", `${number}`);
  await git("push", "--quiet", "origin", "main");
  const [change] = (await nth(place, 1)).push.changes;
  expect(change?.truncated).toBe(true);
  expect(change?.commits?.map(({ message }) => message)).toEqual(["6\n", "5\n", "4\n", "3\n", "2\n"]);
  const listed = await place.cloud(change?.links?.commits?.href.split("/2.0")[1] ?? "");
  expect(((await listed.json()) as { values: object[] }).values).toHaveLength(6);
  await git("push", "--quiet", "origin", "HEAD~1:refs/heads/five", "--force");
  expect((await nth(place, 2)).push.changes[0]?.commits).toHaveLength(5);
});

test("C37: a new branch, a rewritten one, and one that is gone are each told as such", async () => {
  await using place = await listening();
  const git = await place.clone("cloud");
  await git("push", "--quiet", "origin", "HEAD:refs/heads/feature/x");
  const [created] = (await nth(place, 1)).push.changes;
  const head = await git("rev-parse", "HEAD");
  const { api, bitbucket } = place.emulator.urls;
  expect(created).toMatchObject({ old: null, created: true, forced: false, closed: false });
  expect(created?.links).toEqual({
    commits: { href: `${api}/2.0/repositories/acme/widgets/commits?include=${head}` },
    html: { href: `${bitbucket}/acme/widgets/branch/feature/x` },
  });
  expect(created?.commits).toHaveLength(3);

  await git("commit", "--quiet", "--amend", "--allow-empty", "-m", "rewritten");
  await git("push", "--quiet", "--force", "origin", "HEAD:refs/heads/feature/x");
  const [forced] = (await nth(place, 2)).push.changes;
  expect(forced).toMatchObject({
    created: false,
    forced: true,
    closed: false,
    old: { target: { hash: head } },
  });
  expect(Object.keys(forced?.links ?? {})).toEqual(["commits", "html"]);
  expect(forced?.commits?.map(({ message }) => message)).toEqual(["rewritten\n"]);

  await git("push", "--quiet", "origin", "--delete", "feature/x");
  const [closed] = (await nth(place, 3)).push.changes;
  expect(Object.keys(closed ?? {})).toEqual("old new truncated created forced closed".split(" "));
  expect(closed).toMatchObject({ new: null, created: false, forced: false, closed: true });
});

test("C37: of tags a light one says nothing, an annotated one its message and date; neither lists commits", async () => {
  await using place = await listening();
  const git = await place.clone("cloud");
  const head = await git("rev-parse", "HEAD");
  await git("tag", "light");
  await git("tag", "-a", "v2", "-m", "The second");
  await git("push", "--quiet", "origin", "light", "v2");
  const { changes } = (await nth(place, 1)).push;
  const [light, annotated] = changes;
  expect(Object.keys(light ?? {})).toEqual("old new truncated created forced closed links".split(" "));
  expect(Object.keys(light?.new ?? {})).toEqual("name type message date tagger target links".split(" "));
  expect(Object.keys(light?.links ?? {})).toEqual(["commits"]);
  expect(light?.new).toMatchObject({ name: "light", type: "tag", message: null, date: null, tagger: null });
  expect(annotated?.new).toMatchObject({
    name: "v2",
    message: "The second\n",
    date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
    tagger: {},
    target: { type: "commit", hash: head },
  });
  await git("push", "--quiet", "origin", "--delete", "v2");
  const [gone] = (await nth(place, 2)).push.changes;
  expect(gone).toMatchObject({
    old: { name: "v2", message: "The second\n", target: { hash: head } },
    new: null,
  });
  expect(gone).not.toHaveProperty("links");
});

test("C37: several branches of one push are several changes of one delivery", async () => {
  await using place = await listening();
  const git = await place.clone("cloud");
  await git("push", "--quiet", "origin", "HEAD:refs/heads/a", "HEAD:refs/heads/b", ":refs/heads/old");
  const { changes } = (await nth(place, 1)).push;
  expect(changes.map((change) => [change.old?.name, change.new?.name])).toEqual([
    [undefined, "a"],
    [undefined, "b"],
    ["old", undefined],
  ]);
  await place.emulator.control.delivered();
  expect(place.receiver.received).toHaveLength(1);
});
