/** Owns a Data Center's switches: every fact about Data Center and Server that is unproven, with the default we play. */
import {
  amount,
  choice,
  flag,
  readSwitch,
  type Switch,
  type Values,
  valuesOf,
  words,
} from "../core/switches.ts";
import { credentialSwitches } from "./credential-rules.ts";
import { dcGitRules } from "./git/git-rules.ts";
import { hookSwitches } from "./hooks/hook-rules.ts";
import { limitSwitches } from "./limits/rules.ts";
import { pullRequestSwitches } from "./pull-requests/rules.ts";
import { versionSwitches } from "./version-rules.ts";

/** Every switch. `docs/emulator.md` holds the same table for people; a test keeps the two equal. */
export const dcSwitches = {
  pageGaps: flag(false, "Every second item is filtered away, so that nextPageStart is not start + size."),
  lastPageStart: choice(["null", "absent"], "nextPageStart on the last page: null, or not there at all."),
  maxCommits: amount(100, "The most commits a page holds, however many are asked for."),
  maxChanges: amount(
    1000,
    "The most changes a commit lists over all pages, and the most a page holds (page.max.changes).",
  ),
  maxItems: amount(1000, "The most projects, repositories, people, branches or tags a page holds."),
  maxFiles: amount(100_000, "The most paths a page of files holds."),
  maxSourceLines: amount(5000, "The most lines of a file a page holds."),
  maxDiffLines: amount(10_000, "After so many lines a JSON diff is cut and says truncated."),
  contentLimit: amount(500, "Lines of a file and entries of a folder on a page where no limit is asked for."),
  diffContext: amount(10, "Lines of context of a diff, JSON or text, where none are asked for."),
  diffPrefixes: choice(
    ["src://", "a/"],
    "Prefixes of paths in a text diff: src:// and dst://, as captured from 10.4, or git's own a/ and b/.",
  ),
  compareDiffText: flag(
    false,
    "compare/diff streams text for Accept: text/plain; a client's author met 406 there instead.",
  ),
  initialFromHash: choice(["null", "zeros"], "fromHash of a first commit's changes and diff."),
  unknownRevisionStatus: choice([404, 400], "Status of since, until, at, from or to that is no commit."),
  refAsCommitStatus: choice([400, 404], "Status of /commits/{id} for the name of a branch or tag."),
  emptyDefaultBranchStatus: choice(
    [404, 204],
    "Status of default-branch in an empty repository; branches/default answers 204.",
  ),
  filesBelowFolder: choice(
    ["relative", "full"],
    "Paths that files/{folder} lists: from that folder on, or from the root.",
  ),
  repositorySearch: choice(["contains", "begins"], "How name and projectname of /repos match."),
  listsInactive: flag(false, "/users lists inactive people too."),
  listsServices: flag(true, "/users lists people of type SERVICE too."),
  userNameSpace: choice(["+", "%20"], "How a space in a name is written in X-AUSERNAME."),
  tokenUser: flag(
    true,
    "A project's or repository's token has X-AUSERNAME access-token-user/KIND/ID, as captured from 9.4; else none.",
  ),
  restChallenge: flag(true, "A 401 of the REST API carries WWW-Authenticate: OAuth; second-hand."),
  loginNext: words("next", "The parameter of the login page that says where to go on."),
  badPageStatus: choice([400, 404], "Status of a start or limit that is no number, or too small."),
  xsrfNeedsJson: flag(
    false,
    "Everything that changes something and has no JSON needs X-Atlassian-Token, a DELETE without a body too; one client met that.",
  ),
  ...credentialSwitches,
  ...limitSwitches,
  ...versionSwitches,
  ...hookSwitches,
  ...dcGitRules,
  ...pullRequestSwitches,
} as const satisfies Record<string, Switch<boolean> | Switch<number> | Switch<string>>;

export type DcRuleName = keyof typeof dcSwitches;

/** The value of every switch. */
export type DcRules = Values<typeof dcSwitches>;

/** The defaults, some of them changed. */
export function chooseDcRules(wanted: Partial<DcRules> = {}): DcRules {
  return valuesOf(dcSwitches, wanted);
}

export function isDcRule(name: string): name is DcRuleName {
  return Object.hasOwn(dcSwitches, name);
}

/** Reads `name=value` as typed on a command line or in a seed. Returns the rule, or a sentence saying what is wrong. */
export function readDcRule(name: DcRuleName, text: string): Partial<DcRules> | string {
  const read = readSwitch(name, dcSwitches[name], text);
  return typeof read === "string" ? read : { [name]: read.value };
}
