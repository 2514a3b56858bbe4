import { dataSets } from "../engine/data/index.ts";
import type { DataType } from "../engine/data/data.ts";
import type { ModelSpec } from "../engine/spec.ts";
import { layersOf } from "../engine/spec.ts";
import { pathOf } from "./data/files.ts";
import { inDocstring, indented } from "./python.ts";

/** What stands above the imports. `modules`: those that the program imports. */
export function docstring(spec: ModelSpec, modules: ReadonlySet<string>): readonly string[] {
  const packages = ["torch", "numpy", "safetensors"].filter((name) => name === "torch" || modules.has(name));
  return [
    '"""',
    `The model "${inDocstring(spec.name)}", exported by GradLens. Needs ${packages.join(", ")}.`,
    "",
    "Run it to train the model; with --jsonl it prints a line of JSON for each step. The names of the",
    "parameters, the random numbers and the order of the samples are GradLens's, so that the losses",
    "lie on those that it shows.",
    "",
    "Where the package gradlens is, the run is written to .gradlens/runs and shows in VS Code. With",
    "`torchrun --nproc-per-node=2 PROGRAM` two processes share each batch, each on a GPU if there is one.",
    ...(dropsOut(spec) ? DROPOUT_NOTE : []),
    '"""',
  ];
}

const DROPOUT_NOTE = [
  "",
  "But for dropout: PyTorch draws other masks, so that the losses agree only on average.",
];

/** Whether any layer draws masks while it trains. */
const dropsOut = ({ layers }: ModelSpec): boolean =>
  [...layersOf(layers)].some(
    ({ type, params }) => Number(type === "Dropout" ? params["p"] : (params["dropout"] ?? 0)) > 0,
  );

/** Imports, those of Python itself first. `model`: the text of the model's class. */
export const importLines = (modules: ReadonlySet<string>, model: string): readonly string[] => [
  ...[...modules]
    .filter((name) => !PACKAGES.has(name))
    .sort()
    .map((name) => `import ${name}`),
  ...(model.includes("OrderedDict(") ? ["from collections import OrderedDict"] : []),
  "from os import environ",
  ...(modules.has("pathlib") ? ["from pathlib import Path"] : []),
  "",
  ...(modules.has("numpy") ? ["import numpy"] : []),
  "import torch",
  ...(modules.has("safetensors") ? ["from safetensors.torch import load_file"] : []),
  "from torch import distributed, nn",
  "",
  "try:",
  ...indented(["import gradlens"]),
  "except ImportError:",
  ...indented(["gradlens = None"]),
];

/** Those with a line of their own. */
const PACKAGES = new Set(["numpy", "safetensors", "pathlib"]);

/** Whether the program reads files beside the model file. */
export const readsFiles = ({ data, weights }: ModelSpec): boolean =>
  weights !== undefined || (dataSets as Readonly<Record<string, DataType>>)[data.type].kind === "file";

/** `folder`: that of the model file, as seen from the program's. */
export const constants = (spec: ModelSpec, folder: string): readonly string[] => [
  `SEED = ${spec.train.seed}`,
  `STEPS = ${spec.train.steps}`,
  `BATCH_SIZE = ${spec.train.batch_size}`,
  "# torchrun says how many processes share each batch, and which one this is.",
  'WORLD, RANK = int(environ.get("WORLD_SIZE", 1)), int(environ.get("RANK", 0))',
  "GPU = WORLD > 1 and torch.cuda.is_available()",
  `DEVICE = f"cuda:{environ['LOCAL_RANK']}" if GPU else "cpu"`,
  ...(readsFiles(spec)
    ? [
        "# The paths of files are relative to this folder, the model file's.",
        `FOLDER = Path(__file__).resolve().parent${folder === "" ? "" : ` / ${pathOf(folder)}`}`,
      ]
    : []),
];
