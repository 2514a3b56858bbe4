import { type Args, size } from "./kernel.ts";
import { window } from "./window.ts";

/** The sizes of a convolution of any batch: x[batch, channels, height, width] to y[batch, outChannels, outHeight, outWidth]. */
export const convSizes = {
  channels: size,
  outChannels: size,
  groups: size,
  ...window,
} as const;

export type ConvSizes = Args<typeof convSizes>;
