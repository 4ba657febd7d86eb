/** Owns a sign-in page: Bitbucket, an application's further ways in, which was taken last, and what went wrong. */
import { createElement, type ReactElement, type ReactNode, useEffect, useSyncExternalStore } from "react";
import type { SignInOptions } from "../client/client.ts";
import { takeFirstTry } from "../first-try.ts";
import { thisPage } from "../page.ts";
import { lastWay, rememberWay } from "./last-way.ts";
import { useSession } from "./session.ts";
import { SignInWithBitbucket } from "./sign-in-with-bitbucket.ts";

/** A further way in: a link to whatever the application has there. */
export interface SignInProvider {
  /** Names it where it is remembered. Not `bitbucket` and not `guest`. */
  readonly id: string;
  /** What the link says: "Sign in with GitLab". */
  readonly title: string;
  readonly href: string;
}

/** What {@link SignInPage} is given. */
export interface SignInPageProps {
  /** Ways in beside Bitbucket; what lies behind them is the application's. */
  readonly providers?: readonly SignInProvider[];
  /** How the Bitbucket button signs in. */
  readonly bitbucket?: SignInOptions;
  /** A way on without signing in: a link and no session. There is none unless it is given. */
  readonly guest?: { readonly title?: string; readonly href: string };
  /** Goes to Bitbucket at once, by the whole page: once a tab, not after a failure or a sign-out, not where another way was taken last. */
  readonly auto?: boolean;
  /** Sentences for the codes that `?error=` may carry. What stands in the address itself is never shown. */
  readonly errors?: Readonly<Record<string, string>>;
  /** The heading. Default "Sign in". */
  readonly title?: ReactNode;
  /** Shown in place of the ways to whoever is signed in already. */
  readonly children?: ReactNode;
}

const anyError = "Signing in has failed. Try again.";

/** The page's content: a heading, what went wrong, the ways in. */
export function SignInPage(props: SignInPageProps): ReactElement {
  const { providers = [], bitbucket = {}, guest, auto = false, title = "Sign in", children } = props;
  const { status, signIn } = useSession();
  const last = useSyncExternalStore(never, lastWay, nothing);
  const code = useSyncExternalStore(never, errorCode, nothing);
  const goesOn = auto && status === "signed-out" && code === null && (last ?? "bitbucket") === "bitbucket";

  useEffect(() => {
    if (goesOn && takeFirstTry()) signIn({ ...bitbucket, window: "redirect" }).catch(() => {});
  });

  const ways =
    guest === undefined ? providers : [...providers, { title: "Go on as a guest", ...guest, id: "guest" }];
  return createElement(
    "section",
    { className: "windlass-page" },
    createElement("h1", null, title),
    code !== null &&
      createElement("p", { role: "alert", className: "windlass-error" }, sentence(code, props.errors)),
    status === "signed-in" && children !== undefined
      ? children
      : createElement(
          "ul",
          { className: "windlass-ways" },
          createElement(
            "li",
            { key: "bitbucket" },
            createElement(SignInWithBitbucket, { ...bitbucket, onBegin: () => rememberWay("bitbucket") }),
            last === "bitbucket" && lastMark(),
          ),
          ways.map((way) => createElement("li", { key: way.id }, link(way), last === way.id && lastMark())),
        ),
  );
}

function link({ id, title, href }: SignInProvider): ReactElement {
  const remember = () => rememberWay(id);
  return createElement(
    "a",
    { className: "windlass-button windlass-further", href, onClick: remember },
    title,
  );
}

function lastMark(): ReactElement {
  return createElement("small", { className: "windlass-last" }, "Used last time");
}

function sentence(code: string, errors: SignInPageProps["errors"] = {}): string {
  return (Object.hasOwn(errors, code) ? errors[code] : undefined) ?? anyError;
}

function errorCode(): string | null {
  return new URLSearchParams(thisPage()?.location.search).get("error");
}

const nothing = () => null;
/** Neither changes while the page is shown. */
const never = () => () => {};
