import { rootOf, type Node, type Value } from "../graph/graph.ts";
import type { Layout } from "./parameterLayout.ts";
import type { Network } from "../graph/network.ts";
import type { Forward } from "../ops/op.ts";
import { type Tensor, sizeOf } from "../tensor.ts";
import { ArenaAllocator } from "./arenaAllocator.ts";

/** A range of memory that a plan holds for a while. */
export interface Range {
  readonly at: number;
  readonly size: number;
}

/** What each node's op keeps from the forward pass for the backward pass. */
export type Saved = ReadonlyMap<Node, readonly Range[]>;

/** Where every tensor lies while it is needed: its memory is given back after it has been read for the last time. */
export class BufferAssignment {
  readonly #layout: Layout;
  readonly #allocator: ArenaAllocator;
  readonly #tensors = new Map<number, Tensor>();
  /** How often the tensor of a root is still to be read. */
  readonly #reads = new Map<number, number>();

  constructor({ graph, output }: Network, layout: Layout) {
    this.#layout = layout;
    this.#allocator = new ArenaAllocator(layout.end);
    const count = (value: Value) => this.#reads.set(rootOf(value).id, this.#left(rootOf(value)) + 1);
    for (const node of graph.nodes) {
      node.inputs.forEach(count);
      if (graph.training) neededForBackward(node).forEach(count);
    }
    count(output);
  }

  /** Elements of `Memory.floats` that have been in use at some time. */
  get end(): number {
    return this.#allocator.end;
  }

  alloc(size: number): Range {
    return { at: this.#allocator.alloc(size), size };
  }

  free({ at, size }: Range): void {
    this.#allocator.free(at, size);
  }

  /** Ranges that are free again when `body` has recorded its calls. */
  scratched(body: (scratch: (size: number) => number) => void): void {
    const taken: Range[] = [];
    body((size) => {
      const range = this.alloc(size);
      taken.push(range);
      return range.at;
    });
    for (const range of taken) this.free(range);
  }

  /** A place for a value that is about to be written. */
  assign({ id, shape }: Value): Tensor {
    const tensor = { ...this.alloc(sizeOf(shape)), shape };
    this.#tensors.set(id, tensor);
    return tensor;
  }

  /** A place for the result of a node: over an input that only this node still reads, where its op can do that, and not `apart`. */
  assignResult({ op, inputs, output }: Node, outOfPlace: boolean): Tensor {
    const over = outOfPlace
      ? undefined
      : op.overwrites?.find((i) => this.#lastRead(inputs[i], sizeOf(output.shape)));
    if (over === undefined) return this.assign(output);
    const root = rootOf(inputs[over]);
    const tensor = { ...this.tensor(root), shape: output.shape };
    this.#tensors.set(output.id, tensor);
    this.#reads.delete(root.id); // the memory is the result's now
    return tensor;
  }

  tensor(value: Value): Tensor {
    const root = rootOf(value);
    const { source } = root;
    const place =
      source.kind === "parameter" || source.kind === "buffer"
        ? this.#layout.weights.get(source.key)
        : this.#tensors.get(root.id);
    if (!place) throw new Error(`value ${root.id} has no place`);
    return { ...place, shape: value.shape };
  }

  /** Counts one read of a value as done. */
  release(value: Value): void {
    const root = rootOf(value);
    const left = this.#left(root) - 1;
    if (left < 0) return;
    this.#reads.set(root.id, left);
    const place = this.#tensors.get(root.id);
    if (left === 0 && place && root.source.kind === "result") this.free(place);
  }

  #left(root: Value): number {
    return this.#reads.get(root.id) ?? 0;
  }

  #lastRead(value: Value, size: number): boolean {
    const root = rootOf(value);
    return root.source.kind === "result" && this.#left(root) === 1 && sizeOf(root.shape) === size;
  }
}

/** Tensors that the backward pass through a node reads. */
export function neededForBackward({ op, attrs, inputs, output }: Node): readonly Value[] {
  const reads = op.neededForBackward?.(attrs);
  if (!reads) return [...inputs, output];
  return [...inputs.filter((_, i) => reads.inputs.includes(i)), ...(reads.out ? [output] : [])];
}

/** What a node's op finds when its calls are recorded. */
export const callOf = (
  { attrs }: Node,
  inputs: readonly Tensor[],
  out: Tensor,
  saved: readonly Range[],
  scratch: (size: number) => number,
): Forward<unknown> => ({ inputs, out, saved: saved.map(({ at }) => at), attrs, scratch });
