/** Owns which repositories a connection has: finding them at Bitbucket, checking what was typed, keeping the list. */
import { isWindlassError } from "../base/errors.ts";
import { newId } from "../base/random.ts";
import type { CodeHost, HostRepository } from "../bitbucket/host/host.ts";
import { type LineProblem, parseRepositoryLines, type RepositoryLine } from "./lines.ts";
import { nearestName } from "./near-miss.ts";

/** What the form holds. */
export interface RepositoryForm {
  /** One repository a line, as typed. */
  readonly text: string;
  /** `workspace/repo-slug` of each ticked one. */
  readonly picked: readonly string[];
  readonly lookbackDays: number;
}

/** Everything the form means, with what is wrong with it. */
export interface CheckedForm {
  readonly repositories: readonly HostRepository[];
  /** In the order of the lines; a ticked repository that is gone has line 0. */
  readonly problems: readonly LineProblem[];
  readonly lookbackProblem: string | null;
}

export interface FormContext {
  readonly host: CodeHost;
  readonly workspace: string | null;
}

const shortestLookback = 1;
const longestLookback = 3_650;
const checksAtOnce = 6;
const mostRepositories = 500;
/** Pages of 100 that are searched for what was meant. */
const mostPagesSearched = 10;
/** Wrong names that are compared with all that are visible; each takes milliseconds in which nobody else is served. */
const mostGuesses = 50;
/** Longer ones are no slugs of Bitbucket's, whatever a server says. */
const longestName = 512;

/**
 * Asks Bitbucket for each repository of the form. A hidden, missing or mistyped one is a problem of its line, with the nearest
 * visible name. Throws what concerns the whole connection: stale access, missing permission, limits, no answer.
 */
export async function checkForm(form: RepositoryForm, context: FormContext): Promise<CheckedForm> {
  const { host, workspace: own } = context;
  const lineOptions = { workspace: own, hosts: host.links.hosts, product: host.product };
  const typed = parseRepositoryLines(form.text, lineOptions);
  const picked = parseRepositoryLines(form.picked.join("\n"), lineOptions);
  const lines = uniqueLines([
    ...picked.repositories.map((each) => ({ ...each, line: 0 })),
    ...typed.repositories,
  ]);
  const visible = visibleNames(context);
  const problems: LineProblem[] = [
    ...(await Promise.all(typed.problems.map((problem) => withKnownSuggestion(problem, visible)))),
    ...picked.problems.map((each) => ({ ...each, line: 0 })),
  ];
  for (const { workspace, slug, line } of lines.slice(mostRepositories)) {
    const message = `More than ${mostRepositories} repositories cannot be connected at once.`;
    problems.push({ line, text: `${workspace}/${slug}`, message });
  }
  const found = new Map<string, HostRepository>();
  await eachAtOnce(lines.slice(0, mostRepositories), async (line) => {
    const answer = await look(line, host, visible);
    if ("message" in answer) problems.push(answer);
    else found.set(answer.id, answer);
  });
  problems.sort((left, right) => left.line - right.line);
  return { repositories: [...found.values()], problems, lookbackProblem: lookbackProblem(form.lookbackDays) };
}

/** What a line was completed to is suggested as it stands only if it is there, else the nearest that is. */
async function withKnownSuggestion(problem: LineProblem, visible: VisibleNames): Promise<LineProblem> {
  const { suggestion, ...rest } = problem;
  if (suggestion === undefined) return problem;
  const names = await visible(suggestion.split("/")[0] ?? "");
  const known = names.includes(suggestion) ? suggestion : nearestName(suggestion, names);
  return known === null ? rest : { ...rest, suggestion: known };
}

function uniqueLines(lines: readonly RepositoryLine[]): RepositoryLine[] {
  return [...new Map(lines.map((line) => [`${line.workspace}/${line.slug}`, line])).values()];
}

/** `null` for a whole number of days that is allowed, else a sentence. */
export function lookbackProblem(days: number): string | null {
  const fits = Number.isInteger(days) && days >= shortestLookback && days <= longestLookback;
  return fits
    ? null
    : `The lookback is a whole number of days from ${shortestLookback} to ${longestLookback}.`;
}

async function look(
  line: RepositoryLine,
  host: CodeHost,
  visible: VisibleNames,
): Promise<HostRepository | LineProblem> {
  const text = `${line.workspace}/${line.slug}`;
  try {
    return await host.repository(line);
  } catch (error) {
    const message = hiddenMessage(error, text);
    if (message === null) throw error;
    const suggestion = nearestName(text, await visible(line.workspace));
    return { line: line.line, text, message, ...(suggestion === null ? {} : { suggestion }) };
  }
}

/** A missing scope concerns every line and is thrown on; a missing right concerns this repository. */
function hiddenMessage(error: unknown, name: string): string | null {
  if (isWindlassError(error, "bitbucket.not_found") || isWindlassError(error, "bitbucket.bad_request")) {
    return `Bitbucket shows no repository ${name} to this account: it is not there, in another workspace, or hidden.`;
  }
  const lacksScope =
    isWindlassError(error) && Array.isArray(error.data.required) && error.data.required.length > 0;
  if (isWindlassError(error, "bitbucket.forbidden") && !lacksScope) {
    return `This account may not read ${name}.`;
  }
  return null;
}

type VisibleNames = (workspace: string) => Promise<string[]>;

/** Names of the line's workspace and of the connection's, each asked for once and only when a name was wrong; none after many. */
function visibleNames({ host, workspace: own }: FormContext): VisibleNames {
  const asked = new Map<string, Promise<string[]>>();
  const ask = (workspace: string) => {
    const answer = asked.get(workspace) ?? namesIn(host, workspace);
    asked.set(workspace, answer);
    return answer;
  };
  let guesses = 0;
  return async (workspace) => {
    guesses += 1;
    if (guesses > mostGuesses) return [];
    const places = new Set(own === null ? [workspace] : [workspace, own]);
    return (await Promise.all([...places].map(ask))).flat();
  };
}

/** Another repository this account sees, which was most likely meant by `workspace/repo-slug`; null when none is near. */
export async function nearestRepository(host: CodeHost, fullName: string): Promise<string | null> {
  const names = await namesIn(host, fullName.split("/")[0] ?? "");
  return nearestName(
    fullName,
    names.filter((name) => name !== fullName),
  );
}

/** A guess is a courtesy: what fails here is left unguessed. */
async function namesIn(host: CodeHost, workspace: string): Promise<string[]> {
  const names: string[] = [];
  try {
    let page: string | null | undefined;
    for (let count = 0; count < mostPagesSearched && page !== null; count += 1) {
      const answer = await host.repositoryPage(workspace, page === undefined ? {} : { page });
      for (const { fullName } of answer.repositories)
        if (fullName.length <= longestName) names.push(fullName);
      page = answer.next;
    }
  } catch (error) {
    if (!isWindlassError(error)) throw error;
  }
  return names;
}

async function eachAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: checksAtOnce }, worker));
}

/** The row of a repository newly connected. */
export function repositoryRow(connectionId: string, repository: HostRepository, now: Date) {
  return {
    id: newId("rep"),
    connection_id: connectionId,
    repository_key: repository.id,
    workspace_slug: repository.workspace,
    slug: repository.slug,
    full_name: repository.fullName,
    main_branch: repository.mainBranch,
    created_at: now.toISOString(),
  };
}
