import { bind, recorder, type Call } from "../compile/recorder.ts";
import { rootOf, type Node, type Value } from "../graph/graph.ts";
import type { Network } from "../graph/network.ts";
import { scalar } from "../kernels/scalar.ts";
import { sizeOf, type Tensor } from "../tensor.ts";

export type Weights = ReadonlyMap<string, ArrayLike<number>>;

/**
 * A network in double precision, whose values all stay where they are: for questions that are asked now and then, not at every
 * step. `weights`: by their names in the `state_dict`.
 */
export class EagerNetwork {
  readonly network: Network;
  readonly #tensors = new Map<number, Tensor>();
  readonly #gradients = new Map<number, Tensor>();
  readonly #saved = new Map<Node, readonly number[]>();
  readonly #floats: Float64Array;
  readonly #forward: readonly (() => void)[];
  readonly #backward: readonly (() => void)[];
  #end = 0;

  /** `differentiates`: whether `backward` is wanted. */
  constructor(network: Network, weights: Weights, differentiates: boolean) {
    this.network = network;
    const [forward, backward] = [this.#recordForward(), differentiates ? this.#recordBackward() : []];
    this.#floats = new Float64Array(this.#end);
    const memory = { floats: this.#floats, doubles: new Float64Array(0) };
    const kernels = scalar(memory, () => 0);
    this.#forward = bind(kernels, forward);
    this.#backward = bind(kernels, backward);
    for (const { source, id } of this.#values()) {
      if (source.kind !== "parameter" && source.kind !== "buffer") continue;
      const values = weights.get(source.key);
      if (!values) throw new Error(`no weights ${source.key}`);
      this.#floats.set(values, this.#tensors.get(id)?.at);
    }
  }

  /** Computes every value from the input's. */
  forward(input: ArrayLike<number>): void {
    this.#floats.set(input, this.#tensor(this.network.input).at);
    for (const call of this.#forward) call();
  }

  /** A value that `forward` has computed; a view, which the next call writes over. */
  get(value: Value): Float64Array {
    const { at, size } = this.#tensor(value);
    return this.#floats.subarray(at, at + size);
  }

  output(): Float64Array {
    return this.get(this.network.output);
  }

  /** Numbers that it holds. */
  get floats(): number {
    return this.#floats.length;
  }

  /** Jᵀ·δ at the values of the last `forward`, of a δ at the output: the gradient at the input. A view, as that of `get`. */
  backward(dOut: ArrayLike<number>): Float64Array {
    for (const { at, size } of this.#gradients.values()) this.#floats.fill(0, at, at + size);
    this.#floats.set(dOut, this.#gradient(this.network.output).at);
    for (const call of this.#backward) call();
    const { at, size } = this.#gradient(this.network.input);
    return this.#floats.subarray(at, at + size);
  }

  #recordForward(): readonly Call[] {
    const calls: Call[] = [];
    const k = recorder(() => calls);
    for (const node of this.network.graph.nodes) node.op.forward(k, this.#call(node));
    this.#tensor(this.network.input);
    this.#tensor(this.network.output);
    return calls;
  }

  /** Each gradient is computed apart and added to what other users of the same value have given. */
  #recordBackward(): readonly Call[] {
    const calls: Call[] = [];
    const k = recorder(() => calls);
    const add = ({ at, size }: Tensor, value: Value): void => {
      const into = this.#gradient(value).at;
      k.add(size, into, at, into);
    };
    for (const node of this.network.graph.nodes.toReversed()) {
      const dOut = { ...this.#gradient(node.output), shape: node.output.shape };
      const wanted = node.inputs.map(({ source }) => source.kind !== "parameter" && source.kind !== "buffer");
      if (node.op.identityGradient) {
        node.inputs.forEach((value, i) => wanted[i] && add(dOut, value));
        continue;
      }
      const dInputs = node.inputs.map(({ shape }, i) => (wanted[i] ? this.#alloc(shape) : undefined));
      node.op.backward(k, { ...this.#call(node), dOut, dInputs, time: undefined });
      dInputs.forEach((gradient, i) => gradient && add(gradient, node.inputs[i]));
    }
    return calls;
  }

  #call(node: Node) {
    const { op, attrs, inputs, output } = node;
    const shapes = inputs.map(({ shape }) => shape);
    const saved =
      this.#saved.get(node) ?? (op.savedTensors?.(shapes, attrs) ?? []).map((size) => this.#take(size));
    this.#saved.set(node, saved);
    const scratch = (size: number): number => this.#take(size);
    return {
      inputs: inputs.map((value) => this.#tensor(value)),
      out: this.#tensor(output),
      saved,
      attrs,
      scratch,
    };
  }

  #tensor(value: Value): Tensor {
    return placed(this.#tensors, value, (shape) => this.#alloc(shape));
  }

  #gradient(value: Value): Tensor {
    return placed(this.#gradients, value, (shape) => this.#alloc(shape));
  }

  #alloc(shape: readonly number[]): Tensor {
    const size = sizeOf(shape);
    return { at: this.#take(size), shape, size };
  }

  #take(size: number): number {
    this.#end += size;
    return this.#end - size;
  }

  #values(): readonly Value[] {
    return this.network.graph.nodes.flatMap(({ inputs }) => inputs.map(rootOf));
  }
}

/** Where a value lies: where that does whose memory it shares. */
function placed(
  places: Map<number, Tensor>,
  value: Value,
  alloc: (shape: readonly number[]) => Tensor,
): Tensor {
  const root = rootOf(value);
  const found = places.get(root.id) ?? alloc(root.shape);
  places.set(root.id, found);
  return { ...found, shape: value.shape };
}
