import type { Params } from "../engine/params.ts";
import type { DataSpec, ModelSpec, TrainSpec } from "../engine/spec.ts";
import { t } from "../l10n/translate.ts";
import type { Registry } from "./selection.ts";
import { readSelection } from "./selection.ts";
import { clipFields, clipNorm, dataFields, trainFields } from "./fields.ts";
import type { Json } from "./json.ts";
import { found, plain } from "./json.ts";
import type { Report } from "./report.ts";
import type { Arguments } from "./values.ts";
import { readParams } from "./values.ts";

// The fields are read by the params that declare them, so the casts below say what those give.

export function readTrain(json: Json | undefined, report: Report): TrainSpec | undefined {
  return readFields("train", trainFields, json, report) as TrainSpec | undefined;
}

type Clip = NonNullable<ModelSpec["clip_grad_norm"]>;

export function readClip(json: Json, report: Report): Clip | undefined {
  if (json.kind === "object") {
    const fields = readFields("clip_grad_norm", clipFields, json, report);
    return (
      fields && ({ ...fields, norm_type: fields.norm_type === "inf" ? Infinity : fields.norm_type } as Clip)
    );
  }
  if (json.kind === "broken") return undefined;
  const read = clipNorm.read(plain(json));
  if ("value" in read) return { max_norm: read.value, norm_type: 2 };
  const message = t`clip_grad_norm: expected ${read.expected}, or an object with "max_norm", found ${found(json)}`;
  report({ code: "clip_grad_norm.wrong-value", at: json, message });
  return undefined;
}

export function readData(registry: Registry, json: Json, report: Report): DataSpec | undefined {
  const selection = readSelection(registry, json, report);
  const members = json.kind === "object" ? json.members : new Map<never, never>();
  const owner = { code: "data", title: "data", at: json, others: [...members.keys()] };
  const rest = readParams(dataFields, members, owner, report);
  return selection && rest && ({ ...selection, ...rest } as DataSpec);
}

/** All defaults where the field is absent. */
function readFields(
  name: string,
  fields: Params,
  json: Json | undefined,
  report: Report,
): Arguments | undefined {
  if (json?.kind === "broken") return undefined;
  if (json && json.kind !== "object") {
    report({
      code: `${name}.wrong-value`,
      at: json,
      message: t`${name}: expected an object, found ${found(json)}`,
    });
    return undefined;
  }
  const at = json ?? { offset: 0, length: 0, parent: undefined, key: "" };
  return readParams(
    fields,
    json?.members ?? new Map<never, never>(),
    { code: name, title: name, at, others: [] },
    report,
  );
}
