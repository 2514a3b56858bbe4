import type { DataType } from "../engine/data/data.ts";
import { dataSets } from "../engine/data/index.ts";
import type { InitType } from "../engine/init/index.ts";
import { BIAS_INITS, initAliases, inits } from "../engine/init/index.ts";
import { layers } from "../engine/layers/index.ts";
import type { LayerType } from "../engine/layers/layer.ts";
import { losses } from "../engine/losses/index.ts";
import type { LossType } from "../engine/losses/loss.ts";
import { optimizers } from "../engine/optimizers/index.ts";
import type { OptimizerType } from "../engine/optimizers/optimizer.ts";
import type { SchedulerType } from "../engine/schedulers/index.ts";
import { schedulers } from "../engine/schedulers/index.ts";

export type Table<Row> = Readonly<Record<string, Row>>;

/** Everything that a model file can name. The parser and the schema know no name of their own. */
export interface Tables {
  readonly layers: Table<LayerType>;
  readonly losses: Table<LossType>;
  readonly optimizers: Table<OptimizerType>;
  readonly schedulers: Table<SchedulerType>;
  readonly inits: Table<InitType>;
  readonly initAliases: Table<string>;
  /** Names of those in `inits` that `bias_init` takes. */
  readonly biasInits: readonly string[];
  readonly dataSets: Table<DataType>;
}

export const standard: Tables = {
  layers,
  losses,
  optimizers,
  schedulers,
  inits,
  initAliases,
  biasInits: BIAS_INITS,
  dataSets,
};
