import { t } from "../../src/l10n/translate.ts";
import type { PanelCommand } from "../../src/protocol/webview.ts";
import { textButton } from "../controls.ts";
import { element, icon } from "../dom.ts";

/** What to do when there is nothing to show yet. */
export function emptyView(hasModels: boolean, command: (command: PanelCommand) => void): HTMLElement {
  const [text, run] = hasModels
    ? [t`Run a model to see how its gradient fares at every layer.`, [t`Run Model`, "run"] as const]
    : [t`Declare a model in a gradlens.json file, run it, and see how its gradient fares at every layer.`];
  const buttons = [
    ...(run ? [run] : []),
    [t`New Model File`, "newModel"],
    [t`Open Examples`, "openExamples"],
  ] as const;
  return element("main", { class: "empty" }, [
    icon("graph-line"),
    element("h1", {}, [t`No run yet`]),
    element("p", {}, [text]),
    ...buttons.map(([label, name], i) =>
      textButton(label, i === 0 ? "primary" : "secondary", () => command(name)),
    ),
  ]);
}
