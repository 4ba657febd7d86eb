/** Owns how an instance is called and what ways of connecting it offers. */
import type { App } from "../../app/app.ts";
import type { ConnectInstance } from "../../dashboard/connect-choose.ts";
import type { CredentialKind } from "../../dashboard/parts/kinds.ts";
import type { PlaceWord } from "../../dashboard/parts/place-words.ts";
import type { Instances } from "../../instances/instances.ts";

type Instance = Awaited<ReturnType<Instances["find"]>>;

const names: Readonly<Record<Instance["product"], string>> = {
  cloud: "Bitbucket",
  "data-center": "Bitbucket Data Center",
  server: "Bitbucket Server",
};

/** OAuth is shown apart, as the recommended way; these are the others, the best first. */
const otherKinds: Readonly<Record<Instance["product"], readonly CredentialKind[]>> = {
  cloud: ["api-token", "access-token", "client-credentials", "app-password"],
  "data-center": ["http-access-token"],
  server: ["http-access-token"],
};

/** "Bitbucket", "Bitbucket Data Center" … */
export function instanceName({ product }: Pick<Instance, "product">): string {
  return names[product];
}

/** Of a connection; the id alone when it is set up no more. */
export async function instanceNameOf({ instances }: Pick<App, "instances">, id: string): Promise<string> {
  const instance = await instances.find(id).catch(() => null);
  return instance === null ? id : instanceName(instance);
}

/** What holds repositories there; a workspace when the instance is set up no more. */
export async function placeWordOf({ instances }: Pick<App, "instances">, id: string): Promise<PlaceWord> {
  const instance = await instances.find(id).catch(() => null);
  return instance === null || instance.product === "cloud" ? "workspace" : "project";
}

/** Whether people can grant access there: a Data Center without an incoming link only takes tokens. */
export function canGrant(instance: Instance): boolean {
  return instance.product === "server" || instance.client !== null;
}

/** The instance as the wizard shows it. */
export function instanceView(instance: Instance): ConnectInstance {
  return {
    id: instance.id,
    name: instanceName(instance),
    host: new URL(instance.urls.web).host,
    byConsent: canGrant(instance),
    kinds: otherKinds[instance.product].filter((kind) => kind !== "client-credentials" || shares(instance)),
  };
}

function shares(instance: Instance): boolean {
  return instance.product === "cloud" && instance.sharesConsumer;
}
