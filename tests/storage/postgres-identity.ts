/** Owns as whom the PostgreSQL of the tests runs: as the one who runs them, unless that is root, whom it refuses. */
import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";

export function postgresIdentity(): { readonly uid: number; readonly gid: number } {
  const { uid, gid } = userInfo();
  if (uid !== 0) return { uid, gid };
  const ask = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: ask("-u"), gid: ask("-g") };
}
