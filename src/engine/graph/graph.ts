import { t } from "../../l10n/translate.ts";
import type { Op } from "../ops/op.ts";
import { type Shape, ShapeError, show, sizeOf } from "../tensor.ts";

/** A tensor of the graph, before it has a place in memory. */
export interface Value {
  readonly id: number;
  /** With the batch in front, but for parameters and buffers. */
  readonly shape: Shape;
  readonly source:
    | { readonly kind: "input" }
    /** Trained: has a gradient and is updated. */
    | { readonly kind: "parameter"; readonly key: string }
    /** Kept between steps, not trained: `running_mean`. */
    | { readonly kind: "buffer"; readonly key: string }
    /** The same elements as another value, perhaps in another shape. */
    | { readonly kind: "view"; readonly of: Value }
    | { readonly kind: "result"; readonly node: Node };
}

export interface Node {
  readonly op: Op;
  readonly attrs: unknown;
  readonly inputs: readonly Value[];
  readonly output: Value;
}

/**
 * Records what a model computes. An op can only use what already exists, so the list of nodes read backwards is a
 * reverse topological order, and nothing has to be sorted.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly training: boolean;
  #values = 0;

  constructor(training: boolean) {
    this.training = training;
  }

  input(shape: Shape): Value {
    return this.#value(shape, { kind: "input" });
  }

  /** A parameter or buffer; the same key names the same memory in every graph of a model. */
  weight(kind: "parameter" | "buffer", key: string, shape: Shape): Value {
    return this.#value(shape, { kind, key });
  }

  apply<A>(op: Op<A>, inputs: readonly Value[], attrs: NoInfer<A>): Value {
    const shape = op.shape(
      inputs.map((value) => value.shape),
      attrs,
    );
    const node: { -readonly [K in keyof Node]?: Node[K] } = { op: op, attrs, inputs };
    const output = this.#value(shape, { kind: "result", node: node as Node });
    node.output = output;
    this.nodes.push(node as Node);
    return output;
  }

  /** The same elements in another shape; costs nothing. A view of its own lets the gradient be seen at that place. */
  view(x: Value, shape: Shape = x.shape): Value {
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw new ShapeError(t`cannot view ${show(x.shape)} as ${show(shape)}: the number of elements differs`);
    }
    return this.#value(shape, { kind: "view", of: x });
  }

  #value(shape: Shape, source: Value["source"]): Value {
    return { id: this.#values++, shape, source };
  }
}

/** The value whose memory this one shares: itself unless it is a view. */
export function rootOf(value: Value): Value {
  let root = value;
  while (root.source.kind === "view") root = root.source.of;
  return root;
}
