import type { ModuleSpec } from "../engine/spec.ts";
import type { Entry, Inits } from "./entry.ts";
import type { Built, Flow } from "./flow.ts";
import { join } from "./flow.ts";
import { buildLayer } from "./leaf.ts";
import { addBranches, buildProjection, type ResidualEntry } from "./residual.ts";
import type { Scope, Site } from "./site.ts";

/** Entries one after the other, unrolled, with their paths and shapes. */
export function buildAll(
  entries: readonly Entry[],
  path: string,
  scope: Scope,
  flow: Flow,
  site: Site,
): Built {
  return chain(entries, flow, (entry, given) =>
    buildEntry(entry, join(path, entry.name), scope, given, site),
  );
}

function chain<T>(parts: Iterable<T>, start: Flow, build: (part: T, flow: Flow) => Built): Built {
  const modules: ModuleSpec[] = [];
  let flow = start;
  for (const part of parts) {
    const built = build(part, flow);
    modules.push(...built.modules);
    flow = built.flow;
  }
  return { modules, flow };
}

function buildEntry(entry: Entry, path: string, outer: Scope, flow: Flow, site: Site): Built {
  const scope = {
    ...outer,
    inits: inherit(outer.inits, entry.inits),
    copied: outer.copied || entry.repeat !== undefined,
  };
  if (entry.repeat === undefined) return buildOne(entry, path, scope, flow, site);
  const copies = Array.from({ length: entry.repeat }, (_, i) => join(path, String(i)));
  return wrap(
    path,
    flow,
    chain(copies, flow, (copy, given) => buildOne(entry, copy, scope, given, site)),
  );
}

const inherit = (outer: Inits, own: Inits): Inits => ({
  init: own.init ?? outer.init,
  bias_init: own.bias_init ?? outer.bias_init,
});

function buildOne(entry: Entry, path: string, scope: Scope, flow: Flow, site: Site): Built {
  switch (entry.kind) {
    case "layer":
      site.note(entry, path);
      return buildLayer(entry, path, scope, flow, site);
    case "sequential":
      return wrap(path, flow, buildAll(entry.layers, path, scope, flow, site));
    case "residual": {
      const built = buildResidual(entry, path, scope, flow, site);
      site.note(entry, path);
      return built;
    }
    case "unknown": {
      site.note(entry, path);
      const inner = buildAll(entry.layers, path, scope, flow, site);
      return { modules: [], flow: { ...inner.flow, shape: undefined } };
    }
    default:
      return entry satisfies never;
  }
}

function buildResidual(entry: ResidualEntry, path: string, outer: Scope, flow: Flow, site: Site): Built {
  const scope = { ...outer, residual: true };
  const content = buildAll(entry.layers, path, scope, flow, site);
  const beside = buildShortcut(entry, path, scope, flow, content.flow, site);
  return addBranches(entry, path, flow, content, beside, site);
}

/** `undefined` where it is not known, or does not fit, which has been reported. */
function buildShortcut(
  entry: ResidualEntry,
  path: string,
  scope: Scope,
  from: Flow,
  to: Flow,
  site: Site,
): Built | undefined {
  const { shortcut } = entry;
  const at = join(path, "shortcut");
  switch (shortcut.kind) {
    case "identity":
      return { modules: [], flow: from };
    case "layers":
      return buildAll(shortcut.layers, at, scope, from, site);
    case "projection":
      return buildProjection(entry, path, scope, from, to, site);
    case "unknown":
      return undefined;
    default:
      return shortcut satisfies never;
  }
}

function wrap(path: string, { shape: input }: Flow, { modules, flow }: Built): Built {
  if (!input || !flow.shape) return { modules: [], flow };
  return { modules: [{ kind: "sequential", path, layers: modules, input, output: flow.shape }], flow };
}
