/** Owns an entity as a resolver of Backstage's reads it, and the reference that names it. */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/**
 * One entity, in the shape of Backstage's catalog. Nothing in it is `readonly`, because functions written for Backstage's own
 * type would not take it; each look-up gives a copy.
 * @see "Descriptor Format of Catalog Entities" of Backstage
 */
export interface Entity {
  apiVersion: string;
  kind: string;
  metadata: {
    [key: string]: Json | undefined;
    name: string;
    namespace?: string;
    annotations?: Record<string, string>;
  };
  spec?: { [key: string]: Json | undefined };
  /** `memberOf`, with the references of the groups. */
  relations?: { type: string; targetRef: string }[];
}

/** A reference in its parts; what is left out is a user in the namespace `default`. */
export interface EntityName {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
}

const part = /^[a-z0-9]+([-_.][a-z0-9]+)*$/;

/**
 * The whole reference in lower case, `user:default/john`, of one that may lack kind or namespace; null when it is none.
 * @see "Entity References" of Backstage
 */
export function readRef(ref: unknown): string | null {
  const written = typeof ref === "string" ? split(ref) : ref;
  if (typeof written !== "object" || written === null) return null;
  const { kind = "user", namespace = "default", name } = written as Record<string, unknown>; // any object can be read by name
  const parts = [kind, namespace, name].map((each) => (typeof each === "string" ? each.toLowerCase() : ""));
  if (parts.some((each) => each.length > 63 || !part.test(each))) return null;
  return `${parts[0]}:${parts[1]}/${parts[2]}`;
}

function split(ref: string): EntityName | null {
  const [, kind, namespace, name] = /^(?:([^:/]+):)?(?:([^:/]+)\/)?([^:/]+)$/.exec(ref.trim()) ?? [];
  if (name === undefined) return null;
  return { ...(kind !== undefined && { kind }), ...(namespace !== undefined && { namespace }), name };
}

/** `user:default/john` of an entity, as Backstage's `stringifyEntityRef` gives it. */
export function stringifyEntityRef(entity: Pick<Entity, "kind" | "metadata"> | Required<EntityName>): string {
  const { name, namespace = "default" } = "metadata" in entity ? entity.metadata : entity;
  return `${entity.kind}:${namespace}/${name}`.toLowerCase();
}

/** The entity itself and the groups it is a member of, as a resolver hands them on in `ent`. */
export function getDefaultOwnershipEntityRefs(entity: Entity): string[] {
  const groups = (entity.relations ?? []).filter(
    ({ type, targetRef }) => type === "memberOf" && targetRef.startsWith("group:"),
  );
  return [...new Set([stringifyEntityRef(entity), ...groups.map(({ targetRef }) => targetRef)])];
}
