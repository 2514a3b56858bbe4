import { t } from "../../l10n/translate.ts";
import { integer } from "../params.ts";
import { show, sizeOf } from "../tensor.ts";
import { init } from "./init.ts";

export const eye = init({
  doc: "The identity matrix: passes on as many inputs as there are units, `W[i, j] = (i = j)`.",
  params: {},
  refuses: (shape) =>
    shape.length === 2 ? undefined : t`eye needs 2 dimensions, but the shape is ${show(shape)}`,
  fill(_generator, out, [rows, columns]) {
    out.fill(0);
    for (let i = 0; i < Math.min(rows, columns); i++) out[i * columns + i] = 1;
  },
});

export const dirac = init({
  doc:
    "The identity for convolutions: each group passes on as many input channels as it has output channels, " +
    "`W[c, c, centre] = 1`. " +
    "Zagoruyko & Komodakis 2017, *DiracNets: Training very deep neural networks without skip-connections*.",
  params: { groups: integer("Groups of the convolution.", { min: 1 }, 1) },

  refuses(shape, { groups }) {
    if (shape.length < 3 || shape.length > 5) {
      return t`dirac needs 3, 4 or 5 dimensions, but the shape is ${show(shape)}`;
    }
    return shape[0] % groups === 0
      ? undefined
      : t`dirac needs output channels that ${groups} groups can share, but the shape is ${show(shape)}`;
  },

  fill(_generator, out, [units, channels, ...kernel], { groups }) {
    const field = sizeOf(kernel);
    const centre = kernel.reduce((at, size) => at * size + Math.floor(size / 2), 0);
    const perGroup = units / groups;
    out.fill(0);
    for (let unit = 0; unit < units; unit++) {
      const channel = unit % perGroup;
      if (channel < channels) out[(unit * channels + channel) * field + centre] = 1;
    }
  },
});
