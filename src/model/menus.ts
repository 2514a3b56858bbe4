import type { Declared } from "../engine/params.ts";
import type { Menu } from "./choice.ts";
import { dataFields } from "./fields.ts";
import type { Tables } from "./tables.ts";

/** The fields of a model whose value is a row of a table: its name, or an object with its `type` and parameters. */
export interface Menus {
  readonly loss: Menu;
  readonly optimizer: Menu;
  readonly lr_scheduler: Menu;
  readonly data: Menu;
  readonly init: Menu;
  readonly bias_init: Menu;
}

/** The name in `init` and `bias_init` that leaves a layer as PyTorch makes it. */
export const DEFAULT_INIT = "default";

/** Optimizer of a model that names none. */
export const DEFAULT_OPTIMIZER = "SGD";

const untouched: Declared = { doc: "PyTorch's own for each layer type.", params: {} };

export function menusOf(tables: Tables): Menus {
  const biasInits = Object.fromEntries(tables.biasInits.map((name) => [name, tables.inits[name]]));
  return {
    loss: { field: "loss", noun: "loss", rows: tables.losses },
    optimizer: { field: "optimizer", noun: "optimizer", rows: tables.optimizers },
    lr_scheduler: { field: "lr_scheduler", noun: "scheduler", rows: tables.schedulers },
    data: { field: "data", noun: "data set", rows: tables.dataSets, others: Object.keys(dataFields) },
    init: {
      field: "init",
      noun: "initialiser",
      rows: { ...tables.inits, [DEFAULT_INIT]: untouched },
      aliases: tables.initAliases,
    },
    bias_init: {
      field: "bias_init",
      noun: "initialiser of a bias",
      rows: { ...biasInits, [DEFAULT_INIT]: untouched },
    },
  };
}
