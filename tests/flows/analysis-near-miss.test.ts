/** A connected repository that Bitbucket no longer shows: the run names the one that is meant today. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../histories/folders.ts";
import { buildLargeHistory } from "../histories/large.ts";
import { analyse, openWorkshop } from "./analysis-workshop.ts";

test("S22: a connected repository that turned 404 is answered with the nearest that is there", async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, "repository");
  await buildLargeHistory(path, { commits: 3, now: new Date() });
  const { rooms, project, emulator, connect, close } = await openWorkshop();
  try {
    for (const slug of ["storefront", "storefronts"])
      await emulator.addRepository({ path, workspace: "acme", slug });
    const { id: connectionId } = await connect();
    const text = "acme/storefront\nacme/storefronts";
    await rooms.connections.saveRepositories(connectionId, { text, picked: [], lookbackDays: 30 });
    emulator.control.addFault({ path: "/2.0/repositories/*", kind: "status", status: 404, count: 1 });
    const analysis = await analyse(rooms, { projectId: project.id, connectionId });
    const failed = analysis.repositories.find(({ phase }) => phase === "failed");
    const other = failed?.fullName === "acme/storefront" ? "acme/storefronts" : "acme/storefront";
    expect(failed?.failure).toMatchObject({
      code: "bitbucket.not_found",
      message: expect.stringContaining(failed?.fullName ?? "-"),
      data: { suggestion: other },
    });
  } finally {
    await close();
    await folder.remove();
  }
});
