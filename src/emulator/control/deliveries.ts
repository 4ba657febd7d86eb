/** Owns control of webhooks' deliveries: which there were, sending one again, and sending any body to a hook. */
import { Hono } from "hono";
import { z } from "zod";
import { json } from "../cloud/answers.ts";
import { deliver } from "../cloud/hooks/listen.ts";
import type { EmulatorContext } from "../core/context.ts";
import { insideBraces } from "../core/world.ts";
import { deliverTo } from "../data-center/hooks/listen.ts";
import type { DeliveryEntry } from "../hooks/deliveries.ts";
import { type ControlEnv, withBody } from "./body.ts";

/** An event that never happened, for one hook: signed and sent as any other. */
export interface MadeUpEvent {
  /** Default `cloud`. */
  readonly product?: "cloud" | "dataCenter" | "server" | undefined;
  /** Its uuid at Cloud, its number elsewhere. */
  readonly hook: string;
  readonly event: string;
  /** A text is sent as it is, anything else as JSON. */
  readonly body: unknown;
}

export interface DeliveryControl {
  /** Every attempt of every webhook so far, oldest first, and what was never sent with the reason. */
  deliveries(): readonly DeliveryEntry[];
  /**
   * Sends a delivery once more. Null for an unknown id; one that a reset cuts has an `error`. The request id is the first
   * one's unless told, or by the rule.
   */
  redeliver(
    id: string,
    options?: { readonly sameRequestId?: boolean | undefined },
  ): Promise<DeliveryEntry | null>;
  /** Returns whether there is such a hook. */
  deliver(event: MadeUpEvent): boolean;
  /** Ends when no delivery is under way; waiting for a further attempt counts as being so. */
  delivered(): Promise<void>;
}

export function deliveryControl(context: EmulatorContext): DeliveryControl {
  const { deliveries } = context;
  return {
    deliveries: () => deliveries.list(),
    redeliver: (id, { sameRequestId } = {}) => deliveries.redeliver(id, sameRequestId),
    deliver: ({ product = "cloud", hook, event, body: given }) => {
      const body = typeof given === "string" ? given : JSON.stringify(given ?? null);
      if (product === "cloud") return deliverAtCloud(context, hook, { event, body });
      const place = context.dataCenters.find((each) => each.product === product);
      return place !== undefined && deliverTo(place, Number(hook), { event, body });
    },
    delivered: () => deliveries.settled(),
  };
}

function deliverAtCloud(
  context: EmulatorContext,
  handle: string,
  event: { readonly event: string; readonly body: string },
): boolean {
  const uuid = insideBraces(handle) ?? handle;
  const hook = context.world.hooks.find((one) => one.uuid === uuid);
  if (hook === undefined) return false;
  deliver(context, hook, event);
  return true;
}

const madeUp = z.strictObject({
  product: z.enum(["cloud", "dataCenter", "server"]).optional(),
  hook: z.string().or(z.number().transform(String)),
  event: z.string().min(1),
  body: z.unknown(),
});
const again = z.strictObject({ sameRequestId: z.boolean().optional() });

/** Mounted under `/_emulator`. */
export function deliveryRoutes(context: EmulatorContext): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>({ strict: false });
  const control = deliveryControl(context);
  app.get("/deliveries", () => json({ deliveries: control.deliveries() }));
  app.delete("/deliveries", () => {
    context.deliveries.clear();
    return new Response(null, { status: 204 });
  });
  app.post("/deliveries", (c) =>
    withBody(c, madeUp, (event) =>
      control.deliver(event)
        ? new Response(null, { status: 202 })
        : json({ error: "There is no such hook." }, 404),
    ),
  );
  app.post("/deliveries/:id/redeliver", async (c) => {
    const options = again.safeParse(await c.req.json().catch(() => ({})));
    if (!options.success) return json({ error: "The body is not as expected." }, 400);
    const entry = await control.redeliver(c.req.param("id"), options.data);
    return entry === null ? json({ error: "There is no such delivery." }, 404) : json(entry);
  });
  return app;
}
