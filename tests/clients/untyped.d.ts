/** Owns the little that is said of packages that bring no types. */

/** What passport and express-session add to a request. */
declare namespace Express {
  interface Request {
    session?: object;
    user?: unknown;
  }
}

declare module "passport" {
  import type { Handler } from "express";

  type Store = (user: unknown, done: (error: unknown, user?: unknown) => void) => void;
  class Passport {
    use(strategy: object): this;
    session(): Handler;
    serializeUser(store: Store): void;
    deserializeUser(store: Store): void;
    authenticate(name: string, options?: { session?: boolean; failureRedirect?: string }): Handler;
  }
  const passport: { readonly Passport: typeof Passport };
  export default passport;
}

declare module "passport-bitbucket-oauth2" {
  interface Profile {
    readonly id: string;
    readonly provider: string;
    readonly username: string;
    readonly displayName: string;
  }
  type Done = (error: unknown, user?: object) => void;
  export class Strategy {
    constructor(
      options: Readonly<Record<string, string | boolean | readonly string[]>>,
      verify: (accessToken: string, refreshToken: string, profile: Profile, done: Done) => void,
    );
    readonly _oauth2: {
      get(url: string, accessToken: string, done: (error: unknown, body?: string | Buffer) => void): void;
    };
  }
}

declare module "express-session" {
  import type { Handler } from "express";

  export default function session(options: {
    readonly secret: string;
    readonly resave: boolean;
    readonly saveUninitialized: boolean;
  }): Handler;
}
