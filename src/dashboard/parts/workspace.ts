/** Owns the question which workspace: filled in, chosen among several, or asked for with the reason. */
import { type Html, html } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { textField } from "../../ui/parts/field.ts";
import { type PlaceWord, placeWords } from "./place-words.ts";

export type WorkspaceChoice = (KnownWorkspace | WorkspaceAmongSeveral | WorkspaceAskedFor) & {
  /** What it is called there: at Data Center and Server the repositories lie in projects. Default: a workspace. */
  readonly word?: PlaceWord | undefined;
};

/** One workspace was found, or one was chosen before. */
export interface KnownWorkspace {
  readonly kind: "known";
  readonly slug: string;
  /** Other workspaces of the account, so that it can be changed. */
  readonly others?: readonly string[];
}

export interface WorkspaceAmongSeveral {
  readonly kind: "choose";
  readonly workspaces: readonly { readonly slug: string; readonly administrator?: boolean }[];
  readonly problem?: string;
}

export interface WorkspaceAskedFor {
  readonly kind: "ask";
  /** Why it could not be found out: a whole sentence. */
  readonly reason: string;
  readonly typed?: string;
  readonly problem?: string;
}

/** The part of the wizard's form; its field is `workspace`, its button `do=workspace`. */
export function workspacePart(choice: WorkspaceChoice): Html {
  return html`<section class="card workspace">${body(choice)}</section>`;
}

function body(choice: WorkspaceChoice): Html {
  const { title, example, where } = placeWords(choice.word);
  switch (choice.kind) {
    case "known":
      return known(choice);
    case "choose":
      return html`<fieldset class="choices"><legend>${title}</legend><p class="hint">You see several. Which one holds the repositories?</p>${choice.workspaces.map(
        ({ slug, administrator }) => radio(slug, false, administrator === true),
      )}${choice.problem === undefined ? "" : html`<p class="problem" role="alert">${choice.problem}</p>`}</fieldset>${applyButton(choice)}`;
    case "ask":
      return html`${textField({
        name: "workspace",
        label: title,
        value: choice.typed ?? "",
        placeholder: example,
        hint: html`${choice.reason} ${where}`,
        problem: choice.problem,
      })}${applyButton(choice)}`;
  }
}

function known({ slug, others = [], word: called }: KnownWorkspace & Pick<WorkspaceChoice, "word">): Html {
  const { word, title } = placeWords(called);
  const change =
    others.length === 0
      ? html`<input type="hidden" name="workspace" value="${slug}">`
      : html`<details class="plain-details"><summary>Use another ${word}</summary><fieldset class="choices"><legend class="unseen">${title}</legend>${[
          slug,
          ...others,
        ].map((each) => radio(each, each === slug, false))}</fieldset>${applyButton({ word })}</details>`;
  return html`<h2>${title}</h2><p class="found">${icon("good")}<span><strong><bdi>${slug}</bdi></strong> <span class="muted">found in your account</span></span></p>${change}`;
}

function radio(slug: string, checked: boolean, administrator: boolean): Html {
  return html`<label class="tick"><input type="radio" name="workspace" value="${slug}"${checked ? html` checked` : ""}><span><bdi>${slug}</bdi>${
    administrator ? html` <span class="muted">administrator</span>` : ""
  }</span></label>`;
}

const applyButton = ({ word }: Pick<WorkspaceChoice, "word">) =>
  html`<button class="button plain" name="do" value="workspace">Use this ${placeWords(word).word}</button>`;
