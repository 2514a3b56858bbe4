import { layerName } from "../src/protocol/layerName.ts";
import { counted, figure, fold } from "../src/insight/format.ts";
import { logSharesOf, median, typical } from "./gradient.ts";
import { RECENT, recentSteps } from "./history.ts";
import { chainOf, groupsOf, repetitionOf, spoken } from "./layers.ts";
import { DECADES_OF_CONCERN } from "./scale.ts";
import { timeShares } from "./time.ts";
import type { TimeShare } from "./time.ts";
import { breakOf, shownFrame } from "./finite.ts";
import { nonFinite } from "./nonFinite.ts";
import type { View } from "./view.ts";

/** What is seen, in a sentence, and the layer that it is about. */
export interface Reading {
  readonly severity: "ok" | "info" | "warning" | "error";
  readonly text: string;
  /** Path of the layer. */
  readonly layer?: string;
}

/** Below this many steps the sentence says on how few it rests. */
const FEW_STEPS = 5;

/** Shares within this many decades of 1 arrive whole, as far as a reader cares. */
const WHOLE = 1.5;

/** A ratio this close to 1 per block is not worth naming. */
const STEADY = 1.02;

/** ‖∂L/∂h_0‖ / ‖∂L/∂h_T‖ through time below 10⁻⁶ counts as vanishing. */
const DECADES_THROUGH_TIME = 6;

/** The panel's first line: how the gradient fares on its way back, with numbers of the last steps. */
export function sentence(view: View): Reading {
  const { run, history } = view;
  const last = history.recent.at(-1);
  if (run.end?.reason === "failed") return { severity: "error", text: `The run failed: ${run.end.message}` };
  if (!last)
    return {
      severity: "info",
      text: run.state === "ended" ? "The run ended before its first step." : WAITING,
    };
  const broke = breakOf(view);
  if (broke) return nonFinite(view, broke);
  const reading = alongDepth(view);
  const withTime = throughTime(view, reading);
  const steps = history.recent.length;
  return steps < FEW_STEPS
    ? { ...withTime, text: `${withTime.text} Only ${counted(steps, "step")} so far.` }
    : withTime;
}

const WAITING = "Waiting for the first step.";

/** What of the gradient a layer gets: `3·10⁻¹² of`, `0.42 of`, `4·10⁶ times`. */
export const partOf = (logShare: number): string => {
  const share = 10 ** logShare;
  return share > 1.05
    ? `${figure(share, share < 100 ? 2 : 1)} times`
    : `${figure(share, share < 1e-2 ? 1 : 2)} of`;
};

function alongDepth(view: View): Reading {
  const delta = typical(view, "delta_norm");
  const shares = logSharesOf(delta, false);
  const chain = chainOf(view.layers);
  const links = [...shares.keys()].filter((layer) => chain[layer] && !Number.isNaN(shares[layer]));
  const zero = links.findLast((layer) => shares[layer] === -Infinity);
  if (zero !== undefined) return noGradient(view, links, zero);
  if (links.length < 2) return oneLayer(view);

  const shareOf = (layer: number): number => shares[layer] ?? NaN;
  const worst = links.reduce((a, b) => (Math.abs(shareOf(b)) > Math.abs(shareOf(a)) ? b : a));
  const subject = Math.abs(shareOf(worst)) > WHOLE ? worst : (links[0] ?? 0);
  const share = shareOf(subject);
  const name = nameOf(view, subject);
  const gets = `${name} gets ${partOf(share)} what ${nameOf(view, shares.length - 1)} gets.`;
  const layer = pathOf(view, subject);
  if (Math.abs(share) <= WHOLE)
    return { severity: "ok", layer, text: `The gradient reaches every layer: ${gets}` };
  const severity = Math.abs(share) > DECADES_OF_CONCERN ? "warning" : "info";
  return { severity, layer, text: `The gradient ${rateOf(view, delta, subject, share)}: ${gets}` };
}

/** `shrinks 4.2-fold at each block`, with a rate only where it is one. */
function rateOf(view: View, delta: readonly number[], subject: number, share: number): string {
  const verb = share < 0 ? "shrinks" : "grows";
  const blocks = repetitionOf(view.layers);
  const [first, last] = [blocks?.groups[0], blocks?.groups.at(-1)];
  const [noun, decades, links] =
    blocks && first && last
      ? [
          blocks.noun,
          Math.log10((delta[first.to] ?? NaN) / (delta[last.to] ?? NaN)),
          blocks.groups.length - 1,
        ]
      : [
          "layer",
          share,
          chainOf(view.layers)
            .slice(subject + 1)
            .filter(Boolean).length,
        ];
  const rate = 10 ** (decades / links);
  const steady = Math.sign(decades) === Math.sign(share) && Math.max(rate, 1 / rate) > STEADY;
  return steady ? `${verb} ${fold(rate)} at each ${noun}` : `${verb} on its way back`;
}

function noGradient(view: View, links: readonly number[], zero: number): Reading {
  const culprit = links.find((layer) => layer > zero);
  const layer = pathOf(view, culprit ?? zero);
  if (culprit === undefined) {
    return {
      severity: "warning",
      layer,
      text: "The loss sends no gradient back: ∂L/∂h is exactly 0 at every layer.",
    };
  }
  const text = `No gradient gets through ${spoken(layer)}: ∂L/∂h is exactly 0 at ${spoken(pathOf(view, zero))}.`;
  return { severity: "warning", layer, text };
}

function oneLayer(view: View): Reading {
  const norm = median(recentSteps(view.history, RECENT).map(({ grad_norm }) => grad_norm));
  return {
    severity: "ok",
    text: `Too few layers to compare along depth; the gradient's norm is ${figure(norm)}.`,
  };
}

/** Adds what happens through time, where that is worse than what happens along depth. */
function throughTime({ layers, history }: View, reading: Reading): Reading {
  const worst = timeShares(layers, shownFrame(history)?.time).reduce<TimeShare | undefined>(
    (a, b) => (a && a.logShare <= b.logShare ? a : b),
    undefined,
  );
  if (!worst || !(worst.logShare < -DECADES_THROUGH_TIME)) return reading;
  const arrives = worst.logShare === -Infinity ? "nothing" : `${figure(10 ** worst.logShare, 1)}`;
  const text = `Through time, ${arrives} of it gets back over the ${worst.steps} steps of ${layerName(worst.path)}.`;
  const layer = reading.severity === "warning" && reading.layer ? reading.layer : worst.path;
  return { severity: "warning", layer, text: `${reading.text} ${text}` };
}

const pathOf = ({ layers }: View, layer: number): string => layers[layer]?.path ?? "";

const nameOf = ({ layers }: View, layer: number): string =>
  spoken(groupsOf(layers).find(({ to }) => layer <= to)?.label ?? "");
