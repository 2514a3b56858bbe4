import { type Shape, sizeOf, ShapeError } from "../../src/engine/tensor.ts";
import type { Declared } from "../../src/engine/params.ts";
import { parse } from "../../src/model/parse.ts";
import { standard, type Tables } from "../../src/model/tables.ts";
import { Coverage } from "./coverage.ts";
import { Dice } from "./dice.ts";
import { argumentsOf } from "./data.ts";
import { drawParams, type Written } from "./randomParams.ts";

/** Elements of a layer's output for one sample. */
const LARGEST = 400;

type Note = Parameters<Coverage["add"]>;

/** Models with layers of every type, and all that a model file can say of them; the rarest types are drawn most often. */
export class RandomModels {
  readonly coverage = new Coverage();
  readonly #tables: Tables;
  readonly #dice: Dice;
  #notes: Note[] = [];

  constructor(seed: number, tables: Tables = standard) {
    this.#dice = new Dice(seed);
    this.#tables = tables;
  }

  /** The text of a model file whose one model, `m`, has no problem. */
  next(): string {
    for (;;) {
      this.#notes = [];
      const text = JSON.stringify({ version: 1, models: { m: this.#model() } }, null, 1);
      if (parse(text, this.#tables).problems.length > 0) continue;
      for (const note of this.#notes) this.coverage.add(...note);
      return text;
    }
  }

  #model(): Written {
    const dice = this.#dice;
    const { type: data, params, input, ids, output, kinds } = this.#data();
    const [loss, kind] = this.#loss(kinds);
    const layers: Written[] = [];
    let shape = input;
    if (ids) [shape] = [this.#push(layers, this.#leaf(shape, ["Embedding"]), shape)];
    for (let i = dice.integer(1, 4); i > 0; i--) {
      const sequence = output.length === 2;
      shape = this.#push(layers, this.#entry(shape, sequence ? input[0] : undefined), shape);
    }
    layers.push(...this.#head(shape, output, kind, loss["type"] === "BCELoss"));
    return {
      input,
      layers: layers.map((layer, i) => (dice.chance(0.3) ? { name: `l${i}`, ...layer } : layer)),
      ...(dice.chance(0.5) && { init: this.#init("inits") }),
      ...(dice.chance(0.4) && { bias_init: this.#init("biasInits") }),
      loss,
      optimizer: this.#choice("optimizers"),
      ...(dice.chance(0.5) && { lr_scheduler: this.#choice("schedulers") }),
      ...(dice.chance(0.3) && { clip_grad_norm: this.#clip() }),
      ...(dice.chance(0.2) && { clip_grad_value: dice.number(0.005, 0.1) }),
      data: {
        type: data,
        ...params,
        ...(!ids && dice.chance(0.3) && { normalize: true }),
        ...(dice.chance(0.3) && { validation: dice.number(0.1, 0.4) }),
      },
      train: {
        steps: 4,
        batch_size: dice.integer(4, 9),
        seed: dice.integer(0, 1000),
        shuffle: dice.chance(0.7),
        ...(dice.chance(0.3) && { validate_every: dice.integer(1, 3) }),
      },
    };
  }
}
