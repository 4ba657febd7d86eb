/** Signing in for React 18 and 19: who is signed in, a button, a page. Drawn on a server, all of it is `loading`. */
export type { SignInOptions } from "../client/client.ts";
export {
  type UsedSession,
  useSession,
  WindlassProvider,
  type WindlassProviderProps,
} from "./session.ts";
export { SignInPage, type SignInPageProps, type SignInProvider } from "./sign-in-page.ts";
export { SignInWithBitbucket, type SignInWithBitbucketProps } from "./sign-in-with-bitbucket.ts";
