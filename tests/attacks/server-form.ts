/** Owns a person at the form in which anybody who is signed in types the address of a Bitbucket Server. */
import type { Place } from "./place.ts";
import type { Seen, Visitor } from "./visitor.ts";

export interface ServerForm {
  readonly visitor: Visitor;
  submit(baseUrl: string, fields?: Readonly<Record<string, string>>): Promise<Seen>;
}

/** Signs the victim in, makes a project, and begins setting up a Server. */
export async function openServerForm(place: Place): Promise<ServerForm> {
  const visitor = place.visitor();
  await visitor.signIn();
  const csrf = /name="csrf" value="([^"]+)"/.exec((await visitor.ask("/")).text)?.[1] ?? "";
  const post = (path: string, fields: Readonly<Record<string, string>>) =>
    visitor.ask(path, {
      method: "POST",
      headers: { origin: place.origin },
      body: new URLSearchParams({ csrf, ...fields }),
    });
  const project = pathOf(await post("/projects", { name: "Shop" }));
  const form = pathOf(await post(`${project}/server-setup`, {}));
  return {
    visitor,
    submit: (baseUrl, fields = {}) =>
      post(form, { baseUrl, consumerKey: "k", keys: "made", privateKey: "", ca: "", ...fields }),
  };
}

function pathOf({ location, status, url }: Seen): string {
  if (location === null) throw new Error(`${url.pathname} leads nowhere: ${status}`);
  return location.pathname;
}
