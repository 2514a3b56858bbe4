import { statOf, type Stat } from "../../protocol/frame.ts";
import type { LayerInfo } from "../../protocol/run.ts";
import type { RuleSettings } from "../../protocol/rules.ts";
import { chainOf } from "../chain.ts";
import { breakOf, finiteFrames } from "../finite.ts";
import { lossState } from "../lossState.ts";
import { logSharesOf } from "../share.ts";
import { courseOfLoss, JUDGED_FROM } from "../training.ts";
import { columnOf, median, typical } from "../typical.ts";
import type { Evidence, Run } from "./finding.ts";

/** Layers that multiply by weights. Normalisations and PReLU have parameters too, but carry no gradient through a matrix. */
const WEIGHTED: ReadonlySet<string> = new Set([
  "Linear",
  "Conv1d",
  "Conv2d",
  "Embedding",
  "RNN",
  "LSTM",
  "GRU",
  "MultiheadAttention",
  "TransformerEncoderLayer",
]);

/** Steps within which a run that goes on may still be at its beginning. */
const EARLY = 200;

/** Rows with a matrix of weights, in order. */
export const weightedRows = (layers: readonly Pick<LayerInfo, "type">[]): readonly number[] =>
  layers.flatMap(({ type }, row) => (WEIGHTED.has(type) ? [row] : []));

export function evidenceOf(run: Run): Evidence {
  const { history, layers } = run;
  const { declared, rules, data } = run.run.info ?? {};
  const settings: RuleSettings = declared?.rules ?? rules ?? {};
  const finite = finiteFrames(history);
  const late = finite.slice(-Math.max(1, Math.floor(history.tally.frames / 3)));
  const start = remembered((stat) =>
    history.first[0] ? columnOf(history.first[0], layers, stat) : layers.map(() => NaN),
  );
  const now = remembered((stat) =>
    late.length === finite.length
      ? typical(run, stat)
      : layers.map((_, row) => median(late.map((frame) => statOf(frame, row, stat)))),
  );
  const delta = now("delta_norm");
  const shares = logSharesOf(delta, false);
  const chain = chainOf(layers);
  const broken = breakOf(run) !== undefined;
  return {
    ...run,
    declared,
    data,
    settings,
    loss: lossState({ history, layers, declared, data }, settings),
    course: courseOfLoss(history),
    judged: broken || history.tally.frames >= JUDGED_FROM,
    broken,
    early: !run.run.end && history.tally.step < Math.min(EARLY, (declared?.steps ?? Infinity) / 2),
    step: history.tally.step,
    weighted: weightedRows(layers),
    late,
    start,
    now,
    delta,
    shares,
    links: [...shares.keys()].filter((layer) => chain[layer] && !Number.isNaN(shares[layer])),
    silent: late.length > 0 && late.every(({ grad_norm }) => grad_norm === 0),
  };
}

function remembered(make: (stat: Stat) => readonly number[]): (stat: Stat) => readonly number[] {
  const known = new Map<Stat, readonly number[]>();
  return (stat) => {
    const column = known.get(stat) ?? make(stat);
    known.set(stat, column);
    return column;
  };
}

/** Of two rows the ratio ‖∂L/∂h‖ first : last, over the rows with weights; NaN where one has none, or the last is 0. */
export function depthRatio({ weighted }: Evidence, delta: readonly number[]): number {
  const first = weighted.find((row) => Number.isFinite(delta[row]));
  const last = weighted.at(-1);
  if (first === undefined || last === undefined) return NaN;
  const out = delta[last] ?? NaN;
  return out > 0 && Number.isFinite(out) ? (delta[first] ?? NaN) / out : NaN;
}

export const pathOf = ({ layers }: Pick<Run, "layers">, row: number): string => layers[row]?.path ?? "";
