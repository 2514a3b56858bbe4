import { type LayerTable, typeOf } from "../engine/graph/network.ts";
import type { LayerSpec, ModuleSpec, ResidualSpec } from "../engine/spec.ts";
import { written } from "./calls.ts";
import { type Expression, flat, prefixed } from "./layout.ts";
import { literal } from "./python.ts";
import { spelled } from "./wrappers.ts";

/** From so many equal modules in a row on, they are made by a loop. */
const RUN = 3;

function layerOf(part: LayerSpec, table: LayerTable): Expression {
  const { params, torch } = typeOf(table, part);
  return written(spelled(part, torch(part.params, part.input)), params);
}

/** The expression that constructs a module, its parts in the order of definition. */
function moduleOf(part: ModuleSpec, table: LayerTable): Expression {
  switch (part.kind) {
    case "layer":
      return layerOf(part, table);
    case "sequential":
      return { open: "nn.Sequential(", items: childrenOf(part.layers, part.path, table), close: ")" };
    case "residual":
      return residual(part, table);
    default:
      return part satisfies never;
  }
}

function residual({ path, layers, shortcut }: ResidualSpec, table: LayerTable): Expression {
  const items = childrenOf(layers, path, table);
  if (shortcut.length === 0) return { open: "Residual(", items, close: ")" };
  const at = `${path}.shortcut`;
  const [first] = shortcut;
  const beside: Expression =
    first.path === at
      ? moduleOf(first, table)
      : { open: "nn.Sequential(", items: childrenOf(shortcut, at, table), close: ")" };
  return { open: "ResidualWithShortcut(", items: [...items, prefixed("shortcut=", beside)], close: ")" };
}

/** What an `nn.Sequential` at `path` (empty: the model) is made of: its children, or an OrderedDict where they have names. */
export function childrenOf(
  modules: readonly ModuleSpec[],
  path: string,
  table: LayerTable,
): readonly Expression[] {
  const names = modules.map((part) => (path === "" ? part.path : part.path.slice(path.length + 1)));
  const expressions = modules.map((part) => moduleOf(part, table));
  if (names.every((name, i) => name === String(i))) return looped(expressions);
  const items = expressions.map((expression, i) => prefixed(`${literal(names[i])}: `, expression));
  return [{ open: "OrderedDict({", items, close: "})" }];
}

/** With a generator expression for each run of equal ones, since each is a module of its own. */
function looped(expressions: readonly Expression[]): readonly Expression[] {
  const texts = expressions.map(flat);
  const out: Expression[] = [];
  for (let i = 0; i < texts.length;) {
    let end = i + 1;
    while (end < texts.length && texts[end] === texts[i]) end++;
    if (end - i < RUN) out.push(...expressions.slice(i, end));
    else out.push(loop(expressions[i], end - i));
    i = end;
  }
  return out;
}

const loop = (expression: Expression, count: number): Expression => ({
  open: "*(",
  items: [expression, `for _ in range(${count})`],
  close: ")",
  separator: "",
});
