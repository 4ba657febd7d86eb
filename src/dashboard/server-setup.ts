/** Owns the set-up of a Bitbucket Server: the form with what to type there, the way on, and what went wrong. */
import { type Html, html } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { csrfField } from "../ui/parts/action.ts";
import { areaField, textField } from "../ui/parts/field.ts";
import { notice } from "../ui/parts/notice.ts";
import { type Failure, failureCard } from "./parts/failure.ts";
import { frame, type ProjectRef, projectCrumbs, type SignedIn } from "./parts/frame.ts";
import { helpLine } from "./parts/help.ts";
import { paths } from "./paths.ts";

export interface ServerSetupView extends SignedIn {
  readonly project: ProjectRef;
  readonly linkId: string;
  /** What is typed into the application link, each under Bitbucket's own name for the field. */
  readonly link: readonly { readonly name: string; readonly value: string }[];
  /** In PEM; of the pair that is kept: made here, or brought by the person. */
  readonly publicKey: string;
  /** The form was never sent: the pair is the one Windlass made. */
  readonly isNew: boolean;
  readonly typed: ServerSetupForm;
  /** What is wrong, by field. */
  readonly problems: Readonly<Record<string, string>>;
}

export interface ServerSetupForm {
  readonly baseUrl: string;
  readonly ca: string;
  readonly consumerKey: string;
  readonly keys: string;
  readonly privateKey: string;
}

const title = "Bitbucket Server set-up";

/** The page. POST to {@link paths.serverSetup}. */
export function serverSetupPage(view: ServerSetupView): Html {
  const { project } = view;
  const guide = html`<a href="${paths.guide("server-oauth1-link")}">the guide, click by click</a>`;
  const main = html`<h1>${title}</h1>${notice({
    tone: "warn",
    title: "First these steps in Bitbucket",
    text: html`An administrator has to make an application link there before this form can work: Administration → <strong>Application links</strong> → Create link → <strong>Atlassian product</strong> (not “External application”: that one is OAuth 2). See ${guide}.`,
  })}<div class="credential">${form(view)}${linkValues(view)}</div>`;
  return frame(view, { title, crumbs: projectCrumbs(project, "Connect repository", title), main });
}

function form({ project, linkId, typed, problems, csrf, isNew }: ServerSetupView): Html {
  return html`<form class="card" method="post" action="${paths.serverSetup(project.id, linkId)}">${csrfField(csrf)}${textField(
    {
      name: "baseUrl",
      label: "Bitbucket URL",
      type: "text",
      value: typed.baseUrl,
      placeholder: "https://bitbucket.example.com",
      hint: "With http(s):// and the context path, if there is one.",
      problem: problems.baseUrl,
    },
  )}${textField({
    name: "consumerKey",
    label: "Consumer key",
    value: typed.consumerKey,
    hint: "As it stands in the link's incoming authentication.",
    problem: problems.consumerKey,
  })}${keyChoice(typed, { isNew, problems })}${tls(typed, problems)}<div class="row"><button class="button primary">Continue to Bitbucket</button><a class="button quiet" href="${paths.connectChoose(
    project.id,
  )}">Back</a></div></form>`;
}

function keyChoice(
  typed: ServerSetupForm,
  { isNew, problems }: Pick<ServerSetupView, "isNew" | "problems">,
): Html {
  const radio = (value: string, text: string) =>
    html`<label class="tick"><input type="radio" name="keys" value="${value}"${typed.keys === value ? html` checked` : ""}><span>${text}</span></label>`;
  return html`<fieldset class="choices"><legend>Private key</legend>${radio(
    "made",
    `Use the key pair ${isNew ? "Windlass made" : "that is kept here"} (its public half is shown beside)`,
  )}${radio("own", "Use a private key of your own")}${
    isNew ? "" : radio("new", "Make a new key pair first, and show its public half")
  }</fieldset>${areaField({
    name: "privateKey",
    label: "Your own private key (PEM)",
    value: typed.privateKey,
    rows: 4,
    placeholder: "-----BEGIN PRIVATE KEY-----",
    hint: "RSA, without a passphrase; only needed when you chose your own. It is sealed and never shown again.",
    problem: problems.privateKey,
  })}`;
}

/** Checking certificates cannot be switched off: whoever has their own authority names it. */
function tls(typed: ServerSetupForm, problems: ServerSetupView["problems"]): Html {
  return html`<label class="tick"><input type="checkbox" checked disabled><span>Verify TLS certificates <span class="muted">(always on)</span></span></label>${areaField(
    {
      name: "ca",
      label: "Certificate authority (PEM, optional)",
      value: typed.ca,
      rows: 3,
      placeholder: "-----BEGIN CERTIFICATE-----",
      hint: "For a self-signed or private certificate: paste the certificate that is to be trusted.",
      problem: problems.ca,
    },
  )}`;
}

function linkValues({ link, publicKey }: ServerSetupView): Html {
  return html`<aside class="card how-to" aria-labelledby="link-values"><h2 id="link-values">What to type into the link</h2><p class="muted">Application links → the link → Edit → Incoming authentication.</p><dl class="values">${link.map(
    ({ name, value }) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`,
  )}<div><dt>Public key</dt><dd><textarea readonly rows="9" wrap="off" aria-label="Public key" spellcheck="false">
${publicKey}</textarea></dd></div></dl><p class="hint">${icon("lock")}<span>“Allow 2-legged OAuth” stays off.</span></p></aside>`;
}

/** The door cannot tell these apart for sure: a proxy or a firewall answers in many ways. */
const whatToCheck = html`<section class="card how-to"><h2>What to check</h2><ol><li>The address: name, port, http:// or https://, and the context path.</li><li>The network: the machine Windlass runs on has to reach it, through firewall, VPN or proxy.</li><li>The certificate: when an authority of your own signed it, give that <strong>certificate authority</strong> in the form.</li></ol></section>`;

/** Why Bitbucket did not go along with the set-up, in its own words where it had some. */
export function setupErrorPage(
  view: SignedIn & {
    readonly project: ProjectRef;
    readonly linkId: string;
    readonly failure: Failure;
    /** The address that was asked. */
    readonly address: string;
    /** What Bitbucket said; null when it said nothing. */
    readonly reason: string | null;
  },
): Html {
  const { project, linkId, failure, reason, csrf, address } = view;
  const back = { label: "Back to the form", href: paths.serverSetup(project.id, linkId) };
  const unreached = ["http.unreachable", "http.timeout"].includes(failure.code);
  const main = html`<h1>Set-up error</h1>${failureCard(failure, {}, csrf)}<p class="muted">Windlass asked <code>${address}</code></p>${unreached ? whatToCheck : ""}${
    reason === null
      ? ""
      : html`<section class="card"><h2>What Bitbucket said</h2><p><code>${reason}</code></p></section>`
  }<p>Nothing is lost: what you typed is still in the form.</p><div class="row"><a class="button primary" href="${back.href}">${back.label}</a></div>${helpLine()}`;
  return frame(view, {
    title: "Set-up error",
    crumbs: projectCrumbs(project, "Connect repository", title),
    main,
    narrow: true,
  });
}
