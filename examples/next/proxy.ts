import { NextResponse } from "next/server";
import { auth } from "./auth";

export const proxy = auth.requireSession()(() => NextResponse.next());
export const config = { matcher: "/reports/:path*" };
