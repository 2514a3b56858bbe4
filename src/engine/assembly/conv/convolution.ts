import { correlate, packWeights } from "./correlation";
import { f32At, scratch } from "../simd/memory";
import { planPadding } from "./paddedInput";

/** `ConvKernels.conv2d` with stride 1. */
export function directConv2d(
  x: i32,
  W: i32,
  bias: i32,
  y: i32,
  batch: i32,
  channels: i32,
  outChannels: i32,
  groups: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  kh: i32,
  kw: i32,
  sy: i32,
  sx: i32,
  padY: i32,
  padX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const ins = channels / groups,
    outs = outChannels / groups,
    window = kh * kw,
    depth = ins * window;
  let free = scratch;
  for (let g = 0; g < groups; g++) {
    free = packWeights(f32At(W + g * outs * depth), outs, ins, window, depth, window, false, free);
  }
  const biases = free;
  free = biasRow(biases, outChannels, bias);
  planPadding(height, width, outHeight, outWidth, kh, kw, padY, padX, dilationY, dilationX);
  correlate(
    batch,
    groups,
    ins,
    outs,
    f32At(x),
    height * width,
    f32At(y),
    outHeight,
    outWidth,
    kh,
    kw,
    dilationY,
    dilationX,
    scratch,
    biases,
    free,
  );
}

/** `ConvKernels.conv2dGradInput` with stride 1: dy convolved with the transpose of W, whose planes are turned round. */
export function directConv2dGradInput(
  dy: i32,
  W: i32,
  dx: i32,
  batch: i32,
  channels: i32,
  outChannels: i32,
  groups: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  kh: i32,
  kw: i32,
  sy: i32,
  sx: i32,
  padY: i32,
  padX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const ins = channels / groups,
    outs = outChannels / groups,
    window = kh * kw,
    depth = ins * window;
  let free = scratch;
  for (let g = 0; g < groups; g++) {
    free = packWeights(f32At(W + g * outs * depth), ins, outs, window, window, depth, true, free);
  }
  const biases = free;
  free = biasRow(biases, channels, -1);
  const backY = (kh - 1) * dilationY - padY,
    backX = (kw - 1) * dilationX - padX;
  planPadding(outHeight, outWidth, height, width, kh, kw, backY, backX, dilationY, dilationX);
  correlate(
    batch,
    groups,
    outs,
    ins,
    f32At(dy),
    outHeight * outWidth,
    f32At(dx),
    height,
    width,
    kh,
    kw,
    dilationY,
    dilationX,
    scratch,
    biases,
    free,
  );
}

/** The bias, or as many zeros. Returns where it ends. */
function biasRow(to: usize, n: i32, bias: i32): usize {
  const bytes = (<usize>n) << 2;
  if (bias < 0) memory.fill(to, 0, bytes);
  else memory.copy(to, f32At(bias), bytes);
  return to + bytes;
}
