/** A small app that signs people in with Bitbucket and reads their commits: what the examples beside it test. */

export interface Place {
  /** `https://bitbucket.org` in life. */
  readonly web: string;
  /** `https://api.bitbucket.org/2.0` in life. */
  readonly api: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where the person's browser is sent. */
export function authorizeUrl({ web, clientId }: Place, state: string): string {
  const query = new URLSearchParams({ client_id: clientId, response_type: "code", state });
  return `${web}/site/oauth2/authorize?${query}`;
}

/** What comes back to the app: a token, for the state that was sent. */
export async function completeSignIn(place: Place, callback: URL, state: string): Promise<string> {
  if (callback.searchParams.get("state") !== state) throw new Error("This sign-in was begun elsewhere.");
  const { clientId, clientSecret } = place;
  const answer = await fetch(`${place.web}/site/oauth2/access_token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: callback.searchParams.get("code") ?? "",
    }),
  });
  if (!answer.ok) throw new Error(`Bitbucket refused the code: ${answer.status}.`);
  const { access_token: token } = (await answer.json()) as { readonly access_token: string }; // RFC 6749 section 5.1
  return token;
}

/** One thing of the API, asked again once after a server's failure. */
export async function read(place: Place, token: string, path: string): Promise<unknown> {
  const ask = () => fetch(`${place.api}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const first = await ask();
  const answer = first.status >= 500 ? await ask() : first;
  if (!answer.ok) throw new Error(`Bitbucket answered ${answer.status}.`);
  return answer.json();
}
