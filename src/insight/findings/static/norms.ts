import { t } from "../../../l10n/translate.ts";
import type { DeclaredRow } from "../../../protocol/declaredModel.ts";
import { spoken } from "../../chain.ts";
import { counted } from "../../format.ts";
import { staticFinding } from "../finding.ts";
import { areTogether, LINEAR } from "./rows.ts";

export const postNorm = staticFinding({
  id: "post-norm",
  title: t`A deep stack of encoder layers that normalise after each block`,
  condition:
    "At least `layers` TransformerEncoderLayers without `norm_first`; an error where the model has learned nothing, has not moved or is worse than a constant.",
  thresholds: {
    layers: { is: 6, of: t`Encoder layers that normalise after each block.` },
  },
  severity: "error",
  gate: "notWell",
  why: t`With the normalisation after the shortcut, the gradient of the last layers is large at the start and shrinks towards the first: deep stacks then need a warm-up of the learning rate, or diverge. With the normalisation before each block the shortcut runs through untouched.`,
  source: {
    title: "Xiong et al.: On layer normalization in the Transformer architecture, 2020",
    url: "https://arxiv.org/abs/2002.04745",
  },
  fixes: ["pre-norm", "lower-rate"],

  inspect({ declared: { rows } }, { layers }) {
    const after = rows.filter(
      ({ type, params }) => type === "TransformerEncoderLayer" && params["norm_first"] !== true,
    );
    const first = after[0];
    if (!first || after.length < layers) return undefined;
    return {
      layer: first.path,
      message: t`${after.length} encoder layers normalise after each block: so deep a stack needs a warm-up, or norm_first.`,
      figures: { layers: after.length },
      related: after.slice(1).map(({ path }) => path),
    };
  },
});

export const bnBatch = staticFinding({
  id: "bn-batch",
  title: t`BatchNorm on batches too small`,
  condition:
    "A BatchNorm sees at most `batch` values of a channel; an error where the model does not do well.",
  thresholds: {
    batch: { is: 2, of: t`Samples in a batch, at most.` },
  },
  severity: "error",
  gate: "bad",
  why: t`BatchNorm measures mean and variance of the batch. Of two samples these are noise: normalised by them, every unit is +1 for one sample and −1 for the other, whatever they are.`,
  source: {
    title: "Wu, He: Group normalization, 2018",
    url: "https://arxiv.org/abs/1803.08494",
  },
  fixes: ["batch-size", "layer-norm"],

  inspect({ declared: { rows, batch_size } }, { batch }) {
    const row = rows.find((one) => isBatchNorm(one) && batch_size * placesOf(one) <= batch);
    if (!row) return undefined;
    return {
      layer: row.path,
      message:
        t`${spoken(row.path)} normalises by mean and variance of ${counted(batch_size, "sample")}, which is noise.`.replace(
          /^./,
          (c) => c.toUpperCase(),
        ),
      figures: { batch_size },
    };
  },
});

const isBatchNorm = ({ type }: DeclaredRow): boolean => type === "BatchNorm1d" || type === "BatchNorm2d";

/** Values of a channel in one sample. */
const placesOf = ({ output }: DeclaredRow): number => output.slice(1).reduce((product, n) => product * n, 1);

export const biasBeforeNorm = staticFinding({
  id: "bias-before-norm",
  title: t`A bias before a normalisation`,
  condition:
    "A Linear, Conv1d or Conv2d with a bias is directly followed by a normalisation that takes the mean of each of its channels: BatchNorm, InstanceNorm, or GroupNorm with one channel a group.",
  severity: "info",
  gate: "never",
  why: t`A normalisation that takes the mean of each channel away takes the bias before it away as well: the bias changes nothing, gets a gradient of 0 and only costs memory. LayerNorm and GroupNorm take one mean over many channels, so that there a bias for each has an effect.`,
  source: {
    title: "Ioffe, Szegedy: Batch normalization, 2015, section 3.2",
    url: "https://arxiv.org/abs/1502.03167",
  },
  fixes: ["no-bias"],

  inspect({ declared: { rows } }) {
    const found = rows.filter((row, i) => {
      const next = rows[i + 1];
      if (!next || !areTogether(row, next) || !LINEAR.has(row.type) || row.params["bias"] === false)
        return false;
      return takesMeans(next, row);
    });
    const first = found[0];
    if (!first) return undefined;
    return {
      layer: first.path,
      message:
        found.length > 1
          ? t`The bias of ${spoken(first.path)} and of ${counted(found.length - 1, "other layer")} have no effect: the normalisation that follows takes it away.`
          : t`The bias of ${spoken(first.path)} has no effect: the normalisation that follows takes it away.`,
      figures: { layers: found.length },
      related: found.slice(1).map(({ path }) => path),
    };
  },
});

/** Whether the mean that is taken away is of one channel of the layer before. Of a Linear the features are the channels. */
function takesMeans({ type, params, input }: DeclaredRow, before: DeclaredRow): boolean {
  // A Linear over the last of several dimensions shares its biases among channels that the normalisation does not look at.
  const isLastChannel = before.type !== "Linear" || input.length === 1;
  if (type === "BatchNorm1d" || type === "BatchNorm2d" || type === "InstanceNorm2d") return isLastChannel;
  return type === "GroupNorm" && input.length > 1 && params["num_groups"] === input[0] && isLastChannel;
}
