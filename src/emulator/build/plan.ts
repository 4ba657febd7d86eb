/** Owns turning a told history into what git is given: which commit has which parents, and when it was made. */
import { EmulatorFailure } from "../core/errors.ts";
import type { SeedPerson } from "../core/seed.ts";
import type { History, PlannedCommit, PlannedTag } from "../demo/write-history.ts";
import { handleOf } from "./seeds.ts";
import type { CommitDetails, RepositoryStep, TagStep } from "./steps.ts";
import { applyFiles, type Edited, mergeTrees, type Tree } from "./trees.ts";

interface Made {
  readonly id: string;
  readonly parents: readonly Made[];
  readonly tree: Tree;
  readonly date: Date;
}

/** Where the telling stands. */
interface Telling {
  readonly commits: PlannedCommit[];
  readonly tags: PlannedTag[];
  readonly branches: Map<string, Made>;
  latest: Date | null;
}

const firstDate = new Date("2026-01-01T09:00:00Z");
const hourMilliseconds = 3_600_000;
const nobody = "Some Body <some.body@example.com>";
const nothing: Tree = new Map();

/** Throws {@link EmulatorFailure} `bad_history` with a sentence that names the repository. */
export function planHistory(
  steps: readonly RepositoryStep[],
  { name, mainBranch }: { readonly name: string; readonly mainBranch: string },
): History {
  const telling: Telling = { commits: [], tags: [], branches: new Map(), latest: null };
  try {
    tell(telling, checkedName(mainBranch), steps);
  } catch (error) {
    if (error instanceof EmulatorFailure) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new EmulatorFailure("bad_history", `The history of ${name} cannot be: ${why}.`);
  }
  const { commits, tags, branches } = telling;
  return {
    mainBranch,
    commits,
    tags,
    branches: [...branches].map(([branch, { id }]) => ({ name: branch, at: id })),
  };
}

function tell(telling: Telling, branch: string, steps: readonly RepositoryStep[]): void {
  for (const step of steps) {
    const head = telling.branches.get(branch);
    if (step.kind === "commit")
      add(telling, branch, {
        details: step,
        edited: applyFiles(head?.tree ?? nothing, step.files),
        parents: head === undefined ? [] : [head],
      });
    else if (step.kind === "merge") tellMerge(telling, branch, step);
    else if (step.kind === "tag") telling.tags.push(plannedTag(step, tagged(head, step), telling));
    else {
      const exists = telling.branches.has(checkedName(step.name));
      if (!exists && !step.orphan && head === undefined)
        throw new Error(`the branch "${step.name}" has no commit to begin at`);
      if (!exists && !step.orphan && head !== undefined) telling.branches.set(step.name, head);
      tell(telling, step.name, step.steps);
    }
  }
}

function tellMerge(
  telling: Telling,
  branch: string,
  step: RepositoryStep & { readonly kind: "merge" },
): void {
  const [ours, theirs] = [telling.branches.get(branch), telling.branches.get(step.from)];
  if (theirs === undefined) throw new Error(`there is no branch "${step.from}" to merge`);
  if (ours === undefined) throw new Error(`"${branch}" has no commit to merge "${step.from}" into`);
  if (withAncestors(ours).has(theirs)) throw new Error(`"${branch}" holds all of "${step.from}" already`);
  const base = mergeBase(ours, theirs)?.tree ?? nothing;
  const edited = mergeTrees({ base, ours: ours.tree, theirs: theirs.tree }, step.files);
  const details = { message: `Merge branch '${step.from}' into ${branch}`, ...step };
  add(telling, branch, { details, edited, parents: [ours, theirs] });
}

function add(
  telling: Telling,
  branch: string,
  {
    details,
    edited,
    parents,
  }: { readonly details: CommitDetails; readonly edited: Edited; readonly parents: readonly Made[] },
): void {
  const number = telling.commits.length + 1;
  const date = dateOf(details.at, telling);
  const { message = `Commit ${number}`, author = nobody, committer } = details;
  const made: Made = { id: String(number), parents, tree: edited.tree, date };
  telling.commits.push({
    id: made.id,
    branch,
    parents: parents.map(({ id }) => id),
    author: signature(author),
    ...(committer === undefined ? {} : { committer: signature(committer) }),
    date,
    message: message.endsWith("\n") ? message : `${message}\n`,
    edits: edited.edits,
  });
  telling.branches.set(branch, made);
  telling.latest = date;
}

function tagged(head: Made | undefined, { name }: TagStep): Made {
  if (head !== undefined) return head;
  throw new Error(`there is no commit to tag as "${name}"`);
}

function plannedTag({ name, message, by, at }: TagStep, commit: Made, telling: Telling): PlannedTag {
  if (telling.tags.some((other) => other.name === name)) throw new Error(`there are two tags "${name}"`);
  const plain = { name: checkedName(name), at: commit.id };
  if (message === undefined) return plain;
  const date = at === undefined ? commit.date : dateOf(at, telling);
  const text = message.endsWith("\n") ? message : `${message}\n`;
  return { ...plain, annotation: { tagger: signature(by ?? nobody), date, message: text } };
}

function dateOf(at: string | Date | undefined, { latest }: Telling): Date {
  if (at === undefined) return latest === null ? firstDate : new Date(latest.getTime() + hourMilliseconds);
  // A date with a time, but without a zone, is local to the machine: histories must not differ by it.
  const text = typeof at === "string" && /T[0-9:.]+$/.test(at) ? `${at}Z` : at;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Error(`"${String(at)}" is no date`);
  return date;
}

/** `Ada Lovelace <ada@example.com>`, with the address the person is known by. */
function signature(who: SeedPerson | string): string {
  const text = typeof who === "string" ? who : `${who.displayName} <${addressOf(who)}>`;
  if (!/^[^<>\n\0]* ?<[^<>\n\0]*>$/.test(text)) throw new Error(`"${text}" is not of the form Name <e-mail>`);
  return text;
}

function addressOf(who: SeedPerson): string {
  const { emails = [] } = who;
  const known = emails.find(({ primary }) => primary === true) ?? emails[0];
  return known?.address ?? `${handleOf(who)}@users.noreply.example.com`;
}

/** The rules of git-check-ref-format(1), as far as they matter to somebody who types a name. */
function checkedName(name: string): string {
  const refused = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|(^|\/)\.|\.lock(\/|$)/;
  if (name === "" || name === "@" || name.startsWith("-") || refused.test(name))
    throw new Error(`"${name}" is no name of a branch or tag`);
  return name;
}

function withAncestors(of: Made): ReadonlySet<Made> {
  const found = new Set([of]);
  for (const made of found) for (const parent of made.parents) found.add(parent);
  return found;
}

/** The common ancestor told last; where there are several best ones, as after merges crosswise, one of them. */
function mergeBase(ours: Made, theirs: Made): Made | undefined {
  const own = withAncestors(ours);
  const common = [...withAncestors(theirs)].filter((made) => own.has(made));
  return common.toSorted((left, right) => Number(right.id) - Number(left.id))[0];
}
