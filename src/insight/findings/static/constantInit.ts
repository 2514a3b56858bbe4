import { t } from "../../../l10n/translate.ts";
import type { DeclaredChoice, DeclaredRow } from "../../../protocol/declaredModel.ts";
import { spoken } from "../../chain.ts";
import { weightedRows } from "../evidence.ts";
import { staticFinding } from "../finding.ts";
import { ACTIVATIONS } from "./rows.ts";

export const constantInit = staticFinding({
  id: "constant-init",
  title: t`Constant initialisation`,
  condition:
    "The weights of a layer of several units all begin with the same value, and so do those of the next layer with weights, or the layer is all zeros with a ReLU behind it.",
  severity: "error",
  gate: "always",
  why: t`Units that begin with the same weights give the same output, get the same gradient and stay the same for ever: the layer is worth one unit. Where all weights are 0, nothing gets through at all. A single layer of zeros among random ones, such as the last one, is no fault: its units are told apart by what follows or comes before.`,
  source: {
    title:
      "Goodfellow, Bengio, Courville: Deep learning, 2016, section 8.4, Parameter initialization strategies",
    url: "https://www.deeplearningbook.org/contents/optimization.html",
  },
  fixes: ["default-init", "he-init", "xavier-init"],

  inspect({ declared: { rows } }) {
    const weighted = weightedRows(rows);
    const at = weighted.findIndex((row, i) => {
      const one = rows[row];
      if (!one || !isConstant(one.init) || widthOf(one) < 2) return false;
      const next = rows[weighted[i + 1] ?? -1];
      if (next && isConstant(next.init)) return true;
      return next !== undefined && isZero(one.init) && stopsZeros(rows.slice(row + 1, weighted[i + 1]));
    });
    const row = rows[weighted[at] ?? -1];
    if (!row) return undefined;
    const same = weighted.filter((one) => isConstant(rows[one]?.init) && rows[one] !== row);
    return {
      layer: row.path,
      message: t`All weights of ${spoken(row.path)} begin with the same value (${row.init?.type ?? ""}): its ${widthOf(row)} units stay alike for ever.`,
      figures: { units: widthOf(row), layers: same.length + 1 },
      related: same.map((one) => rows[one]?.path ?? ""),
    };
  },
});

const widthOf = ({ output, type }: DeclaredRow): number =>
  (type === "Conv1d" || type === "Conv2d" ? output[0] : output.at(-1)) ?? 1;

function isConstant(init: DeclaredChoice | undefined): boolean {
  if (!init) return false;
  const { type, params } = init;
  if (type === "zeros" || type === "ones" || type === "constant") return true;
  return (type === "normal" || type === "trunc_normal") && params["std"] === 0;
}

const isZero = (init: DeclaredChoice | undefined): boolean =>
  init?.type === "zeros" || (init?.type === "constant" && init.params["val"] === 0);

/** ReLU has no slope at 0. */
const stopsZeros = (between: readonly DeclaredRow[]): boolean => {
  const first = between.find(({ type }) => ACTIVATIONS.has(type));
  return first?.type === "ReLU" || first?.type === "ReLU6";
};
