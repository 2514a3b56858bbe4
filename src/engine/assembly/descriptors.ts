// From the descriptors in src/engine/kernels/: npm run build writes it.

@unmanaged
export class GemmDescriptor {
  k: i32;
  lda: i32;
  ta: i32;
  ldb: i32;
  tb: i32;
  ldc: i32;
  accumulate: i32;
}

@unmanaged
export class AttentionDescriptor {
  time: i32;
  heads: i32;
  width: i32;
  causal: i32;
}

@unmanaged
export class ConvDescriptor {
  channels: i32;
  outChannels: i32;
  groups: i32;
  height: i32;
  width: i32;
  outHeight: i32;
  outWidth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  padY: i32;
  padX: i32;
  dilationY: i32;
  dilationX: i32;
  variant: i32;
  samples: i32;
  blockRows: i32;
  blockColumns: i32;
  blockDepth: i32;
  pointwise: i32;
}

@unmanaged
export class PoolDescriptor {
  height: i32;
  width: i32;
  outHeight: i32;
  outWidth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  padY: i32;
  padX: i32;
  dilationY: i32;
  dilationX: i32;
}

@unmanaged
export class BatchNormDescriptor {
  batch: i32;
  channels: i32;
  inner: i32;
  weight: i32;
  mean: i32;
  rstd: i32;
}

@unmanaged
export class GroupNormDescriptor {
  groups: i32;
  channels: i32;
  inner: i32;
  weight: i32;
}

@unmanaged
export class ActivationDescriptor {
  kind: i32;
  alpha: f64;
  beta: f64;
}
