import type { LayerType, WeightSpec } from "../engine/layers/layer.ts";
import type { Selection } from "../engine/params.ts";
import type { LayerSpec } from "../engine/spec.ts";
import type { Shape } from "../engine/tensor.ts";
import { ShapeError, show } from "../engine/tensor.ts";
import { t } from "../l10n/translate.ts";
import { layerName } from "../protocol/layerName.ts";
import type { Entry, Inits, WrittenInit } from "./entry.ts";
import type { Built, ShapeState } from "./shapeState.ts";
import { gives } from "./shapeState.ts";
import type { Place } from "./json.ts";
import { DEFAULT_INIT } from "./registries.ts";
import type { InheritedOptions, BuildContext } from "./buildContext.ts";
import { countLayer } from "./totals.ts";
import type { Arguments } from "./values.ts";

type LayerEntry = Entry & { readonly kind: "layer" };

export function buildLayer(
  entry: LayerEntry,
  path: string,
  inherited: InheritedOptions,
  state: ShapeState,
  context: BuildContext,
): Built {
  const { type, row, params, anchor } = entry;
  const built = params && place({ type, row, params, anchor, path }, inherited, state, context);
  if (!built) return unknownFrom(path, state);
  reportUnused(entry, built.weights, context);
  return built;
}

const unknownFrom = (path: string, state: ShapeState): Built => ({
  modules: [],
  state: { ...state, shape: undefined, from: path },
});

/** A layer with a place in the model. */
export interface Placed {
  readonly type: string;
  readonly row: LayerType;
  readonly params: Arguments;
  readonly path: string;
  /** Where it is talked about. */
  readonly anchor: Place;
}

type BuiltLayer = Built & { readonly weights: readonly WeightSpec[] };

/** `undefined` where its input is not known, or does not fit, which has been reported. */
export function place(
  layer: Placed,
  inherited: InheritedOptions,
  state: ShapeState,
  context: BuildContext,
): BuiltLayer | undefined {
  const { row, params, anchor, path, type } = layer;
  if (!idsFit(layer, inherited, state, context) || !state.shape) return undefined;
  const sizes = sizesOf(layer, state, state.shape, inherited, context);
  if (!sizes) return undefined;
  const { output, weights } = sizes;
  countLayer(context.totals, path, anchor, weights, output);
  checkBatch(layer, state.shape, inherited, context);
  const inits = initsOf(layer, weights, inherited.inits, context);
  const spec: LayerSpec = { kind: "layer", path, type, params, ...inits, input: state.shape, output };
  const next = { shape: output, from: path, layout: row.layout ?? state.layout };
  return { modules: [spec], state: next, weights };
}

function sizesOf(
  { type, row, params, anchor, path }: Placed,
  state: ShapeState,
  input: Shape,
  inherited: InheritedOptions,
  { report }: BuildContext,
) {
  try {
    return { output: row.shape(params, input), weights: row.weights?.(params, input) ?? [] };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const message = named(path, inherited) + withSource(type, error.message, state, input);
    report({ code: "layer.shape", at: anchor, message });
    return undefined;
  }
}

/** `Conv2d needs …, but gets [64]` becomes `…, but block.2 gives [64]`. */
function withSource(type: string, message: string, state: ShapeState, input: Shape): string {
  const gets = t`but gets ${show(input)}`;
  if (message.includes(gets)) return message.replace(gets, t`but ${gives(state)}`);
  return `${message.startsWith(type) ? "" : `${type}: `}${message} (${gives(state)})`;
}

/** Which of several copies is meant. */
const named = (path: string, { copied }: InheritedOptions): string => (copied ? `${layerName(path)}: ` : "");

/** Token ids are no numbers to compute with: only the model's input holds them. */
function idsFit(
  { row, path, anchor, type }: Placed,
  inherited: InheritedOptions,
  state: ShapeState,
  { report }: BuildContext,
): boolean {
  if (!row.ids || (state.from === undefined && !inherited.residual)) return true;
  const found = inherited.residual
    ? t`its Residual adds its input to numbers`
    : t`${layerName(state.from ?? "")} gives numbers`;
  const message = t`${named(path, inherited)}${type} takes token ids, so it comes first in a model, but ${found}`;
  report({ code: "layer.ids", at: anchor, message });
  return false;
}

function checkBatch(
  { row, params, anchor, path, type }: Placed,
  input: Shape,
  inherited: InheritedOptions,
  context: BuildContext,
): void {
  const least = row.least?.(params, input) ?? 1;
  if (context.batch >= least) return;
  const message = t`${named(path, inherited)}${type} needs batches of at least ${least} samples, but batch_size is ${context.batch}`;
  context.report({ code: "layer.batch", at: anchor, message });
}

function initsOf(
  { path }: Placed,
  weights: readonly WeightSpec[],
  { init, bias_init }: Inits,
  context: BuildContext,
) {
  const of = (written: WrittenInit | undefined, role: WeightSpec["role"]): Selection | undefined => {
    const set = weights.filter((weight) => weight.role === role);
    if (!written || set.length === 0 || written.selection.type === DEFAULT_INIT) return undefined;
    reportRefused(written, set, path, context);
    return written.selection;
  };
  const [forWeights, forBiases] = [of(init, "weight"), of(bias_init, "bias")];
  return { ...(forWeights && { init: forWeights }), ...(forBiases && { bias_init: forBiases }) };
}

function reportRefused(
  { selection, at }: WrittenInit,
  set: readonly WeightSpec[],
  path: string,
  context: BuildContext,
): void {
  const type = context.tables.inits[selection.type];
  for (const { name, shape } of set) {
    const why = type.refuses?.(shape, selection.params);
    if (why === undefined || context.refused.has(at)) continue;
    context.refused.add(at);
    context.report({ code: "init.refused", at, message: `${path}.${name}: ${why}` });
  }
}

function reportUnused(
  { inits, type }: LayerEntry,
  weights: readonly WeightSpec[],
  { report }: BuildContext,
): void {
  const warn = (written: WrittenInit | undefined, field: string, role: "weight" | "bias"): void => {
    if (!written || weights.some((weight) => weight.role === role)) return;
    const message =
      role === "weight"
        ? t`${field} changes nothing here: ${type} has no weight that it sets`
        : t`${field} changes nothing here: ${type} has no bias that it sets`;
    report({ code: "layer.unused-init", at: written.at, message, severity: "warning" });
  };
  warn(inits.init, "init", "weight");
  warn(inits.bias_init, "bias_init", "bias");
}
