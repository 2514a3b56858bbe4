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
    role: "menu",
    "aria-label": t`Save ${title} as`,
    hidden: true,
  });
  const opener = iconButton("save", t`Save as…`, () => show(choices.hidden !== false), "menu");
  const button = opener.element;

  function show(on: boolean): void {
    choices.hidden = !on;
    opener.set({ expanded: on });
    if (on) items[0]?.focus();
  }

  const formats = drawn ? SAVE_FORMATS : SAVE_FORMATS.filter((format) => format === "csv");
  const items = formats.map((format) => {
    const one = element("button", { class: "latest", type: "button", role: "menuitem", tabindex: -1 }, [
      NAMES[format],
    ]);
    one.addEventListener("click", () => {
      leave();
      void save(format);
    });
    return one;
  });
  choices.append(element("span", { "aria-hidden": "true" }, [t`Save as`]), ...items);

  /** The focus goes back to where it came from. */
  function leave(): void {
    show(false);
    button.focus();
  }

  choices.addEventListener("keydown", (event) => {
    const at = items.findIndex((one) => one === event.target);
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: -1,
    };
    if (event.key === "Escape") leave();
    else if (event.key in to) items.at(to[event.key as keyof typeof to] % items.length)?.focus();
    else return;
    event.preventDefault();
  });
  choices.addEventListener("focusout", ({ relatedTarget: next }) => {
    if (next instanceof Node && !choices.contains(next) && !button.contains(next)) show(false);
  });
  return { button, choices };
}
