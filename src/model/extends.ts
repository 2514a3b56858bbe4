import { t } from "../l10n/translate.ts";
import type { ModelBody } from "./file.ts";
import type { Json, JsonObject, Member } from "./json.ts";
import { found, memberOf, quote } from "./json.ts";
import { mergeMembers } from "./merge.ts";
import { ask, closest } from "./names.ts";
import type { Report } from "./report.ts";

/** A model's fields with those of the models that it extends. */
export interface Merged {
  readonly json: JsonObject;
  /** The model that it extends, where that is known. */
  readonly base: string | undefined;
  /** Every model that it extends is there. Otherwise what is missing may be meant to come from one that is not. */
  readonly complete: boolean;
}

type Models = ReadonlyMap<string, ModelBody>;

/** Every model, merged; in an order in which each comes after the one that it extends. */
export function mergeAll(models: Models, report: Report): ReadonlyMap<string, Merged> {
  const done = new Map<string, Merged>();
  for (const name of models.keys()) {
    const chain: string[] = [];
    let next: string | undefined = name;
    while (next !== undefined && !done.has(next) && !chain.includes(next)) {
      chain.push(next);
      next = baseOf(next, models);
    }
    const cycle = next === undefined || !chain.includes(next) ? [] : chain.slice(chain.indexOf(next));
    reportCycle(cycle, models, report);
    for (const link of chain.toReversed())
      done.set(link, mergeOne(link, cycle.includes(link), models, done, report));
  }
  return done;
}

function mergeOne(
  name: string,
  cyclic: boolean,
  models: Models,
  done: ReadonlyMap<string, Merged>,
  report: Report,
): Merged {
  const own = models.get(name)?.json;
  if (!own) throw new Error(`no model ${name}`);
  const written = memberOf(own, "extends");
  const patch = without(own, "extends");
  if (!written) return { json: patch, base: undefined, complete: true };
  const base = cyclic ? undefined : baseOf(name, models);
  const merged = base === undefined ? undefined : done.get(base);
  if (!merged) {
    if (!cyclic) reportUnknown(written, models, report);
    return { json: patch, base: undefined, complete: false };
  }
  return { json: mergeMembers(merged.json, patch), base, complete: merged.complete };
}

const without = (json: JsonObject, field: string): JsonObject => {
  const members = new Map<string, Member>(json.members);
  members.delete(field);
  return { ...json, members };
};

function baseOf(name: string, models: Models): string | undefined {
  const written = memberOf(models.get(name)?.json, "extends");
  return written?.kind === "string" && models.has(written.value) ? written.value : undefined;
}

function reportUnknown(written: Json, models: Models, report: Report): void {
  if (written.kind === "broken") return;
  if (written.kind !== "string") {
    const message = t`extends: expected the name of a model of this file, found ${found(written)}`;
    return report({ code: "extends.wrong-value", at: written, message });
  }
  const guess = closest(written.value, models.keys());
  report({
    code: "extends.unknown-model",
    at: written,
    message: t`extends: no model of this file is called ${quote(written.value)}${ask(guess)}`,
    ...(guess !== undefined && { fix: JSON.stringify(guess) }),
  });
}

const LONGEST_CYCLE = 10;

function reportCycle(cycle: readonly string[], models: Models, report: Report): void {
  for (const [i, name] of cycle.entries()) {
    const at = memberOf(models.get(name)?.json, "extends");
    if (!at) continue;
    const round = [...cycle.slice(i), ...cycle.slice(0, i), name].map(quote);
    const links =
      round.length > LONGEST_CYCLE ? [...round.slice(0, LONGEST_CYCLE - 1), "…", quote(name)] : round;
    report({ code: "extends.cycle", at, message: t`extends: ${links.join(" extends ")}, which is a cycle` });
  }
}
