/** Owns reading the repositories a person types or pastes, one a line, in whichever form they come. Pure. */
import type { Product } from "../bitbucket/instance.ts";

export interface RepositoryLine {
  /** In lower case, as Bitbucket keeps slugs. */
  readonly workspace: string;
  readonly slug: string;
  /** From 1. */
  readonly line: number;
}

/** What is wrong with one line, for the person who wrote it. */
export interface LineProblem {
  /** From 1. */
  readonly line: number;
  /** As it was written, cut to 200 characters. */
  readonly text: string;
  /** One sentence. */
  readonly message: string;
  /** What was probably meant, as `workspace/repo-slug`. */
  readonly suggestion?: string;
}

export interface RepositoryLines {
  /** Each repository once, in the order written. */
  readonly repositories: readonly RepositoryLine[];
  readonly problems: readonly LineProblem[];
}

export interface LineOptions {
  /** Hosts whose addresses are ours, beside bitbucket.org: `host` or `host:port`. */
  readonly hosts?: readonly string[];
  /** The connection's workspace, to complete a line that names only a repository. */
  readonly workspace?: string | null;
  /** Default `cloud`. Elsewhere the workspace is a project's key, and addresses look otherwise. */
  readonly product?: Product;
  /** A self-hosted Bitbucket speaks ssh at another port than http. */
  readonly anyPort?: boolean;
}

type Reading = { readonly path: readonly string[] } | { readonly message: string };

/** Nobody names more: each that is wrong is looked up, compared with others and shown again. */
const mostLines = 2_000;
const tooMany = `This line and those after it were not read: more than ${mostLines} cannot be taken at once.`;
/** Addresses are copied with queries of any kind behind them. */
const longestLine = 2_000;
const tooLong = "This line is too long to name a repository; copy it from the repository's address.";

const cloudHosts = ["bitbucket.org", "www.bitbucket.org", "altssh.bitbucket.org", "api.bitbucket.org"];
/** A personal project's key begins with a tilde. */
const slugPattern = /^~?[a-z0-9._-]{1,255}$/i;

/**
 * Accepts `workspace/repo-slug`, web and clone addresses (https, ssh, scp form; with user, `.git` or a path behind),
 * any case, any line ending. Blank lines and repetitions, in whatever form, are no problem and are left out.
 */
export function parseRepositoryLines(text: string, options: LineOptions = {}): RepositoryLines {
  const repositories = new Map<string, RepositoryLine>();
  const problems: LineProblem[] = [];
  let lines = 0;
  for (const [index, written] of text.split(/\r\n|[\n\r\u2028\u2029]/).entries()) {
    const line = index + 1;
    const cleaned = cleanLine(written);
    if (cleaned === "") continue;
    lines += 1;
    const found =
      lines > mostLines || cleaned.length > longestLine
        ? { message: lines > mostLines ? tooMany : tooLong }
        : readPath(readForm(cleaned, options), options);
    if ("message" in found) {
      problems.push({ line, text: cleaned.slice(0, 200), ...found });
      if (lines > mostLines) break;
      continue;
    }
    const key = `${found.workspace}/${found.slug}`;
    if (!repositories.has(key)) repositories.set(key, { ...found, line });
  }
  return { repositories: [...repositories.values()], problems };
}

/** Takes away what comes along when one copies: invisible characters, bullets, quotes, a trailing comma, `git clone`. */
function cleanLine(written: string): string {
  return written
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, "")
    .trim()
    .replace(/^[-*•]\s+/, "")
    .replace(/^git\s+clone\s+/i, "")
    .replace(/^["'`<]+|(?<!["'`>,;])["'`>,;]+$/g, "")
    .trim();
}

/** The parts of the path, whatever form the line has. */
function readForm(line: string, options: LineOptions): Reading {
  if (/[\s,;]/.test(line))
    return { message: "This line holds more than one word; put one repository on each line." };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(line);
  if (scheme?.[2] !== undefined)
    return readAddress(scheme[2], { ...options, anyPort: /ssh/i.test(scheme[1] ?? "") });
  const scp = /^[^/@:]+@([^/:]+):(?!\d+\/)(.*)$/.exec(line);
  if (scp?.[1] !== undefined && scp[2] !== undefined)
    return onHost(scp[1], scp[2], { ...options, anyPort: true });
  const first = line.split("/")[0] ?? "";
  if (/[.:@]/.test(first) && line.includes("/") && looksLikeHost(first, options))
    return readAddress(line, options);
  return { path: split(line) };
}

function looksLikeHost(word: string, options: LineOptions): boolean {
  const host = word.slice(word.lastIndexOf("@") + 1).toLowerCase();
  return (
    isOurs(host, options) || /^[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(:\d+)?$/.test(host) || host.includes(":")
  );
}

/** What stands behind `scheme://`: user, host, path, query. */
function readAddress(rest: string, options: LineOptions): Reading {
  const path = rest.replace(/[?#].*$/, "");
  const slash = path.indexOf("/");
  const authority = slash < 0 ? path : path.slice(0, slash);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return onHost(host, slash < 0 ? "" : path.slice(slash + 1), options);
}

function onHost(host: string, path: string, options: LineOptions): Reading {
  const parts = split(path);
  if (!isOurs(host.toLowerCase(), options)) return { message: foreignHost(host, parts, options) };
  if ((options.product ?? "cloud") !== "cloud") return { path: selfHostedPath(parts) };
  const inApi = parts[0] === "2.0" && parts[1] === "repositories";
  return { path: (inApi ? parts.slice(2) : parts).slice(0, 2) };
}

/**
 * `projects/KEY/repos/slug/…`, `users/name/repos/slug/…` (a personal project), `scm/key/slug.git`, or key and slug alone as in
 * ssh addresses; a context path may stand before, and `rest/api/…` too.
 */
function selfHostedPath(parts: readonly string[]): readonly string[] {
  const repos = parts.findIndex(
    (part, at) => part === "repos" && ["projects", "users"].includes(parts[at - 2] ?? ""),
  );
  if (repos >= 2) {
    const [kind, owner = "", , slug] = parts.slice(repos - 2);
    return [kind === "users" ? `~${owner}` : owner, ...(slug === undefined ? [] : [slug])];
  }
  const scm = parts.indexOf("scm");
  return scm < 0 ? parts.slice(-2) : parts.slice(scm + 1, scm + 3);
}

function isOurs(host: string, { hosts = [], product = "cloud", anyPort = false }: LineOptions): boolean {
  const bare = host.replace(/:\d+$/, "");
  const known = hosts.map((ours) => ours.toLowerCase());
  if (product !== "cloud")
    return anyPort ? known.some((ours) => ours.replace(/:\d+$/, "") === bare) : known.includes(host);
  return cloudHosts.includes(bare) || known.includes(host);
}

function foreignHost(
  host: string,
  path: readonly string[],
  { product = "cloud", hosts = [] }: LineOptions,
): string {
  if (product !== "cloud") {
    return `${host} is not the Bitbucket this connection is for (${hosts.join(", ")}); write ${formOf({ product })} or an address there.`;
  }
  const server = path.includes("scm") || (path.includes("projects") && path.includes("repos"));
  if (server) {
    return `${host} looks like a Bitbucket Server or Data Center; this connection is for bitbucket.org, so make another one for that.`;
  }
  return `${host} is not the Bitbucket this connection is for; write workspace/repo-slug or an address there.`;
}

function split(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function readPath(
  reading: Reading,
  options: LineOptions,
): { workspace: string; slug: string } | { message: string; suggestion?: string } {
  if ("message" in reading) return reading;
  const [owner, slug, ...rest] = reading.path.map((part) => part.toLowerCase());
  const workspace = owner === undefined ? undefined : asKey(owner, options);
  if (workspace === undefined) return { message: `This line names no repository; write ${formOf(options)}.` };
  const repository = (slug ?? owner ?? "").replace(/\.git$/, "");
  if (slug === undefined) return missingHalf(repository, options);
  const suggestion = `${workspace}/${repository}`;
  const odd = [workspace, repository].find((part) => !slugPattern.test(part));
  if (odd !== undefined) {
    return {
      message: `“${odd}” is no slug: letters, digits, dots, dashes and underscores make one; copy it from the repository's address.`,
    };
  }
  if (rest.length > 0)
    return { message: `This line has more than two parts; write ${formOf(options)}.`, suggestion };
  return { workspace, slug: repository };
}

/** A project's key is written in capitals, a personal one's as the user name it is. */
function asKey(owner: string, { product = "cloud" }: LineOptions): string {
  return product === "cloud" || owner.startsWith("~") ? owner : owner.toUpperCase();
}

/** How a repository is written. */
function formOf({ product = "cloud" }: LineOptions): string {
  return product === "cloud" ? "workspace/repo-slug" : "PROJECT/repository";
}

function missingHalf(word: string, options: LineOptions): { message: string; suggestion?: string } {
  const { workspace, product = "cloud" } = options;
  const place = product === "cloud" ? "workspace" : "project";
  const message = `“${word}” is only half of it; write the ${place} and the repository with a slash between.`;
  const complete = typeof workspace === "string" && slugPattern.test(word) && word !== workspace;
  return complete ? { message, suggestion: `${workspace}/${word}` } : { message };
}
