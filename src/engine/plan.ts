import { recordBackward } from "./backward.ts";
import { sumBiases } from "./biases.ts";
import { fuse, writesApart } from "./fusion.ts";
import type { Node } from "./graph.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { Layout } from "./layout.ts";
import type { LossCall } from "./losses/loss.ts";
import type { LayerTable, Network } from "./network.ts";
import { Observer } from "./observer.ts";
import { callOf, Places, type Range, type Saved } from "./places.ts";
import { type Call, recorder } from "./record.ts";
import { indexRows } from "./rows.ts";
import type { Fold } from "./slices.ts";
import { Slots } from "./slots.ts";
import type { Tensor } from "./tensor.ts";

/** Where the sums behind one row of a frame are found in `Memory.doubles`; −1: the row has no such figure. */
export interface RowSums {
  /** Elements of the row's output, and units of it. */
  readonly outputs: number;
  readonly units: number;
  act: number;
  dead: number;
  saturated: number;
  /** ‖∂L/∂y‖² and ‖Jᵀ·∂L/∂y‖². */
  delta: number;
  entry: number;
  /** `entry` is computed with the histograms. */
  rareEntry: boolean;
  readonly parameters: number;
  grad: number;
  hist: number;
  /** Σθ² as the step begins, which the step before has left. */
  weight: number;
  /** The sums of `UPDATE`. */
  update: number;
  /** ‖∂L/∂h_t‖² of each time step, of a recurrent layer. */
  readonly times: number[];
}

/** A model for one batch size, as lists of kernel calls over fixed places of memory. */
export interface Plan {
  readonly batch: number;
  readonly forward: readonly Call[];
  readonly backward: readonly Call[];
  /** Histograms, and what else costs much and is made at some steps only: after `backward`, before the update. */
  readonly rare: readonly Call[];
  readonly input: Tensor;
  readonly target: number;
  /** `doubles`: the loss, then the number of right answers. */
  readonly loss: number;
  readonly rows: readonly RowSums[];
  /** What forward and backward leave in slices, what `rare`, and what the update. */
  readonly folds: readonly Fold[];
  readonly rareFolds: readonly Fold[];
  readonly updateFolds: readonly Fold[];
  /** Elements that it needs of `Memory.floats` and `Memory.doubles`. */
  readonly floats: number;
  readonly doubles: number;
}

export interface PlanOptions {
  readonly layout: Layout;
  readonly table: LayerTable;
  readonly loss: LossCall;
  /** Elements of one sample's target. */
  readonly targets: number;
  /** The statistics to take: all, those of the parameters' gradients (which clipping needs), or none; absent: all. */
  readonly observe?: "everything" | "gradients" | "nothing";
}

/**
 * Turns a network into calls: forward, loss, and where it trains, backward with the statistics beside each pass. Takes time
 * in proportion to the number of nodes.
 */
export function compile(network: Network, options: PlanOptions): Plan {
  const { graph, input, output } = network;
  const batch = input.shape[0];
  const forward: Call[] = [];
  const backward: Call[] = [];
  const k = recorder(() => forward);
  const slots = new Slots(options.layout.doubles);
  const places = new Places(network, options.layout);
  const index = indexRows(network, options.table);
  const observer = new Observer(network, index, options, slots);

  const place = places.place(input);
  const target = places.take(batch * options.targets).at;
  const saved = recordForward(network, k, places, observer);
  observer.allOutputs();
  const y = places.tensor(output);
  const dOutput = places.take(y.size);
  const loss = slots.take(2);
  options.loss(k, { x: y, batch, target, dx: dOutput.at, out: loss });
  places.release(output);
  if (graph.training) {
    const parts = {
      places,
      saved,
      observer,
      index,
      gradients: options.layout.gradients,
      table: options.table,
    };
    recordBackward(
      network,
      recorder(() => backward),
      parts,
      dOutput,
    );
  }
  return {
    batch,
    forward: fuse(forward),
    backward: sumBiases(fuse(backward), (size) => places.append(size)),
    rare: observer.rare,
    input: place,
    target,
    loss,
    rows: observer.rows,
    folds: observer.folds,
    rareFolds: observer.rareFolds,
    updateFolds: observer.updateFolds,
    floats: places.end,
    doubles: slots.end,
  };
}

function recordForward({ graph, input }: Network, k: Kernels, places: Places, observer: Observer): Saved {
  const kept = new Map<Node, readonly Range[]>();
  if (graph.training) observer.outputs(k, input, places.tensor(input));
  for (const node of graph.nodes) {
    const { op, inputs, attrs, output } = node;
    const tensors = inputs.map((value) => places.tensor(value));
    const shapes = inputs.map(({ shape }) => shape);
    const saved = (op.saves?.(shapes, attrs) ?? []).map((size) => places.take(size));
    const out = places.placeResult(
      node,
      graph.training && observer.everything && writesApart("forward", node),
    );
    places.scratched((scratch) => op.forward(k, callOf(node, tensors, out, saved, scratch)));
    if (graph.training) {
      kept.set(node, saved);
      observer.outputs(k, output, out);
    } else {
      saved.forEach((range) => places.give(range));
    }
    inputs.forEach((value) => places.release(value));
  }
  return kept;
}
