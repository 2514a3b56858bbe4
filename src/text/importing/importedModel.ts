import { t } from "../../l10n/translate.ts";
import type { LayerInfo, RunInfo } from "../../protocol/run.ts";
import { type Fields, type Shape, taken } from "./fields.ts";
import { inputOf } from "./input.ts";
import { CERTAIN, KINDS } from "./kinds.ts";
import { trainingOf } from "./training.ts";

/** A model file that was made of a run's layers. */
export interface ImportedModel {
  readonly text: string;
  /** Paths of the layers that are not in it, with their types. */
  readonly left: readonly string[];
  /** Paths of the layers of which the run does not say what they were made with: their shapes suggest it. */
  readonly guessed: readonly string[];
}

/**
 * A model file of a run's layers, in the order in which the program registers them: their types, names and sizes are the run's, and
 * what they were made with where it says so; data are to be filled in. A `Residual` (as exported programs have) stays one; what else holds layers is taken apart.
 */
export function importedModel(info: RunInfo): ImportedModel {
  const left: string[] = [];
  const guessed: string[] = [];
  const lines: string[] = [];
  const leaves = info.layers.filter(({ path }) => !isParent(info.layers, path));
  const open = (path: string): readonly string[] =>
    info.layers
      .filter((one) => one.type === "Residual" && path.startsWith(`${one.path}.`))
      .map((one) => one.path)
      .sort((a, b) => a.length - b.length);
  const stack: string[] = [];
  const indent = (): string => "        " + "  ".repeat(2 * stack.length);
  const close = (): void => {
    stack.pop();
    lines.push(`${indent()}  ] },`);
  };
  leaves.forEach((layer, i) => {
    const around = { input: leaves[i - 1]?.output_shape, next: leaves[i + 1] };
    const within = open(layer.path);
    while (stack.length > 0 && !within.includes(stack.at(-1) ?? "")) close();
    for (const path of within.slice(stack.length)) {
      const fields = JSON.stringify({ type: "Residual", ...named(path, stack.at(-1)) });
      lines.push(`${indent()}${fields.slice(0, -1)}, "layers": [`);
      stack.push(path);
    }
    const declared = Object.hasOwn(KINDS, layer.type) ? KINDS[layer.type] : undefined;
    const isProjection = within.some((path) => layer.path.startsWith(`${path}.shortcut`));
    const made = layer.arguments;
    const own = declared && (made ? taken(made, declared.takes) : declared.guess?.(layer, around));
    if (own && !isProjection) {
      const isGuess = !made && declared.takes.length > 0 && !CERTAIN.has(layer.type);
      if (isGuess) guessed.push(layer.path);
      const fields = {
        type: layer.type,
        ...named(layer.path, stack.at(-1)),
        ...own,
        ...declared.more(layer, around),
      };
      lines.push(`${indent()}${JSON.stringify(fields)},${isGuess ? ` // ${t`a guess`}` : ""}`);
    } else if (layer.type !== "Sequential" && layer.type !== "Identity") {
      left.push(`${layer.path} (${layer.type})`);
      lines.push(`${indent()}// ${t`${quotedLine(`${layer.path}: ${layer.type}`)} is left out`}`);
    }
  });
  while (stack.length > 0) close();
  return { text: fileOf(info, inputOf(leaves[0]), lines, guessed.length > 0), left, guessed };
}

const isParent = (layers: readonly LayerInfo[], path: string): boolean =>
  layers.some((other) => other.path.startsWith(`${path}.`));

/** Names are of letters, digits and _; a layer that has only a number in what it lies in needs none. */
function named(path: string, within: string | undefined): Fields {
  const own = within === undefined ? path : path.slice(within.length + 1);
  if (/^\d+$/.test(own)) return {};
  const name = own.replaceAll(/[^A-Za-z0-9_]/g, "_").slice(0, LONGEST_NAME);
  return { name: /^\d/.test(name) ? `_${name}` : name };
}

const LONGEST_NAME = 64;

/** On one line, whatever is in it. */
const quotedLine = (text: string): string =>
  JSON.stringify(text.slice(0, 200)).replaceAll(/[\u0080-\u{10ffff}]/gu, "?");

function fileOf(info: RunInfo, input: Shape, layers: readonly string[], isGuess: boolean): string {
  const { lines, isWhole } = trainingOf(info);
  const made = isGuess
    ? t`Made of the layers of a run: what it does not tell (strides, padding, dropout, what is called twice) is as their shapes suggest.`
    : t`Made of the layers of a run, in the order in which the program makes them: what it calls twice, or does between them, is not in it.`;
  const missing = isWhole
    ? t`To be filled in: the program's data.`
    : t`To be filled in: the program's loss, optimizer and data.`;
  return `{
  // ${made}
  "version": 1,
  "models": {
    ${JSON.stringify(info.model)}: {
      "input": ${JSON.stringify(input)},
      "layers": [
${layers.join("\n")}
      ],
      // ${missing}
${lines.map((line) => `      ${line}`).join("\n")}
      "data": { "type": "gaussian", "samples": 256 },
      "train": { "steps": 200, "batch_size": 32, "seed": 0 }
    }
  }
}
`;
}
