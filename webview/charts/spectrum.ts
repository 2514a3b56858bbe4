import { count, figure } from "../../src/insight/format.ts";
import { t } from "../../src/l10n/translate.ts";
import { layerName } from "../../src/protocol/layerName.ts";
import { conditionOf, type Spectrum } from "../../src/protocol/spectrum.ts";
import type { View } from "../view.ts";
import { logAxis, type LinearAxis } from "./axis.ts";
import type { Chart } from "./chart.ts";

export const spectrum: Chart = {
  id: "spectrum",
  title: t`Jacobian spectrum`,
  hint: t`Singular values of ∂(output)/∂(input) of a layer, a block or the whole model, the largest first, at one sample and the weights of one step: by how much a small change is stretched on its way forward, and a gradient on its way back. Where all are about 1, nothing vanishes or explodes, in any direction. Dropout is off, and batch norms use their running averages.`,

  applies: ({ spectrum: held }) => held !== undefined,

  reading({ spectrum: held }) {
    if (!held) return t`Not computed`;
    const { values, error } = held;
    const [largest, least] = [values[0] ?? NaN, values.at(-1) ?? NaN];
    if (error !== undefined)
      return t`${partOf(held)}: stretches by up to ${figure(largest)} (± ${figure(error * largest, 1)}; the other values are too many to compute)`;
    return t`${partOf(held)}: from ${figure(largest)} to ${figure(least)}, condition number ${figure(conditionOf(held))}`;
  },

  plot({ spectrum: held }) {
    const values = Array.from(held?.values ?? []);
    const x = indexAxis(values.length);
    const points = values.map((y, i) => ({ x: i + 1, y }));
    return {
      kind: "lines",
      x,
      y: logAxis(t`singular value`, [1, ...values]),
      series: [
        {
          label: t`1: neither shrinks nor grows`,
          draw: "line",
          ink: "second",
          points: [x.min, x.max].map((at) => ({ x: at, y: 1 })),
        },
        { label: t`singular values`, draw: "dots", ink: "main", points },
      ],
      stops: points.map((point) => point.x),
    };
  },

  describe({ spectrum: held }, { x = 1 }) {
    const value = held?.values[Math.round(x) - 1];
    return {
      title: t`singular value ${count(Math.round(x))} of ${count(held?.values.length ?? 0)}`,
      rows: value === undefined ? [] : [[t`value`, figure(value, 3)]],
    };
  },

  table: ({ spectrum: held }: View) => ({
    columns: ["number", "singular value"],
    rows: Array.from(held?.values ?? [], (value, i) => [i + 1, value]),
  }),
};

const partOf = ({ path, inputs, outputs, step }: Spectrum): string =>
  t`${path === "" ? t`The whole model` : layerName(path)} (${count(inputs)} → ${count(outputs)}, at step ${count(step)})`;

const indexAxis = (values: number): LinearAxis => ({
  kind: "linear",
  title: t`Number of the value`,
  counts: "values",
  min: 0,
  max: Math.max(2, values) + 1,
});
