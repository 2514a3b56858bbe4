import { HIST_BINS } from "../protocol/frame.ts";
import { rootOf, type Node, type Value } from "./graph.ts";
import { MOMENTS, SUMMARY } from "./kernels/statistics.ts";
import type { Layout, Segment } from "./layout.ts";
import type { LossCall } from "./losses/loss.ts";
import type { LayerTable, Network, Row } from "./network.ts";
import type { Forward } from "./ops/op.ts";
import { type Call, recorder } from "./record.ts";
import { type Tensor, sizeOf } from "./tensor.ts";
import { Workspace } from "./workspace.ts";

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
  readonly parameters: number;
  grad: number;
  hist: number;
  weight: number;
  update: number;
  time: number;
  readonly timeSteps: number;
}

/** A model for one batch size, as lists of kernel calls over fixed places of memory. */
export interface Plan {
  readonly batch: number;
  readonly forward: readonly Call[];
  readonly backward: readonly Call[];
  /** Taken at some steps only, after `backward`. */
  readonly histograms: readonly Call[];
  readonly input: Tensor;
  readonly target: number;
  /** `doubles`: the loss, then the number of right answers. */
  readonly loss: number;
  readonly rows: readonly RowSums[];
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
  /** First free element of `Memory.doubles`. */
  readonly doubles: number;
}

/** A gradient's place. `owners` values still need it; only a sole owner may write over it. */
interface Buffer {
  readonly at: number;
  readonly size: number;
  owners: number;
  /** Where ‖·‖² of it has been put. */
  norm?: number;
}

/** Turns a network into calls: forward, loss, and where it trains, backward with the statistics beside each pass. */
export function compile(network: Network, options: PlanOptions): Plan {
  return new Compiler(network, options).compile();
}

class Compiler {
  readonly #network: Network;
  readonly #options: PlanOptions;
  readonly #workspace: Workspace;
  readonly #calls = { forward: [] as Call[], backward: [] as Call[], histograms: [] as Call[] };
  #list: Call[] = this.#calls.forward;
  readonly #k = recorder(() => this.#list);

  readonly #places = new Map<number, Tensor>();
  readonly #reads = new Map<number, number>();
  readonly #saved = new Map<Node, readonly { at: number; size: number }[]>();
  readonly #gradients = new Map<number, Buffer[]>();
  readonly #written = new Set<string>();
  readonly #rows: RowSums[];
  readonly #segments: ReadonlyMap<string, Segment>;
  #doubles: number;

  constructor(network: Network, options: PlanOptions) {
    this.#network = network;
    this.#options = options;
    this.#workspace = new Workspace(options.layout.end);
    this.#doubles = options.doubles;
    this.#segments = new Map(options.layout.segments.map((segment) => [segment.layer.path, segment]));
    this.#rows = network.rows.map((row) => this.#rowSums(row));
  }

  compile(): Plan {
    const { graph, input, output } = this.#network;
    this.#countReads();
    const batch = input.shape[0];
    const place = this.#place(input);
    const target = this.#workspace.take(batch * this.#options.targets);
    if (graph.training) this.#observeOutputs(input);
    for (const node of graph.nodes) this.#forward(node);

    const loss = this.#slots(2);
    const y = this.#tensor(output);
    const dOutput = this.#buffer(y.size);
    this.#options.loss(this.#k, { x: y, batch, target, dx: dOutput.at, out: loss });
    this.#release(output);
    if (graph.training) this.#backward(output, dOutput);

    return {
      batch,
      ...this.#calls,
      input: place,
      target,
      loss,
      rows: this.#rows,
      floats: this.#workspace.end,
      doubles: this.#doubles,
    };
  }

  // ---- forward

  /** How often each tensor is still to be read; its memory is given back after the last time. */
  #countReads(): void {
    const { graph, output } = this.#network;
    const count = (value: Value) =>
      this.#reads.set(rootOf(value).id, (this.#reads.get(rootOf(value).id) ?? 0) + 1);
    for (const node of graph.nodes) {
      node.inputs.forEach(count);
      if (graph.training) backwardReads(node).forEach(count);
    }
    count(output);
  }

  #forward(node: Node): void {
    const inputs = node.inputs.map((value) => this.#tensor(value));
    const saved = (node.op.saves?.(shapesOf(node), node.attrs) ?? []).map((size) => ({
      at: this.#workspace.take(size),
      size,
    }));
    const out = this.#place(node.output);
    this.#scratched((scratch) => node.op.forward(this.#k, call(node, inputs, out, saved, scratch)));
    if (this.#network.graph.training) {
      this.#saved.set(node, saved);
      this.#observeOutputs(node.output);
    } else {
      for (const { at, size } of saved) this.#workspace.give(at, size);
    }
    node.inputs.forEach((value) => this.#release(value));
  }

  /** Statistics of every row that gives this tensor, taken while it is in the cache. */
  #observeOutputs(value: Value): void {
    let act = -1;
    this.#network.rows.forEach(({ exit, spec }, i) => {
      if (rootOf(exit) !== value) return;
      const { at, size } = this.#tensor(value);
      if (act < 0) this.#k.moments(size, at, (act = this.#slots(MOMENTS.length)));
      const sums = this.#rows[i];
      sums.act = act;
      if (spec.kind !== "layer") return;
      const type = this.#options.table[spec.type];
      if (type.dead) {
        const [outer, channels, inner] = unitsOf(exit.shape, this.#channelsFirst(i));
        this.#k.deadUnits(outer, channels, inner, at, (sums.dead = this.#slots(1)));
      }
      const saturation = type.saturation?.(spec.params);
      if (saturation) {
        this.#k.outside(size, at, saturation.low, saturation.high, (sums.saturated = this.#slots(1)));
      }
    });
  }

  /** Whether the units of row `i` are its second dimension: so said by the last layer before it that says. */
  #channelsFirst(i: number): boolean {
    for (; i >= 0; i--) {
      const { spec } = this.#network.rows[i];
      const layout = spec.kind === "layer" ? this.#options.table[spec.type].layout : undefined;
      if (layout) return layout === "channels";
    }
    return this.#network.input.shape.length > 3;
  }

  // ---- backward

  #backward(output: Value, dOutput: Buffer): void {
    this.#list = this.#calls.backward;
    this.#gradients.set(output.id, [dOutput]);
    for (const value of this.#valuesBackwards()) {
      const buffer = this.#settle(value);
      if (!buffer) continue;
      if (value.source.kind === "view") this.#contribute(value.source.of, buffer);
      else if (value.source.kind === "result") this.#nodeBackward(value.source.node, buffer);
      else this.#disown(buffer);
    }
    this.#network.rows.forEach((_, i) => this.#observeParameters(i));
  }

  /** Every value that a gradient can reach, latest first. */
  #valuesBackwards(): Value[] {
    const { graph, rows, input, output } = this.#network;
    const values = new Map<number, Value>();
    const reach = (value: Value): void => {
      if (values.has(value.id) || value.source.kind === "parameter" || value.source.kind === "buffer") return;
      values.set(value.id, value);
      if (value.source.kind === "view") reach(value.source.of);
    };
    for (const { output, inputs } of graph.nodes) [output, ...inputs].forEach(reach);
    for (const { entry, exit } of rows) [entry, exit].forEach(reach);
    [input, output].forEach(reach);
    return [...values.values()].sort((a, b) => b.id - a.id);
  }

  /** Sums what the users of a value have contributed to its gradient, and notes its norm where a row wants it. */
  #settle(value: Value): Buffer | undefined {
    const contributions = this.#gradients.get(value.id);
    if (!contributions) return undefined;
    const buffer = contributions.reduce((a, b) => this.#sum(a, b));
    this.#network.rows.forEach(({ entry, exit }, i) => {
      if (exit === value) this.#rows[i].delta = this.#norm(buffer);
      if (entry === value) this.#rows[i].entry = this.#norm(buffer);
    });
    return buffer;
  }

  #sum(a: Buffer, b: Buffer): Buffer {
    const into = a.owners === 1 ? a : b.owners === 1 ? b : this.#buffer(a.size);
    this.#k.add(a.size, a.at, b.at, into.at);
    for (const buffer of [a, b]) if (buffer !== into) this.#disown(buffer);
    return { at: into.at, size: into.size, owners: 1 };
  }

  #norm(buffer: Buffer): number {
    if (buffer.norm === undefined) this.#k.sumSquares(buffer.size, buffer.at, (buffer.norm = this.#slots(1)));
    return buffer.norm;
  }

  #nodeBackward(node: Node, dOut: Buffer): void {
    const { op } = node;
    if (op.passes) {
      dOut.owners += node.inputs.length;
      node.inputs.forEach((value) => this.#contribute(value, dOut));
    } else {
      this.#opBackward(node, dOut);
    }
    this.#disown(dOut);
    backwardReads(node).forEach((value) => this.#release(value));
    for (const { at, size } of this.#saved.get(node) ?? []) this.#workspace.give(at, size);
    const index = this.#network.graph.nodes.indexOf(node);
    this.#network.rows.forEach(({ from, to }, i) => {
      if (from === index && to > from) this.#observeParameters(i);
    });
  }

  #opBackward(node: Node, dOut: Buffer): void {
    const { op } = node;
    const inputs = node.inputs.map((value) => this.#tensor(value));
    const contributions = node.inputs.map((value, i) => {
      if (!this.#wantsGradient(value)) return undefined;
      if (value.source.kind === "parameter") return this.#parameterGradient(value, value.source.key);
      const reuse = i === 0 && op.inPlace && dOut.owners === 1 && dOut.size === inputs[0].size;
      if (!reuse) return this.#buffer(inputs[i].size);
      dOut.owners++;
      return { at: dOut.at, size: dOut.size, owners: 1, shares: dOut };
    });
    this.#scratched((scratch) =>
      op.backward(this.#k, {
        ...call(node, inputs, this.#tensor(node.output), this.#saved.get(node) ?? [], scratch),
        dOut: { at: dOut.at, shape: node.output.shape, size: dOut.size },
        dInputs: contributions.map((buffer, i) => buffer && { ...inputs[i], at: buffer.at }),
        time: this.#timeOf(node),
      }),
    );
    contributions.forEach((buffer, i) => {
      if (!buffer) return;
      const value = node.inputs[i];
      if (value.source.kind === "parameter") this.#finishParameter(value.source.key, buffer);
      else this.#contribute(value, "shares" in buffer ? this.#adopt(buffer.shares) : buffer);
    });
  }

  /** A gradient that took the place of another: the same memory, with a norm of its own. */
  #adopt(buffer: Buffer): Buffer {
    buffer.owners = 2; // given back below as dOut, kept as what was written over it
    delete buffer.norm;
    return buffer;
  }

  #wantsGradient({ source }: Value): boolean {
    if (source.kind === "buffer") return false;
    if (source.kind === "parameter") return true;
    let root: Value["source"] = source;
    while (root.kind === "view") root = root.of.source;
    return root.kind !== "input" || !this.#inputIsIds();
  }

  #inputIsIds(): boolean {
    const first = this.#network.rows.find(({ spec }) => spec.kind === "layer")?.spec;
    return first?.kind === "layer" && this.#options.table[first.type].ids !== undefined;
  }

  /** The parameter's own gradient at its first use, a place to add from at every other. */
  #parameterGradient(value: Value, key: string): Buffer {
    const gradient = this.#options.layout.gradients.get(key);
    if (!gradient) throw new Error(`no gradient for ${key}`);
    return this.#written.has(key) ? this.#buffer(sizeOf(value.shape)) : { ...gradient, owners: 1 };
  }

  #finishParameter(key: string, buffer: Buffer): void {
    const gradient = this.#options.layout.gradients.get(key);
    if (gradient && gradient.at !== buffer.at) {
      this.#k.add(buffer.size, gradient.at, buffer.at, gradient.at);
      this.#disown(buffer);
    }
    this.#written.add(key);
  }

  #observeParameters(i: number): void {
    const { spec } = this.#network.rows[i];
    const segment = spec.kind === "layer" ? this.#segments.get(spec.path) : undefined;
    const sums = this.#rows[i];
    if (!segment || sums.grad >= 0) return;
    this.#k.summary(segment.size, segment.grad, (sums.grad = this.#slots(SUMMARY.length)));
    this.#k.sumSquares(segment.size, segment.theta, (sums.weight = this.#slots(1)));
    sums.update = this.#slots(1);
    sums.hist = this.#slots(HIST_BINS);
    this.#calls.histograms.push({ kernel: "histogram", args: [segment.size, segment.grad, sums.hist] });
  }

  #timeOf(node: Node): number | undefined {
    const index = this.#network.graph.nodes.indexOf(node);
    const i = this.#network.rows.findIndex(
      ({ spec, from, to }) => spec.kind === "layer" && from <= index && index < to,
    );
    const sums = this.#rows[i];
    if (!sums || sums.timeSteps === 0) return undefined;
    if (sums.time < 0) sums.time = this.#slots(sums.timeSteps);
    return sums.time;
  }

  // ---- places

  #place(value: Value): Tensor {
    const size = sizeOf(value.shape);
    const tensor = { at: this.#workspace.take(size), shape: value.shape, size };
    this.#places.set(value.id, tensor);
    return tensor;
  }

  #tensor(value: Value): Tensor {
    const root = rootOf(value);
    const { source } = root;
    const place =
      source.kind === "parameter" || source.kind === "buffer"
        ? this.#options.layout.weights.get(source.key)
        : this.#places.get(root.id);
    if (!place) throw new Error(`value ${root.id} has no place`);
    return { ...place, shape: value.shape };
  }

  #release(value: Value): void {
    const root = rootOf(value);
    const left = (this.#reads.get(root.id) ?? 0) - 1;
    this.#reads.set(root.id, left);
    const place = this.#places.get(root.id);
    if (left === 0 && place && root.source.kind === "result") this.#workspace.give(place.at, place.size);
  }

  #buffer(size: number): Buffer {
    return { at: this.#workspace.take(size), size, owners: 1 };
  }

  #contribute(value: Value, buffer: Buffer): void {
    const list = this.#gradients.get(value.id);
    if (list) list.push(buffer);
    else this.#gradients.set(value.id, [buffer]);
  }

  #disown(buffer: Buffer): void {
    if (--buffer.owners === 0) this.#workspace.give(buffer.at, buffer.size);
  }

  #scratched(body: (scratch: (size: number) => number) => void): void {
    const taken: { at: number; size: number }[] = [];
    body((size) => {
      const at = this.#workspace.take(size);
      taken.push({ at, size });
      return at;
    });
    for (const { at, size } of taken) this.#workspace.give(at, size);
  }

  #slots(n: number): number {
    const first = this.#doubles;
    this.#doubles += n;
    return first;
  }

  #rowSums({ spec, exit }: Row): RowSums {
    const layer = spec.kind === "layer" ? spec : undefined;
    const timeSteps = layer ? (this.#options.table[layer.type].time?.(layer.params, layer.input) ?? 0) : 0;
    const none = {
      act: -1,
      dead: -1,
      saturated: -1,
      delta: -1,
      entry: -1,
      grad: -1,
      hist: -1,
      weight: -1,
      update: -1,
    };
    const index = this.#network.rows.findIndex((row) => row.spec === spec);
    const [, units] = unitsOf(exit.shape, this.#channelsFirst(index));
    const parameters = this.#segments.get(spec.path)?.size ?? 0;
    return { ...none, outputs: sizeOf(exit.shape), units, parameters, time: -1, timeSteps };
  }
}

const shapesOf = (node: Node) => node.inputs.map((value) => value.shape);

/** Tensors that the way back through a node reads. */
function backwardReads({ op, inputs, output }: Node): readonly Value[] {
  if (!op.reads) return [...inputs, output];
  return [...inputs.filter((_, i) => op.reads?.inputs.includes(i)), ...(op.reads.out ? [output] : [])];
}

const call = (
  node: Node,
  inputs: readonly Tensor[],
  out: Tensor,
  saved: readonly { readonly at: number }[],
  scratch: (size: number) => number,
): Forward<unknown> => ({ inputs, out, saved: saved.map(({ at }) => at), attrs: node.attrs, scratch });

/** A batch as [outer, units, inner]: units are the channels, or the last dimension of vectors and sequences. */
export function unitsOf(shape: readonly number[], channelsFirst: boolean): readonly [number, number, number] {
  if (shape.length > 2 && channelsFirst) return [shape[0], shape[1], sizeOf(shape.slice(2))];
  const units = shape.at(-1) ?? 1;
  return [sizeOf(shape) / units, units, 1];
}
