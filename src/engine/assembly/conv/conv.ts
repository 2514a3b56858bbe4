import { ConvDescriptor } from "../descriptors";
import { directConv2d, directConv2dGradInput } from "./convolution";
import { directConv2dGradWeight } from "./convolutionGrad";
import { im2colConv2d, im2colConv2dGradInput, im2colConv2dGradWeight } from "./im2col";
import { planeSums } from "./planeSums";
import { winogradConv2d, winogradConv2dGradInput } from "./winograd";
import { winogradConv2dGradWeight } from "./winogradGrad";

/* Convolution, each in the way that suits its sizes, which its descriptor says. */

/** The numbers of two of the variants; the third is that of all others. */
const DIRECT: i32 = 1;
const WINOGRAD: i32 = 2;

/** See `convKernels.conv2d`. */
export function conv2d(conv: ConvDescriptor, batch: i32, x: i32, W: i32, bias: i32, y: i32): void {
  if (conv.variant == WINOGRAD) winogradConv2d(conv, batch, x, W, bias, y);
  else if (conv.variant == DIRECT) directConv2d(conv, batch, x, W, bias, y);
  else im2colConv2d(conv, batch, x, W, bias, y);
}

/** See `convKernels.conv2dGradInput`. */
export function conv2dGradInput(conv: ConvDescriptor, batch: i32, dy: i32, W: i32, dx: i32): void {
  if (conv.variant == WINOGRAD) winogradConv2dGradInput(conv, batch, dy, W, dx);
  else if (conv.variant == DIRECT) directConv2dGradInput(conv, batch, dy, W, dx);
  else im2colConv2dGradInput(conv, batch, dy, W, dx);
}

/** See `convKernels.conv2dGradWeight`. */
export function conv2dGradWeight(
  conv: ConvDescriptor,
  batch: i32,
  x: i32,
  dy: i32,
  dW: i32,
  dbias: i32,
  first: i32,
  count: i32,
): void {
  if (dbias >= 0) {
    planeSums(batch, conv.outChannels, conv.outHeight * conv.outWidth, dy, first, count, dbias);
  }
  if (dW < 0) return;
  if (conv.variant == WINOGRAD) winogradConv2dGradWeight(conv, batch, x, dy, dW, first, count);
  else if (conv.variant == DIRECT) directConv2dGradWeight(conv, batch, x, dy, dW, first, count);
  else im2colConv2dGradWeight(conv, batch, x, dy, dW, first, count);
}
