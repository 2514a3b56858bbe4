import type { ResidualSpec } from "../engine/spec.ts";
import { show } from "../engine/tensor.ts";
import { t } from "../l10n/translate.ts";
import { layerName } from "../protocol/layerName.ts";
import type { Entry } from "./entry.ts";
import type { Built, ShapeState } from "./shapeState.ts";
import { join } from "./shapeState.ts";
import { place } from "./leaf.ts";
import { projection } from "./projection.ts";
import type { InheritedOptions, BuildContext } from "./buildContext.ts";
import { countLayer } from "./totals.ts";

export type ResidualEntry = Entry & { readonly kind: "residual" };

/** y = layers(x) + shortcut(x), of what has been built of both branches. */
export function addBranches(
  entry: ResidualEntry,
  path: string,
  state: ShapeState,
  content: Built,
  beside: Built | undefined,
  context: BuildContext,
): Built {
  const output = content.state.shape;
  const known = output && state.shape && beside?.state.shape;
  if (!known || !addable(entry, path, content.state, beside.state, context)) {
    return { modules: [], state: { ...content.state, shape: undefined, from: path } };
  }
  countLayer(context.totals, path, entry.anchor, [], output);
  const spec: ResidualSpec = {
    kind: "residual",
    path,
    layers: content.modules,
    shortcut: beside.modules,
    input: state.shape,
    output,
  };
  return { modules: [spec], state: { ...content.state, from: path } };
}

/** The layer that gives the shortcut the shape of the other branch; `undefined` where there is none, which has been reported. */
export function buildProjection(
  { shortcut, anchor }: ResidualEntry,
  path: string,
  inherited: InheritedOptions,
  from: ShapeState,
  to: ShapeState,
  context: BuildContext,
): Built | undefined {
  if (shortcut.kind !== "projection" || !from.shape || !to.shape) return undefined;
  const found = projection(from.shape, to.shape, to.layout, context.tables.layers);
  if ("layer" in found)
    return place({ ...found.layer, path: join(path, "shortcut"), anchor }, inherited, from, context);
  context.report({
    code: "residual.projection",
    at: shortcut.at,
    message: `${layerName(path)}: ${found.reason}`,
  });
  return undefined;
}

function addable(
  { shortcut, anchor }: ResidualEntry,
  path: string,
  content: ShapeState,
  beside: ShapeState,
  context: BuildContext,
): boolean {
  const [a, b] = [show(content.shape ?? []), show(beside.shape ?? [])];
  if (a === b) return true;
  const remedy = shortcut.kind === "identity" ? t`: a "projection" changes the shape` : "";
  const which = shortcut.kind === "identity" ? t`identity shortcut` : t`shortcut`;
  const message = t`Residual adds both branches, but the layers of ${layerName(path)} give ${a} and its ${which} gives ${b}${remedy}`;
  context.report({ code: "residual.shape", at: shortcut.kind === "layers" ? shortcut.at : anchor, message });
  return false;
}
