import { DataError } from "../engine/data/error.ts";
import type { Selection } from "../engine/params.ts";
import type { DataSpec, TrainSpec } from "../engine/spec.ts";
import { layersOf } from "../engine/spec.ts";
import type { Shape } from "../engine/tensor.ts";
import { t } from "../l10n/translate.ts";
import { placeOfSelection } from "./selection.ts";
import type { JsonObject } from "./json.ts";
import { memberOf } from "./json.ts";
import type { Report } from "./report.ts";
import type { Stack } from "./stack.ts";
import type { Tables } from "./tables.ts";

/** The parts of a model, as far as each is right in itself. */
interface Parts {
  readonly json: JsonObject;
  readonly input: Shape | undefined;
  readonly stack: Stack | undefined;
  readonly loss: Selection | undefined;
  readonly optimizer: Selection | undefined;
  readonly lr_scheduler: Selection | undefined;
  readonly data: DataSpec | undefined;
  readonly train: TrainSpec | undefined;
}

/** Reports what does not fit together, though each part alone may be right. */
export function checkFit(parts: Parts, tables: Tables, report: Report): void {
  const say = (field: string, code: string, message: string | undefined): void => {
    const at = memberOf(parts.json, field);
    if (at && message !== undefined) report({ code: `${field}.${code}`, at: placeOfSelection(at), message });
  };
  say("optimizer", "inconsistent", againstItself(parts, tables));
  say("lr_scheduler", "inconsistent", againstRun(parts, tables));
  say("data", "inconsistent", dataAgainstItself(parts, tables));
  sayOfTargets(parts, tables, report);
  const against = againstOutput(parts, tables);
  say("loss", "output", against);
  if (against === undefined) say("data", "model", againstData(parts, tables));
}

/** Classes have no size that could be normalised. */
function sayOfTargets({ json, data, loss }: Parts, { losses }: Tables, report: Report): void {
  const at = memberOf(memberOf(json, "data"), "normalize_targets");
  if (!at || !data?.normalize_targets || !loss) return;
  const { targets } = losses[loss.type];
  if (targets === "number") return;
  const what = targets === "class" ? t`the targets of` : t`the targets 0 and 1 of`;
  const message = t`normalize_targets is for numbers that are predicted, but ${what} ${loss.type} are classes: leave it out`;
  report({ code: "data.targets", at, message });
}

const againstItself = ({ optimizer }: Parts, { optimizers }: Tables): string | undefined =>
  optimizer && optimizers[optimizer.type].check?.(optimizer.params);

function dataAgainstItself({ data }: Parts, { dataSets }: Tables): string | undefined {
  const set = data && dataSets[data.type];
  return set?.kind === "file" ? set.check?.(data?.params ?? {}) : undefined;
}

/** What keeps a scheduler from serving a run of these steps. */
export function againstRun(
  { lr_scheduler, optimizer, train }: Partial<Pick<Parts, "lr_scheduler" | "optimizer" | "train">>,
  { schedulers, optimizers }: Pick<Tables, "schedulers" | "optimizers">,
): string | undefined {
  if (!lr_scheduler || !optimizer || !train) return undefined;
  const context = {
    base_lr: Number(optimizer.params.lr),
    steps: train.steps,
    momentum: optimizers[optimizer.type].momentum?.(optimizer.params) !== undefined,
  };
  return schedulers[lr_scheduler.type].check?.(lr_scheduler.params, context);
}

function againstOutput({ loss, stack }: Parts, { losses }: Tables): string | undefined {
  const why = loss && stack?.output && losses[loss.type].check?.(stack.output);
  return why === undefined || why.startsWith(loss?.type ?? "") ? why : `${loss?.type} ${why}`;
}

/** Data in files are checked when they are read. */
function againstData({ input, stack, loss, data }: Parts, tables: Tables): string | undefined {
  if (!input || !stack?.output || !loss || !data) return undefined;
  const set = tables.dataSets[data.type];
  if (set.kind !== "generated") return undefined;
  const [first] = layersOf(stack.modules);
  const ids = first && tables.layers[first.type].ids?.(first.params);
  const required = { input, output: stack.output, targets: tables.losses[loss.type].targets };
  try {
    set.check(data.params, ids === undefined ? required : { ...required, ids });
    return undefined;
  } catch (error) {
    if (error instanceof DataError) return error.message;
    throw error;
  }
}
