import type { Fields } from "./draft.ts";

/**
 * The merge patch (RFC 7396, with the exception of `merge.ts`) that makes `after` of what a base model has; `null` removes.
 */
export function patchOf(base: unknown, after: unknown): unknown {
  if (after === undefined) return null;
  if (!isFields(after) || !isFields(base) || isOtherType(base, after)) return after;
  const patch: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(base), ...Object.keys(after)])) {
    const [before, now] = [base[name], after[name]];
    if (JSON.stringify(before) !== JSON.stringify(now)) patch[name] = patchOf(before, now);
  }
  return patch;
}

const isOtherType = (base: Fields, after: Fields): boolean =>
  typeof base.type === "string" && typeof after.type === "string" && base.type !== after.type;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
