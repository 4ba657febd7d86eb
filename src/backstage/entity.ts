/** Owns an entity as a resolver of Backstage's reads it, and the reference that names it. */
import type { CatalogUser } from "../catalog/entity.ts";
import { settleUserReference } from "../catalog/references.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/**
 * One entity, in the shape of Backstage's catalog. Nothing in it is `readonly`, because functions written for Backstage's own
 * type would not take it; each look-up gives a copy.
 * @see "Descriptor Format of Catalog Entities" of Backstage
 */
export interface Entity {
  apiVersion: string;
  /** `User` */
  kind: string;
  metadata: {
    [key: string]: Json | undefined;
    name: string;
    /** Always there in what a look-up gives. */
    namespace?: string;
    annotations?: Record<string, string>;
  };
  /** As it was written: `profile`, `memberOf` and whatever else. */
  spec?: { [key: string]: Json | undefined };
  /** `memberOf` alone: the groups of a user, and those above them. */
  relations?: { type: string; targetRef: string }[];
}

/** A reference in its parts; what is left out is a user in the namespace `default`. */
export interface EntityName {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
}

/** The whole reference of a user in lower case, `user:default/john`, of one that may lack kind or namespace; null when it is none. */
export function readUserRef(ref: unknown): string | null {
  if (typeof ref === "string") return settleUserReference(ref);
  const { kind = "user", namespace = "default", name } = Object(ref) as Record<string, unknown>; // any value can be read by name
  const parts = [kind, namespace, name];
  return parts.every((each) => typeof each === "string" && !/[:/]/.test(each))
    ? settleUserReference(`${kind}:${namespace}/${name}`)
    : null;
}

/** As it stands in the catalog, not to be handed out. */
export function writtenEntity({ entity = {} }: CatalogUser): Entity {
  return entity as unknown as Entity; // the catalog has read it as an entity of kind User
}

/** As Backstage's catalog gives a user: with its namespace, and with all groups it owns as relations. */
export function entityOf(user: CatalogUser, ownership: readonly string[]): Entity {
  const { ref } = user;
  const written = writtenEntity(user);
  const groups = ownership.filter((each) => each !== ref);
  return {
    ...written,
    metadata: { ...written.metadata, namespace: written.metadata.namespace ?? "default" },
    relations: groups.map((targetRef) => ({ type: "memberOf", targetRef })),
  };
}

/** `user:default/john` of an entity, as Backstage's `stringifyEntityRef` gives it. */
export function stringifyEntityRef(entity: Pick<Entity, "kind" | "metadata"> | Required<EntityName>): string {
  const { name, namespace = "default" } = "metadata" in entity ? entity.metadata : entity;
  return `${entity.kind}:${namespace}/${name}`.toLowerCase();
}

/** The entity itself, the groups it is a member of and those above them, as a resolver hands them on in `ent`. */
export function getDefaultOwnershipEntityRefs(entity: Entity): string[] {
  const groups = (entity.relations ?? []).filter(
    ({ type, targetRef }) => type === "memberOf" && targetRef.startsWith("group:"),
  );
  return [...new Set([stringifyEntityRef(entity), ...groups.map(({ targetRef }) => targetRef)])];
}
