/** Owns setting up a Bitbucket Server from the dashboard: the keys, and the draft they are kept in. */
import type { Instances, LinkDraft } from "../instances/instances.ts";
import { makeKeyPair, readPrivateKey } from "./private-key.ts";

export interface ServerSetup {
  /** Makes a key pair and keeps it for the form; a set-up that was begun and never filled in is gone on with. */
  begin(projectId: string, userId: string): Promise<LinkDraft>;
  /** See {@link readPrivateKey}. */
  readonly readPrivateKey: typeof readPrivateKey;
}

export function createServerSetup(instances: Pick<Instances, "beginLink">): ServerSetup {
  return {
    readPrivateKey,
    async begin(projectId, userId) {
      const makeKeys = async () => {
        const { pkcs8, publicKeyPem } = await makeKeyPair();
        return { privateKey: pkcs8, publicKey: publicKeyPem };
      };
      return instances.beginLink({ projectId, userId, makeKeys });
    },
  };
}
