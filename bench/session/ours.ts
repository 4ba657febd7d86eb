/** Owns our side: the whole server over a database of the engine that is named, one session among a thousand. */
import { createApp } from "../../src/app/app.ts";
import { parseConfig, withBoundPort } from "../../src/app/config.ts";
import { openListener } from "../../src/server/listener.ts";
import { createWeb } from "../../src/web/web.ts";
import { tellBench } from "../served/tell.ts";
import { makePlace } from "./place.ts";
import { person } from "./serve.ts";

const engine = process.argv[2] === "postgres" ? "postgres" : "sqlite";
const place = await makePlace(engine, { asked: 1, stored: 1_000 });
const listener = await openListener({ host: "127.0.0.1", port: 0 });
const config = parseConfig({
  listen: { host: "127.0.0.1", port: 0 },
  database: place.url,
  key: Buffer.alloc(32, 5).toString("base64"),
  instances: { bitbucket: { clientId: "key", clientSecret: "secret" } },
});
const app = await createApp(withBoundPort(config, listener.port));
const web = createWeb(app);
listener.serve(web.fetch, web.sessionCheck);
tellBench(
  {
    url: `http://localhost:${listener.port}/auth/session`,
    cookie: `${app.cookies.names.session}=${place.tokens[0]}`,
    expected: person.email,
  },
  async () => {
    await listener.close(0);
    await app.close();
    await place.remove();
  },
);
