/** Owns the ticks by which permissions are given to a consumer, an app password or an access token, by Bitbucket's names. */
import { type Html, html } from "../../../ui/html.ts";
import type { Rules } from "../../core/rules.ts";
import { scopes, tickable } from "../../core/scopes.ts";

/** One group of ticks a kind of permission, named `scope`; `among`: of these scopes only. */
export function permissionTicks(
  rules: Rules,
  ticked: readonly string[],
  among?: readonly string[],
): readonly Html[] {
  const offered = tickable(rules).filter(([name]) => among === undefined || among.includes(name));
  const groups = Map.groupBy(offered, ([, scope]) => scope.group);
  return [...groups].map(
    ([group, entries]) =>
      html`<fieldset><legend>${group}</legend>${entries.map(
        ([name, scope]) =>
          html`<label><input type="checkbox" name="scope" value="${name}"${ticked.includes(name) ? html` checked` : ""}> ${scope.tick} <small><code>${name}</code></small></label>`,
      )}</fieldset>`,
  );
}

/** The scopes ticked in a posted form; one that cannot be ticked under these rules is not given. */
export function tickedScopes(rules: Rules, form: URLSearchParams): string[] {
  const ticked = new Set(form.getAll("scope"));
  return tickable(rules).flatMap(([name]) => (ticked.has(name) ? [name] : []));
}

/** `Account: Read, Repositories: Read`, or `none`. */
export function permissionList(granted: readonly string[]): string {
  return granted.map(permissionName).join(", ") || "none";
}

function permissionName(name: string): string {
  const scope = scopes[name];
  return scope === undefined ? name : `${scope.group}: ${scope.tick}`;
}
