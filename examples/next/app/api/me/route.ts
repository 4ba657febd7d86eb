import { auth } from "../../../auth";

export const GET = auth.requireConfirmedEmail()((_request, { session }) => Response.json(session.user));
