import type { Declared } from "../engine/params.ts";
import { t } from "../l10n/translate.ts";
import type { Registry } from "./selection.ts";
import { dataFields } from "./fields.ts";
import type { Tables } from "./tables.ts";

/** The fields of a model whose value is an entry of a registry: its name, or an object with its `type` and parameters. */
export interface Registries {
  readonly loss: Registry;
  readonly optimizer: Registry;
  readonly lr_scheduler: Registry;
  readonly data: Registry;
  readonly init: Registry;
  readonly bias_init: Registry;
}

/** The name in `init` and `bias_init` that leaves a layer as PyTorch makes it. */
export const DEFAULT_INIT = "default";

/** Optimizer of a model that names none. */
export const DEFAULT_OPTIMIZER = "SGD";

const untouched: Declared = { doc: "PyTorch's own for each layer type.", params: {} };

export function registriesOf(tables: Tables): Registries {
  const biasInits = Object.fromEntries(tables.biasInits.map((name) => [name, tables.inits[name]]));
  return {
    loss: { field: "loss", noun: t`loss`, entries: tables.losses },
    optimizer: { field: "optimizer", noun: t`optimizer`, entries: tables.optimizers },
    lr_scheduler: { field: "lr_scheduler", noun: t`scheduler`, entries: tables.schedulers },
    data: { field: "data", noun: t`data set`, entries: tables.dataSets, others: Object.keys(dataFields) },
    init: {
      field: "init",
      noun: t`initialiser`,
      entries: { ...tables.inits, [DEFAULT_INIT]: untouched },
      aliases: tables.initAliases,
    },
    bias_init: {
      field: "bias_init",
      noun: t`initialiser of a bias`,
      entries: { ...biasInits, [DEFAULT_INIT]: untouched },
    },
  };
}
