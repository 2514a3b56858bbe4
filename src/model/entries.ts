import { t } from "../l10n/translate.ts";
import type { CompositeName } from "./composites.ts";
import { composites, ENTRY_FIELDS, isComposite, SHORTCUTS } from "./composites.ts";
import type { Entry, Reading, Shortcut, Written } from "./entry.ts";
import { anchorOf, readInits, readName, readRepeat, readType, typeMeant } from "./entryFields.ts";
import type { Json, JsonObject } from "./json.ts";
import { found } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { ask, closest, grouped } from "./names.ts";
import { reportReserved, reportSameNames, reportTaken } from "./siblings.ts";
import { readParams } from "./values.ts";

/** A list of layers. What is wrong in it is reported, and stands as an `unknown` entry, so that indexes hold. */
export function readEntries(field: string, json: Json, reading: Reading): readonly Entry[] {
  if (json.kind === "broken") return [];
  if (json.kind !== "array") {
    const message = t`${field}: expected a list of layers, found ${found(json)}`;
    reading.report({ code: "layer.wrong-value", at: json, message });
    return [];
  }
  if (json.items.length > LIMITS.layers) {
    const [given, most] = [grouped(json.items.length), grouped(LIMITS.layers)];
    const message = t`${field}: this list has ${given} layers, but at most ${most} are allowed`;
    reading.report({ code: "limit.layers", at: json, message });
    return [];
  }
  const entries = json.items.map((item, i) => readEntry(item, i, reading));
  reportSameNames(entries, reading.report);
  reportReserved(entries, reading.report);
  return entries;
}

function readEntry(json: Json, index: number, reading: Reading): Entry {
  if (json.kind !== "object") return notAnObject(json, index, reading);
  const anchor = anchorOf(json);
  const type = readType(json, anchor, reading);
  const written = {
    at: json,
    anchor,
    name: readName(json, reading.report) ?? String(index),
    repeat: readRepeat(json, reading.report),
    inits: readInits(json, type, reading),
  };
  if (type === undefined) return unknown(json, written, reading);
  if (isComposite(type)) return composite(type, json, written, reading);
  const row = reading.layers[type];
  const owner = { code: "layer", title: type, at: anchor, others: ENTRY_FIELDS };
  return {
    ...written,
    kind: "layer",
    type,
    row,
    params: readParams(row.params, json.members, owner, reading.report),
  };
}

function notAnObject(json: Json, index: number, { layers, report }: Reading): Entry {
  if (json.kind !== "broken") {
    const type = json.kind === "string" ? typeMeant(json.value, layers) : undefined;
    const fix = type === undefined ? undefined : `{ "type": ${JSON.stringify(type)} }`;
    const guess = fix === undefined ? "" : t`: did you mean ${fix}?`;
    const message = t`a layer is an object with a "type", found ${found(json)}${guess}`;
    report({ code: "layer.wrong-value", at: json, message, ...(fix !== undefined && { fix }) });
  }
  const inits = { init: undefined, bias_init: undefined };
  return {
    kind: "unknown",
    at: json,
    anchor: json,
    type: "",
    name: String(index),
    repeat: undefined,
    inits,
    layers: [],
  };
}

function unknown(json: JsonObject, written: Omit<Written, "type">, reading: Reading): Entry {
  const layers = json.members.get("layers")?.value;
  return {
    ...written,
    kind: "unknown",
    type: "",
    layers: layers ? readEntries("layers", layers, reading) : [],
  };
}

function composite(
  type: CompositeName,
  json: JsonObject,
  written: Omit<Written, "type">,
  reading: Reading,
): Entry {
  const owner = {
    code: "layer",
    title: type,
    at: written.anchor,
    others: [...ENTRY_FIELDS, ...composites[type].fields],
  };
  readParams({}, json.members, owner, reading.report);
  const list = json.members.get("layers")?.value;
  if (!list) {
    reading.report({
      code: "layer.missing",
      at: written.anchor,
      message: t`${type} needs layers (a list of layers)`,
    });
  }
  const layers = list ? readEntries("layers", list, reading) : [];
  if (type === "Sequential") return { ...written, kind: "sequential", type, layers };
  const shortcut = readShortcut(json, reading);
  if (shortcut.kind !== "identity") reportTaken(layers, reading.report);
  return { ...written, kind: "residual", type, layers, shortcut };
}

function readShortcut(entry: JsonObject, reading: Reading): Shortcut {
  const json = entry.members.get("shortcut")?.value;
  if (!json) return { kind: "identity", at: anchorOf(entry) };
  if (json.kind === "array")
    return { kind: "layers", at: json, layers: readEntries("shortcut", json, reading) };
  const name = SHORTCUTS.find((kind) => json.kind === "string" && json.value === kind);
  if (name) return { kind: name, at: json };
  if (json.kind !== "broken") {
    const guess = json.kind === "string" ? closest(json.value, SHORTCUTS) : undefined;
    reading.report({
      code: "layer.wrong-value",
      at: json,
      message: t`shortcut: expected "identity", "projection" or a list of layers, found ${found(json)}${ask(guess)}`,
      ...(guess !== undefined && { fix: JSON.stringify(guess) }),
    });
  }
  return { kind: "unknown" };
}
