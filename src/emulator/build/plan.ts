/** Owns turning a told history into what git is given: which commit has which parents, and when it was made. */
import { EmulatorFailure } from "../core/errors.ts";
import type { SeedPerson } from "../core/seed.ts";
import type { History, PlannedCommit, PlannedTag } from "../demo/write-history.ts";
import { readDate } from "./dates.ts";
import { type Change, copyTree, emptyTree, redo, type Tree } from "./file-tree.ts";
import { checkedName, checkTogether } from "./names.ts";
import { handleOf } from "./seeds.ts";
import type { CommitDetails, RepositoryStep, TagStep } from "./steps.ts";
import { applyFiles, type Edited, mergeTrees } from "./trees.ts";

interface Made {
  readonly id: string;
  readonly parents: readonly Made[];
  readonly date: Date;
  /** Against the first parent. */
  readonly changes: readonly Change[];
  /** The newest commit of a line has it, the others can have it again: thousands of trees would fill the memory. */
  tree: Tree | null;
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

/** Throws {@link EmulatorFailure} `bad_history` with a sentence that names the repository. */
export function planHistory(
  steps: readonly RepositoryStep[],
  { name, mainBranch }: { readonly name: string; readonly mainBranch: string },
): History {
  const telling: Telling = { commits: [], tags: [], branches: new Map(), latest: null };
  try {
    tell(telling, checkedName(mainBranch), steps);
    checkTogether("branch", [...telling.branches.keys()]);
    checkTogether(
      "tag",
      telling.tags.map(({ name: tag }) => tag),
    );
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
  if (!Array.isArray(steps)) throw new Error(`what happens on "${branch}" must be a list of steps`);
  for (const step of steps as readonly RepositoryStep[]) {
    // what Array.isArray makes a list of anything
    const head = telling.branches.get(branch);
    const kind: unknown = step?.kind;
    if (step?.kind === "commit") {
      const tree = takeTree(head);
      const edited = applyFiles(tree, step.files);
      add(telling, branch, { details: step, tree, edited, parents: head === undefined ? [] : [head] });
    } else if (step?.kind === "merge") tellMerge(telling, branch, step);
    else if (step?.kind === "tag") telling.tags.push(plannedTag(step, tagged(head, step), telling));
    else if (kind === "branch") tellBranch(telling, branch, step);
    else throw new Error("a step is what commit, branch, merge or tag gives");
  }
}

function tellBranch(
  telling: Telling,
  from: string,
  { name, steps, orphan }: RepositoryStep & { readonly kind: "branch" },
): void {
  if (!telling.branches.has(checkedName(name)) && !orphan && name !== from) {
    const head = telling.branches.get(from);
    if (head === undefined)
      throw new Error(`the branch "${name}" has no commit to begin at; { orphan: true } begins from nothing`);
    telling.branches.set(name, head);
  }
  tell(telling, name, steps);
}

/** What lies at a commit, for reading. */
function treeOf(made: Made | undefined): Tree {
  if (made?.tree) return made.tree;
  const since: Made[] = [];
  let known = made;
  for (; known !== undefined && known.tree === null; known = known.parents[0]) since.push(known);
  const tree = known?.tree ? copyTree(known.tree) : emptyTree();
  for (const { changes } of since.reverse()) redo(tree, changes);
  return tree;
}

/** The same to change: the commit that comes next has it from now on. */
function takeTree(made: Made | undefined): Tree {
  const tree = treeOf(made);
  if (made !== undefined) made.tree = null;
  return tree;
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
  const base = treeOf(mergeBase(ours, theirs));
  const [theirTree, tree] = [treeOf(theirs), takeTree(ours)];
  const edited = mergeTrees({ base, ours: tree, theirs: theirTree }, step.files);
  const details = { message: `Merge branch '${step.from}' into ${branch}`, ...step };
  add(telling, branch, { details, tree, edited, parents: [ours, theirs] });
}

function add(
  telling: Telling,
  branch: string,
  {
    details,
    tree,
    edited,
    parents,
  }: {
    readonly details: CommitDetails;
    readonly tree: Tree;
    readonly edited: Edited;
    readonly parents: readonly Made[];
  },
): void {
  const number = telling.commits.length + 1;
  const date = dateOf(details.at, telling);
  const { message = `Commit ${number}`, author = nobody, committer } = details;
  if (typeof message !== "string") throw new Error(`a message is text, not ${JSON.stringify(message)}`);
  const made: Made = { id: String(number), parents, date, changes: edited.changes, tree };
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
  if (at !== undefined) return readDate(at);
  return latest === null ? firstDate : new Date(latest.getTime() + hourMilliseconds);
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
