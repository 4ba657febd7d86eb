/** Owns what people do at the website of a local Data Center or Server: log in, decide, make application links; and what its control tells. */
import type { Fields, newVisitor, Seen } from "./visitor.ts";

type Visitor = ReturnType<typeof newVisitor>;

/** As `emulate --json` tells it. */
export interface SelfHostedLine {
  /** With context path. */
  readonly url: string;
  readonly version: string;
  readonly consumers: readonly { readonly key: string; readonly privateKey: string | null }[];
  readonly people: readonly {
    readonly id: number;
    readonly name: string;
    readonly displayName: string;
    readonly emailAddress: string | null;
  }[];
}

/** The value of a hidden field. */
export function hidden({ html }: Seen, name: string): string {
  return (new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "").replaceAll("&amp;", "&");
}

/** Chooses a person of the log-in page; ends wherever that leads. */
export function logInAs(visitor: Visitor, login: Seen, displayName: string): Promise<Seen> {
  const person = new RegExp(`name="person" value="([^"]+)">${displayName}<`).exec(login.html)?.[1];
  if (person === undefined) throw new Error(`nobody is called ${displayName} at ${login.url}`);
  const fields = ["atl_token", "next"].map((name) => [name, hidden(login, name)] as const);
  return visitor.submit(login, login.url.pathname, [...fields, ["person", person]]);
}

/** Presses Allow or Deny of OAuth 1; ends at the app. */
export function decide(visitor: Visitor, asked: Seen, button: "approve" | "deny"): Promise<Seen> {
  const fields = ["atl_token", "oauth_token"].map((name) => [name, hidden(asked, name)] as const);
  return visitor.submit(asked, asked.url.pathname, [...fields, [button, "yes"]]);
}

/** Administration → Application links → Create link, filled in as an administrator of a Server does. */
export async function createLink(visitor: Visitor, baseUrl: string, fields: Fields): Promise<Seen> {
  const page = `${baseUrl}/plugins/servlet/applinks/create`;
  await logInAs(visitor, await visitor.open(page), "Ada Admin");
  const form = await visitor.open(page);
  return visitor.submit(form, form.url.pathname, [["atl_token", hidden(form, "atl_token")], ...fields]);
}
