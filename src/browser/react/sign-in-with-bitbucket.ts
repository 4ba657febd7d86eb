/** Owns the button that signs people in with Bitbucket. */
import { createElement, type ReactElement, type ReactNode, useState } from "react";
import type { SignInOptions } from "../client/client.ts";
import type { ClientError } from "../errors.ts";
import type { Session } from "../wire.ts";
import { Mark } from "./mark.ts";
import { useClient } from "./session.ts";

/** What {@link SignInWithBitbucket} is given, beside how to sign in. */
export interface SignInWithBitbucketProps extends SignInOptions {
  /** What the button says. Default "Sign in with Bitbucket". */
  readonly children?: ReactNode;
  readonly disabled?: boolean;
  /** Told at the click, before anything else. */
  readonly onBegin?: () => void;
  /** Told of whoever signed in, in a window of its own. */
  readonly onSignedIn?: (session: Session | null) => void;
  /** Told of what went wrong, which is shown all the same. */
  readonly onError?: (error: ClientError) => void;
}

/** A button with the states that a screen reader tells: busy, disabled, and what went wrong, as an alert. */
export function SignInWithBitbucket(props: SignInWithBitbucketProps): ReactElement {
  const {
    children = "Sign in with Bitbucket",
    disabled = false,
    onBegin,
    onSignedIn,
    onError,
    ...options
  } = props;
  const client = useClient();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ClientError | null>(null);

  const begin = () => {
    onBegin?.();
    setBusy(true);
    setError(null);
    client
      .signIn(options)
      .then(onSignedIn, (failure: ClientError) => {
        setError(failure);
        onError?.(failure);
      })
      .finally(() => setBusy(false));
  };
  // A button that is busy keeps the focus, and a second click brings the window forward.
  const state = { disabled, "aria-busy": isBusy, onClick: begin };
  return createElement(
    "div",
    { className: "windlass-sign-in" },
    createElement(
      "button",
      { type: "button", className: "windlass-button", ...state },
      createElement(Mark),
      createElement("span", null, children),
    ),
    error &&
      createElement("p", { role: "alert", className: "windlass-error" }, `${error.message} ${error.cure}`),
  );
}
