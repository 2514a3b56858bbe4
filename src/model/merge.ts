import type { Json, JsonObject, Member } from "./json.ts";
import { memberOf } from "./json.ts";

/**
 * A JSON merge patch (RFC 7396) of nodes: every value keeps the place where it was written. One exception to the
 * RFC: an object with a `type` over one of another type, or over a string, replaces it whole, so that no argument of
 * the old type is left behind.
 */
export function mergeMembers(target: JsonObject | undefined, patch: JsonObject): JsonObject {
  const members = new Map<string, Member>(target?.members);
  for (const [name, { name: place, value }] of patch.members) {
    if (value.kind === "null") members.delete(name);
    else members.set(name, { name: place, value: merge(members.get(name)?.value, value) });
  }
  return { ...patch, members };
}

function merge(target: Json | undefined, patch: Json): Json {
  if (patch.kind !== "object") return patch;
  return mergeMembers(target?.kind === "object" && !replaces(patch, target) ? target : undefined, patch);
}

function replaces(patch: JsonObject, target: JsonObject): boolean {
  const [over, under] = [memberOf(patch, "type"), memberOf(target, "type")];
  return over?.kind === "string" && under?.kind === "string" && over.value !== under.value;
}
