import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { KeyWrapper, SealContext } from "../../src/library/index.ts";
import { createWindlass } from "../../src/library/index.ts";

/** A service that keeps one key for each name, and a note of what was asked. */
function pretendService() {
  const asked: string[] = [];
  const kept = new Map<string, { readonly key: Uint8Array; readonly context: string }>();
  return {
    asked,
    async encrypt(name: string, key: Uint8Array, context: SealContext) {
      asked.push(`encrypt ${name}`);
      const ticket = String(kept.size);
      kept.set(ticket, { key, context: JSON.stringify(context) });
      return new TextEncoder().encode(ticket);
    },
    async decrypt(name: string, wrapped: Uint8Array, context: SealContext) {
      asked.push(`decrypt ${name}`);
      const found = kept.get(new TextDecoder().decode(wrapped));
      if (found === undefined || found.context !== JSON.stringify(context)) throw new Error("refused");
      return found.key;
    },
  };
}

test("the key service of docs/keys.md is one a Windlass can be run with", async () => {
  const document = readFileSync("docs/keys.md", "utf8");
  const block = /^```ts\n(.*?)^```$/ms.exec(document)?.[1] ?? "";
  const [, code = ""] = /(\/\*\* Dresses .*?^}$)/ms.exec(block) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "windlass-document-"));
  const file = join(folder, "service.ts");
  writeFileSync(file, `type KeyWrapper = any; type KeyClient = any;\nexport ${code.replace(/^.*\n/, "")}`);
  const { keyService } = (await import(pathToFileURL(file).href)) as {
    keyService(client: ReturnType<typeof pretendService>, name: string): KeyWrapper;
  }; // as the document says
  const client = pretendService();
  const keyWrappers = [keyService(client, "windlass-2026")];
  const config = {
    database: join(folder, "windlass.db"),
    instances: { bitbucket: { clientId: "key", clientSecret: "secret" } },
  };
  for (const start of ["first", "second"]) {
    await using windlass = await createWindlass(config, { keyWrappers, fetch: async () => new Response() });
    const login = new Request("http://localhost:8000/auth/bitbucket/login");
    expect((await windlass.handler(login)).headers.get("location")).toMatch(/^https:\/\/bitbucket\.org\//);
    expect(await windlass.keys.status()).toMatchObject({
      wrappingKeys: [{ id: "windlass-2026", source: "handed in" }],
      dataKeys: { current: 1, replaced: 0 },
    });
    if (start === "second") expect((await windlass.keys.rotate()).newDataKeys).toBe(1);
  }
  expect(client.asked).toContain("decrypt windlass-2026");
  rmSync(folder, { recursive: true });
});
