/** Settings for a quiet, offline, reproducible window with the desktop's defaults. */
export const quietSettings = {
  "chat.disableAIFeatures": true,
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "extensions.ignoreRecommendations": true,
  "window.autoDetectColorScheme": false,
  "editor.accessibilitySupport": "off",
  "editor.cursorBlinking": "solid",
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "files.autoSave": "off", // the desktop's default; VS Code in a browser saves after a delay
};
