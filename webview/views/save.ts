import { t } from "../../src/l10n/translate.ts";
import { SAVE_FORMATS, type SaveFormat } from "../../src/protocol/webview.ts";
import { iconButton } from "../controls.ts";
import { element } from "../dom.ts";

/** A button that offers the formats in which a chart can be saved. */
export interface SaveView {
  readonly button: HTMLElement;
  readonly choices: HTMLElement;
}

const NAMES: Readonly<Record<SaveFormat, string>> = {
  png: "PNG",
  svg: "SVG",
  csv: "CSV",
};

/** `drawn`: it is a chart, and not a table alone. */
export function saveView(
  title: string,
  save: (format: SaveFormat) => Promise<void>,
  drawn: boolean,
): SaveView {
  const choices = element("div", {
    class: "save-choices",
    role: "group",
    "aria-label": t`Save ${title} as`,
    hidden: true,
  });
  const button = iconButton("save", t`Save as…`, () => show(choices.hidden !== false));

  function show(on: boolean): void {
    choices.hidden = !on;
    button.set({ pressed: on });
    if (on) choices.querySelector("button")?.focus();
  }

  const formats = drawn ? SAVE_FORMATS : SAVE_FORMATS.filter((format) => format === "csv");
  choices.append(
    t`Save as`,
    ...formats.map((format) => {
      const one = element("button", { class: "latest", type: "button" }, [NAMES[format]]);
      one.addEventListener("click", () => {
        show(false);
        void save(format);
      });
      return one;
    }),
  );
  choices.addEventListener("keydown", ({ key }) => key === "Escape" && show(false));
  return { button: button.element, choices };
}
