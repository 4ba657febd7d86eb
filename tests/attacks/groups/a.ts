/** Owns group A of the catalogue: attacks on the start of a sign-in. */
import assert from "node:assert/strict";
import type { CatalogueEntry } from "../case.ts";

export const groupA: readonly CatalogueEntry[] = [
  {
    id: "A1",
    title: "A state in the start's address is ignored: the server makes its own, of 128 bits at least.",
    async run(place) {
      const visitor = place.visitor();
      const login = place.routes.login(place.instance);
      const seen = await visitor.ask(`${login}?state=attackers-own-state&State=x&state[]=y`);
      const state = seen.location?.searchParams.getAll("state") ?? [];
      assert.equal(state.length, 1, `states: ${state.length}`);
      assert.ok(!state[0]?.includes("attackers-own-state"), "the attacker's state was taken");
      assert.ok((state[0] ?? "").length >= 22, "fewer than 128 bits");
      const again = await visitor.begin();
      assert.notEqual(again.searchParams.get("state"), state[0], "a state came twice");
    },
  },
];
