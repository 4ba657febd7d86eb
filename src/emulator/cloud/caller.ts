/** Owns who calls Cloud: a person by some credential, an app or a bot, or nobody. */
import type { Person, ResourceToken } from "../core/world.ts";

/** Who calls: a person, an app on its own (limited to its workspace), a bot behind an access token, or nobody. */
export type Caller =
  | {
      readonly kind: "person";
      readonly person: Person;
      readonly scopes: readonly string[];
      readonly credential: "oauth2" | "app_password" | "api_token";
      readonly consumerKey: string | null;
      readonly grantId: string | null;
    }
  | {
      readonly kind: "app_user";
      readonly workspaceUuid: string;
      readonly scopes: readonly string[];
      readonly credential: "oauth2";
      readonly consumerKey: string;
      readonly grantId: string;
    }
  | {
      readonly kind: "access_token";
      readonly token: ResourceToken;
      readonly scopes: readonly string[];
      readonly credential: "repo_access_token" | "project_access_token" | "workspace_access_token";
      readonly consumerKey: null;
      readonly grantId: null;
    }
  | { readonly kind: "anonymous" };

/** Who did something: anybody but nobody. */
export type Actor = Exclude<Caller, { readonly kind: "anonymous" }>;
