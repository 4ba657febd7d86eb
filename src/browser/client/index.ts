/** The client for a page: who is signed in, signing in and out, several tabs in step. */
export { ClientError, type ClientErrorCode, type Reaction } from "../errors.ts";
export type { Page } from "../page.ts";
export type { ClientState } from "../state.ts";
export type { Session, SessionAnswer, SessionUser } from "../wire.ts";
export { type Client, type ClientOptions, createClient, type SignInOptions } from "./client.ts";
