import type { ModuleSpec } from "../engine/spec.ts";
import { LIMITS } from "./limits.ts";
import type { Entry, Inits } from "./entry.ts";
import type { Built, Flow } from "./flow.ts";
import { join } from "./flow.ts";
import { buildLayer } from "./leaf.ts";
import { grouped } from "./names.ts";
import { buildResidual } from "./residual.ts";
import type { Report } from "./report.ts";
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

function wrap(path: string, { shape: input }: Flow, { modules, flow }: Built): Built {
  if (!input || !flow.shape) return { modules: [], flow };
  return { modules: [{ kind: "sequential", path, layers: modules, input, output: flow.shape }], flow };
}

/** Number of rows that entries stand for, found by multiplication: nothing is unrolled before this is known. */
export const countRows = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + rowsOfEntry(entry), 0);

function rowsOfEntry(entry: Entry): number {
  const copies = entry.repeat ?? 1;
  switch (entry.kind) {
    case "layer":
      return copies;
    case "sequential":
    case "unknown":
      return copies * Math.max(1, countRows(entry.layers)); // an empty one still takes its place
    case "residual": {
      const { shortcut } = entry;
      const beside =
        shortcut.kind === "layers" ? countRows(shortcut.layers) : shortcut.kind === "projection" ? 1 : 0;
      return copies * (1 + countRows(entry.layers) + beside);
    }
    default:
      return entry satisfies never;
  }
}

/** Whether the entries stay within the number of layers; otherwise reported at the one that goes beyond. */
export function checkCount(entries: readonly Entry[], report: Report): boolean {
  const total = countRows(entries);
  if (total <= LIMITS.layers) return true;
  let sum = 0;
  const at = entries.find((entry) => (sum += rowsOfEntry(entry)) > LIMITS.layers)?.anchor;
  const message = `the model has ${grouped(total)} layers, but at most ${grouped(LIMITS.layers)} are allowed`;
  if (at) report({ code: "limit.layers", at, message });
  return false;
}
