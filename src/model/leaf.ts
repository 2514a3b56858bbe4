import type { LayerType, WeightSpec } from "../engine/layers/layer.ts";
import type { Selection } from "../engine/params.ts";
import type { LayerSpec } from "../engine/spec.ts";
import type { Shape } from "../engine/tensor.ts";
import { ShapeError, show } from "../engine/tensor.ts";
import { layerName } from "../protocol/layerName.ts";
import type { Entry, Inits, WrittenInit } from "./entry.ts";
import type { Built, Flow } from "./flow.ts";
import { gives } from "./flow.ts";
import type { Place } from "./json.ts";
import { DEFAULT_INIT } from "./menus.ts";
import type { Scope, Site } from "./site.ts";
import { countLayer } from "./totals.ts";
import type { Arguments } from "./values.ts";

type LayerEntry = Entry & { readonly kind: "layer" };

export function buildLayer(entry: LayerEntry, path: string, scope: Scope, flow: Flow, site: Site): Built {
  const { type, row, params, anchor } = entry;
  const built = params && place({ type, row, params, anchor, path }, scope, flow, site);
  if (!built) return unknownFrom(path, flow);
  reportUnused(entry, built.weights, site);
  return built;
}

const unknownFrom = (path: string, flow: Flow): Built => ({
  modules: [],
  flow: { ...flow, shape: undefined, from: path },
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
export function place(layer: Placed, scope: Scope, flow: Flow, site: Site): BuiltLayer | undefined {
  const { row, params, anchor, path, type } = layer;
  if (!idsFit(layer, scope, flow, site) || !flow.shape) return undefined;
  const sizes = sizesOf(layer, flow, flow.shape, scope, site);
  if (!sizes) return undefined;
  const { output, weights } = sizes;
  countLayer(site.totals, path, anchor, weights, output);
  checkBatch(layer, flow.shape, scope, site);
  const inits = initsOf(layer, weights, scope.inits, site);
  const spec: LayerSpec = { kind: "layer", path, type, params, ...inits, input: flow.shape, output };
  const next = { shape: output, from: path, layout: row.layout ?? flow.layout };
  return { modules: [spec], flow: next, weights };
}

function sizesOf(
  { type, row, params, anchor, path }: Placed,
  flow: Flow,
  input: Shape,
  scope: Scope,
  { report }: Site,
) {
  try {
    return { output: row.shape(params, input), weights: row.weights?.(params, input) ?? [] };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const message = named(path, scope) + withSource(type, error.message, flow, input);
    report({ code: "layer.shape", at: anchor, message });
    return undefined;
  }
}

/** `Conv2d needs …, but gets [64]` becomes `…, but block.2 gives [64]`. */
function withSource(type: string, message: string, flow: Flow, input: Shape): string {
  const gets = `but gets ${show(input)}`;
  if (message.includes(gets)) return message.replace(gets, `but ${gives(flow)}`);
  return `${message.startsWith(type) ? "" : `${type}: `}${message} (${gives(flow)})`;
}

/** Which of several copies is meant. */
const named = (path: string, { copied }: Scope): string => (copied ? `${layerName(path)}: ` : "");

/** Token ids are no numbers to compute with: only the model's input holds them. */
function idsFit({ row, path, anchor, type }: Placed, scope: Scope, flow: Flow, { report }: Site): boolean {
  if (!row.ids || (flow.from === undefined && !scope.residual)) return true;
  const found = scope.residual
    ? "its Residual adds its input to numbers"
    : `${layerName(flow.from ?? "")} gives numbers`;
  const message = `${named(path, scope)}${type} takes token ids, so it comes first in a model, but ${found}`;
  report({ code: "layer.ids", at: anchor, message });
  return false;
}

function checkBatch(
  { row, params, anchor, path, type }: Placed,
  input: Shape,
  scope: Scope,
  site: Site,
): void {
  const least = row.least?.(params, input) ?? 1;
  if (site.batch >= least) return;
  const message = `${named(path, scope)}${type} needs batches of at least ${least} samples, but batch_size is ${site.batch}`;
  site.report({ code: "layer.batch", at: anchor, message });
}

function initsOf({ path }: Placed, weights: readonly WeightSpec[], { init, bias_init }: Inits, site: Site) {
  const of = (written: WrittenInit | undefined, role: WeightSpec["role"]): Selection | undefined => {
    const set = weights.filter((weight) => weight.role === role);
    if (!written || set.length === 0 || written.choice.type === DEFAULT_INIT) return undefined;
    reportRefused(written, set, path, site);
    return written.choice;
  };
  const [forWeights, forBiases] = [of(init, "weight"), of(bias_init, "bias")];
  return { ...(forWeights && { init: forWeights }), ...(forBiases && { bias_init: forBiases }) };
}

function reportRefused(
  { choice, at }: WrittenInit,
  set: readonly WeightSpec[],
  path: string,
  site: Site,
): void {
  const type = site.tables.inits[choice.type];
  for (const { name, shape } of set) {
    const why = type.refuses?.(shape, choice.params);
    if (why === undefined || site.refused.has(at)) continue;
    site.refused.add(at);
    site.report({ code: "init.refused", at, message: `${path}.${name}: ${why}` });
  }
}

function reportUnused({ inits, type }: LayerEntry, weights: readonly WeightSpec[], { report }: Site): void {
  const warn = (
    written: WrittenInit | undefined,
    field: string,
    role: WeightSpec["role"],
    none: string,
  ): void => {
    if (!written || weights.some((weight) => weight.role === role)) return;
    const message = `${field} changes nothing here: ${type} has no ${none} that it sets`;
    report({ code: "layer.unused-init", at: written.at, message, severity: "warning" });
  };
  warn(inits.init, "init", "weight", "weight");
  warn(inits.bias_init, "bias_init", "bias", "bias");
}
