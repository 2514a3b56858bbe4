import { layersOf, type LayerSpec, type ModuleSpec } from "../../src/engine/spec.ts";

/** What modules make of x, one after the other. `join(x, f)` is f(x) + x. */
export function outputOf<T>(
  modules: readonly ModuleSpec[],
  x: T,
  layer: (spec: LayerSpec, x: T) => T,
  join: (x: T, f: (x: T) => T) => T,
): T {
  return modules.reduce((x, part) => {
    switch (part.kind) {
      case "layer":
        return layer(part, x);
      case "sequential":
        return outputOf(part.layers, x, layer, join);
      case "residual":
        return join(x, (x) => outputOf(part.layers, x, layer, join));
      default:
        return part satisfies never;
    }
  }, x);
}

/** Weights by the path of their layer, and the last part of their names. */
export const weightsByLayer = <T>(
  modules: readonly ModuleSpec[],
  theta: Readonly<Record<string, T>>,
): Record<string, Record<string, T>> =>
  Object.fromEntries(
    [...layersOf(modules)].map(({ path }) => [
      path,
      Object.fromEntries(
        Object.entries(theta)
          .filter(([name]) => name.startsWith(`${path}.`))
          .map(([name, value]) => [name.slice(path.length + 1), value]),
      ),
    ]),
  );
