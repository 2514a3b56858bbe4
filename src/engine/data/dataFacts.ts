import type { DataFacts } from "../../protocol/run.ts";
import type { LossType } from "../losses/loss.ts";
import type { Selection } from "../params.ts";
import { sizeOf } from "../tensor.ts";
import type { Dataset, DataRequirements } from "./data.ts";
import { width } from "./fit.ts";
import { inputFactsOf } from "./inputFacts.ts";

/** Numbers that are turned from rows into columns at a time. */
const BLOCK = 2 ** 20;

/** Classes whose shares are told; of a vocabulary nobody reads them. */
const MOST_CLASSES = 1000;

/** What there is to know of a data set of which the samples with the numbers `training` are trained on. Takes linear time. */
export function dataFactsOf(
  dataset: Dataset,
  training: Uint32Array,
  required: DataRequirements,
  loss: Pick<LossType, "floor">,
  { params }: Pick<Selection, "params">,
): DataFacts {
  const { rms, max, nonfinite } = dataset.inputFacts ?? inputFactsOf(dataset);
  const targets = sizeOf(dataset.target);
  const classes = width(required);
  const facts = targetFacts(required, classes);
  let floor = 0;
  for (const column of columnsOf(dataset.targets, targets, training)) {
    facts.see(column);
    floor += loss.floor(column, params, classes) / targets;
  }
  return {
    samples: training.length,
    ...facts.end(training.length * targets),
    ...(required.ids === undefined && { input_rms: rms, input_max: max }),
    input_nonfinite: nonfinite,
    floor,
  };
}

/** The targets of each output, or place of a sequence, over all these samples. The next one is written over the one before. */
function* columnsOf(targets: Float32Array, size: number, samples: Uint32Array): Generator<Float32Array> {
  const count = samples.length;
  const columns = Math.min(size, Math.max(1, Math.floor(BLOCK / count)));
  const block = new Float32Array(columns * count);
  for (let first = 0; first < size; first += columns) {
    const here = Math.min(columns, size - first);
    gatherColumns(targets, size, samples, first, here, block);
    for (let column = 0; column < here; column++) yield block.subarray(column * count, (column + 1) * count);
  }
}

/** Writes `columns` of these samples' targets, from the one at `first` on, one column after the other. */
function gatherColumns(
  targets: Float32Array,
  size: number,
  samples: Uint32Array,
  first: number,
  columns: number,
  out: Float32Array,
): void {
  for (let row = 0; row < samples.length; row++) {
    const from = samples[row] * size + first;
    for (let column = 0; column < columns; column++)
      out[column * samples.length + row] = targets[from + column];
  }
}

interface TargetFacts {
  see(column: Float32Array): void;
  /** `count`: targets of all columns. */
  end(count: number): Partial<DataFacts>;
}

const targetFacts = ({ targets }: DataRequirements, classes: number): TargetFacts =>
  targets === "number" ? numberFacts() : shareFacts(targets === "class" ? classes : 2, targets);

function numberFacts(): TargetFacts {
  let [mean, std, offset, min, max] = [0, 0, 0, Infinity, -Infinity];
  return {
    see(column) {
      const own = momentsOf(column);
      if (Math.abs(own.mean) > Math.abs(mean)) mean = own.mean;
      std = Math.max(std, own.std);
      if (own.mean !== 0) offset = Math.max(offset, Math.abs(own.mean) / own.std);
      min = Math.min(min, own.min);
      max = Math.max(max, own.max);
    },
    end: () => ({
      target_mean: mean,
      target_std: std,
      target_offset: offset,
      target_min: min,
      target_max: max,
    }),
  };
}

/** Of targets between 0 and 1 each counts for both, in part. */
function shareFacts(classes: number, kind: DataRequirements["targets"]): TargetFacts {
  const counts = new Float64Array(classes);
  return {
    see(column) {
      if (kind === "class") for (const id of column) counts[id]++;
      else {
        for (const share of column) {
          counts[0] += 1 - share;
          counts[1] += share;
        }
      }
    },
    end: (count) =>
      classes > MOST_CLASSES ? {} : { class_shares: Array.from(counts, (own) => own / count) },
  };
}

function momentsOf(x: Float32Array): Record<"mean" | "std" | "min" | "max", number> {
  let [sum, min, max] = [0, Infinity, -Infinity];
  for (let i = 0; i < x.length; i++) {
    sum += x[i];
    if (x[i] < min) min = x[i];
    if (x[i] > max) max = x[i];
  }
  // The mean of a constant may miss it by a rounding error.
  const mean = min === max ? min : sum / x.length;
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += (x[i] - mean) ** 2;
  return { mean, std: Math.sqrt(squares / x.length), min, max };
}
