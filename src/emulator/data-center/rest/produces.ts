/** Owns what the JSON resources of the REST API are asked for: an Accept header that excludes JSON is 406. */
import type { MiddlewareHandler } from "hono";
import { notAcceptable } from "../errors.ts";

/** For resources that have nothing but JSON. */
export const producesJson: MiddlewareHandler = async (c, next) =>
  takesJson(c.req.header("Accept")) ? next() : notAcceptable();

/** RFC 9110 section 12.5.1; a quality of 0 means no. */
function takesJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === "") return true;
  return accept.split(",").some((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const isRefused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return !isRefused && ["application/json", "application/*", "*/*"].includes(type);
  });
}
