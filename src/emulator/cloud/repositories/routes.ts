/** Owns the API of repositories. Mounted under `/2.0`: paths here begin with `/repositories/`. */
import { Hono } from "hono";
import type { EmulatorContext } from "../../core/context.ts";
import type { ApiEnv } from "../access.ts";

export function repositoryRoutes(_context: EmulatorContext): Hono<ApiEnv> {
  return new Hono<ApiEnv>();
}
