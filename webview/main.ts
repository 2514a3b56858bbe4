import "./language.ts"; // before all texts
import type { FromWebview } from "../src/protocol/webview.ts";
import { registerControls } from "./controls.ts";
import { toMessage } from "./messages.ts";
import { panel } from "./panel.ts";
import type { Arrangement, Texts } from "./panel.ts";
import { INITIAL, lacking, reduce, shownOf } from "./store.ts";
import type { Local, State } from "./store.ts";
import { readTheme, watchTheme } from "./theme.ts";
import type { ToWebview } from "../src/protocol/webview.ts";

declare function acquireVsCodeApi(): {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: Kept): void;
};

/** What outlives the page: VS Code throws it away whenever the view is hidden. */
interface Kept extends Arrangement {
  readonly layer?: string;
  /** The layer of which all figures are shown. */
  readonly page?: string;
}

/** Texts of a run that goes on change at most this often, so that they can be read. */
const TEXT_MS = 250;

/** After the sentence the readings come with the next drawing, or after this time: longer than two updates lie apart. */
const READINGS_MS = 100;

registerControls();
const host = acquireVsCodeApi();
const kept = keptFrom(host.getState());
let state: State = {
  ...INITIAL,
  ...(kept.layer !== undefined && { cursor: kept.layer }),
  ...(kept.page !== undefined && { page: kept.page }),
};
let theme = readTheme();
let requested = false;
let spokenAt = -Infinity;
let begun = false;
let later: ReturnType<typeof setTimeout> | undefined;

const root = document.getElementById("app") ?? document.body;
const view = panel(root, kept, {
  post: (message) => host.postMessage(message),
  shown: () => state.shown,
  hover(layer) {
    dispatch(layer === undefined ? { type: "hover" } : { type: "hover", layer });
    if (state.shown !== undefined) {
      host.postMessage({ type: "hover", run: state.shown, ...(layer !== undefined && { layer }) });
    }
  },
  go(step) {
    dispatch({ type: "go", ...(step !== undefined && { step }) });
    tellStep();
  },
  open(layer) {
    dispatch({ type: "open", ...(layer !== undefined && { layer }) });
    queueMicrotask(keep);
  },
  layoutChanged() {
    spokenAt = -Infinity;
    requestDraw();
    queueMicrotask(keep);
  },
});

/** The editor follows the step at its own pace. */
const STEP_MS = 120;
let telling: ReturnType<typeof setTimeout> | undefined;

function tellStep(): void {
  telling ??= setTimeout(() => {
    telling = undefined;
    const { shown: run, at: step } = state;
    if (run !== undefined) host.postMessage({ type: "at", run, ...(step !== undefined && { step }) });
  }, STEP_MS);
}

function dispatch(message: ToWebview | Local): void {
  const next = reduce(state, message);
  if (next === state) return;
  state = next;
  if (message.type !== "frames" && message.type !== "hover") spokenAt = -Infinity;
  requestDraw();
}

/** One drawing per animation frame, however many messages came. */
function requestDraw(): void {
  if (requested) return;
  requested = true;
  requestAnimationFrame(draw);
}

function draw(now: number): void {
  requested = false;
  const texts = textsAt(now);
  begun = texts === "sentence";
  clearTimeout(later);
  if (texts === "all" || begun) spokenAt = now;
  if (goesOn()) later = setTimeout(requestDraw, begun ? READINGS_MS : spokenAt + TEXT_MS - now);
  view.draw(state, theme, texts);
}

const goesOn = (): boolean => shownOf(state)?.state === "running";

/** Which texts come with a drawing: of a run that goes on the sentence with one, and all others with the next. */
function textsAt(now: number): Texts {
  if (!goesOn() || spokenAt === -Infinity) return "all";
  if (begun) return "readings";
  return now >= spokenAt + TEXT_MS ? "sentence" : "none";
}

function keep(): void {
  const { cursor: layer, page } = state;
  host.setState({
    folded: view.folded(),
    ...(layer !== undefined && { layer }),
    ...(page !== undefined && { page }),
  });
}

function keptFrom(data: unknown): Kept {
  const { folded, layer, page } = (data ?? {}) as { readonly [K in keyof Kept]?: unknown };
  return {
    folded: Array.isArray(folded) ? folded.filter((id) => typeof id === "string") : [],
    ...(typeof layer === "string" && { layer }),
    ...(typeof page === "string" && { page }),
  };
}

window.addEventListener("message", ({ data }) => {
  const message = toMessage(data);
  if (!message) return;
  const lack = lacking(state, message);
  if (lack) host.postMessage(lack);
  dispatch(message);
  if (message.type !== "mark") return;
  keep();
  if (message.scroll) view.scrollToLayers();
});
watchTheme((next) => {
  theme = next;
  requestDraw();
});
window.addEventListener("focus", () => host.postMessage({ type: "focus" }));

host.postMessage({ type: "ready" });
