import { layers } from "../engine/layers/index.ts";
import type { Param } from "../engine/params.ts";

/** Every layer type by group, with its parameters and their defaults, as a text. */
export function layersText(): string {
  const groups = Map.groupBy(Object.entries(layers), ([, { group }]) => group);
  const width = Math.max(...Object.keys(layers).map((name) => name.length));
  return [...groups]
    .map(([group, types]) => {
      const lines = types.map(([name, { params }]) =>
        `  ${name.padEnd(width)}  ${paramsText(params)}`.trimEnd(),
      );
      return `${group}\n${lines.join("\n")}\n`;
    })
    .join("\n");
}

const paramsText = (params: Readonly<Record<string, Param<unknown>>>): string =>
  Object.entries(params)
    .map(([name, { required, fallback }]) => {
      if (required) return name;
      return fallback === undefined ? `[${name}]` : `${name}=${JSON.stringify(fallback)}`;
    })
    .join(", ");
