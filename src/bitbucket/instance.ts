/** Owns the instance: one Bitbucket we talk to and the registration we hold there. */
import type { Secret } from "../base/secret.ts";

/**
 * What kind of Bitbucket: Cloud; Data Center with OAuth 2 (7.20 and newer); Server and older Data Center, which speak OAuth 1.0a
 * through application links.
 */
export type Product = "cloud" | "data-center" | "server";

/** Where an instance answers. None ends with a slash. */
export interface InstanceUrls {
  /** The root of the REST API. */
  readonly api: string;
  /** The website, for links people follow. */
  readonly web: string;
}

/** Where an instance with OAuth 2 answers. */
export interface OAuth2Urls extends InstanceUrls {
  /** Where a person's browser is sent to grant access. */
  readonly authorize: string;
  /** Where codes and refresh tokens become access tokens. */
  readonly token: string;
}

/** Where a Bitbucket Cloud answers; `api` ends with `/2.0`. */
export type CloudUrls = OAuth2Urls;

/** Our registration for OAuth 2: a consumer's Key and Secret at Cloud, an incoming link's client id and secret at Data Center. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

interface InstanceBase {
  /** Stands in every URL and key. */
  readonly id: string;
  readonly product: Product;
  readonly urls: InstanceUrls;
  /** What is asked for at sign-in unless a call says otherwise. Empty where the product knows no scopes. */
  readonly scopes: readonly string[];
  /** Certificates in PEM to be trusted beside the well-known ones, for a self-signed or private authority. */
  readonly ca: string | null;
  /** Whether the operator wrote its address down; one that people typed in leads to fewer places. */
  readonly isConfigured: boolean;
}

/** Bitbucket Cloud, by one OAuth consumer. */
export interface CloudInstance extends InstanceBase {
  readonly product: "cloud";
  readonly client: OAuthClient;
  /** Whether every project may connect as the consumer itself, which sees its own workspace whatever the person may see. */
  readonly sharesConsumer: boolean;
  readonly urls: CloudUrls;
}

/** A Data Center with OAuth 2, by one incoming link. */
export interface DataCenterInstance extends InstanceBase {
  readonly product: "data-center";
  /** With its context path. */
  readonly baseUrl: string;
  /** Null where people only bring HTTP access tokens. */
  readonly client: OAuthClient | null;
  readonly urls: OAuth2Urls & { readonly revoke: string };
}

/** A Server or older Data Center with OAuth 1.0a, by one application link. */
export interface ServerInstance extends InstanceBase {
  readonly product: "server";
  /** With its context path. */
  readonly baseUrl: string;
  /** Of the application link's incoming authentication. */
  readonly consumerKey: string;
  /** RSA, PKCS#8 in PEM. */
  readonly privateKey: Secret;
  readonly urls: InstanceUrls & {
    readonly requestToken: string;
    readonly authorize: string;
    readonly accessToken: string;
  };
}

/** One Bitbucket and our registration there. */
export type Instance = CloudInstance | DataCenterInstance | ServerInstance;

/** An instance that speaks OAuth 2. */
export type OAuth2Instance = CloudInstance | DataCenterInstance;

/** Gives the instance of that id; throws when there is none. */
export type FindInstance = (id: string) => Promise<Instance>;
