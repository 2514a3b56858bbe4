import { type Node, rootOf, type Value } from "../graph/graph.ts";
import type { RowSums } from "../ops/op.ts";
import type { LayerTable, Network } from "../graph/network.ts";
import type { Instrumentation } from "../statistics/instrument.ts";
import type { Along, Summed } from "../statistics/sumTaker.ts";
import { neededForBackward, callOf, type BufferAssignment, type Range, type Saved } from "./buffers.ts";
import { firstNode, takesIds, usersOf, valuesBackwards } from "./reach.ts";
import type { Recording } from "./recording.ts";
import type { ModuleIndex } from "../graph/moduleIndex.ts";
import { type Tensor, sizeOf } from "../tensor.ts";
import type { Traced } from "./trace.ts";

/** A gradient's place. `owners` values still need it; only a sole owner may write over it. */
interface Buffer extends Summed {
  owners: number;
  /** The sums over its rows, where the pass that wrote it has taken them. */
  rowSums?: RowSums;
}

/** Elements of gradients that may wait for those of parameters: they and the activations beside them stay in the second-level cache. */
const WAITING = 2 ** 14;

/** A gradient smaller than this is not kept: it would only lie in the way of larger ones. */
const WORTH = 2 ** 10;

/** Elements of a part up to which one pass that also adds up rows takes less time than two; beyond, rows are so far apart that it may take more. */
const LARGEST_WITH_ROW_SUMS = 2048;

/** Columns that such a pass adds up at a time. */
const COLUMNS = 32;

/** What the backward pass finds of the forward pass. */
export interface Parts {
  readonly buffers: BufferAssignment;
  readonly saved: Saved;
  readonly instrumentation: Instrumentation;
  readonly index: ModuleIndex;
  /** Places of the parameters' gradients, by key. */
  readonly gradients: ReadonlyMap<string, Tensor>;
  readonly table: LayerTable;
  readonly traced: Traced;
}

/** Records what computes every gradient from that of the output, last node first. */
export function recordBackward(network: Network, recording: Recording, parts: Parts, dOutput: Range): void {
  new Backward(network, recording, parts).record(dOutput);
}

class Backward {
  readonly #network: Network;
  #recording: Recording;
  readonly #parts: Parts;
  readonly #buffers: BufferAssignment;
  readonly #numbers: ReadonlyMap<Node, number>;
  readonly #inputIsIds: boolean;
  readonly #first: Node | undefined;
  /** How many nodes and views take each value. */
  readonly #users: ReadonlyMap<number, number>;
  /** The gradient of the first node's output, until what is sampled has been recorded. */
  #kept: Buffer | undefined;
  readonly #contributions = new Map<number, Buffer[]>();
  readonly #written = new Set<string>();
  /** Nodes whose parameters' gradients are still to be computed, with the gradients of their outputs. */
  #postponed: (readonly [Node, Buffer])[] = [];
  /** Modules whose parameters' gradients are all there, and whose statistics have not been taken. */
  #complete: number[] = [];
  /** Modules that have been left behind while gradients of their parameters may still be among those postponed. */
  #incomplete: number[] = [];

  constructor(network: Network, recording: Recording, parts: Parts) {
    this.#network = network;
    this.#recording = recording;
    this.#parts = parts;
    this.#buffers = parts.buffers;
    this.#numbers = new Map(network.graph.nodes.map((node, i) => [node, i]));
    this.#inputIsIds = takesIds(network, parts.table);
    this.#first = firstNode(network);
    this.#users = usersOf(network);
  }

  record({ at, size }: Range): void {
    const { instrumentation } = this.#parts;
    this.#contribute(this.#network.output, { at, size, owners: 1 });
    const values = valuesBackwards(this.#network);
    this.#settle(values);
    this.#catchUp();
    this.#takeStatistics();
    this.#network.modules.forEach((_, i) => instrumentation.parameters(this.#recording, i));
    this.#recordSampled(values);
  }

  /** The first node's gradient of the input, and what becomes of it. */
  #recordSampled(values: readonly Value[]): void {
    if (!this.#first || !this.#kept) return;
    this.#recording = this.#parts.instrumentation.beginSampled();
    this.#compute(this.#first, this.#kept, "values");
    const [{ id }] = this.#first.inputs;
    this.#settle(values.filter((value) => value.id <= id));
    this.#disown(this.#kept);
  }

  /** Sums what the users of each value have contributed to its gradient, and passes it on. */
  #settle(values: readonly Value[]): void {
    const { instrumentation } = this.#parts;
    for (const value of values) {
      const buffer = this.#contributions.get(value.id)?.reduce((a, b) => this.#sum(a, b));
      if (!buffer) continue;
      instrumentation.gradient(this.#recording, value, buffer);
      if (value.source.kind === "view") this.#contribute(value.source.of, buffer);
      else if (value.source.kind === "result") this.#node(value.source.node, buffer);
      else this.#disown(buffer);
    }
  }

  #node(node: Node, dOut: Buffer): void {
    if (node.op.identityGradient) {
      dOut.owners += node.inputs.length;
      node.inputs.forEach((value) => this.#contribute(value, dOut));
    } else if (node === this.#first) {
      dOut.owners++;
      this.#kept = dOut;
    } else {
      this.#compute(node, dOut, node.op.deferrable ? "values" : undefined);
    }
    if (node.op.deferrable) this.#postpone(node, dOut);
    else this.#done(node, dOut);
  }

  /** Nothing of the node is needed any more. */
  #done(node: Node, dOut: Buffer): void {
    const sums = dOut.rowSums;
    if (sums && sums.rows > 1) this.#buffers.free({ at: sums.at, size: sums.rows * sums.n });
    delete dOut.rowSums;
    this.#disown(dOut);
    neededForBackward(node).forEach((value) => this.#buffers.release(value));
    this.#parts.saved.get(node)?.forEach((range) => this.#buffers.free(range));
    const rows = this.#postponed.length > 0 ? this.#incomplete : this.#complete;
    rows.push(...this.#parts.index.begins(this.#number(node)));
  }

  // ---- what several nodes do together

  /** Leaves the gradients of a node's parameters for later: they need dOut of all samples, and nothing waits for them. */
  #postpone(node: Node, dOut: Buffer): void {
    this.#postponed.push([node, dOut]);
    const waiting = this.#postponed.reduce((sum, [, { size }]) => sum + size, 0);
    if (dOut.size < WORTH || waiting >= WAITING) this.#catchUp();
  }

  #catchUp(): void {
    this.#takeStatistics(); // of those before these, which all threads have left behind
    const nodes = this.#postponed;
    this.#postponed = [];
    for (const [node, dOut] of nodes) {
      this.#compute(node, dOut, "parameters");
      this.#done(node, dOut);
    }
    this.#complete.push(...this.#incomplete);
    this.#incomplete = [];
  }

  #takeStatistics(): void {
    for (const row of this.#complete) this.#parts.instrumentation.parameters(this.#recording, row);
    this.#complete = [];
  }

  // ---- one node

  /** Computes gradients of those inputs, of `undefined`: all. */
  #compute(node: Node, dOut: Buffer, only?: "values" | "parameters"): void {
    const { op, output } = node;
    const inputs = node.inputs.map((value) => this.#buffers.tensor(value));
    const outOfPlace = this.#parts.instrumentation.isOutOfPlace("backward", node);
    const reuse = op.inPlace === true && !outOfPlace && dOut.owners === 1 && dOut.size === inputs[0].size;
    const gradients = node.inputs.map((value, i) => {
      if (!this.#wantsGradient(value)) return undefined;
      const isParameter = value.source.kind === "parameter";
      if (only && isParameter !== (only === "parameters")) return undefined;
      if (value.source.kind === "parameter") return this.#parameterGradient(value, value.source.key);
      return i === 0 && reuse ? dOut : this.#alloc(inputs[i].size);
    });
    const along = this.#along(node, dOut, gradients[0]);
    this.#parts.traced.begin(this.#recording);
    this.#buffers.scratched((scratch) =>
      op.backward(this.#recording.k, {
        ...callOf(node, inputs, this.#buffers.tensor(output), this.#parts.saved.get(node) ?? [], scratch),
        sums: along?.parts,
        writesRowSums: gradients[0]?.rowSums,
        rowSums: dOut.rowSums,
        dOut: { at: dOut.at, shape: output.shape, size: dOut.size },
        dInputs: gradients.map((buffer, i) => buffer && { ...inputs[i], at: buffer.at }),
        time: this.#parts.instrumentation.time(this.#recording, this.#number(node)),
      }),
    );
    this.#parts.traced.end(
      this.#recording,
      node,
      [dOut, ...neededForBackward(node).map((value) => this.#buffers.tensor(value))],
      gradients.filter((buffer) => buffer !== undefined),
    );
    gradients.forEach((buffer, i) => {
      if (!buffer) return;
      const value = node.inputs[i];
      if (value.source.kind === "parameter") this.#finishParameter(value.source.key, buffer);
      else this.#contribute(value, buffer === dOut ? writtenOver(dOut) : buffer);
    });
  }

  // ---- what the pass of a node takes along

  #along(node: Node, dOut: Buffer, dx: Buffer | undefined): Along | undefined {
    if (!dx || !this.#isOnly(node.inputs[0])) return undefined;
    const along = this.#parts.instrumentation.alongBackward(this.#recording, node, dOut, dx);
    const rowSums = along && this.#rowSums(node.inputs[0], along);
    if (rowSums) dx.rowSums = rowSums;
    return along;
  }

  /** Whether the value's gradient is what its one user contributes. */
  #isOnly(value: Value): boolean {
    return this.#users.get(value.id) === 1;
  }

  /** Where the rows of a value's gradient are added up while it is written: the result of a node with a bias, which asks for that. */
  #rowSums(value: Value, { parts }: Along): RowSums | undefined {
    let root = value;
    for (; root.source.kind === "view"; root = root.source.of) if (!this.#isOnly(root)) return undefined;
    if (root.source.kind !== "result" || !this.#isOnly(root)) return undefined;
    const { op, inputs } = root.source.node;
    const bias = op.bias === undefined ? undefined : (inputs as readonly (Value | undefined)[])[op.bias];
    if (bias?.source.kind !== "parameter" || this.#written.has(bias.source.key)) return undefined;
    const n = sizeOf(bias.shape);
    const fits =
      n % COLUMNS === 0 && parts.every((part) => part.n % n === 0 && part.n <= LARGEST_WITH_ROW_SUMS);
    if (!fits) return undefined;
    const rows = parts.length;
    const { at } =
      rows === 1 ? this.#parameterGradient(bias, bias.source.key) : this.#buffers.alloc(rows * n);
    return { at, rows, n };
  }

  // ---- gradients of values

  #contribute(value: Value, buffer: Buffer): void {
    const list = this.#contributions.get(value.id);
    if (list) list.push(buffer);
    else this.#contributions.set(value.id, [buffer]);
  }

  #sum(a: Buffer, b: Buffer): Buffer {
    const into = a.owners === 1 ? a : b.owners === 1 ? b : this.#alloc(a.size);
    this.#recording.k.add(a.size, a.at, b.at, into.at);
    for (const buffer of [a, b]) if (buffer !== into) this.#disown(buffer);
    return { at: into.at, size: into.size, owners: 1 };
  }

  #alloc(size: number): Buffer {
    return { ...this.#buffers.alloc(size), owners: 1 };
  }

  #disown(buffer: Buffer): void {
    if (--buffer.owners === 0) this.#buffers.free(buffer);
  }

  #wantsGradient(value: Value): boolean {
    if (value.source.kind === "buffer") return false;
    return rootOf(value).source.kind !== "input" || !this.#inputIsIds;
  }

  #number(node: Node): number {
    return this.#numbers.get(node) ?? -1;
  }

  // ---- gradients of parameters

  /** The parameter's own gradient at its first use, a place to add from at every other. */
  #parameterGradient(value: Value, key: string): Buffer {
    const gradient = this.#parts.gradients.get(key);
    if (!gradient) throw new Error(`no gradient for ${key}`);
    return this.#written.has(key) ? this.#alloc(sizeOf(value.shape)) : { ...gradient, owners: 1 };
  }

  #finishParameter(key: string, buffer: Buffer): void {
    const gradient = this.#parts.gradients.get(key);
    if (gradient && gradient.at !== buffer.at) {
      this.#recording.k.add(buffer.size, gradient.at, buffer.at, gradient.at);
      this.#disown(buffer);
    }
    this.#written.add(key);
  }
}

/** A gradient that took the place of the one it came from: the same memory, with a norm of its own. */
function writtenOver(dOut: Buffer): Buffer {
  dOut.owners++; // the one it came from gives its share back
  delete dOut.squares;
  return dOut;
}
