import { t } from "../../l10n/translate.ts";
import { embeddingDefault } from "../init/index.ts";
import { embedding } from "../ops/embedding.ts";
import { integer, optional } from "../params.ts";
import { ShapeError } from "../tensor.ts";
import { torchCall } from "../torch.ts";
import { layer } from "./layer.ts";

/** The row of the padding, which `padding_idx` may count from the end. */
const rowOf = (padding_idx: number | undefined, rows: number): number | undefined =>
  padding_idx !== undefined && padding_idx < 0 ? padding_idx + rows : padding_idx;

export const Embedding = layer({
  doc: "A learned vector for each token id (Bengio et al., 2003). Takes ids below `num_embeddings`, of any shape, and adds a dimension at the end.",
  group: "weights",

  params: {
    num_embeddings: integer("Number of different ids.", { min: 1 }),
    embedding_dim: integer("Length of the vectors.", { min: 1 }),
    padding_idx: optional(
      integer("The id whose vector is 0 at the start and not trained; negative: from the end."),
    ),
  },

  shape({ num_embeddings: n, embedding_dim, padding_idx }, input) {
    const row = rowOf(padding_idx, n);
    if (row !== undefined && (row < 0 || row >= n)) {
      throw new ShapeError(t`padding_idx ${String(padding_idx)} is not an id of ${n} embeddings`);
    }
    return [...input, embedding_dim];
  },

  weights: ({ num_embeddings, embedding_dim, padding_idx }) => [
    {
      name: "weight",
      shape: [num_embeddings, embedding_dim],
      role: "weight",
      fill: embeddingDefault(rowOf(padding_idx, num_embeddings)),
    },
  ],

  forward(graph, { num_embeddings, padding_idx }, { weight }, x) {
    const padding = rowOf(padding_idx, num_embeddings);
    return graph.apply(embedding, [x, weight], padding === undefined ? {} : { padding });
  },
  ids: ({ num_embeddings }) => num_embeddings,
  layout: "sequence",

  torch: ({ num_embeddings, embedding_dim, padding_idx }) =>
    torchCall("nn.Embedding", [num_embeddings, embedding_dim], { padding_idx }),
});
