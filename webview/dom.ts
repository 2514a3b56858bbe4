type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A new element with its attributes and children. `true` sets an attribute without a value, `false` and `undefined` leave it out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children);
  return node;
}

export function setAttribute(node: Element, name: string, value: Attributes[string]): void {
  const text = value === undefined || value === false ? null : value === true ? "" : String(value);
  if (text === node.getAttribute(name)) return;
  if (text === null) node.removeAttribute(name);
  else node.setAttribute(name, text);
}

/** Writes a text only where it changes, so that a selection and a screen reader's place survive. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** A codicon; decoration only, so that what it stands for has to be said beside it. */
export const icon = (name: string): HTMLElement =>
  element("span", { class: `codicon codicon-${name}`, "aria-hidden": "true" });

export function setIcon(node: Element, name: string): void {
  setAttribute(node, "class", `codicon codicon-${name}`);
}
