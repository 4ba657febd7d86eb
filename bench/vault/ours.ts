/** Owns our side of the HTTP question: a server over SQLite, one connection, an API key; says on standard output how to ask. */
import { createApp } from "../../src/app/app.ts";
import { parseConfig } from "../../src/app/config.ts";
import { openListener } from "../../src/server/listener.ts";
import { createWeb } from "../../src/web/web.ts";
import { makePlace } from "./place.ts";

const place = await makePlace("sqlite", { asked: 1, stored: 1 });
const app = await createApp(parseConfig(place.config));
const listener = await openListener({ host: "127.0.0.1", port: 0 });
listener.serve(createWeb(app).fetch);
const made = await app.apiKeys.make({
  projectId: "prj_1",
  name: "bench",
  rights: ["token"],
  actor: "bench",
});
const url = `http://127.0.0.1:${listener.port}/api/v1/connections/${place.ids[0]}/token`;
const headers = { authorization: `Bearer ${made.secret.reveal()}` };
process.stdout.write(`${JSON.stringify({ url, headers, body: "", field: "accessToken" })}\n`);
process.stdin.resume().once("end", async () => {
  await listener.close(0);
  await app.close();
  await place.remove();
  process.exit(0);
});
