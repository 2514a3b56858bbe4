import { t } from "../../src/l10n/translate.ts";
import type { Control, PanelCommand, RunSummary } from "../../src/protocol/webview.ts";
import { dropdown, iconButton } from "../controls.ts";
import { element, setAttribute, setText } from "../dom.ts";
import { progressOf, runName, stateOf, stepOf } from "../progress.ts";
import type { Theme } from "../theme.ts";
import { whole, type View } from "../view.ts";
import { compareView, type CompareEvents } from "./compare.ts";
import { setWords } from "./words.ts";

/** The run that is shown, how it goes, and what can be done with it. */
export interface Header {
  readonly element: HTMLElement;
  update(runs: readonly RunSummary[], view: View, theme: Theme): void;
}

/** What the user does in the header. */
export interface HeaderEvents extends CompareEvents {
  command(command: PanelCommand): void;
  select(run: number): void;
}

export function header({ command, select, ...comparing }: HeaderEvents): Header {
  const picker = dropdown(t`Run`, (value) => select(Number(value)));
  const stale = element(
    "span",
    { class: "stale", title: t`The model or its data have changed since this run.` },
    [t`stale`],
  );
  const dot = element("span", { class: "dot", "aria-hidden": "true" });
  const state = element("span", { class: "state", role: "status" });
  const progress = element("span", { class: "progress" });
  const bar = element("div", { class: "progress-bar", "aria-hidden": "true" });
  const others = compareView(comparing);

  /** What the header says, but for how far the run has come: frames leave it as it is. */
  let told: { readonly runs?: readonly RunSummary[]; readonly run?: RunSummary } = {};
  let paused = false;
  const pause = iconButton("debug-pause", t`Pause`, () => command(paused ? "resume" : "pause"));
  const step = iconButton("debug-step-over", t`Step`, () => command("step"));
  const stop = iconButton("debug-stop", t`Stop`, () => command("stop"));
  const again = iconButton("debug-restart", t`Run again`, () => command("rerun"));
  const buttons = { pause, step, stop, rerun: again } satisfies Partial<Record<Control, unknown>>;
  const controls = element("div", { class: "controls", role: "toolbar", "aria-label": t`Run` }, [
    ...Object.values(buttons).map((button) => button.element),
  ]);

  return {
    element: element("header", { class: "header" }, [
      element("div", { class: "header-run" }, [picker.element, controls]),
      element("div", { class: "header-state" }, [dot, state, progress, stale]),
      element("div", { class: "progress-track", "aria-hidden": "true" }, [bar]),
      others.element,
    ]),
    update(runs, shown, theme) {
      const view = whole(shown);
      const { run } = view;
      setText(progress, progressOf(view));
      bar.style.width = `${100 * Math.min(1, stepOf(view) / Math.max(1, run.info.steps ?? Infinity))}%`;
      others.update(runs, view, theme);
      if (runs === told.runs && run === told.run) return;
      told = { runs, run };
      paused = run.state === "paused";
      picker.set(runs.map(choiceOf), String(run.id));
      setAttribute(picker.element, "title", t`${run.info.model} in ${run.file}, started ${run.started}`);
      stale.hidden = !run.stale;
      setAttribute(dot, "class", `dot dot-${tone(run)}`);
      setWords(state, stateOf(run));
      controls.hidden = run.controls.length === 0;
      for (const [name, button] of Object.entries(buttons))
        button.element.hidden = !run.controls.includes(name as Control);
      const going = run.state === "running" || paused;
      pause.set({
        icon: paused ? "debug-continue" : "debug-pause",
        label: paused ? t`Resume` : t`Pause`,
        disabled: !going,
      });
      step.set({ disabled: !paused });
      stop.set({ disabled: run.state === "ended" });
      again.set({ disabled: run.state === "preparing" });
    },
  };
}

const choiceOf = (run: RunSummary): { value: string; label: string } => ({
  value: String(run.id),
  label: runName(run),
});

type Tone = "preparing" | "running" | "paused" | "done" | "failed";

const tone = ({ state, end }: RunSummary): Tone =>
  state !== "ended" ? state : end?.reason === "failed" || end?.reason === "non_finite" ? "failed" : "done";
