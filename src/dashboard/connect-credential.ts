/** Owns the form of a credential a person brings: API token, access token, HTTP access token, app password. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { csrfField } from "../ui/parts/action.ts";
import { textField } from "../ui/parts/field.ts";
import { notice } from "../ui/parts/notice.ts";
import { steps } from "../ui/parts/steps.ts";
import { type ConnectInstance, wizardSteps } from "./connect-choose.ts";
import { type Failure, failureCard } from "./parts/failure.ts";
import { frame, type ProjectRef, projectCrumbs, type SignedIn } from "./parts/frame.ts";
import { type CredentialKind, kindInSentence, kindWords } from "./parts/kinds.ts";
import { paths } from "./paths.ts";

type EnteredKind = Exclude<CredentialKind, "oauth2" | "oauth1">;

export interface ConnectCredentialView extends SignedIn {
  readonly project: ProjectRef;
  readonly instance: ConnectInstance;
  readonly kind: EnteredKind;
  /** What was typed, all but the secret. */
  readonly typed: { readonly login: string; readonly place: string; readonly endsOn: string };
  /** What is wrong, by field. */
  readonly problems: Readonly<Record<string, string>>;
  /** Why Bitbucket did not take it, when that is about no field. */
  readonly failure?: Failure | null;
  /** The connection that is connected anew. */
  readonly connectionId?: string;
  /** What the token has to be allowed: Bitbucket's names, each with its reason. */
  readonly scopes: readonly { readonly name: string; readonly reason: string }[];
}

/** The page. POST to {@link paths.connectCredential}. */
export function connectCredentialPage(view: ConnectCredentialView): Html {
  const { project, instance, kind } = view;
  const { name } = kindWords(kind);
  const main = html`${steps(wizardSteps, 1)}<h1>Connect ${instance.name} by ${kindInSentence(kind)}</h1>${
    view.failure ? failureCard(view.failure, {}, view.csrf) : ""
  }${kind === "app-password" ? retired(view) : ""}<div class="credential">${kind === "client-credentials" ? asConsumer(view) : form(view)}${howTo(view)}</div>`;
  return frame(view, { title: name, crumbs: projectCrumbs(project, "Connect repository", name), main });
}

function retired({ project, instance }: ConnectCredentialView): Html {
  return notice({
    tone: "warn",
    title: "Bitbucket Cloud retired app passwords on 28 July 2026",
    text: html`The form is here for servers that still take them. Otherwise <a href="${paths.connectCredential(
      project.id,
      instance.id,
      "api-token",
    )}">make an API token instead</a>; it takes two minutes.`,
  });
}

function form(view: ConnectCredentialView): Html {
  const { project, instance, kind, typed, problems, csrf, connectionId } = view;
  const post = paths.connectCredential(project.id, instance.id, kind);
  const secret = textField({
    name: "secret",
    label: kindWords(kind).name,
    type: "password",
    value: "",
    hint: html`${kind === "app-password" ? "Made in Personal Bitbucket settings → App passwords, with a label, Repositories: Read and Account: Read. " : ""}Bitbucket shows it once, when it is made. Windlass seals it and never shows it again either.`,
    problem: problems.secret,
  });
  // What is wrong is said by us: a browser would only say that an @ is missing.
  return html`<form class="card" method="post" action="${post}" novalidate>${csrfField(csrf)}${
    connectionId === undefined ? "" : html`<input type="hidden" name="connection" value="${connectionId}">`
  }${login(view)}${kind === "access-token" ? place(view) : ""}${secret}${
    kind === "app-password"
      ? ""
      : textField({
          name: "endsOn",
          label: "Ends on (optional)",
          type: "date",
          value: typed.endsOn,
          hint: "As chosen when it was made. You are warned 14 days before.",
          problem: problems.endsOn,
        })
  }<div class="row"><button class="button primary">Check and connect</button><a class="button quiet" href="${paths.connectChoose(project.id)}">Back</a></div></form>`;
}

function login({ kind, typed, problems }: ConnectCredentialView): Html | string {
  if (kind === "api-token") {
    return textField({
      name: "login",
      label: "E-mail address of the Atlassian account",
      type: "email",
      value: typed.login,
      hint: "Not the Bitbucket user name: an API token goes with the e-mail address.",
      problem: problems.login,
    });
  }
  if (kind !== "app-password") return "";
  return textField({
    name: "login",
    label: "Bitbucket user name",
    value: typed.login,
    hint: "Not the e-mail address. It stands under Personal Bitbucket settings → Account settings.",
    problem: problems.login,
  });
}

function place({ typed, problems }: ConnectCredentialView): Html {
  return textField({
    name: "place",
    label: "Made for",
    value: typed.place,
    placeholder: "acme or acme/checkout-api",
    hint: "The workspace, or workspace/repository for a repository's token.",
    problem: problems.place,
  });
}

function asConsumer({ project, instance, kind, csrf, connectionId }: ConnectCredentialView): Html {
  return html`<form class="card" method="post" action="${paths.connectCredential(project.id, instance.id, kind)}">${csrfField(csrf)}${
    connectionId === undefined ? "" : html`<input type="hidden" name="connection" value="${connectionId}">`
  }<p>The OAuth consumer this Windlass is set up with connects by itself, as an app user that sees the consumer's own workspace. The consumer has to be marked as private.</p><div class="row"><button class="button primary">Connect as the consumer</button><a class="button quiet" href="${paths.connectChoose(
    project.id,
  )}">Back</a></div></form>`;
}

/** Where to click at Bitbucket, with the values to type there. */
function howTo({ kind, scopes, instance }: ConnectCredentialView): Html {
  return html`<aside class="card how-to" aria-labelledby="how-to"><h2 id="how-to">${
    kind === "app-password" ? "How to make an API token instead" : "How to make one"
  }</h2><ol>${clicks(kind, instance).map((click) => html`<li>${click}</li>`)}</ol>${
    scopes.length === 0
      ? ""
      : html`<h3>What to allow</h3><ul class="scopes">${scopes.map(
          ({ name, reason }) => html`<li><code>${name}</code><span class="muted">${reason}</span></li>`,
        )}</ul>`
  }${kind === "app-password" ? whereStillTaken : ""}<p class="hint">${icon("info")}<span><a href="${paths.guide(kindWords(kind).guide)}">The whole guide, click by click</a></span></p></aside>`;
}

const whereStillTaken = html`<h3>Where app passwords are still taken</h3><p>An app password is made in <strong>Personal Bitbucket settings</strong> → <strong>App passwords</strong> → <strong>Create app password</strong>, with a label, <strong>Repositories: Read</strong> and <strong>Account: Read</strong>. Bitbucket shows it once. It goes with the Bitbucket user name, not with the e-mail address, and has no end of its own.</p>`;

function clicks(kind: EnteredKind, { name }: ConnectInstance): readonly Html[] {
  if (kind === "api-token" || kind === "app-password") {
    return [
      html`At Atlassian: account picture → <strong>Account settings</strong> → <strong>Security</strong> → <strong>Create and manage API tokens</strong>`,
      html`<strong>Create API token with scopes</strong>, name <code>windlass-readonly</code>, an end within a year: you are warned 14 days before`,
      html`App: <strong>Bitbucket</strong>, then tick the scopes below`,
      html`Copy the token: it is shown once`,
    ];
  }
  if (kind === "access-token") {
    return [
      html`At ${name}: <strong>Repository settings</strong> (or Project, or Workspace settings) → <strong>Access tokens</strong>`,
      html`<strong>Create access token</strong>, name <code>windlass-readonly</code>, with the scopes below`,
      html`Copy the token: it is shown once`,
    ];
  }
  if (kind === "http-access-token") {
    return [
      html`At ${name}: account picture → <strong>Manage account</strong> → <strong>HTTP access tokens</strong>`,
      html`<strong>Create token</strong>, name <code>windlass-readonly</code>, with the permissions below and an end`,
      html`Copy the token: it is shown once`,
    ];
  }
  return [
    html`At ${name}: <strong>Workspace settings</strong> → <strong>OAuth consumers</strong> → the consumer → <strong>Edit</strong>`,
    html`Tick <strong>This is a private consumer</strong>, and have a callback URL on it`,
  ];
}
