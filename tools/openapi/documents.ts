/** Owns Atlassian's OpenAPI documents: where they lie, that they are the ones that were read, and finding the operation of a request. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A JSON schema as OpenAPI 3.0 writes it; its keys are asked for where they are needed. */
export interface Schema {
  [key: string]: unknown;
}

export interface OpenApiResponse {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

export interface OpenApiOperation {
  readonly responses?: Readonly<Record<string, OpenApiResponse>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export type Product = "cloud" | "dataCenter";

export type Documents = Readonly<Record<Product, OpenApiDocument>>;

/** Another edition says other things: what is checked here was written against these. */
const pinned: Readonly<Record<Product, { readonly file: string; readonly sha256: string }>> = {
  /** 22 June 2026, `x-revision` b62ea302637b. */
  cloud: {
    file: "bitbucket-cloud.json",
    sha256: "b2f9f6524f8b99f2eca1c90190b538db8e4ebf4e64cfc42ecb4673806f4c64d8",
  },
  /** Version 9.2. */
  dataCenter: {
    file: "bitbucket-data-center.json",
    sha256: "06e03d1873be67d0b5ec6120cd10d694c1f068e2ac5789679e9975e26697161c",
  },
};

/** The documents of a folder (WINDLASS_OPENAPI); null where there is none. Throws where one is missing or another edition. */
export function readDocuments(folder: string | undefined): Documents | null {
  if (folder === undefined || folder === "") return null;
  return { cloud: readDocument(folder, "cloud"), dataCenter: readDocument(folder, "dataCenter") };
}

function readDocument(folder: string, product: Product): OpenApiDocument {
  const { file, sha256 } = pinned[product];
  const path = join(folder, file);
  if (!existsSync(path)) throw new Error(`WINDLASS_OPENAPI has no ${file}: ${path}`);
  const bytes = readFileSync(path);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) throw new Error(`${path} is another edition: sha256 ${found} in place of ${sha256}.`);
  return JSON.parse(bytes.toString()); // what the hash vouches for has the shape above
}
