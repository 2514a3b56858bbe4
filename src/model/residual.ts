import type { ResidualSpec } from "../engine/spec.ts";
import { show } from "../engine/tensor.ts";
import { layerName } from "../protocol/layerName.ts";
import type { Entry } from "./entry.ts";
import type { Built, Flow } from "./flow.ts";
import { join } from "./flow.ts";
import { place } from "./leaf.ts";
import { projection } from "./projection.ts";
import type { Scope, Site } from "./site.ts";
import { countLayer } from "./totals.ts";

export type ResidualEntry = Entry & { readonly kind: "residual" };

/** y = layers(x) + shortcut(x), of what has been built of both branches. */
export function addBranches(
  entry: ResidualEntry,
  path: string,
  flow: Flow,
  content: Built,
  beside: Built | undefined,
  site: Site,
): Built {
  const output = content.flow.shape;
  const known = output && flow.shape && beside?.flow.shape;
  if (!known || !addable(entry, path, content.flow, beside.flow, site)) {
    return { modules: [], flow: { ...content.flow, shape: undefined, from: path } };
  }
  countLayer(site.totals, path, entry.anchor, [], output);
  const spec: ResidualSpec = {
    kind: "residual",
    path,
    layers: content.modules,
    shortcut: beside.modules,
    input: flow.shape,
    output,
  };
  return { modules: [spec], flow: { ...content.flow, from: path } };
}

/** The layer that gives the shortcut the shape of the other branch; `undefined` where there is none, which has been reported. */
export function buildProjection(
  { shortcut, anchor }: ResidualEntry,
  path: string,
  scope: Scope,
  from: Flow,
  to: Flow,
  site: Site,
): Built | undefined {
  if (shortcut.kind !== "projection" || !from.shape || !to.shape) return undefined;
  const found = projection(from.shape, to.shape, to.layout, site.tables.layers);
  if ("layer" in found)
    return place({ ...found.layer, path: join(path, "shortcut"), anchor }, scope, from, site);
  site.report({
    code: "residual.projection",
    at: shortcut.at,
    message: `${layerName(path)}: ${found.reason}`,
  });
  return undefined;
}

function addable(
  { shortcut, anchor }: ResidualEntry,
  path: string,
  content: Flow,
  beside: Flow,
  site: Site,
): boolean {
  const [a, b] = [show(content.shape ?? []), show(beside.shape ?? [])];
  if (a === b) return true;
  const remedy = shortcut.kind === "identity" ? ': a "projection" changes the shape' : "";
  const which = shortcut.kind === "identity" ? "identity shortcut" : "shortcut";
  const message = `Residual adds both branches, but the layers of ${layerName(path)} give ${a} and its ${which} gives ${b}${remedy}`;
  site.report({ code: "residual.shape", at: shortcut.kind === "layers" ? shortcut.at : anchor, message });
  return false;
}
