/** The face of the package: the whole of Windlass as a library. */
export type { ConfigInput } from "../app/config.ts";
export type {
  KeyStatus,
  Keys,
  KeyWrapper,
  Rotated,
  RotationOptions,
  RotationProgress,
  SealContext,
} from "../app/keys/keys.ts";
export type { Clock } from "../base/clock.ts";
export { isWindlassError, type Reaction, type WindlassError } from "../base/errors.ts";
export type { Answer, DoorRequest, Fetch } from "../base/http/door.ts";
export type { Log } from "../base/log.ts";
export type { Secret } from "../base/secret.ts";
export type { Connection, ConnectionState } from "../connections/connection.ts";
export type { Farewell, HandedToken } from "../connections/handing-out.ts";
export type { IdentityToken } from "../identity/identity.ts";
export type { Session, SessionUser } from "../sessions/sessions.ts";
export type { Identity } from "../signin/accounts.ts";
export type {
  CatalogUserQuery,
  OwnResolver,
  OwnResolverContext,
  SignedInAs,
} from "../signin/resolvers/own.ts";
export type { Peer } from "../web/client.ts";
export type { Needs, SignedIn } from "../web/guard.ts";
export { createWindlass, type LibraryConnections, type Windlass, type WindlassParts } from "./windlass.ts";
