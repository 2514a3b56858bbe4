import { ConvDescriptor } from "../descriptors";
import { correlation } from "./correlation";
import { packWeights } from "./packWeights";
import { f32At, scratch } from "../simd/memory";
import { paddedInput } from "./paddedInput";

/** `convKernels.conv2d` with stride 1. */
export function directConv2d(conv: ConvDescriptor, batch: i32, x: i32, W: i32, bias: i32, y: i32): void {
  const groups = conv.groups,
    ins = conv.channels / groups,
    outs = conv.outChannels / groups,
    window = conv.kernelHeight * conv.kernelWidth,
    depth = ins * window;
  let free = scratch;
  for (let g = 0; g < groups; g++) {
    const biases = bias < 0 ? <usize>0 : f32At(bias + g * outs);
    free = packWeights(f32At(W + g * outs * depth), biases, outs, ins, window, depth, window, false, free);
  }
  const planes = paddedInput();
  const reachY = (conv.kernelHeight - 1) * conv.dilationY,
    reachX = (conv.kernelWidth - 1) * conv.dilationX;
  planes.plan(conv.height, conv.width, conv.outHeight, conv.outWidth, conv.padY, conv.padX, reachY, reachX);
  const forward = correlation();
  forward.ins = ins;
  forward.outs = outs;
  forward.outHeight = conv.outHeight;
  forward.outWidth = conv.outWidth;
  forward.run(conv, planes, batch, f32At(x), f32At(y), free);
}

/** `convKernels.conv2dGradInput` with stride 1: dy convolved with the transpose of W, whose planes are rotated by 180°. */
export function directConv2dGradInput(conv: ConvDescriptor, batch: i32, dy: i32, W: i32, dx: i32): void {
  const groups = conv.groups,
    ins = conv.channels / groups,
    outs = conv.outChannels / groups,
    window = conv.kernelHeight * conv.kernelWidth,
    depth = ins * window;
  let free = scratch;
  for (let g = 0; g < groups; g++) {
    free = packWeights(f32At(W + g * outs * depth), 0, ins, outs, window, window, depth, true, free);
  }
  const planes = paddedInput();
  const reachY = (conv.kernelHeight - 1) * conv.dilationY,
    reachX = (conv.kernelWidth - 1) * conv.dilationX;
  const backY = reachY - conv.padY,
    backX = reachX - conv.padX;
  planes.plan(conv.outHeight, conv.outWidth, conv.height, conv.width, backY, backX, reachY, reachX);
  const backward = correlation();
  backward.ins = outs;
  backward.outs = ins;
  backward.outHeight = conv.height;
  backward.outWidth = conv.width;
  backward.run(conv, planes, batch, f32At(dy), f32At(dx), free);
}
