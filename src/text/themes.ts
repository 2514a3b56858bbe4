/** The variables of VS Code's own themes that the panel reads, as the webview's root has them. */
const NAMES = [
  "foreground",
  "descriptionForeground",
  "sideBar-background",
  "editor-background",
  "focusBorder",
  "widget-border",
  "contrastBorder",
  "charts-green",
  "charts-blue",
  "charts-yellow",
  "errorForeground",
  "editorWarning-foreground",
  "editorInfo-foreground",
  "textLink-foreground",
  "button-background",
  "button-foreground",
  "button-secondaryBackground",
  "button-secondaryForeground",
  "dropdown-background",
  "dropdown-foreground",
  "dropdown-border",
  "editorHoverWidget-background",
  "editorHoverWidget-border",
  "progressBar-background",
  "icon-foreground",
  "toolbar-hoverBackground",
  "list-activeSelectionBackground",
  "list-activeSelectionForeground",
] as const;

const VALUES = {
  dark: "#cccccc #9d9d9d #181818 #1f1f1f #0078d4 #313131 - #89d185 #3794ff #cca700 #f85149 #cca700 #3794ff #4daafc #0078d4 #ffffff #313131 #cccccc #313131 #cccccc #3c3c3c #202020 #454545 #0078d4 #cccccc #5a5d5e50 #04395e #ffffff",
  light:
    "#3b3b3b #6b6b6b #f8f8f8 #ffffff #005fb8 #e5e5e5 - #388a34 #1a85ff #bf8803 #f85149 #bf8803 #1a85ff #005fb8 #005fb8 #ffffff #e5e5e5 #3b3b3b #ffffff #3b3b3b #cecece #f8f8f8 #c8c8c8 #005fb8 #3b3b3b #b8b8b850 #e8e8e8 #000000",
  "high-contrast":
    "#ffffff #ffffffb3 #000000 #000000 #f38518 #6fc3df #6fc3df #89d185 #3794ff #ffd370 #f48771 #ffd370 #3794ff #21a6ff #000000 #ffffff - #ffffff #000000 #ffffff #6fc3df #0c141f #6fc3df #6fc3df #ffffff - #000000 #ffffff",
  "high-contrast-light":
    "#292929 #292929b3 #ffffff #ffffff #006bbd #0f4a85 #0f4a85 #374e06 #1a85ff #895503 #b5200d #895503 #1a85ff #0f4a85 #0f4a85 #ffffff #ffffff #292929 #ffffff #292929 #0f4a85 #ffffff #0f4a85 #0f4a85 #292929 - #0f4a85 #ffffff",
} as const;

export type ThemeName = keyof typeof VALUES;

export const THEMES = Object.keys(VALUES) as readonly ThemeName[];

export const variablesOf = (theme: ThemeName): Readonly<Record<string, string>> => ({
  "--vscode-font-family": "system-ui, sans-serif",
  "--vscode-font-size": "13px",
  "--vscode-editor-font-family": "monospace",
  ...Object.fromEntries(
    VALUES[theme].split(" ").flatMap((value, i) => (value === "-" ? [] : [[`--vscode-${NAMES[i]}`, value]])),
  ),
});

/** The classes that VS Code puts on the body; the light high contrast theme carries both of its kind. */
export const classesOf = (theme: ThemeName): string =>
  theme === "high-contrast-light" ? "vscode-high-contrast vscode-high-contrast-light" : `vscode-${theme}`;
