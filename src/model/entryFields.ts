import type { LayerType } from "../engine/layers/layer.ts";
import { integer } from "../engine/params.ts";
import { t } from "../l10n/translate.ts";
import { readSelection } from "./selection.ts";
import type { CompositeName } from "./composites.ts";
import { composites, isComposite } from "./composites.ts";
import type { Inits, Reading, WrittenInit } from "./entry.ts";
import type { JsonObject, Place } from "./json.ts";
import { found, quote } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { ask, closest } from "./names.ts";
import type { Report } from "./report.ts";
import type { Table } from "./tables.ts";
import { readValue } from "./values.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const repeatParam = integer("Number of copies, each with its own weights.", {
  min: 1,
  max: LIMITS.repeat,
});

/** The known type that was written, or `undefined`, which has been reported. */
export function readType(json: JsonObject, anchor: Place, { layers, report }: Reading): string | undefined {
  const type = json.members.get("type")?.value;
  if (!type) {
    if (json.members.has("layers")) return "Sequential" satisfies CompositeName;
    report({
      code: "layer.missing",
      at: anchor,
      message: t`a layer needs a "type" such as "Linear", or "layers"`,
    });
    return undefined;
  }
  if (type.kind === "broken") return undefined;
  if (type.kind !== "string") {
    const message = t`type: expected the name of a layer type such as "Linear", found ${found(type)}`;
    report({ code: "layer.wrong-value", at: type, message });
    return undefined;
  }
  if (Object.hasOwn(layers, type.value) || isComposite(type.value)) return type.value;
  const guess = typeMeant(type.value, layers);
  report({
    code: "layer.unknown-type",
    at: type,
    message: t`unknown layer type ${quote(type.value)}${ask(guess)}`,
    ...(guess !== undefined && { fix: JSON.stringify(guess) }),
  });
  return undefined;
}

export const typeMeant = (written: string, layers: Table<LayerType>): string | undefined => {
  const known = [...Object.keys(layers), ...Object.keys(composites)];
  return known.includes(written) ? written : closest(written, known);
};

export function anchorOf(json: JsonObject): Place {
  const type = json.members.get("type");
  if (type) return type.value;
  return json.members.get("layers")?.name ?? firstCharacter(json);
}

/** Follows the object where it is moved. */
const firstCharacter = (json: JsonObject): Place => ({
  get offset() {
    return json.offset;
  },
  length: Math.min(1, json.length),
  parent: json.parent,
  key: json.key,
});

export function readName(json: JsonObject, report: Report): string | undefined {
  const name = json.members.get("name")?.value;
  if (!name || name.kind === "broken") return undefined;
  if (name.kind === "string" && NAME.test(name.value)) return name.value;
  const mended =
    name.kind === "string" ? name.value.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_") : "";
  const guess = NAME.test(mended) && mended.length < 40 ? mended : undefined;
  report({
    code: "layer.wrong-name",
    at: name,
    message: t`name: expected letters, digits and _, not a digit first, found ${found(name)}${ask(guess)}`,
    ...(guess !== undefined && { fix: JSON.stringify(guess) }),
  });
  return undefined;
}

export function readRepeat(json: JsonObject, report: Report): number | undefined {
  const repeat = json.members.get("repeat")?.value;
  return repeat && readValue(repeatParam, "repeat", repeat, "layer", report)?.value;
}

/** What the entry says of initialisation, but for fields that are its type's own parameters (`init` of `PReLU`). */
export function readInits(
  json: JsonObject,
  type: string | undefined,
  { layers, registries, report }: Reading,
): Inits {
  const own = type !== undefined && Object.hasOwn(layers, type) ? layers[type].params : {};
  const read = (field: "init" | "bias_init"): WrittenInit | undefined => {
    const at = Object.hasOwn(own, field) ? undefined : json.members.get(field)?.value;
    const selection = at && readSelection(registries[field], at, report);
    return selection && { selection, at };
  };
  return { init: read("init"), bias_init: read("bias_init") };
}
