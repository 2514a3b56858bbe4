/** A model file as large as one may be: layers one after the other, each with a comment. */
export function largeFile(models: number, layersOfEach: number): string {
  const layers = Array.from({ length: layersOfEach - 1 }, (_, i) => layer(i)).join(",\n");
  const one = (name: string): string => `    "${name}": {
      "input": [4],
      "layers": [
${layers},
        { "type": "Linear", "name": "head", "out_features": 1 }
      ],
      "loss": "BCEWithLogitsLoss",
      "data": { "type": "gaussian", "samples": 64 }
    }`;
  const all = Array.from({ length: models }, (_, i) => one(`m${i}`)).join(",\n");
  return `{\n  "version": 1,\n  "models": {\n${all}\n  }\n}\n`;
}

/** What an edit turns into something wrong, and back: it stands once in every layer with weights. */
export const RIGHT = `"std": 0.1`;
export const WRONG = `"std": -1`;

/** A layer in some 325 characters: 5,000 of them are 1.6 MB. */
function layer(i: number): string {
  const what =
    i % 2 === 0
      ? `"type": "Linear",\n          "out_features": 4,\n          "init": { "type": "normal", ${RIGHT} }`
      : `"type": "Tanh"`;
  const comment = `// ${"what this layer is for, in words ".repeat(6)}`;
  return `        {\n          ${comment}\n          "name": "layer_${i}",\n          ${what}\n        }`;
}
