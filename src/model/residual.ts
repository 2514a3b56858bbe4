import type { ResidualSpec } from "../engine/spec.ts";
import { show } from "../engine/tensor.ts";
import { layerName } from "../protocol/layerName.ts";
import { buildAll } from "./build.ts";
import type { Entry } from "./entry.ts";
import type { Built, Flow } from "./flow.ts";
import { join } from "./flow.ts";
import { place } from "./leaf.ts";
import { projection } from "./projection.ts";
import type { Scope, Site } from "./site.ts";
import { countLayer } from "./totals.ts";

type ResidualEntry = Entry & { readonly kind: "residual" };

/** y = layers(x) + shortcut(x) */
export function buildResidual(
  entry: ResidualEntry,
  path: string,
  outer: Scope,
  flow: Flow,
  site: Site,
): Built {
  const scope = { ...outer, residual: true };
  const content = buildAll(entry.layers, path, scope, flow, site);
  const beside = buildShortcut(entry, path, scope, flow, content.flow, site);
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

function buildShortcut(
  { shortcut, anchor }: ResidualEntry,
  path: string,
  scope: Scope,
  from: Flow,
  to: Flow,
  site: Site,
): Built | undefined {
  const at = join(path, "shortcut");
  switch (shortcut.kind) {
    case "identity":
      return { modules: [], flow: from };
    case "layers":
      return buildAll(shortcut.layers, at, scope, from, site);
    case "projection": {
      if (!from.shape || !to.shape) return undefined;
      const found = projection(from.shape, to.shape, to.layout, site.tables.layers);
      if ("layer" in found) return place({ ...found.layer, path: at, anchor }, scope, from, site);
      site.report({
        code: "residual.projection",
        at: shortcut.at,
        message: `${layerName(path)}: ${found.reason}`,
      });
      return undefined;
    }
    case "unknown":
      return undefined;
    default:
      return shortcut satisfies never;
  }
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
