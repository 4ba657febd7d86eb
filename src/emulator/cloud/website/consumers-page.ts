/** Owns what the OAuth consumers of a workspace look like: the list with Key and Secret, and the form to add one. */
import { type Html, html } from "../../../ui/html.ts";
import { buttonClass, csrfField } from "../../../ui/parts/action.ts";
import { textField } from "../../../ui/parts/field.ts";
import type { Consumer } from "../../core/oauth-state.ts";
import type { Rules } from "../../core/rules.ts";
import type { Workspace } from "../../core/world.ts";
import type { WebPage } from "./frame.ts";
import { permissionList, permissionTicks } from "./permissions.ts";

export interface ConsumersView {
  readonly workspace: Workspace;
  readonly rules: Rules;
  readonly consumers: readonly Consumer[];
  readonly csrf: string;
}

/** A form that was sent back, with what is wrong in it. */
export interface SentBack {
  readonly form: URLSearchParams;
  readonly problems: Readonly<Record<string, string>>;
}

export function consumersPage(view: ConsumersView, sentBack: SentBack | null): WebPage {
  const { workspace, consumers } = view;
  return {
    title: "OAuth consumers",
    status: sentBack === null ? 200 : 400,
    crumbs: [
      { title: workspace.name, href: `/${workspace.slug}/` },
      { title: "Workspace settings" },
      { title: "OAuth consumers" },
    ],
    main: html`<h1>OAuth consumers</h1>
<p>A consumer is an app that people may let into their account. Its permissions are ticked here, once for all.</p>
<p><a class="${buttonClass()}" href="#add-consumer">Add consumer</a></p>
${consumers.length === 0 ? html`<p>There is none yet.</p>` : consumers.map((consumer) => consumerCard(view.workspace, consumer))}
${addForm(view, sentBack)}`,
  };
}

function consumerCard(workspace: Workspace, consumer: Consumer): Html {
  const at = `/${workspace.slug}/workspace/settings/api/${encodeURIComponent(consumer.key)}/delete`;
  const rows: readonly (readonly [string, string | Html])[] = [
    ["Key", html`<code>${consumer.key}</code>`],
    ["Secret", html`<code>${consumer.secret}</code>`],
    [
      "Callback URL",
      consumer.callbackUrl === "" ? "none: every grant fails" : html`<code>${consumer.callbackUrl}</code>`,
    ],
    ["URL", consumer.url],
    ["Private consumer", consumer.isPrivate ? "yes" : "no"],
    ["Permissions", permissionList(consumer.scopes)],
  ];
  return html`<article><h2>${consumer.name}</h2>
${consumer.description === "" ? "" : html`<p>${consumer.description}</p>`}
<table><tbody>${rows.filter(([, value]) => value !== "").map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>
<a class="${buttonClass({ look: "danger", small: true })}" href="${at}">Delete</a></article>`;
}

function addForm({ workspace, rules, csrf }: ConsumersView, sentBack: SentBack | null): Html {
  const value = (name: string) => sentBack?.form.get(name) ?? "";
  const field = (name: string, label: string, hint: string, required = false) =>
    textField({ name, label, hint, required, value: value(name), problem: sentBack?.problems[name] });
  return html`<article id="add-consumer"><h2>Add OAuth consumer</h2>
<form method="post" action="/${workspace.slug}/workspace/settings/api">${csrfField(csrf)}
${field("name", "Name", "People see it when they are asked for access.", true)}
${field("description", "Description", "Optional.")}
${field("callbackUrl", "Callback URL", "Where people come back to. An app may extend it by further path segments, nothing else.")}
${field("url", "URL", "Optional: where more is said about the app.")}
<label><input type="checkbox" name="private" value="yes"${value("private") === "" ? "" : html` checked`}> This is a private consumer</label>
<h3>Permissions</h3>
${permissionTicks(rules, sentBack?.form.getAll("scope") ?? [])}
<button class="${buttonClass({ look: "primary" })}">Save</button></form></article>`;
}

/** Asks before a consumer goes. */
export function deletePage(workspace: Workspace, consumer: Consumer, csrf: string): WebPage {
  const list = `/${workspace.slug}/workspace/settings/api`;
  return {
    title: `Delete ${consumer.name}`,
    narrow: true,
    main: html`<article><h1>Delete ${consumer.name}?</h1>
<p>Its key and secret stop working, and so does every token that people gave it.</p>
<form method="post" action="${list}/${encodeURIComponent(consumer.key)}/delete">${csrfField(csrf)}
<div class="buttons"><button class="${buttonClass({ look: "danger" })}">Delete</button>
<a class="${buttonClass()}" href="${list}">Cancel</a></div></form></article>`,
  };
}
