import { layers as table } from "../../engine/layers/index.ts";
import type { LayerType } from "../../engine/layers/layer.ts";
import { layersOf, type LayerSpec } from "../../engine/spec.ts";
import type { Case } from "./fix.ts";
import { type Draft, type Entry, fresh } from "./draft.ts";

const types: Readonly<Record<string, LayerType>> = table;

export const groupOf = (type: string | undefined): LayerType["group"] | undefined =>
  type !== undefined && Object.hasOwn(types, type) ? types[type].group : undefined;

/** Where an entry stands in its model. */
export interface Position {
  /** The first of the layers that it stands for; absent for a block, and in a list that is no branch of its own. */
  readonly layer: LayerSpec | undefined;
  /** All its copies come before the last layer with weights, the head. */
  readonly isHidden: boolean;
  /** One of its copies is the head. */
  readonly isHead: boolean;
  /** Within the branch of a `Residual`, or beside it. */
  readonly inResidual: boolean;
  /** The entries behind it in its list. */
  readonly rest: readonly Entry[];
}

type Change = (entry: Entry, position: Position) => Entry | readonly Entry[];

const isWeighted = ({ type }: LayerSpec): boolean =>
  ["weights", "recurrent", "attention"].includes(groupOf(type) ?? "");

/** A model's layers in order, with the last that has weights. */
export class Layout {
  readonly leaves: readonly LayerSpec[];
  readonly #index: ReadonlyMap<string, number>;
  readonly head: number;

  constructor({ spec }: Pick<Case, "spec">) {
    this.leaves = [...layersOf(spec.layers)];
    this.#index = new Map(this.leaves.map(({ path }, i) => [path, i]));
    this.head = this.leaves.findLastIndex(isWeighted);
  }

  /** The draft with every entry, from the inside out, replaced by what `change` makes of it; none where it gives an empty list. */
  map(draft: Draft, change: Change): Draft {
    return { ...draft, layers: this.#mapList(draft.layers, { first: "", last: "" }, false, change) };
  }

  #mapList(entries: readonly Entry[], at: Ends, inResidual: boolean, change: Change): readonly Entry[] {
    return entries.flatMap((entry, i) => {
      const ends = endsOf(entry, i, at);
      const isResidual = inResidual || entry.type === "Residual";
      const [layers, shortcut] = [entry.layers, entry.shortcut];
      const inner = {
        ...entry,
        ...(layers && { layers: this.#mapList(layers, ends, isResidual, change) }),
        ...(Array.isArray(shortcut) && {
          shortcut: this.#mapList(shortcut as readonly Entry[], inside(ends, "shortcut"), true, change),
        }),
      };
      const first = this.#index.get(ends.first);
      const last = this.#index.get(ends.last);
      return change(inner, {
        layer: first === undefined ? undefined : this.leaves[first],
        isHidden: last !== undefined && last < this.head,
        isHead: first !== undefined && last !== undefined && first <= this.head && this.head <= last,
        inResidual,
        rest: entries.slice(i + 1),
      });
    });
  }
}

/** Paths of the first and the last copy of what an entry stands for. */
interface Ends {
  readonly first: string;
  readonly last: string;
}

const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

const inside = ({ first, last }: Ends, name: string): Ends => ({
  first: join(first, name),
  last: join(last, name),
});

function endsOf({ name, repeat }: Entry, index: number, at: Ends): Ends {
  const own = inside(at, name ?? String(index));
  if (repeat === undefined) return own;
  return { first: join(own.first, "0"), last: join(own.last, String(repeat - 1)) };
}

/** The entry with others behind it in every copy. */
export function followedBy(entry: Entry, others: readonly Entry[]): Entry | readonly Entry[] {
  if (entry.repeat === undefined) return [entry, ...others];
  const { name, repeat, ...layer } = entry;
  const block = { ...(name !== undefined && { name }), repeat };
  return { ...block, layers: [fresh(layer), ...others] };
}
