import { t } from "../../l10n/translate.ts";
import { MOST_DIMENSIONS, type PartPath, type Spectrum } from "../../protocol/spectrum.ts";
import { layers as standardLayers } from "../layers/index.ts";
import { buildNetwork, type LayerTable } from "../graph/network.ts";
import { rootOf } from "../graph/graph.ts";
import type { LayerSpec, ModelSpec, ModuleSpec } from "../spec.ts";
import { sizeOf } from "../tensor.ts";
import { EagerNetwork, type Weights } from "./eager.ts";
import { largestSingularValue } from "./largest.ts";
import { singularValues } from "./singularValues.ts";

/** A model at one moment, and the sample at which its Jacobian is taken. */
export interface Moment {
  readonly spec: ModelSpec;
  readonly weights: Weights;
  /** Steps that the weights had been trained for. */
  readonly step: number;
  /** One sample's input. */
  readonly input: ArrayLike<number>;
}

/** Rows of the Jacobian that are computed together: so many numbers of every value are held at a time. */
const HELD = 2 ** 19;

/** The part has no Jacobian, or none of one sample. */
export class NoSpectrum extends Error {
  override readonly name = "NoSpectrum";
}

/**
 * The Jacobian spectrum of a part of a model, in `eval()` mode and double precision. Exact by as many backward passes as the
 * output has elements, up to `MOST_DIMENSIONS` on either side; beyond, the largest value by iteration. Yields the share that is done.
 * Throws `NoSpectrum`. Source: Pennington, Schoenholz, Ganguli: Resurrecting the sigmoid in deep learning through dynamical isometry, 2017.
 */
export function* spectrumOf(
  moment: Moment,
  path: PartPath,
  table: LayerTable = standardLayers,
): Generator<number, Spectrum> {
  const part = partOf(moment.spec, path);
  refuse(part, table);
  const at = inputOf(moment, part, table);
  const [inputs, outputs] = [sizeOf(part.input), sizeOf(part.output)];
  const known = { path, inputs, outputs, step: moment.step };
  const network = (batch: number, differentiates: boolean): EagerNetwork =>
    new EagerNetwork(buildNetwork(part, batch, false, table), moment.weights, differentiates);
  if (Math.max(inputs, outputs) > MOST_DIMENSIONS) {
    const { value, error } = yield* largestSingularValue(network(1, true), network(2, false), at, outputs);
    return { ...known, values: Float64Array.of(value), error };
  }
  const rows = yield* jacobian(network, at, inputs, outputs);
  const sweeps = singularValues(rows.length <= inputs ? rows : transposed(rows, inputs));
  for (let next = sweeps.next(); ; next = sweeps.next()) {
    if (next.done) return { ...known, values: next.value };
    yield 0.5 + 0.5 * Math.min(1, -Math.log10(next.value) / 14);
  }
}

/** Rows of ∂(output)/∂(input), by backward passes of unit vectors over copies of the sample. */
function* jacobian(
  network: (batch: number, differentiates: boolean) => EagerNetwork,
  at: Float64Array,
  inputs: number,
  outputs: number,
): Generator<number, readonly Float64Array[]> {
  const together = Math.max(1, Math.min(outputs, Math.floor(HELD / network(1, true).floats)));
  const copies = network(together, true);
  copies.forward(Float64Array.from({ length: together * inputs }, (_, i) => at[i % inputs]));
  const rows: Float64Array[] = [];
  while (rows.length < outputs) {
    const first = rows.length;
    const units = new Float64Array(together * outputs);
    const count = Math.min(together, outputs - first);
    for (let r = 0; r < count; r++) units[r * outputs + first + r] = 1;
    const gradients = copies.backward(units);
    for (let r = 0; r < count; r++) rows.push(gradients.slice(r * inputs, (r + 1) * inputs));
    yield (0.5 * rows.length) / outputs;
  }
  return rows;
}

const transposed = (rows: readonly Float64Array[], columns: number): readonly Float64Array[] =>
  Array.from({ length: columns }, (_, c) => Float64Array.from(rows, (row) => row[c]));

// ---- the part

/** The part as a model of its own. Throws `NoSpectrum` where there is none of this path. */
function partOf(spec: ModelSpec, path: PartPath): ModelSpec {
  if (path === "") return spec;
  const part = findPart(spec.layers, path);
  if (!part) throw new NoSpectrum(t`the model has no layer or block "${path}"`);
  return { ...spec, layers: [part], input: part.input, output: part.output };
}

function findPart(modules: readonly ModuleSpec[], path: PartPath): ModuleSpec | undefined {
  for (const module of modules) {
    if (module.path === path) return module;
    if (module.kind === "layer") continue;
    const shortcut = module.kind === "residual" ? module.shortcut : [];
    const found = findPart([...module.layers, ...shortcut], path);
    if (found) return found;
  }
  return undefined;
}

const leavesOf = (modules: readonly ModuleSpec[]): readonly LayerSpec[] =>
  modules.flatMap((module) => {
    if (module.kind === "layer") return [module];
    return leavesOf(module.kind === "residual" ? [...module.layers, ...module.shortcut] : module.layers);
  });

function refuse({ layers }: ModelSpec, table: LayerTable): void {
  const leaves = leavesOf(layers);
  if (leaves[0] && table[leaves[0].type]?.ids) {
    throw new NoSpectrum(
      t`${leaves[0].path} takes ids, which cannot change a little: ask for a part behind it`,
    );
  }
  const untracked = leaves.find(({ params }) => params["track_running_stats"] === false);
  if (untracked) {
    throw new NoSpectrum(
      t`${untracked.path} keeps no running averages: its output depends on the whole batch`,
    );
  }
}

/** What the sample has become where it enters the part. */
function inputOf({ spec, weights, input }: Moment, part: ModelSpec, table: LayerTable): Float64Array {
  const [first] = leavesOf(part.layers);
  if (part === spec || !first) return Float64Array.from(input);
  const whole = buildNetwork(spec, 1, false, table);
  const module = whole.modules.find((one) => one.spec === first);
  if (!module) throw new Error(`no module of ${first.path}`);
  const network = new EagerNetwork(whole, weights, false);
  network.forward(input);
  return network.get(rootOf(module.entry)).slice();
}
