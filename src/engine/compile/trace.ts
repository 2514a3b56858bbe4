import type { Node } from "../graph/graph.ts";
import type { Range } from "./buffers.ts";
import type { Call } from "./recorder.ts";
import type { Recording } from "./recording.ts";

/** What one op does in a pass, for whoever makes its calls one op after the other and looks at what lies between. */
export interface TracedOp {
  /** `undefined`: the loss. */
  readonly node: Node | undefined;
  /** Calls behind the op before that belong to none: statistics, and sums of gradients that come from several sides. */
  readonly before: readonly Call[];
  readonly calls: readonly Call[];
  /** What it computes from, and what it computes. The second may lie where the first did. */
  readonly reads: readonly Range[];
  readonly writes: readonly Range[];
}

/** What is told of each op while it is recorded: that it begins, then what it computes from and where its results are. */
export interface Traced {
  begin(recording: Recording): void;
  end(recording: Recording, node: Node | undefined, reads: readonly Range[], writes: readonly Range[]): void;
}

/** Notes the calls of each op while a list of them grows. */
export class Trace {
  readonly ops: TracedOp[] = [];
  #list: readonly Call[] = [];
  #end = 0;
  #begun = 0;

  /** An op's calls are going to be appended to the list. */
  begin(calls: readonly Call[]): void {
    if (calls !== this.#list) this.#end = 0; // of another pass
    this.#list = calls;
    this.#begun = calls.length;
  }

  end(
    calls: readonly Call[],
    node: Node | undefined,
    reads: readonly Range[],
    writes: readonly Range[],
  ): void {
    const [before, own] = [calls.slice(this.#end, this.#begun), calls.slice(this.#begun)];
    this.ops.push({ node, before, calls: own, reads, writes });
    this.#end = calls.length;
  }
}
