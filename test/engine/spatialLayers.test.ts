import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Shape } from "../../src/engine/tensor.ts";
import { type Given, layer, readLayer } from "../support/readLayer.ts";
import { spelled } from "../support/spelled.ts";

suite("what does not fit is named with both sides", () => {
  const cases: readonly (readonly [string, Shape, Given, string])[] = [
    [
      "Conv2d",
      [64],
      { out_channels: 8, kernel_size: 3 },
      "Conv2d needs [channels, height, width], but gets [64]",
    ],
    [
      "Conv1d",
      [3, 8, 8],
      { out_channels: 8, kernel_size: 3 },
      "Conv1d needs [channels, length], but gets [3, 8, 8]",
    ],
    ["MaxPool2d", [8, 8], { kernel_size: 2 }, "MaxPool2d needs [channels, height, width], but gets [8, 8]"],
    [
      "AdaptiveAvgPool2d",
      [8],
      { output_size: 1 },
      "AdaptiveAvgPool2d needs [channels, height, width], but gets [8]",
    ],
    ["BatchNorm2d", [8, 4], {}, "BatchNorm2d needs [channels, height, width], but gets [8, 4]"],
    [
      "InstanceNorm2d",
      [8, 1, 1],
      {},
      "InstanceNorm2d needs more than one element a channel, but gets [8, 1, 1]",
    ],
    [
      "Conv2d",
      [1, 4, 4],
      { out_channels: 1, kernel_size: 4, dilation: 2, padding: 1 },
      "the kernel spans 7, but its padded input only 6 elements",
    ],
    [
      "Conv2d",
      [6, 4, 4],
      { out_channels: 4, kernel_size: 1, groups: 4 },
      "groups 4 does not divide the 6 channels of the input",
    ],
    [
      "Conv2d",
      [6, 4, 4],
      { out_channels: 4, kernel_size: 1, groups: 3 },
      "groups 3 does not divide out_channels 4",
    ],
    [
      "Conv2d",
      [1, 4, 4],
      { out_channels: 1, kernel_size: 3, stride: [1, 2], padding: "same" },
      'padding "same" needs stride 1, but the stride is 1 × 2',
    ],
    [
      "Conv2d",
      [1, 4, 4],
      { out_channels: 1, kernel_size: 3, padding: "full" },
      'padding: expected an integer of at least 0, or a list of 2 of them, or one of "same", "valid"',
    ],
    ["MaxPool1d", [1, 9], { kernel_size: 3, padding: 2 }, "padding 2 is more than half of the kernel of 3"],
    ["GroupNorm", [6, 4], { num_groups: 4 }, "num_groups 4 does not divide the 6 channels of the input"],
    ["Flatten", [2, 3], { start_dim: 0 }, "Flatten gets [2, 3] behind the batch: start_dim 0 is the batch"],
    [
      "Flatten",
      [2],
      { end_dim: 4 },
      "Flatten gets [2] behind the batch: end_dim 4 is none of its dimensions",
    ],
    [
      "Unflatten",
      [10],
      { dim: 1, unflattened_size: [3, 4] },
      "unflattened_size [3, 4] does not multiply up to the 10 of dimension 1",
    ],
    [
      "Embedding",
      [7],
      { num_embeddings: 5, embedding_dim: 2, padding_idx: 5 },
      "padding_idx 5 is not an id of 5 embeddings",
    ],
  ];
  for (const [type, input, given, message] of cases) {
    test(message, () => assert.equal(readLayer(type, input, given), message));
  }
});

suite("layers of images are spelled as in PyTorch", () => {
  const cases: readonly (readonly [string, Shape, Given, string])[] = [
    ["Conv2d", [3, 9, 9], { out_channels: 8, kernel_size: 3 }, "nn.Conv2d(3, 8, 3)"],
    [
      "Conv2d",
      [4, 9, 9],
      {
        out_channels: 8,
        kernel_size: [3, 2],
        stride: 2,
        padding: [1, 0],
        dilation: 2,
        groups: 4,
        bias: false,
      },
      "nn.Conv2d(4, 8, (3, 2), stride=2, padding=(1, 0), dilation=2, groups=4, bias=False)",
    ],
    [
      "Conv1d",
      [4, 9],
      { out_channels: 8, kernel_size: 3, padding: "same" },
      'nn.Conv1d(4, 8, 3, padding="same")',
    ],
    ["MaxPool2d", [1, 9, 9], { kernel_size: 2, stride: 2 }, "nn.MaxPool2d(2)"],
    [
      "MaxPool1d",
      [1, 9],
      { kernel_size: 3, stride: 2, dilation: 2 },
      "nn.MaxPool1d(3, stride=2, dilation=2)",
    ],
    [
      "AvgPool2d",
      [1, 9, 9],
      { kernel_size: [3, 2], padding: 1, ceil_mode: true, count_include_pad: false },
      "nn.AvgPool2d((3, 2), padding=1, ceil_mode=True, count_include_pad=False)",
    ],
    ["AvgPool2d", [1, 9, 9], { kernel_size: 3, divisor_override: 2 }, "nn.AvgPool2d(3, divisor_override=2)"],
    ["AdaptiveAvgPool2d", [1, 9, 9], { output_size: [2, 1] }, "nn.AdaptiveAvgPool2d((2, 1))"],
    ["BatchNorm2d", [4, 9, 9], { momentum: 0.2 }, "nn.BatchNorm2d(4, momentum=0.2)"],
    ["GroupNorm", [4, 9, 9], { num_groups: 2, affine: false }, "nn.GroupNorm(2, 4, affine=False)"],
    ["InstanceNorm2d", [4, 9, 9], { affine: true }, "nn.InstanceNorm2d(4, affine=True)"],
    ["Flatten", [4, 9, 9], { start_dim: 2 }, "nn.Flatten(start_dim=2)"],
    ["Unflatten", [36], { dim: 1, unflattened_size: [4, -1] }, "nn.Unflatten(1, (4, -1))"],
    [
      "Embedding",
      [7],
      { num_embeddings: 5, embedding_dim: 2, padding_idx: 0 },
      "nn.Embedding(5, 2, padding_idx=0)",
    ],
  ];
  for (const [type, input, given, text] of cases) {
    test(text, () => {
      assert.equal(spelled(layer(type, input, given)), text);
    });
  }
});
