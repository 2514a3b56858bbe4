import { History } from "../src/protocol/history.ts";
import { headOf, type Increment } from "../src/protocol/increment.ts";
import type { FromWebview, RunId, RunSummary, ToWebview } from "../src/protocol/webview.ts";

/** Everything that the panel draws. */
export interface State {
  /** The host has answered `ready`. */
  readonly loaded: boolean;
  readonly runs: readonly RunSummary[];
  readonly shown?: RunId;
  readonly history: History;
  /** The run before the shown one, of the same model. */
  readonly compare?: { readonly run: RunId; readonly history: History };
  readonly hasModels: boolean;
  /** The layer that the editor's cursor is on. */
  readonly cursor?: string;
  /** The layer that the pointer or the keyboard is on in the panel; goes before `cursor`. */
  readonly hovered?: string;
}

/** What happens in the panel itself. */
export type Local = { readonly type: "hover"; readonly layer?: string };

export const INITIAL: State = { loaded: false, runs: [], history: History.EMPTY, hasModels: false };

/** The state after a message. */
export function reduce(state: State, message: ToWebview | Local): State {
  switch (message.type) {
    case "state":
      return hydrate(state, message);
    case "frames":
      if (message.run !== state.shown) return state;
      return extend(state, message.history);
    case "runs":
      return show(state, message);
    case "mark":
      return optional(state, "cursor", message.layer);
    case "hover":
      return optional(state, "hovered", message.layer);
    default:
      return message satisfies never;
  }
}

/** What the panel has to ask for after a message, where frames before it did not arrive. */
export function lacking({ shown, history }: State, message: ToWebview): FromWebview | undefined {
  if (message.type !== "frames" || message.run !== shown) return undefined;
  const { step } = history.tally;
  return headOf(message.history).after > step ? { type: "behind", run: message.run, step } : undefined;
}

/** Frames that do not follow those that are there are left out: they come again, with what is between. */
function extend(state: State, increment: Increment): State {
  const history = state.history.extended(increment) ?? state.history;
  return history === state.history ? state : { ...state, history };
}

/** The path of the layer that is marked everywhere. */
export const markedOf = ({ hovered, cursor }: State): string | undefined => hovered ?? cursor;

/** The run that the panel shows. */
export const shownOf = ({ runs, shown }: State): RunSummary | undefined =>
  runs.find(({ id }) => id === shown);

function hydrate(state: State, message: ToWebview & { type: "state" }): State {
  const { cursor, hovered } = state;
  const { runs, shown, history, compare, has_models: hasModels } = message;
  return {
    loaded: true,
    runs,
    ...(shown !== undefined && { shown }),
    history: whole(history),
    ...(compare && { compare: { run: compare.run, history: whole(compare.history) } }),
    hasModels,
    ...(cursor !== undefined && { cursor }),
    ...(hovered !== undefined && { hovered }),
  };
}

const whole = (increment: Increment | undefined): History =>
  (increment && History.EMPTY.extended(increment)) ?? History.EMPTY;

/** Another run begins empty: its frames follow. */
function show(state: State, { runs, shown }: ToWebview & { type: "runs" }): State {
  if (shown === state.shown) return { ...state, runs };
  const { compare: _compare, shown: _shown, ...rest } = state;
  return { ...rest, runs, history: History.EMPTY, ...(shown !== undefined && { shown }) };
}

function optional(state: State, key: "cursor" | "hovered", layer: string | undefined): State {
  if (state[key] === layer) return state;
  const { [key]: _, ...rest } = state;
  return layer === undefined ? rest : { ...rest, [key]: layer };
}
