import type { LayerTable } from "../engine/graph/network.ts";
import type { ModelSpec } from "../engine/spec.ts";
import { show } from "../engine/tensor.ts";
import { pathOf } from "./data/files.ts";
import { initialiseLines } from "./initialise.ts";
import { format, WIDTH } from "./layout.ts";
import { childrenOf } from "./modules.ts";
import { className } from "./names.ts";
import { INDENT, indented } from "./python.ts";

/** The model as a class whose parameters have the names of GradLens's. */
export function modelClass({ name, layers, input, output }: ModelSpec, table: LayerTable): readonly string[] {
  const call = { open: "super().__init__(", items: childrenOf(layers, "", table), close: ")" };
  return [
    `class ${className(name)}(nn.Sequential):`,
    ...indented([
      `"""From ${show(input)} to ${show(output)}, behind the batch."""`,
      "",
      "def __init__(self):",
      ...indented(format(call, WIDTH - 2 * INDENT.length)),
    ]),
  ];
}

/** Functions that set the weights to start from: `build_model` is the one to call. */
export function buildFunctions(spec: ModelSpec, table: LayerTable): readonly (readonly string[])[] {
  const lines = spec.weights === undefined ? initialiseLines(spec, table) : [];
  const build = [
    "def build_model():",
    ...indented([
      '"""The model with the weights that training starts from."""',
      "torch.manual_seed(SEED)",
      `model = ${className(spec.name)}()`,
      ...(lines.length > 0 ? ["initialise(model)"] : []),
      ...(spec.weights === undefined ? [] : loadLines(spec.weights)),
      "return model",
    ]),
  ];
  if (lines.length === 0) return [build];
  const initialise = [
    "def initialise(model):",
    ...indented([
      '"""Sets the weights that do not start as PyTorch\'s modules do, in their order."""',
      ...lines,
    ]),
  ];
  return [initialise, build];
}

const loadLines = (weights: string): readonly string[] => [
  `stored = load_file(FOLDER / ${pathOf(weights)})`,
  "# DataParallel and torch.compile put these before all names.",
  'for prefix in ("module.", "_orig_mod.") * 2:',
  "    if not stored.keys() <= model.state_dict().keys() and all(name.startswith(prefix) for name in stored):",
  "        stored = {name.removeprefix(prefix): tensor for name, tensor in stored.items()}",
  "model.load_state_dict({**model.state_dict(), **stored})",
];
