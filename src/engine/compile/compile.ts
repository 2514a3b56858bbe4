import { isCallOf } from "./arguments.ts";
import { recordBackward } from "./backward.ts";
import { sumBiases } from "./fuseBiases.ts";
import { fuse, writesApart } from "./fuse.ts";
import type { Node } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { LayerSums } from "../statistics/layerSums.ts";
import type { LossCall } from "../losses/loss.ts";
import type { Network } from "../graph/network.ts";
import { Instrumentation, type InstrumentationOptions } from "../statistics/instrument.ts";
import { callOf, Places, type Range, type Saved } from "./buffers.ts";
import { type Call, recorder } from "./recorder.ts";
import { indexRows } from "../graph/moduleIndex.ts";
import type { Fold } from "../statistics/partialSums.ts";
import { Slots } from "../statistics/slots.ts";
import type { Tensor } from "../tensor.ts";
import type { Trace, Traced } from "./trace.ts";

/** A model for one batch size, as lists of kernel calls over fixed places of memory. */
export interface Plan {
  readonly batch: number;
  readonly forward: readonly Call[];
  /** The forward pass of the steps that are sampled: it also takes what costs much and needs outputs that are soon written over. */
  readonly sampledForward: readonly Call[];
  readonly backward: readonly Call[];
  /** Histograms, and what else costs much and is made at those steps only: after `backward`, before the update. */
  readonly sampled: readonly Call[];
  readonly input: Tensor;
  readonly target: number;
  /** `doubles`: the loss, then the number of right answers. */
  readonly loss: number;
  /** In order of a frame's rows. */
  readonly layers: readonly LayerSums[];
  /** What forward and backward leave in slices, what `sampled`, and what the update. */
  readonly folds: readonly Fold[];
  readonly sampledFolds: readonly Fold[];
  readonly updateFolds: readonly Fold[];
  /** Elements that it needs of `Memory.floats` and `Memory.doubles`. */
  readonly floats: number;
  readonly doubles: number;
}

export interface PlanOptions extends InstrumentationOptions {
  readonly loss: LossCall;
  /** Elements of one sample's target. */
  readonly targets: number;
  /** Notes the calls of every op as they are recorded. They lie in the same places as without, and give the same numbers. */
  readonly trace?: Trace;
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
  const instrumentation = new Instrumentation(network, index, options, slots);

  const place = places.place(input);
  const target = places.alloc(batch * options.targets).at;
  const trace = (calls: readonly Call[]): Traced => ({
    begin: () => options.trace?.begin(calls),
    end: (...op) => options.trace?.end(calls, ...op),
  });
  const traced = trace(forward);
  const saved = recordForward(network, k, places, instrumentation, traced);
  instrumentation.allOutputs();
  const y = places.tensor(output);
  const dOutput = places.alloc(y.size);
  const loss = slots.alloc(2);
  traced.begin();
  options.loss(k, { x: y, batch, target, dx: dOutput.at, out: loss });
  traced.end(undefined, [y], [dOutput]);
  places.release(output);
  if (graph.training) {
    const parts = {
      places,
      saved,
      instrumentation,
      index,
      gradients: options.layout.gradients,
      table: options.table,
      traced: trace(backward),
    };
    recordBackward(
      network,
      recorder(() => backward),
      parts,
      dOutput,
    );
  }
  const sampledForward = fuse(forward);
  return {
    batch,
    forward: sampledForward.filter((call) => !isCallOf(call, "spread")),
    sampledForward,
    backward: sumBiases(fuse(backward), (size) => places.append(size)),
    sampled: instrumentation.sampled,
    input: place,
    target,
    loss,
    layers: instrumentation.layers,
    folds: instrumentation.folds,
    sampledFolds: instrumentation.sampledFolds,
    updateFolds: instrumentation.updateFolds,
    floats: places.end,
    doubles: slots.end,
  };
}

function recordForward(
  { graph, input }: Network,
  k: Kernels,
  places: Places,
  instrumentation: Instrumentation,
  traced: Traced,
): Saved {
  const kept = new Map<Node, readonly Range[]>();
  if (graph.training) instrumentation.outputs(k, input, places.tensor(input));
  for (const node of graph.nodes) {
    const { op, inputs, attrs, output } = node;
    const tensors = inputs.map((value) => places.tensor(value));
    const shapes = inputs.map(({ shape }) => shape);
    const saved = (op.saves?.(shapes, attrs) ?? []).map((size) => places.alloc(size));
    const out = places.placeResult(
      node,
      graph.training && instrumentation.everything && writesApart("forward", node),
    );
    traced.begin();
    places.scratched((scratch) => op.forward(k, callOf(node, tensors, out, saved, scratch)));
    traced.end(node, tensors, [out]);
    if (graph.training) {
      kept.set(node, saved);
      instrumentation.outputs(k, output, out);
    } else {
      saved.forEach((range) => places.free(range));
    }
    inputs.forEach((value) => places.release(value));
  }
  return kept;
}
