/** Owns paths below a context path: taking it off what was asked, and putting it before what is linked. */
import type { DataCenterContext } from "./context.ts";

type Place = Pick<DataCenterContext, "contextPath">;

/** The path as routes know it. */
export function pathBelow({ contextPath }: Place, pathname: string): string {
  const isBelow = pathname === contextPath || pathname.startsWith(`${contextPath}/`);
  return isBelow ? pathname.slice(contextPath.length) : pathname;
}

/** The path as a browser asks for it. */
export function pathTo({ contextPath }: Place, path: string): string {
  return `${contextPath}${path}`;
}
