import { expect, onTestFinished, test } from "vitest";
import { createEmulator } from "../emulator.ts";

test("control tells every place there is, and each answers", async () => {
  const emulator = await createEmulator({ repositories: [] });
  onTestFinished(() => emulator.close());
  const { urls } = emulator;
  const { routes } = (await (await fetch(urls.control)).json()) as { readonly routes: readonly string[] };
  const kinds = ["clients", "consumers", "tokens", "revoke"];
  expect(routes.toSorted()).toEqual(
    [
      ...["clock", "rules", "faults", "requests", "deliveries", "revoke", "api-tokens", "access-tokens"],
      ...["people/rename", "people/recreate", "members"],
      ...["data-center", "server"].flatMap((product) => kinds.map((kind) => `${product}/${kind}`)),
    ]
      .map((name) => `/_emulator/${name}`)
      .sort(),
  );
  // The list of requests is only read and emptied.
  for (const path of routes.filter((each) => !each.endsWith("/requests"))) {
    const answer = await fetch(new URL(path, urls.bitbucket), { method: "POST", body: "nothing" });
    expect(answer.status, path).toBe(400);
  }
});
