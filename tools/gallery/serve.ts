/** Serves the sample pages on loopback, under the strict policy that the real server sets. */
import { createServer } from "node:http";
import { buildAssets } from "../assets.ts";
import { samples } from "./samples.ts";

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export interface Served {
  /** Addresses by the names of the samples. */
  readonly pages: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Assets are built now, so that a picture never shows an old stylesheet. */
export async function serveSamples(): Promise<Served> {
  const assets = buildAssets();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const asset = assets[path.replace("/assets/", "")];
    const sample = samples[path.slice(1)];
    if (asset !== undefined) return response.writeHead(200, { "content-type": asset.type }).end(asset.body);
    if (sample === undefined) return response.writeHead(204).end();
    const head = { "content-type": "text/html; charset=utf-8", "content-security-policy": policy };
    response.writeHead(200, head).end(String(await sample.html()));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const pages = Object.keys(samples).map((name) => [name, `http://127.0.0.1:${port}/${name}`]);
  return {
    pages: Object.fromEntries(pages),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
