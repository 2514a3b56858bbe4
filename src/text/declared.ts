import type { DeclaredModel } from "../protocol/declaredModel.ts";

/** A model as it was run, to be read and compared line by line: the fields of its file, then every layer with its arguments in full. */
export function declaredText({ rows, rules, ...model }: DeclaredModel): string {
  const layers = rows.map(({ path, type, params, init, bias_init, input, output }) => ({
    path,
    type,
    ...params,
    ...(init && { init }),
    ...(bias_init && { bias_init }),
    input,
    output,
  }));
  const lines = layers.map((layer) => `    ${JSON.stringify(layer)}`);
  const fields = Object.entries({ ...model, ...(Object.keys(rules).length > 0 && { rules }) }).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{\n${[...fields, `  "layers": [\n${lines.join(",\n")}\n  ]`].join(",\n")}\n}\n`;
}
