import type { PanelCommand, RunSummary } from "../../src/protocol/webview.ts";
import { dropdown, iconButton } from "../controls.ts";
import { element, setAttribute, setText } from "../dom.ts";
import { count, duration, figure } from "../format.ts";
import type { View } from "../view.ts";

/** The run that is shown, how it goes, and what can be done with it. */
export interface Header {
  readonly element: HTMLElement;
  update(runs: readonly RunSummary[], view: View): void;
}

export function header(command: (command: PanelCommand) => void, select: (run: number) => void): Header {
  const picker = dropdown("Run", (value) => select(Number(value)));
  const stale = element("span", { class: "stale", title: "The model's text has changed since this run." }, [
    "stale",
  ]);
  const dot = element("span", { class: "dot", "aria-hidden": "true" });
  const state = element("span", { class: "state", role: "status" });
  const progress = element("span", { class: "progress" });
  const bar = element("div", { class: "progress-bar", "aria-hidden": "true" });

  let paused = false;
  const pause = iconButton("debug-pause", "Pause", () => command(paused ? "resume" : "pause"));
  const step = iconButton("debug-step-over", "Step", () => command("step"));
  const stop = iconButton("debug-stop", "Stop", () => command("stop"));
  const again = iconButton("debug-restart", "Run again", () => command("rerun"));

  return {
    element: element("header", { class: "header" }, [
      element("div", { class: "header-run" }, [
        picker.element,
        element("div", { class: "controls", role: "toolbar", "aria-label": "Run" }, [
          pause.element,
          step.element,
          stop.element,
          again.element,
        ]),
      ]),
      element("div", { class: "header-state" }, [dot, state, progress, stale]),
      element("div", { class: "progress-track", "aria-hidden": "true" }, [bar]),
    ]),
    update(runs, view) {
      const { run } = view;
      paused = run.state === "paused";
      picker.set(runs.map(choiceOf), String(run.id));
      setAttribute(picker.element, "title", `${run.info.model} in ${run.file}, started ${run.started}`);
      stale.hidden = !run.stale;
      setAttribute(dot, "class", `dot dot-${tone(run)}`);
      setText(state, stateOf(run));
      setText(progress, progressOf(view));
      bar.style.width = `${(100 * stepOf(view)) / Math.max(1, run.info.steps)}%`;
      const going = run.state === "running" || paused;
      pause.set({
        icon: paused ? "debug-continue" : "debug-pause",
        label: paused ? "Resume" : "Pause",
        disabled: !going,
      });
      step.set({ disabled: !paused });
      stop.set({ disabled: run.state === "ended" });
      again.set({ disabled: run.state === "preparing" });
    },
  };
}

const choiceOf = ({ id, info, started }: RunSummary): { value: string; label: string } => ({
  value: String(id),
  label: `${info.model} · ${started}`,
});

/** The frames are ahead of the summary, which comes less often. */
const stepOf = ({ run, history }: View): number => Math.max(run.step, history.recent.at(-1)?.step ?? 0);

type Tone = "preparing" | "running" | "paused" | "done" | "failed";

const tone = ({ state, end }: RunSummary): Tone =>
  state !== "ended" ? state : end?.reason === "completed" || end?.reason === "stopped" ? "done" : "failed";

/** What the run is doing, or how it ended. */
export function stateOf({ state, end }: RunSummary): string {
  if (state !== "ended" || !end) return state === "preparing" ? "Preparing" : capital(state);
  switch (end.reason) {
    case "completed":
      return `Completed in ${duration(end.elapsed_ms)}`;
    case "stopped":
      return "Stopped";
    case "non_finite":
      return end.layer === "loss" ? "NaN or ∞ in the loss" : `NaN or ∞ in ${end.layer} (${end.where})`;
    case "failed":
      return "Failed";
    default:
      return end satisfies never;
  }
}

/** `step 240 / 500 · loss 0.693 · 1,240 steps/s` */
export function progressOf(view: View): string {
  const { run, history } = view;
  if (run.state === "preparing")
    return `${count(run.info.layers.length)} layers · ${count(run.info.parameters)} parameters`;
  const loss = history.recent.at(-1)?.loss ?? run.loss;
  const speed =
    run.state === "running" && run.steps_per_second > 0 ? ` · ${count(run.steps_per_second)} steps/s` : "";
  return `step ${count(stepOf(view))} / ${count(run.info.steps)} · loss ${figure(loss, 3)}${speed}`;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
