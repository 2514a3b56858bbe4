import type { ModuleSpec } from "../engine/spec.ts";
import type { Entry, Inits } from "./entry.ts";
import type { Built, ShapeState } from "./shapeState.ts";
import { join } from "./shapeState.ts";
import { buildLayer } from "./leaf.ts";
import { addBranches, buildProjection, type ResidualEntry } from "./residual.ts";
import type { InheritedOptions, BuildContext } from "./buildContext.ts";

/** Entries one after the other, unrolled, with their paths and shapes. */
export function buildAll(
  entries: readonly Entry[],
  path: string,
  inherited: InheritedOptions,
  state: ShapeState,
  context: BuildContext,
): Built {
  return chain(entries, state, (entry, given) =>
    buildEntry(entry, join(path, entry.name), inherited, given, context),
  );
}

function chain<T>(
  parts: Iterable<T>,
  start: ShapeState,
  build: (part: T, state: ShapeState) => Built,
): Built {
  const modules: ModuleSpec[] = [];
  let state = start;
  for (const part of parts) {
    const built = build(part, state);
    modules.push(...built.modules);
    state = built.state;
  }
  return { modules, state };
}

function buildEntry(
  entry: Entry,
  path: string,
  outer: InheritedOptions,
  state: ShapeState,
  context: BuildContext,
): Built {
  const inherited = {
    ...outer,
    inits: inherit(outer.inits, entry.inits),
    copied: outer.copied || entry.repeat !== undefined,
  };
  if (entry.repeat === undefined) return buildOne(entry, path, inherited, state, context);
  const copies = Array.from({ length: entry.repeat }, (_, i) => join(path, String(i)));
  return wrap(
    path,
    state,
    chain(copies, state, (copy, given) => buildOne(entry, copy, inherited, given, context)),
  );
}

const inherit = (outer: Inits, own: Inits): Inits => ({
  init: own.init ?? outer.init,
  bias_init: own.bias_init ?? outer.bias_init,
});

function buildOne(
  entry: Entry,
  path: string,
  inherited: InheritedOptions,
  state: ShapeState,
  context: BuildContext,
): Built {
  switch (entry.kind) {
    case "layer":
      context.note(entry, path);
      return buildLayer(entry, path, inherited, state, context);
    case "sequential":
      return wrap(path, state, buildAll(entry.layers, path, inherited, state, context));
    case "residual": {
      const built = buildResidual(entry, path, inherited, state, context);
      context.note(entry, path);
      return built;
    }
    case "unknown": {
      context.note(entry, path);
      const inner = buildAll(entry.layers, path, inherited, state, context);
      return { modules: [], state: { ...inner.state, shape: undefined } };
    }
    default:
      return entry satisfies never;
  }
}

function buildResidual(
  entry: ResidualEntry,
  path: string,
  outer: InheritedOptions,
  state: ShapeState,
  context: BuildContext,
): Built {
  const inherited = { ...outer, residual: true };
  const content = buildAll(entry.layers, path, inherited, state, context);
  const beside = buildShortcut(entry, path, inherited, state, content.state, context);
  return addBranches(entry, path, state, content, beside, context);
}

/** `undefined` where it is not known, or does not fit, which has been reported. */
function buildShortcut(
  entry: ResidualEntry,
  path: string,
  inherited: InheritedOptions,
  from: ShapeState,
  to: ShapeState,
  context: BuildContext,
): Built | undefined {
  const { shortcut } = entry;
  const at = join(path, "shortcut");
  switch (shortcut.kind) {
    case "identity":
      return { modules: [], state: from };
    case "layers":
      return buildAll(shortcut.layers, at, inherited, from, context);
    case "projection":
      return buildProjection(entry, path, inherited, from, to, context);
    case "unknown":
      return undefined;
    default:
      return shortcut satisfies never;
  }
}

function wrap(path: string, { shape: input }: ShapeState, { modules, state }: Built): Built {
  if (!input || !state.shape) return { modules: [], state };
  return { modules: [{ kind: "sequential", path, layers: modules, input, output: state.shape }], state };
}
