import { t } from "../l10n/translate.ts";
import { rangeOf, spanOf } from "../protocol/buckets.ts";
import type { DeclaredModel } from "../protocol/declaredModel.ts";
import type { History } from "../protocol/history.ts";
import { courseOf } from "../protocol/kept.ts";
import type { DataFacts, LayerInfo } from "../protocol/run.ts";
import type { RuleSettings } from "../protocol/rules.ts";
import { valuesOf } from "./findings/thresholds.ts";

/** Steps of the window: a fifth of the run. */
const [SHORTEST, LONGEST] = [5, 40] as const;

/** The first loss is a mean over so many steps, and at most a twentieth of the run. */
const FIRST = 5;

/** What the loss says of a run: how far it has come from where it began, and from the best constant prediction. */
export interface LossState {
  /** The loss of the best constant prediction; NaN where nobody knows it. */
  readonly floor: number;
  /** Mean over the last `window` steps, ∞ where one of them is not finite, and its standard error. */
  readonly now: number;
  readonly window: number;
  readonly error: number;
  /** Mean over the first steps, and over the window that begins at half time. */
  readonly first: number;
  readonly half: number;
  /** `now` as a part of the floor. */
  readonly relative: number;
  /** No better than a constant; as good as the best one; worse than that. */
  readonly nothing: boolean;
  readonly onlyMean: boolean;
  readonly worse: boolean;
  /** Where it began. */
  readonly unmoved: boolean;
  /** Has not fallen since half time. */
  readonly flat: boolean;
  /** There is next to nothing left to learn: takes back all that goes by evidence. */
  readonly trained: boolean;
  /** `nothing`, `unmoved` or `worse`. */
  readonly notWell: boolean;
  /** The same, or come to rest high above 0. */
  readonly bad: boolean;
}

interface Seen {
  readonly history: Pick<History, "first" | "recent" | "tally" | "course">;
  readonly layers: readonly LayerInfo[];
  readonly declared?: DeclaredModel | undefined;
  readonly data?: DataFacts | undefined;
}

/** What tells the states of the loss apart, set as those of the finding that goes by nothing else. */
export const LOSS_RULE = {
  id: "loss-stalled",
  thresholds: {
    nothing: {
      is: 0.93,
      of: t`Loss : that of the best constant prediction, above which nothing was learned.`,
    },
    worse: { is: 1.15, of: t`The same, above which the run is worse than a constant.` },
    flat: { is: 0.02, of: t`Part of the loss that it fell by since half time, at most.` },
    trained: { is: 0.1, of: t`Loss : that of the best constant prediction, below which a model is trained.` },
  },
} as const;

/** Below this part of the floor a loss that rests is no concern; a run that is above it has come to rest too high. */
const HIGH = 0.25;

/** However much the loss varies, what lies farther above the floor is not the mean. */
const MOST_NOISE = 0.2;

/** So many standard errors of the window's mean are no difference. */
const ERRORS = 2;

export function lossState(run: Seen, settings: RuleSettings): LossState {
  const { nothing: NOTHING, worse: WORSE, flat: FLAT, trained: TRAINED } = valuesOf(LOSS_RULE, settings);
  const { first: begin, recent, tally, course } = run.history;
  const window = Math.min(LONGEST, Math.max(SHORTEST, Math.floor(tally.frames / 5)));
  const { mean: now, error } = statistics(recent.slice(-window).map(({ loss }) => loss));
  const count = Math.max(1, Math.min(FIRST, Math.floor(tally.frames / 20)));
  const first = statistics(begin.slice(0, count).map(({ loss }) => loss)).mean;
  const half = atHalfTime(course, tally.step, window);
  const flat =
    !Number.isFinite(now) || now > half || half - now <= Math.max(FLAT * Math.abs(half), ERRORS * error);
  const unmoved =
    Number.isFinite(now) &&
    Math.abs(now - first) <= Math.max(0.03 * Math.abs(first), ERRORS * error) &&
    Math.abs(tally.lowest - first) < 0.5 * Math.abs(first);
  const known = { now, window, error, first, half, flat, unmoved };
  const floor = floorOf(run);
  const broken = !Number.isFinite(now);
  if (!(floor > 0)) {
    const fell = now < 0.7 * first;
    const states = { nothing: !fell, onlyMean: false, worse: broken || now > 1.5 * first };
    return judged({ ...known, floor: NaN, relative: NaN, ...states, trained: now < TRAINED * first });
  }
  const relative = now / floor;
  const noise = error / floor;
  return judged({
    ...known,
    floor,
    relative,
    nothing: broken || relative > NOTHING,
    onlyMean: relative >= NOTHING && relative <= 2 - NOTHING + Math.min(ERRORS * noise, MOST_NOISE),
    worse: broken || relative > WORSE + 3 * noise,
    trained: relative < TRAINED,
  });
}

function judged(state: Omit<LossState, "notWell" | "bad">): LossState {
  const { nothing, unmoved, worse, flat, trained, relative } = state;
  const notWell = nothing || unmoved || worse;
  return { ...state, notWell, bad: notWell || (flat && !trained && !(relative <= HIGH)) };
}

/** As the data have it; else what a balanced classification has. */
function floorOf({ data, declared, layers }: Seen): number {
  if (data && Number.isFinite(data.floor)) return data.floor;
  const loss = declared?.loss.type ?? "";
  if (loss === "CrossEntropyLoss") return Math.log(layers.at(-1)?.output_shape.at(-1) ?? NaN);
  return loss.startsWith("BCE") ? Math.LN2 : NaN;
}

/** The mean loss of the window that begins when half of the steps are made: over the buckets that reach into it. */
function atHalfTime({ buckets }: History["course"], step: number, size: number): number {
  const half = step / 2;
  const window = buckets.filter((bucket) => spanOf(bucket).to > half && spanOf(bucket).from <= half + size);
  const ranges = window.map((bucket) => rangeOf(bucket, courseOf("loss"))).filter(({ finite }) => finite > 0);
  const frames = ranges.reduce((sum, { finite }) => sum + finite, 0);
  return ranges.reduce((sum, { mean, finite }) => sum + mean * finite, 0) / frames;
}

/** Mean and its standard error; ∞ where a value is not finite. */
function statistics(values: readonly number[]): { readonly mean: number; readonly error: number } {
  if (values.length === 0) return { mean: NaN, error: 0 };
  if (!values.every(Number.isFinite)) return { mean: Infinity, error: 0 };
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, error: Math.sqrt(variance / values.length) };
}
