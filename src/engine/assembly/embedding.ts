import { f32At } from "./simd/memory";

/** See `embeddingKernels.embedding`. */
export function embedding(n: i32, width: i32, idsAt: i32, W: i32, yAt: i32): void {
  const bytes = (<usize>width) << 2;
  let ids = f32At(idsAt),
    y = f32At(yAt);
  for (let i = 0; i < n; i++, ids += 4, y += bytes) {
    const row = f32At(W + <i32>f32.load(ids) * width);
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) v128.store(y + at, v128.load(row + at));
    for (; at < bytes; at += 4) f32.store(y + at, f32.load(row + at));
  }
}

/** See `embeddingKernels.embeddingGrad`. */
export function embeddingGrad(
  n: i32,
  width: i32,
  rows: i32,
  padding: i32,
  idsAt: i32,
  dyAt: i32,
  dW: i32,
): void {
  const bytes = (<usize>width) << 2;
  memory.fill(f32At(dW), 0, bytes * <usize>rows);
  let ids = f32At(idsAt),
    dy = f32At(dyAt);
  for (let i = 0; i < n; i++, ids += 4, dy += bytes) {
    const id = <i32>f32.load(ids);
    if (id == padding) continue;
    const row = f32At(dW + id * width);
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16)
      v128.store(row + at, f32x4.add(v128.load(row + at), v128.load(dy + at)));
    for (; at < bytes; at += 4) f32.store(row + at, f32.load(row + at) + f32.load(dy + at));
  }
}
