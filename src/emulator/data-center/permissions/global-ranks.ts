/** Owns the order of global permissions. */
import type { GlobalPermission } from "../world.ts";

/** Least first: each brings the ones before. */
export const globalPermissions: readonly GlobalPermission[] = [
  "LICENSED_USER",
  "PROJECT_CREATE",
  "ADMIN",
  "SYS_ADMIN",
];

/** -1 for none. */
export function globalRank(permission: GlobalPermission | null): number {
  return permission === null ? -1 : globalPermissions.indexOf(permission);
}
