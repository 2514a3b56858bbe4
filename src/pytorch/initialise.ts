import { inits, type InitType, NONLINEARITIES } from "../engine/init/index.ts";
import { type LayerTable, typeOf } from "../engine/graph/network.ts";
import type { Selection } from "../engine/params.ts";
import { layersOf, type LayerSpec, type ModelSpec } from "../engine/spec.ts";
import { torchCall } from "../engine/torch.ts";
import { written } from "./calls.ts";
import { flat, format, WIDTH } from "./layout.ts";
import { listed } from "./paths.ts";
import { float, INDENT, indented, literal, python } from "./python.ts";

/** Layers in a row that are initialised alike. */
interface Like {
  readonly paths: string[];
  readonly statements: readonly string[];
}

/** The body of a function that sets `model`'s weights by `init` and `bias_init`, in the order of definition. */
export function initialiseLines(spec: ModelSpec, table: LayerTable): readonly string[] {
  const groups: Like[] = [];
  for (const layer of layersOf(spec.layers)) {
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
  return weights.flatMap(({ name, role, fixed }) => {
    const choice = role === "weight" ? layer.init : role === "bias" ? layer.bias_init : undefined;
    return [
      ...(choice ? [call(choice, `layer.${name}`)] : []),
      ...(fixed
        ? [`nn.init.constant_(layer.${name}[${fixed.from}:${fixed.to}], ${float(fixed.value)})`]
        : []),
    ];
  });
}

/** `nn.init.xavier_uniform_(layer.weight, gain=nn.init.calculate_gain("tanh"))` */
function call({ type, params }: Selection, tensor: string): string {
  const { params: declared } = (inits as Readonly<Record<string, InitType>>)[type];
  const { gain, ...others } = params;
  const named = NONLINEARITIES.some((nonlinearity) => nonlinearity === gain);
  // A gain may be named by its nonlinearity.
  const kwargs = named ? others : params;
  const { open, items, close } = written(torchCall(`nn.init.${type}_`, [], kwargs), declared, {
    before: [tensor],
  });
  return flat({
    open,
    items: named ? [...items, `gain=nn.init.calculate_gain(${python(gain)})`] : items,
    close,
  });
}
