/** Owns how an emulator is written down as instances of a configuration: where its Cloud is, its Data Center and its Server. */
import type { Emulator } from "../emulator/emulator.ts";

/** The `urls` of a Cloud instance. */
export function cloudUrls({
  urls: { bitbucket, api },
}: {
  readonly urls: Pick<Emulator["urls"], "bitbucket" | "api">;
}) {
  return {
    authorize: `${bitbucket}/site/oauth2/authorize`,
    token: `${bitbucket}/site/oauth2/access_token`,
    api: `${api}/2.0`,
    web: bitbucket,
  };
}

/** The Data Center with its incoming link, the Server with its application link: as the emulator's seed has them. */
export function selfHostedInstances({ dataCenter, server }: Pick<Emulator, "dataCenter" | "server">) {
  const [client] = dataCenter?.clients ?? [];
  const [link] = server?.consumers ?? [];
  if (dataCenter === null || server === null || client === undefined || link === undefined)
    throw new Error("The emulator has no Data Center or no Server.");
  const { clientId, clientSecret } = client;
  const { key: consumerKey, privateKey } = link;
  return {
    "data-center": { product: "data-center" as const, baseUrl: dataCenter.url, clientId, clientSecret },
    server: {
      product: "server" as const,
      baseUrl: server.url,
      consumerKey,
      privateKey: privateKey ?? "",
    },
  };
}
