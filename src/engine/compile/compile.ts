import { recordBackward } from "./backward.ts";
import type { Node } from "../graph/graph.ts";
import type { LayerSums } from "../statistics/layerSums.ts";
import { type Readings, readingsOf } from "../statistics/readings.ts";
import type { LossCall } from "../losses/loss.ts";
import type { Network } from "../graph/network.ts";
import { Instrumentation, type InstrumentationOptions } from "../statistics/instrument.ts";
import { callOf, BufferAssignment, type Range, type Saved } from "./buffers.ts";
import type { Call } from "./recorder.ts";
import { Recording } from "./recording.ts";
import { indexModules } from "../graph/moduleIndex.ts";
import type { PartialSums } from "../statistics/partialSums.ts";
import type { Stage } from "../statistics/sumTaker.ts";
import { Slots } from "../statistics/slots.ts";
import type { Tensor } from "../tensor.ts";
import type { Trace, Traced } from "./trace.ts";

/** A model for one batch size, as lists of kernel calls over fixed places of memory. */
export interface CallLists {
  readonly batch: number;
  readonly forward: readonly Call[];
  /** The forward pass of the steps that are sampled: it also takes what costs much and needs outputs that are soon written over. */
  readonly sampledForward: readonly Call[];
  readonly backward: readonly Call[];
  /** Histograms, and what else costs much and is made at some steps only: after `backward`, before the update. */
  readonly sampled: readonly Call[];
  readonly input: Tensor;
  readonly target: number;
  /** `doubles`: the loss, then the number of right answers. */
  readonly loss: number;
  /** In order of a frame's rows. */
  readonly layers: readonly LayerSums[];
  /** The figures of a frame. */
  readonly readings: Readings;
  /** What each stage leaves in parts. */
  readonly partialSums: Readonly<Record<Stage, readonly PartialSums[]>>;
  /** Elements that it needs of `Memory.floats` and `Memory.doubles`. */
  readonly floats: number;
  readonly doubles: number;
}

export interface CompileOptions extends InstrumentationOptions {
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
export function compile(network: Network, options: CompileOptions): CallLists {
  const { graph, input, output } = network;
  const batch = input.shape[0];
  const [forward, backward] = [new Recording(), new Recording()];
  const slots = new Slots(options.layout.doubles);
  const buffers = new BufferAssignment(network, options.layout);
  const index = indexModules(network, options.table);
  const instrumentation = new Instrumentation(network, index, options, slots);

  const inputAt = buffers.assign(input);
  const target = buffers.alloc(batch * options.targets).at;
  const traced: Traced = {
    begin: (recording) => options.trace?.begin(recording.calls),
    end: (recording, ...op) => options.trace?.end(recording.calls, ...op),
  };
  const saved = recordForward(network, forward, buffers, instrumentation, traced);
  instrumentation.allOutputs(forward);
  const y = buffers.tensor(output);
  const dOutput = buffers.alloc(y.size);
  const loss = slots.alloc(2);
  traced.begin(forward);
  options.loss(forward.k, { x: y, batch, target, dx: dOutput.at, out: loss });
  traced.end(forward, undefined, [y], [dOutput]);
  buffers.release(output);
  if (graph.training) {
    const parts = {
      buffers,
      saved,
      instrumentation,
      index,
      gradients: options.layout.gradients,
      table: options.table,
      traced,
    };
    recordBackward(network, backward, parts, dOutput);
  }
  return {
    batch,
    forward: forward.calls.filter((call) => call.kernel !== "spread"),
    sampledForward: forward.calls,
    backward: backward.calls,
    sampled: instrumentation.sampled.calls,
    input: inputAt,
    target,
    loss,
    layers: instrumentation.layers,
    readings: readingsOf(instrumentation.layers),
    partialSums: instrumentation.partialSums,
    floats: buffers.end,
    doubles: slots.end,
  };
}

function recordForward(
  { graph, input }: Network,
  recording: Recording,
  buffers: BufferAssignment,
  instrumentation: Instrumentation,
  traced: Traced,
): Saved {
  const kept = new Map<Node, readonly Range[]>();
  if (graph.training) instrumentation.outputs(recording, input, buffers.tensor(input));
  for (const node of graph.nodes) {
    const { op, inputs, attrs, output } = node;
    const tensors = inputs.map((value) => buffers.tensor(value));
    const shapes = inputs.map(({ shape }) => shape);
    const saved = (op.savedTensors?.(shapes, attrs) ?? []).map((size) => buffers.alloc(size));
    const out = buffers.assignResult(node, graph.training && instrumentation.isOutOfPlace("forward", node));
    const along = instrumentation.alongForward(recording, node, tensors[0], out);
    traced.begin(recording);
    buffers.scratched((scratch) =>
      op.forward(recording.k, {
        ...callOf(node, tensors, out, saved, scratch),
        sums: along?.parts,
      }),
    );
    traced.end(recording, node, tensors, [out]);
    if (graph.training) {
      kept.set(node, saved);
      instrumentation.outputs(recording, output, out, along?.written);
    } else {
      saved.forEach((range) => buffers.free(range));
    }
    inputs.forEach((value) => buffers.release(value));
  }
  return kept;
}
