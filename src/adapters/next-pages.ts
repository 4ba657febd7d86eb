/** Owns who is signed in for a page of Next: a server component has headers, and no request. */
import type { Mountable, Needs, SignedIn } from "./mountable.ts";

/** Who is signed in, for pages of Next's App Router. */
export interface NextPages {
  /** In a server component or action: who is signed in. */
  signedIn(): Promise<SignedIn | null>;
  /**
   * In a server component: as `signedIn`, but nobody is sent to sign in, and comes back to `returnTo`. Throws where needs are
   * not met, for `error.tsx`.
   */
  requirePage(returnTo: string, needs?: Needs): Promise<SignedIn>;
}

export function nextPages(guard: Mountable["guard"]): NextPages {
  const ask = async (path: string, needs?: Needs) => {
    const { headers } = await import("next/headers.js");
    // Next fetches a page that is followed within another.
    const asPage = {
      ...Object.fromEntries(await headers()),
      accept: "text/html",
      "sec-fetch-dest": "document",
    };
    return guard(new Request(new URL(path, "http://localhost"), { headers: asPage }), needs);
  };
  return {
    async signedIn() {
      const who = await ask("/");
      return "session" in who ? who : null;
    },
    async requirePage(returnTo, needs) {
      const who = await ask(returnTo, needs);
      if ("session" in who) return who;
      const signIn = who.headers.get("location");
      if (signIn === null) throw new Error(`This page is not for whoever is signed in (${who.status}).`);
      const { redirect } = await import("next/navigation.js");
      return redirect(signIn);
    },
  };
}
