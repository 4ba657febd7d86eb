/** Owns which Data Centers run beside Cloud: what was asked for, and starting them. */
import type { World } from "./core/world.ts";
import {
  type DataCenterOptions,
  type DataCenterShared,
  dataCenterOptions,
  type RunningDataCenter,
  serveDataCenter,
} from "./data-center/instance.ts";
import type { Port } from "./server.ts";

export type DataCenterProduct = "dataCenter" | "server";

export interface DataCentersOptions {
  /** Beside Cloud; false: none. */
  readonly dataCenter?: DataCenterOptions | false | undefined;
  /** An old one, with OAuth 1 only; false: none. */
  readonly server?: DataCenterOptions | false | undefined;
}

export interface AskedDataCenter extends ReturnType<typeof dataCenterOptions> {
  readonly product: DataCenterProduct;
  /** 0: any. */
  readonly port: number;
}

/** Both unless switched off. Throws `EmulatorFailure` `bad_option`. */
export function askedDataCenters(options: DataCentersOptions): readonly AskedDataCenter[] {
  return (["dataCenter", "server"] as const).flatMap((product) => {
    const wanted = options[product];
    return wanted === false
      ? []
      : [{ product, port: wanted?.port ?? 0, ...dataCenterOptions(product, wanted) }];
  });
}

/** Serves each on its port, in their order. */
export function serveDataCenters(
  asked: readonly AskedDataCenter[],
  ports: readonly Port[],
  { world, ...shared }: Omit<DataCenterShared, "workspaces" | "repositories"> & { readonly world: World },
): Promise<RunningDataCenter[]> {
  const { workspaces, repositories } = world;
  return Promise.all(
    asked.flatMap(({ product, version, contextPath, redirectUrl }, at) => {
      const port = ports[at];
      const place = port && { port, version, contextPath, redirectUrl };
      return place === undefined
        ? []
        : [serveDataCenter(product, place, { ...shared, workspaces, repositories })];
    }),
  );
}
