import { inits, type InitType, NONLINEARITIES } from "../engine/init/index.ts";
import { type LayerTable, typeOf } from "../engine/network.ts";
import type { Choice } from "../engine/params.ts";
import { leavesOf, type LayerSpec, type ModelSpec } from "../engine/spec.ts";
import { python } from "../engine/torch.ts";
import { format, WIDTH } from "./layout.ts";
import { listed } from "./paths.ts";
import { INDENT, indented, literal } from "./python.ts";

/** Layers in a row that are initialised alike. */
interface Like {
  readonly paths: string[];
  readonly statements: readonly string[];
}

/** The body of a function that sets `model`'s weights by `init` and `bias_init`, in the order of definition. */
export function initialiseLines(spec: ModelSpec, table: LayerTable): readonly string[] {
  const groups: Like[] = [];
  for (const layer of leavesOf(spec.layers)) {
    const statements = statementsOf(layer, table);
    if (statements.length === 0) continue;
    const last = groups.at(-1);
    if (last && last.statements.join() === statements.join()) last.paths.push(layer.path);
    else groups.push({ paths: [layer.path], statements });
  }
  return groups.flatMap(linesOf);
}

function linesOf({ paths, statements }: Like): readonly string[] {
  if (paths.length === 1) return [`layer = model.get_submodule(${literal(paths[0])})`, ...statements];
  const list = { open: "for path in [", items: listed(paths), close: "]:" };
  return [
    ...format(list, WIDTH - INDENT.length),
    ...indented(["layer = model.get_submodule(path)", ...statements]),
  ];
}

function statementsOf(layer: LayerSpec, table: LayerTable): readonly string[] {
  const weights = typeOf(table, layer).weights?.(layer.params, layer.input) ?? [];
  return weights.flatMap(({ name, role }) => {
    const choice = role === "weight" ? layer.init : role === "bias" ? layer.bias_init : undefined;
    return choice ? [call(choice, `layer.${name}`)] : [];
  });
}

/** `nn.init.xavier_uniform_(layer.weight, gain=nn.init.calculate_gain("tanh"))` */
function call({ type, params }: Choice, tensor: string): string {
  const declared = (inits as Readonly<Record<string, InitType>>)[type].params;
  const keywords = Object.entries(params)
    .filter(([name, value]) => value !== undefined && value !== declared[name]?.fallback)
    .map(([name, value]) => `${name}=${argument(name, value)}`);
  return `nn.init.${type}_(${[tensor, ...keywords].join(", ")})`;
}

/** A gain may be named by its nonlinearity. */
const argument = (name: string, value: unknown): string =>
  name === "gain" && NONLINEARITIES.some((nonlinearity) => nonlinearity === value)
    ? `nn.init.calculate_gain(${python(value)})`
    : python(value);
