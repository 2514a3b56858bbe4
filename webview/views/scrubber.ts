import { t } from "../../src/l10n/translate.ts";
import { stepsFor } from "../../src/protocol/moment.ts";
import { count } from "../../src/insight/format.ts";
import type { History } from "../../src/protocol/history.ts";
import { iconButton } from "../controls.ts";
import { element, setAttribute, setText } from "../dom.ts";
import { wantsLessMotion } from "../theme.ts";
import { whole, type View } from "../view.ts";

/** Goes through the steps of a run that are kept. */
export interface Scrubber {
  readonly element: HTMLElement;
  update(view: View): void;
}

/** Playing goes through all steps in so many pictures, at most one a frame of the screen. */
const PICTURES = 240;

/** The same for those who want less motion: few pictures, one after the other. */
const [CALM_PICTURES, CALM_MS] = [12, 400] as const;

/** `go`: shows a step; `undefined`: the latest, and those that come. */
export function scrubber(go: (step: number | undefined) => void): Scrubber {
  let stops: readonly number[] = [];
  let known: History | undefined;
  let shown: number | undefined;
  /** Ends the playing that goes on. */
  let cancel: (() => void) | undefined;

  const slider = element("input", { type: "range", min: 0, step: 1, "aria-label": t`Step`, class: "steps" });
  const play = iconButton("play", t`Play from here`, () => (cancel ? stop() : start()));
  const latest = element("button", { class: "latest", type: "button" }, [t`Latest`]);
  const text = element("span", { class: "moment" });
  const root = element("div", { class: "scrubber", role: "group", "aria-label": t`Steps`, hidden: true }, [
    play.element,
    slider,
    text,
    latest,
  ]);

  const goTo = (stop: number): void => go(stop >= stops.length - 1 ? undefined : stops[stop]);

  function start(): void {
    if (stops.length < 2) return;
    const at = Number(slider.value);
    let place = at >= stops.length - 1 ? 0 : at;
    const isCalm = wantsLessMotion();
    const by = Math.max(1, Math.ceil(stops.length / (isCalm ? CALM_PICTURES : PICTURES)));
    const next = (): void => {
      const waits = isCalm ? setTimeout(turn, CALM_MS) : requestAnimationFrame(turn);
      cancel = () => (isCalm ? clearTimeout(waits) : cancelAnimationFrame(waits));
    };
    const turn = (): void => {
      goTo(place);
      if (place >= stops.length - 1) return stop();
      place += by;
      next();
    };
    play.set({ icon: "debug-pause", label: t`Stop playing` });
    next();
  }

  function stop(): void {
    cancel?.();
    cancel = undefined;
    play.set({ icon: "play", label: t`Play from here` });
  }

  slider.addEventListener("input", () => {
    stop();
    goTo(Number(slider.value));
  });
  latest.addEventListener("click", () => {
    stop();
    go(undefined);
  });

  return {
    element: root,
    update(view) {
      const { history } = whole(view);
      if (history !== known) stops = history.frames().map(({ step }) => step);
      known = history;
      shown = view.now ? view.history.tally.step : undefined;
      root.hidden = stops.length < 2;
      setAttribute(slider, "max", Math.max(1, stops.length - 1));
      const place = shown === undefined ? stops.length - 1 : stops.indexOf(shown);
      if (Number(slider.value) !== place) slider.value = String(place);
      setAttribute(slider, "aria-valuetext", t`step ${count(stops[place] ?? 0)}`);
      setText(text, shown === undefined ? t`latest step` : momentOf(view));
      // It keeps its place, so that nothing moves under the pointer.
      latest.style.visibility = shown === undefined ? "hidden" : "visible";
      setText(latest, whole(view).run.state === "ended" ? t`Last step` : t`Live`);
    },
  };
}

/** Which step is shown, and of which steps it alone is kept. */
function momentOf(view: View): string {
  const frame = view.history.latest();
  if (!frame) return "";
  const { from, to } = stepsFor(whole(view).history, frame);
  const kept = from === to ? "" : t`, kept of steps ${count(from)}–${count(to)}`;
  return t`step ${count(frame.step)}${kept}`;
}
