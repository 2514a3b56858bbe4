import type { Declared } from "../../src/engine/params.ts";
import { type Shape, ShapeError, sizeOf } from "../../src/engine/tensor.ts";
import { parse } from "../../src/model/parse.ts";
import { standard, type Tables } from "../../src/model/tables.ts";
import { Coverage, type Group, type Written } from "./coverage.ts";
import { argumentsOf } from "./data.ts";
import { SeededRandom } from "./seededRandom.ts";
import { ASKED, type Asked } from "./randomData.ts";
import { drawParams } from "./randomParams.ts";

/** Elements of a layer's output for one sample. */
const LARGEST = 400;
/** Tries until a layer fits. */
const TRIES = 300;

type Rows = Readonly<Record<string, Declared>>;

/**
 * How many elements of a sample a layer normalises together. Of two it makes ±1 whatever they are, of one 0: their
 * gradients are rounding errors, in PyTorch as well.
 */
function normalised(type: string, params: Written, input: Shape): number {
  if (type === "GroupNorm") return sizeOf(input) / Number(params["num_groups"]);
  if (type === "InstanceNorm2d") return sizeOf(input.slice(1));
  if (type === "TransformerEncoderLayer") return input[1];
  if (type !== "LayerNorm") return Infinity;
  const shape = params["normalized_shape"] ?? input.at(-1);
  return Array.isArray(shape) ? sizeOf(shape as number[]) : Number(shape);
}

/** Layers that follow each other, and what they give. */
interface Chain {
  readonly layers: readonly Written[];
  readonly shape: Shape;
}

/** Thrown where chance leads nowhere: another model is drawn instead. */
class DeadEnd extends Error {}

/** Whether a model can run, and its last batch is not so small that `BatchNorm` makes ±1 of all that it gets. */
function isSound(text: string, tables: Tables): boolean {
  const spec = parse(text, tables).models[0].spec;
  if (!spec) return false;
  const samples = Number(spec.data.params["samples"]);
  const rest = (samples - Math.floor(samples * spec.data.validation)) % spec.train.batch_size;
  return spec.train.drop_last || rest === 0 || rest > 2;
}

/** Models with layers of every type and all else that a model file can say; the rarest types are drawn most often. */
export class RandomModels {
  readonly coverage = new Coverage();
  readonly #tables: Tables;
  readonly #random: SeededRandom;
  #drawn: Parameters<Coverage["add"]>[] = [];

  constructor(seed: number, tables: Tables = standard) {
    this.#random = new SeededRandom(seed);
    this.#tables = tables;
  }

  /** The text of a model file whose one model, `m`, has no problem. */
  next(): string {
    for (;;) {
      this.#drawn = [];
      const text = this.#text();
      if (text === undefined || !isSound(text, this.#tables)) continue;
      for (const drawn of this.#drawn) this.coverage.add(...drawn);
      return text;
    }
  }

  #text(): string | undefined {
    try {
      return JSON.stringify({ version: 1, models: { m: this.#model() } }, null, 1);
    } catch (error) {
      if (error instanceof DeadEnd) return undefined;
      throw error;
    }
  }

  #model(): Written {
    const random = this.#random;
    const data = this.#choice("dataSets", Object.keys(ASKED), "gaussian");
    const asked = ASKED[data.type](random, data);
    const losses = this.#tables.losses;
    const loss = this.#choice(
      "losses",
      Object.keys(losses).filter((name) => losses[name].targets === asked.kind),
    );
    return {
      input: asked.input,
      layers: this.#layers(asked, loss.type === "BCELoss").map((entry, i) =>
        random.chance(0.3) ? { name: `l${i}`, ...entry } : entry,
      ),
      ...(random.chance(0.4) && { init: this.#choice("inits") }),
      ...(random.chance(0.4) && { bias_init: this.#choice("inits", this.#tables.biasInits) }),
      loss,
      optimizer: this.#choice("optimizers"),
      ...(random.chance(0.5) && { lr_scheduler: this.#choice("schedulers") }),
      ...(random.chance(0.3) && { clip_grad_norm: this.#clip() }),
      ...(random.chance(0.2) && { clip_grad_value: random.number(0.005, 0.1) }),
      data: {
        ...data,
        ...(!asked.ids && random.chance(0.3) && { normalize: true }),
        ...(asked.kind === "number" && random.chance(0.3) && { normalize_targets: true }),
        ...(random.chance(0.3) && { validation: random.number(0.1, 0.4) }),
      },
      train: {
        steps: 4,
        batch_size: random.integer(4, 9),
        seed: random.integer(0, 1000),
        ...(random.chance(0.5) && { shuffle: random.chance(0.5) }),
        ...(random.chance(0.5) && { drop_last: random.chance(0.5) }),
        ...(random.chance(0.3) && { validate_every: random.integer(1, 3) }),
      },
    };
  }

  #clip(): unknown {
    const max_norm = this.#random.number(0.05, 1);
    return this.#random.chance(0.5)
      ? max_norm
      : { max_norm, norm_type: this.#random.pick<unknown>([1, 2, 3.5, "inf"]) };
  }

  /** A row of a table with its arguments. `common`: the one that is drawn half of the time. */
  #choice(group: Group, names?: readonly string[], common?: string): Written & { readonly type: string } {
    const random = this.#random;
    const table = this.#tables[group] as Rows;
    const type =
      common !== undefined && random.chance(0.5)
        ? common
        : random.rarest(names ?? Object.keys(table), (name) => this.coverage.share(group, name, table[name]));
    const params = this.#params(group, type);
    this.#drawn.push([group, type, params]);
    return { type, ...params };
  }

  #params(group: Group, type: string, input: Shape = []): Written {
    const seen = (name: string, value: unknown) => this.coverage.countValue(group, type, name, value);
    return drawParams(this.#random, type, (this.#tables[group] as Rows)[type], seen, input);
  }

  #layers(asked: Asked, probabilities: boolean): readonly Written[] {
    const random = this.#random;
    const steps = asked.output?.length === 2 ? asked.input[0] : undefined;
    const fits = (shape: Shape): boolean => steps === undefined || (shape.length === 2 && shape[0] === steps);
    let chain: Chain = { layers: [], shape: asked.input };
    if (asked.ids) chain = this.#leaf(asked.input, () => true, ["Embedding"]);
    for (let i = random.integer(1, 4); i > 0; i--) {
      const next = random.chance(0.2) ? this.#residual(chain.shape, fits) : this.#leaf(chain.shape, fits);
      chain = { layers: [...chain.layers, ...next.layers], shape: next.shape };
    }
    return [
      ...chain.layers,
      ...this.#head(chain.shape, asked),
      ...(probabilities ? [{ type: "Sigmoid" }] : []),
    ];
  }

  /** What turns the shape into one that the targets can be compared with. */
  #head(shape: Shape, { output, kind }: Asked): readonly Written[] {
    const linear = (out_features: number) => ({ type: "Linear", out_features });
    if (output)
      return [...(shape.length > output.length ? [{ type: "Flatten" }] : []), linear(output.at(-1) ?? 1)];
    if (kind !== "class") return this.#random.chance(0.5) ? [linear(2)] : [];
    return shape.length > 2 ? [{ type: "Flatten" }, linear(3)] : [linear(3)];
  }

  /** One layer, or now and then copies of it. */
  #leaf(input: Shape, fits: (shape: Shape) => boolean, types?: readonly string[]): Chain {
    const random = this.#random;
    for (let i = 0; i < TRIES; i++) {
      const type = random.rarest(types ?? this.#types(), (name) =>
        this.coverage.share("layers", name, this.#tables.layers[name]),
      );
      const params = this.#params("layers", type, input);
      const shape = this.#outputOf(type, params, input);
      if (!shape || sizeOf(shape) > LARGEST || !fits(shape) || normalised(type, params, input) < 3) continue;
      this.#drawn.push(["layers", type, params]);
      const repeats = String(shape) === String(input) && types === undefined && random.chance(0.15);
      const entry = {
        type,
        ...params,
        ...(random.chance(0.3) && { init: this.#choice("inits") }),
        ...(random.chance(0.1) && { bias_init: "default" }),
        ...(repeats && { repeat: random.integer(2, 4) }),
      };
      return { layers: [entry], shape };
    }
    throw new DeadEnd();
  }

  /** Those that take numbers: ids of tokens come from the data alone. */
  #types(): readonly string[] {
    return Object.keys(this.#tables.layers).filter((name) => !this.#tables.layers[name].ids);
  }

  #outputOf(type: string, params: Written, input: Shape): Shape | undefined {
    const row = this.#tables.layers[type];
    try {
      return row.shape(argumentsOf(row, params), input);
    } catch (error) {
      if (error instanceof ShapeError) return undefined;
      throw error;
    }
  }

  #residual(input: Shape, fits: (shape: Shape) => boolean): Chain {
    const random = this.#random;
    const first = this.#leaf(input, fits);
    const { layers, shape } = random.chance(0.5)
      ? this.#leaf(first.shape, fits)
      : { layers: [], shape: first.shape };
    const same = String(shape) === String(input);
    const list = () => this.#leaf(input, (other) => String(other) === String(shape)).layers;
    const shortcut = same
      ? random.pick([() => ({}), () => ({ shortcut: "identity" }), () => ({ shortcut: list() })])()
      : random.pick([() => ({ shortcut: "projection" }), () => ({ shortcut: list() })])();
    const copies = same && random.chance(0.3) ? { repeat: 2 } : {};
    return {
      layers: [{ type: "Residual", layers: [...first.layers, ...layers], ...shortcut, ...copies }],
      shape,
    };
  }
}
