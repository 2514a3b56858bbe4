import { mergeAll } from "../extends.ts";
import { readFile } from "../file.ts";
import type { JsonObject } from "../json.ts";
import { memberOf } from "../json.ts";
import type { Report } from "../report.ts";
import { JsonReader } from "../text.ts";

/** A model as its file has it. */
export interface WrittenModel {
  readonly name: string;
  /** All its fields, after `extends`. */
  readonly fields: JsonObject;
  /** The model itself, then the one that it extends, and so on: each with what its own text says, and with all its fields. */
  readonly chain: readonly Link[];
}

export interface Link {
  readonly name: string;
  readonly own: JsonObject;
  readonly fields: JsonObject;
}

/** `undefined` where the text is no model file, or has no such model. Mistakes are for others to report. */
export function writtenModel(text: string, name: string): WrittenModel | undefined {
  const { root, complete } = new JsonReader().read(text, silent);
  if (!complete) return undefined;
  const bodies = readFile(root, silent);
  const merged = mergeAll(bodies, silent);
  const chain: Link[] = [];
  for (let at: string | undefined = name; at !== undefined; at = merged.get(at)?.base) {
    const [body, all] = [bodies.get(at), merged.get(at)];
    if (!body || !all?.complete) return undefined;
    chain.push({ name: at, own: body.json, fields: all.json });
  }
  const [first] = chain;
  return first && memberOf(first.fields, "layers") ? { name, fields: first.fields, chain } : undefined;
}

const silent: Report = () => undefined;
