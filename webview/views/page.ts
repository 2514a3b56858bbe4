import { t } from "../../src/l10n/translate.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { summarise } from "../../src/insight/findings/summarise.ts";
import type { Severity } from "../../src/insight/findings/finding.ts";
import { counted } from "../../src/insight/format.ts";
import { textButton } from "../controls.ts";
import { element, icon, setText } from "../dom.ts";
import type { View } from "../view.ts";
import { setWords } from "./words.ts";

/** What a layer is, above all of its figures. */
export interface PageView {
  readonly element: HTMLElement;
  update(view: View): void;
  /** Takes the focus, when the page has been opened. */
  focus(): void;
}

const ICONS: Readonly<Record<Severity, string>> = { info: "info", warning: "warning", error: "error" };

/** `back`: to the charts of all layers; `reveal`: the layer's declaration; `decompose`: its Jacobian spectrum, which is computed. */
export function pageView(
  back: () => void,
  reveal: (layer: string) => void,
  decompose: (layer: string) => void,
): PageView {
  let path = "";
  let shown = "";
  const name = element("h2", { tabindex: -1 });
  const list = element("dl", { class: "definition" });
  const found = element("ul", { class: "found" });
  const computes = textButton(t`Jacobian spectrum`, "secondary", () => decompose(path));
  const root = element("section", { class: "page-head", "aria-label": t`Layer` }, [
    element("div", { class: "page-tools" }, [
      textButton(t`All layers`, "secondary", back),
      textButton(t`Show declaration`, "secondary", () => reveal(path)),
      computes,
    ]),
    name,
    list,
    found,
  ]);
  root.addEventListener("keydown", ({ key }) => key === "Escape" && back());
  return {
    element: root,
    focus: () => name.focus(),
    update(view) {
      const { layers, page = -1, run } = view;
      const layer = layers[page];
      if (!layer) return;
      path = layer.path;
      computes.hidden = !run.controls.includes("rerun");
      const findings = summarise(view).findings.filter(
        (one) => one.layer === path || (one.marks.get(page) ?? "even") !== "even",
      );
      const key = JSON.stringify([run.id, path, findings.map(({ message }) => message)]);
      if (key === shown) return;
      shown = key;
      setWords(name, `${layerName(path)} · ${layer.type}`);
      list.replaceChildren(
        ...definition(view, page).flatMap(([what, value]) => [
          element("dt", {}, [what]),
          element("dd", {}, [value]),
        ]),
      );
      found.replaceChildren(
        ...findings.map(({ severity, message }) => {
          const text = element("span");
          setText(text, message);
          return element("li", { class: `severity-${severity}` }, [icon(ICONS[severity]), text]);
        }),
      );
    },
  };
}

/** What the file says of the layer, and what follows from it. */
function definition(view: View, row: number): readonly (readonly [string, string])[] {
  const layer = view.layers[row];
  const declared = view.run.info.declared?.rows[row];
  if (!layer) return [];
  const values = layer.parameters.reduce((sum, { shape }) => sum + shape.reduce((p, n) => p * n, 1), 0);
  const shape = (sizes: readonly number[]): string => sizes.join(" × ") || t`one number`;
  return [
    [t`shape`, declared ? `${shape(declared.input)} → ${shape(declared.output)}` : shape(layer.output_shape)],
    ...Object.entries(declared?.params ?? {}).map(([name, value]) => [name, JSON.stringify(value)] as const),
    ...(declared?.init
      ? [[t`init`, `${declared.init.type} ${JSON.stringify(declared.init.params)}`] as const]
      : []),
    ...layer.parameters.map(({ name, shape: sizes }) => [name, shape(sizes)] as const),
    ...(values > 0 ? [[t`in all`, counted(values, "parameter")] as const] : []),
  ];
}
