import { History } from "../src/protocol/history.ts";
import { headOf, type Increment } from "../src/protocol/increment.ts";
import type { Spectrum } from "../src/protocol/spectrum.ts";
import type { FromWebview, Overlay, RunId, RunSummary, ToWebview } from "../src/protocol/webview.ts";

/** Everything that the panel draws. */
export interface State {
  /** The host has answered `ready`. */
  readonly loaded: boolean;
  readonly runs: readonly RunSummary[];
  readonly shown?: RunId;
  readonly history: History;
  /** The runs that lie under the shown one, and the figures of those that have arrived. */
  readonly overlays: readonly Overlay[];
  readonly others: ReadonlyMap<RunId, History>;
  /** The step that is shown, of the shown run; absent: the latest. */
  readonly at?: number;
  /** The layer of which all figures are shown, in place of the charts of all layers. */
  readonly page?: string;
  /** A Jacobian spectrum of the shown run. */
  readonly spectrum?: Spectrum;
  readonly hasModels: boolean;
  /** The layer that the editor's cursor is on. */
  readonly cursor?: string;
  /** The layer that the pointer or the keyboard is on in the panel; goes before `cursor`. */
  readonly hovered?: string;
}

/** What happens in the panel itself. */
export type Local =
  | { readonly type: "hover"; readonly layer?: string }
  /** Shows another step; without one, the latest. */
  | { readonly type: "go"; readonly step?: number }
  /** Shows all figures of a layer; without one, the charts of all layers. */
  | { readonly type: "open"; readonly layer?: string };

export const INITIAL: State = {
  loaded: false,
  runs: [],
  history: History.EMPTY,
  overlays: [],
  others: new Map(),
  hasModels: false,
};

/** The state after a message. */
export function reduce(state: State, message: ToWebview | Local): State {
  switch (message.type) {
    case "state":
      return hydrate(state, message);
    case "frames":
      return extend(state, message.run, message.history);
    case "runs":
      return show(state, message);
    case "mark":
      return optional(state, "cursor", message.layer);
    case "spectrum":
      return optional(state, "spectrum", message.spectrum);
    case "hover":
      return optional(state, "hovered", message.layer);
    case "layer":
    case "open":
      return optional(state, "page", message.layer);
    case "go":
      return optional(state, "at", message.step);
    default:
      return message satisfies never;
  }
}

/** What the panel has to ask for after a message, where frames before it did not arrive. */
export function lacking(state: State, message: ToWebview): FromWebview | undefined {
  if (message.type !== "frames") return undefined;
  const { run } = message;
  const step = heldOf(state, run)?.tally.step ?? Infinity;
  return headOf(message.history).after > step ? { type: "behind", run, step } : undefined;
}

/** What is held of a run; nothing of one that is not drawn. */
function heldOf({ shown, history, overlays, others }: State, run: RunId): History | undefined {
  if (run === shown) return history;
  return overlays.some((overlay) => overlay.run === run) ? (others.get(run) ?? History.EMPTY) : undefined;
}

/** Frames that do not follow those that are there are left out: they come again, with what is between. */
function extend(state: State, run: RunId, increment: Increment): State {
  const held = heldOf(state, run);
  const history = held?.extended(increment);
  if (!history || history === held) return state;
  return run === state.shown
    ? { ...state, history }
    : { ...state, others: new Map([...state.others, [run, history]]) };
}

/** The path of the layer that is marked everywhere. */
export const markedOf = ({ hovered, cursor }: State): string | undefined => hovered ?? cursor;

/** The run that the panel shows. */
export const shownOf = ({ runs, shown }: State): RunSummary | undefined =>
  runs.find(({ id }) => id === shown);

function hydrate(state: State, message: ToWebview & { type: "state" }): State {
  const { cursor, hovered, page, at } = state;
  const { runs, shown, history, overlays, has_models: hasModels } = message;
  return {
    loaded: true,
    runs,
    ...(shown !== undefined && { shown }),
    history: whole(history),
    overlays,
    others: heldFor(overlays, state),
    hasModels,
    ...(cursor !== undefined && { cursor }),
    ...(hovered !== undefined && { hovered }),
    ...(page !== undefined && { page }),
    ...(shown === state.shown && at !== undefined && { at }),
  };
}

const whole = (increment: Increment | undefined): History =>
  (increment && History.EMPTY.extended(increment)) ?? History.EMPTY;

/** Another run begins empty: its frames follow. */
function show(state: State, { runs, shown, overlays }: ToWebview & { type: "runs" }): State {
  const others = heldFor(overlays, state);
  if (shown === state.shown) return { ...state, runs, overlays, others };
  const { shown: _, at: _at, spectrum: _spectrum, ...rest } = state;
  return { ...rest, runs, overlays, others, history: History.EMPTY, ...(shown !== undefined && { shown }) };
}

/** What is held of the runs that are to lie under the shown one: they lay there before, or one of them was shown. */
function heldFor(overlays: readonly Overlay[], state: State): ReadonlyMap<RunId, History> {
  const { shown, history } = state;
  const held = shown === undefined ? state.others : new Map([...state.others, [shown, history]]);
  return new Map([...held].filter(([run]) => overlays.some((overlay) => overlay.run === run)));
}

function optional<K extends "cursor" | "hovered" | "at" | "page" | "spectrum">(
  state: State,
  key: K,
  value: State[K] | undefined,
): State {
  if (state[key] === value) return state;
  const { [key]: _, ...rest } = state;
  return value === undefined ? (rest as State) : { ...(rest as State), [key]: value };
}
