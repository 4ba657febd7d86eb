/** The face of the package: the whole of Windlass as a library. */
export type { ConfigInput } from "../app/config.ts";
export type { Clock } from "../base/clock.ts";
export { isWindlassError, type Reaction, type WindlassError } from "../base/errors.ts";
export type { Answer, DoorRequest, Fetch } from "../base/http/door.ts";
export type { Log } from "../base/log.ts";
export type { Session, SessionUser } from "../sessions/sessions.ts";
export { createWindlass, type Windlass, type WindlassParts } from "./windlass.ts";
