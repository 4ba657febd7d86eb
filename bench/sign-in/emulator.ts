/** Owns the local Bitbucket as an upstream: John Doe grants whoever asks, at once, and everything else is as it always is. */
import { createEmulator } from "../../src/emulator/emulator.ts";
import { tellBench } from "../served/tell.ts";
import { consumer, localhostConsumer } from "./told.ts";

const registered = (host: string, { id, secret }: { readonly id: string; readonly secret: string }) => ({
  workspace: "acme",
  name: host,
  callbackUrl: `http://${host}/`,
  scopes: ["account", "email"],
  key: id,
  secret,
});
const emulator = await createEmulator({
  autoApprove: "johndoe",
  seed: {
    people: [
      {
        username: "johndoe",
        displayName: "John Doe",
        emails: [{ address: "john@example.com", primary: true, confirmed: true }],
      },
    ],
    workspaces: [{ slug: "acme", name: "Acme" }],
    consumers: [registered("127.0.0.1", consumer), registered("localhost", localhostConsumer)],
  },
  // Each contestant listens at a port of its own.
  rules: { loopbackAnyPort: true },
});
tellBench({ site: emulator.urls.bitbucket, api: emulator.urls.api, email: "john@example.com" }, () =>
  emulator.close(),
);
