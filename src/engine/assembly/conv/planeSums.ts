import { f32At } from "../simd/memory";
import { sumOf } from "../norm/runs";

/** out[first … first + count) = Σ over the samples and elements of those channels of x[batch, channels, inner]. */
export function planeSums(
  batch: i32,
  channels: i32,
  inner: i32,
  x: i32,
  first: i32,
  count: i32,
  out: i32,
): void {
  for (let c = first; c < first + count; c++) {
    let sum: f64 = 0;
    for (let b = 0; b < batch; b++) sum += sumOf(f32At(x + (b * channels + c) * inner), inner);
    f32.store(f32At(out + c), <f32>sum);
  }
}
