import { t } from "../../../l10n/translate.ts";
import { spoken } from "../../chain.ts";
import { count, counted, percent } from "../../format.ts";
import { staticFinding } from "../finding.ts";

export const dropout = staticFinding({
  id: "dropout",
  title: t`Dropout too strong`,
  condition: "A Dropout with `p` above the threshold; an error where the model does not do well.",
  thresholds: {
    p: { is: 0.7, of: t`Share of units that is dropped.` },
  },
  severity: "error",
  gate: "bad",
  why: t`With nine units of ten dropped, what is left of a sample is mostly noise, and its scale ten times as large: the layers behind see another net at every step.`,
  source: {
    title: "Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov: Dropout, 2014",
    url: "https://jmlr.org/papers/v15/srivastava14a.html",
  },
  fixes: ["less-dropout"],

  inspect({ declared: { rows } }, { p }) {
    const strong = rows.filter((row) => row.type === "Dropout" && Number(row.params["p"] ?? 0.5) > p);
    const first = strong[0];
    if (!first) return undefined;
    const share = Number(first.params["p"] ?? 0.5);
    return {
      layer: first.path,
      message: t`${spoken(first.path).replace(/^./, (c) => c.toUpperCase())} drops ${percent(share)} of the units at every step.`,
      figures: { p: share },
      related: strong.slice(1).map(({ path }) => path),
    };
  },
});

export const bottleneck = staticFinding({
  id: "bottleneck",
  title: t`A layer too narrow for what lies around it`,
  condition:
    "A Linear is at most `part` as wide as the one before, the one after and the output; an error where the model does not do well, or ends above 0.45 of the best constant's loss.",
  thresholds: {
    part: { is: 0.25, of: t`Width : that of both neighbours, at most.` },
  },
  severity: "error",
  gate: "high",
  why: t`Whatever the layers behind are to tell apart has to pass through this one. An autoencoder's code is meant to be narrow; what tells is that the model comes to rest far from 0.`,
  source: {
    title: "Tishby, Zaslavsky: Deep learning and the information bottleneck principle, 2015",
    url: "https://arxiv.org/abs/1503.02406",
  },
  fixes: ["wider"],

  inspect({ declared: { rows } }, { part }) {
    const linear = rows
      .filter(({ type }) => type === "Linear")
      .map(({ path, output }) => ({ path, width: output.at(-1) ?? 1 }));
    const out = linear.at(-1)?.width ?? 1;
    const narrow = linear.slice(1, -1).find(({ width }, i) => {
      const [before, after] = [linear[i]?.width ?? 0, linear[i + 2]?.width ?? 0];
      return width <= part * Math.min(before, after, out);
    });
    if (!narrow) return undefined;
    return {
      layer: narrow.path,
      message: t`All that the ${count(out)} outputs are to tell apart passes through the ${counted(narrow.width, "unit")} of ${spoken(narrow.path)}.`,
      figures: { width: narrow.width, outputs: out },
    };
  },
});
