import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
} from "@vscode/webview-ui-toolkit";
import { element, icon, setAttribute, setIcon, setText } from "./dom.ts";

/** Makes the components known to the page. The toolkit is archived: this file alone knows of it. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption());
}

export interface IconButton {
  readonly element: HTMLElement;
  set(state: {
    readonly icon?: string;
    readonly label?: string;
    readonly disabled?: boolean;
    /** Whether what it opens is open. */
    readonly expanded?: boolean;
  }): void;
}

/** A button that shows an icon and is called by its label. `opens`: what. */
export function iconButton(name: string, label: string, onClick: () => void, opens?: "menu"): IconButton {
  const picture = icon(name);
  const button = element(
    "vscode-button" as "button",
    { appearance: "icon", "aria-label": label, title: label },
    [picture],
  );
  button.addEventListener("click", onClick);
  if (opens) Object.assign(button, { ariaHaspopup: opens, ariaExpanded: "false" });
  return {
    element: button,
    set(state) {
      if (state.icon !== undefined) setIcon(picture, state.icon);
      for (const name of ["aria-label", "title"]) {
        if (state.label !== undefined) setAttribute(button, name, state.label);
      }
      if (state.disabled !== undefined) setAttribute(button, "disabled", state.disabled);
      // The component hands on what is set as a property, and no attribute but the name.
      if (state.expanded !== undefined) button.ariaExpanded = String(state.expanded);
    },
  };
}

export function textButton(
  label: string,
  appearance: "primary" | "secondary",
  onClick: () => void,
): HTMLElement {
  const button = element("vscode-button" as "button", { appearance }, [label]);
  button.addEventListener("click", onClick);
  return button;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Dropdown {
  readonly element: HTMLElement;
  set(choices: readonly Choice[], value: string): void;
}

/** A list to pick one of; `onChange` is for picks of the user only. */
export function dropdown(label: string, onChange: (value: string) => void): Dropdown {
  const list = element("vscode-dropdown" as "select", { "aria-label": label, class: "picker" });
  let chosen = "";
  list.addEventListener("change", () => {
    if (list.value === chosen || list.value === "") return;
    chosen = list.value;
    onChange(chosen);
  });
  let shown = "";
  return {
    element: list,
    set(choices, value) {
      const key = JSON.stringify(choices);
      if (key !== shown) {
        shown = key;
        reconcile(list, choices);
      }
      if (chosen === value && list.value === value) return;
      chosen = value;
      // The component takes up new options after it has seen them in its slot.
      setTimeout(() => (list.value = chosen));
    },
  };
}

function reconcile(list: HTMLElement, choices: readonly Choice[]): void {
  while (list.children.length > choices.length) list.lastElementChild?.remove();
  for (const [i, { value, label }] of choices.entries()) {
    const option = list.children[i] ?? list.appendChild(element("vscode-option" as "option"));
    setAttribute(option, "value", value);
    setAttribute(option, "aria-label", label); // the component would call each of them "Option"
    setText(option, label);
  }
}
