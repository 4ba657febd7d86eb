/** Owns setting up a Bitbucket Server from the dashboard: the keys, and the draft they are kept in. */
import type { Instances, LinkDraft, LinkKeys } from "../instances/instances.ts";
import { makeKeyPair, readPrivateKey } from "./private-key.ts";

export interface ServerSetup {
  /** Makes a key pair and keeps it for the form; a set-up that was begun and never filled in is gone on with. */
  begin(projectId: string, userId: string): Promise<LinkDraft>;
  /** Makes a key pair in place of the one that is kept. Throws `instances.in_use`. */
  renewKeys(linkId: string): Promise<void>;
  /** See {@link readPrivateKey}. */
  readonly readPrivateKey: typeof readPrivateKey;
}

export function createServerSetup(instances: Pick<Instances, "beginLink" | "replaceKeys">): ServerSetup {
  return {
    readPrivateKey,
    begin: (projectId, userId) => instances.beginLink({ projectId, userId, makeKeys }),
    async renewKeys(linkId) {
      await instances.replaceKeys(linkId, await makeKeys());
    },
  };
}

async function makeKeys(): Promise<LinkKeys> {
  const { pkcs8, publicKeyPem } = await makeKeyPair();
  return { privateKey: pkcs8, publicKey: publicKeyPem };
}
