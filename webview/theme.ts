import type { ThemeKind } from "./scale.ts";

/** The editor's colours as a canvas needs them. */
export interface Theme {
  readonly kind: ThemeKind;
  readonly foreground: string;
  /** Labels of axes, and what lies in the background. */
  readonly muted: string;
  /** A second kind of mark, apart from the foreground and from the scale of shares. */
  readonly second: string;
  readonly focus: string;
  /** What charts lie on. */
  readonly ground: string;
  readonly font: string;
}

const KINDS: readonly (readonly [className: string, kind: ThemeKind])[] = [
  ["vscode-high-contrast-light", "hc-light"], // before the next: the light one carries both classes
  ["vscode-high-contrast", "hc"],
  ["vscode-light", "light"],
];

// Where a theme leaves a colour empty: high contrast does so for some of the charts' colours.
const FALLBACKS = {
  dark: { foreground: "#cccccc", muted: "#9d9d9d", second: "#89d185", focus: "#3794ff", ground: "#1f1f1f" },
  light: { foreground: "#3b3b3b", muted: "#6b6b6b", second: "#388a34", focus: "#005fb8", ground: "#ffffff" },
  hc: { foreground: "#ffffff", muted: "#d8d8d8", second: "#89d185", focus: "#f38518", ground: "#000000" },
  "hc-light": {
    foreground: "#292929",
    muted: "#3f3f3f",
    second: "#2c6b29",
    focus: "#006bbd",
    ground: "#ffffff",
  },
} as const;

const VARIABLES = {
  foreground: "--vscode-foreground",
  muted: "--vscode-descriptionForeground",
  second: "--vscode-charts-green",
  focus: "--vscode-focusBorder",
  ground: "--vscode-editor-background",
} as const;

export function readTheme(): Theme {
  const kind = KINDS.find(([className]) => document.body.classList.contains(className))?.[1] ?? "dark";
  const style = getComputedStyle(document.documentElement);
  const colour = (name: keyof typeof VARIABLES): string =>
    style.getPropertyValue(VARIABLES[name]).trim() || FALLBACKS[kind][name];
  return {
    kind,
    foreground: colour("foreground"),
    muted: colour("muted"),
    second: colour("second"),
    focus: colour("focus"),
    ground: colour("ground"),
    font: style.getPropertyValue("--vscode-font-family").trim() || "system-ui, sans-serif",
  };
}

/** Calls the listener whenever VS Code has changed its theme: it sets classes on the body and variables on the root. */
export function watchTheme(listener: (theme: Theme) => void): { dispose(): void } {
  const observer = new MutationObserver(() => listener(readTheme()));
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  return { dispose: () => observer.disconnect() };
}

/** Whether VS Code, or else the system, has been asked for less motion. */
export const wantsLessMotion = (): boolean =>
  document.body.classList.contains("vscode-reduce-motion") ||
  matchMedia("(prefers-reduced-motion:reduce)").matches;

/** A colour with a part of its strength. */
export const faded = (colour: string, strength: number): string =>
  `color-mix(in srgb, ${colour} ${Math.round(strength * 100)}%, transparent)`;
