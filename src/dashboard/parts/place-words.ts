/** Owns what holds repositories is called: a workspace at Cloud, a project at Data Center and Server. */
import { type Html, html } from "../../ui/html.ts";

export type PlaceWord = "workspace" | "project";

export interface PlaceWords {
  /** Within a sentence. */
  readonly word: PlaceWord;
  /** Above a field. */
  readonly title: string;
  /** How a repository is written. */
  readonly repository: string;
  /** What is typed for one. */
  readonly example: string;
  /** Where that is to be found: a whole sentence. */
  readonly where: Html;
}

const words: Readonly<Record<PlaceWord, PlaceWords>> = {
  workspace: {
    word: "workspace",
    title: "Workspace",
    repository: "workspace/repo-slug",
    example: "acme",
    where: html`Enter its slug: in <code>bitbucket.org/<strong>acme</strong>/shop</code> it is <code>acme</code>.`,
  },
  project: {
    word: "project",
    title: "Project",
    repository: "PROJECT/repository",
    example: "ACME",
    where: html`Enter its key: in <code>…/projects/<strong>ACME</strong>/repos/shop</code> it is <code>ACME</code>.`,
  },
};

/** Default: those of Cloud. */
export function placeWords(word: PlaceWord | undefined): PlaceWords {
  return words[word === "project" ? "project" : "workspace"];
}
